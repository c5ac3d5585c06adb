# The preset `repro` gives the same program and library from any folder, bit for bit.
# shellcheck shell=bash source=tests/sources.sh
# ctest: slow
place=$PWD
. "$HANSE_ROOT/tests/sources.sh"

build_in() { # folder
    mkdir -p "$1"
    project_files '*' | grep -vE '^(tests|notebooks)/' | xargs cp --parents -t "$1"
    # A cached object would be equal for the wrong reason.
    export CCACHE_DISABLE=1
    if ! (cd "$1" && cmake --preset repro && cmake --build --preset repro) >"$1.log" 2>&1; then
        tail -n 20 "$1.log"
        exit 1
    fi
}
build_in "$place/one"
build_in "$place/another/folder"

status=0
for file in bin/hanse sim/libhanse.so; do
    if ! cmp "$place/one/build/repro/$file" "$place/another/folder/build/repro/$file"; then
        status=1
    fi
    if grep -qaF "$place" "$place/one/build/repro/$file"; then
        echo "$file names the folder it was built in"
        status=1
    fi
done
exit "$status"
