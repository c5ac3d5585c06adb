# Files stay within 600 lines and 96 columns, end with a newline and carry no tabs.
# shellcheck shell=bash source=tests/sources.sh
. "$HANSE_ROOT/tests/sources.sh"

# Scenarios that are wrong on purpose say so in one long line.
mapfile -t files < <(project_files '*.c' '*.h' '*.lua' '*.sh' '*.py' hanse check |
    grep -v '^tests/cli/bad/')
status=0
# mawk counts bytes, so continuation bytes of UTF-8 are taken out before counting.
if ! LC_ALL=C awk '
    FNR == 1 && previous { check_end() }
    { previous = FILENAME; lines = FNR; text = $0; gsub(/[\200-\277]/, "", text) }
    length(text) > 96 { complain(FNR ": over 96 columns") }
    /\t/ { complain(FNR ": a tab") }
    / $/ { complain(FNR ": a blank at the end") }
    END { if (previous) check_end(); exit bad }
    function check_end() {
        if (lines > 600) { print previous ": at most 600 lines, has " lines; bad = 1 }
    }
    function complain(what) { print FILENAME ":" what; bad = 1 }' "${files[@]}"; then
    status=1
fi
for file in "${files[@]}"; do
    if [ -n "$(tail -c 1 "$file")" ]; then
        echo "$file: no newline at the end"
        status=1
    fi
done
echo "${#files[@]} files looked at"
exit "$status"
