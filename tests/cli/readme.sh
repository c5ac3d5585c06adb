# What README.md shows on a terminal is what the terminal shows: its ```console blocks are run
# and compared.
# shellcheck shell=bash
set -euo pipefail
awk '/^```console$/ { inside = 1; next } /^```$/ { inside = 0 } inside' \
    "$HANSE_ROOT/README.md" >readme.t
# ./check itself would build and run inside the build that runs this test, so its one test here
# runs through CTest from a folder of its own.
mkdir -p only
echo "add_test(unit/test_base \"$HANSE_BUILD/tests/test_base\")" >only/CTestTestfile.cmake
# shellcheck disable=SC2016 # $1 is the little script's own
printf '#!/bin/sh\nexec ctest --test-dir only --output-on-failure -R "$1" 2>&1\n' >check
chmod +x check
bash "$HANSE_ROOT/tests/run_cases.sh" readme.t
