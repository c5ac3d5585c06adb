# What README.md shows on a terminal is what the terminal shows: its ```console blocks are run
# and compared.
# shellcheck shell=bash
set -euo pipefail
awk '/^```console$/ { inside = 1; next } /^```$/ { inside = 0 } inside' \
    "$HANSE_ROOT/README.md" >readme.t
bash "$HANSE_ROOT/tests/run_cases.sh" readme.t
