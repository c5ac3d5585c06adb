# Tests that say "ctest: threads", under the thread sanitizer.
# shellcheck shell=bash source=setup/build.sh
# ctest: slow
set -euo pipefail
root=$HANSE_ROOT
. "$root/setup/build.sh"

if ! command -v clang >/dev/null; then
    echo "clang is not there"
    exit 77
fi
log=$root/build/tsan.log
configure tsan "$log"
if ! (cd "$root" && cmake --build --preset tsan --target thread_tests) >>"$log" 2>&1; then
    tail -n 40 "$log"
    exit 1
fi
# HDF5 and GSL are not built for it: look at our own code only.
export TSAN_OPTIONS="ignore_noninstrumented_modules=1 halt_on_error=1"
ctest --test-dir "$root/build/tsan" --output-on-failure --no-tests=error -L threads
