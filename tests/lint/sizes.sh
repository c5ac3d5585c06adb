# Files stay within 600 lines and 96 columns, end with a newline and carry no tabs.
# shellcheck shell=bash source=tests/sources.sh
. "$HANSE_ROOT/tests/sources.sh"

status=0
while read -r file; do
    lines=$(wc -l <"$file")
    if [ "$lines" -gt 600 ]; then
        echo "$file: at most 600 lines, has $lines"
        status=1
    fi
    if grep -nE '^.{97,}' "$file" | sed "s|^|$file:|; s|:\([0-9]*\):.*|:\1: over 96 columns|" |
        grep . || grep -nP '\t' "$file" | sed "s|^|$file: tab: |" | grep . ||
        grep -nE ' +$' "$file" | sed "s|^|$file: blank at the end: |" | grep . ||
        [ -n "$(tail -c 1 "$file")" ]; then
        echo "$file: not as .editorconfig says"
        status=1
    fi
done < <(project_files '*.c' '*.h' '*.lua' '*.sh' '*.py' hanse check)
exit "$status"
