# The quick tests once more, under the address and undefined-behaviour sanitizers.
# shellcheck shell=bash source=setup/build.sh
# ctest: slow
set -euo pipefail
root=$HANSE_ROOT
. "$root/setup/build.sh"

sources+=(tests)
build asan
ctest --test-dir "$root/build/asan" --output-on-failure --no-tests=error -L quick -j "$(nproc)"
