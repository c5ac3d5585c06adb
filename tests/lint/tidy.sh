# Static analysis with clang-tidy; functions stay within 80 lines. A file that passed is looked
# at again when it, a header or the rules changed.
# shellcheck shell=bash source=tests/sources.sh
# ctest: slow
. "$HANSE_ROOT/tests/sources.sh"
needs clang-tidy

passed=$HANSE_BUILD/tidy
mkdir -p "$passed"
newest=$(project_files '*.h' .clang-tidy | xargs ls -t | head -n 1)

stale() {
    local file mark
    project_files '*.c' | grep -v '^tests/consumer/' | while read -r file; do
        mark=$passed/${file//\//_}
        if [ ! "$mark" -nt "$file" ] || [ ! "$mark" -nt "$newest" ]; then
            echo "$file"
        fi
    done
}

examine() { # file
    # The compile commands are gcc's; clang need not know all its warnings.
    if clang-tidy -p "$HANSE_BUILD" --quiet --extra-arg=-Wno-unknown-warning-option "$1" \
        >"$passed/$$.log" 2>&1; then
        touch "$passed/${1//\//_}"
        rm "$passed/$$.log"
    else
        grep -vE '^[0-9]+ warnings? generated|^Suppressed' "$passed/$$.log"
        rm "$passed/$$.log"
        return 1
    fi
}
export -f examine
export passed

# shellcheck disable=SC2016 # the inner shell is to expand it
stale | xargs -r -P "$(nproc)" -I {} bash -c 'examine "$1"' examine {}
