#!/usr/bin/env bash
# Runs one test script in an empty folder of its own: run_script.sh ROOT BUILD SCRIPT
#
# There `hanse` is the program of BUILD, `scenarios` and `tests` lead to the project's, so that
# messages name the same paths everywhere. A script that lacks something leaves with 77 and the
# reason; the reason is kept for the end of ./check, and with CI=true it is a failure.
set -euo pipefail

export HANSE_ROOT=$1 HANSE_BUILD=$2 LC_ALL=C.UTF-8
script=$3
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
trap 'exit 143' TERM INT
for folder in scenarios tests notebooks docs; do
    if [ -e "$HANSE_ROOT/$folder" ]; then
        ln -s "$HANSE_ROOT/$folder" "$place/$folder"
    fi
done
ln -s "$HANSE_BUILD/bin/hanse" "$place/hanse"
export PATH=$HANSE_BUILD/bin:$PATH
cd "$place"

case $script in
*.t) command=("$HANSE_ROOT/tests/run_cases.sh" "$script") ;;
*.sh) command=(bash "$script") ;;
*.py) command=(python3 "$script") ;;
esac
if ! command -v "${command[0]}" >/dev/null; then
    command=(bash -c "echo '${command[0]} is not there'; exit 77")
fi

status=0
"${command[@]}" >"$place/.output" 2>&1 || status=$?
cat "$place/.output"
if [ "$status" -eq 77 ]; then
    reason="$(basename "$script"): $(tail -n 1 "$place/.output")"
    echo "$reason" >>"$HANSE_BUILD/skipped.txt"
    if [ "${CI:-}" = true ]; then
        echo "skipping is a failure in continuous integration: $reason"
        status=1
    fi
fi
exit "$status"
