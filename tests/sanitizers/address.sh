# The quick tests once more, under the address and undefined-behaviour sanitizers.
# shellcheck shell=bash source=setup/build.sh
# ctest: slow
set -euo pipefail
root=$HANSE_ROOT
. "$root/setup/build.sh"

sources+=(tests)
build asan
# HDF5 does not free what it held of a file that could not be written.
echo 'leak:libhdf5_serial' >suppressions.txt
export LSAN_OPTIONS="suppressions=$PWD/suppressions.txt:print_suppressions=0"
# LeakSanitizer itself falls over the threads of BLAS libraries that came by dlopen: those run
# without it.
blas='^kernels/test_blas$'
ctest --test-dir "$root/build/asan" --output-on-failure --no-tests=error -L quick -E "$blas" \
    -j "$(nproc)"
ASAN_OPTIONS=detect_leaks=0 ctest --test-dir "$root/build/asan" --output-on-failure -R "$blas"
