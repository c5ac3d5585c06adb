# What docs/replay.md shows on a terminal is what the terminal shows, and its Lua runs.
# shellcheck shell=bash
set -euo pipefail
page=$HANSE_ROOT/docs/replay.md
blocks_of() { # language
    awk -v language="\`\`\`$1" '$0 == language { inside = 1; next } /^```$/ { inside = 0 }
                                inside' "$page"
}
blocks_of console >page.t
bash "$HANSE_ROOT/tests/run_cases.sh" page.t
blocks_of lua >page.lua
hanse study page.lua >said.txt
[ "$(wc -l <said.txt)" -eq 2 ] || {
    cat said.txt
    exit 1
}
