# The installed library, used from outside through CMake and through pkg-config.
# shellcheck shell=bash
# ctest: slow
set -euo pipefail
prefix=$PWD/prefix

cmake --install "$HANSE_BUILD" --prefix "$prefix" >install.txt
for file in bin/hanse include/hanse/hanse.h include/hanse/sim/base/version.h \
    share/man/man1/hanse.1 share/hanse/scenarios/reference/accelerators.csv; do
    [ -e "$prefix/$file" ] || { echo "not installed: $file"; exit 1; }
done
if grep -rlF "$HANSE_ROOT" "$prefix/include" "$prefix"/lib*/pkgconfig "$prefix"/lib*/cmake; then
    echo "the files above name the source folder"
    exit 1
fi
# An install may be moved: what finds the library must not have learnt where it was.
mv "$prefix" "$PWD/moved"
prefix=$PWD/moved

cmake -S "$HANSE_ROOT/tests/consumer" -B by-cmake -DCMAKE_PREFIX_PATH="$prefix" >log.txt
cmake --build by-cmake >>log.txt || { cat log.txt; exit 1; }
by-cmake/consumer | tee one.txt

PKG_CONFIG_PATH=$(find "$prefix" -name pkgconfig)
export PKG_CONFIG_PATH
read -ra flags < <(pkg-config --cflags --libs hanse)
gcc -std=c17 -Wall -Wextra -Werror "$HANSE_ROOT/tests/consumer/consumer.c" -o by-pkg-config \
    "${flags[@]}" -lm
LD_LIBRARY_PATH=$(pkg-config --variable=libdir hanse) ./by-pkg-config >two.txt
cmp one.txt two.txt
grep -qE ': [0-9.]+ % of demand' one.txt
"$prefix/bin/hanse" --version >/dev/null
