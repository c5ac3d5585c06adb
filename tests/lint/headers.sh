# Every header compiles alone as C17; those that offer themselves to C++, and the public ones
# must, as C++ too.
# shellcheck shell=bash source=tests/sources.sh
. "$HANSE_ROOT/tests/sources.sh"
needs g++

compile_alone() { # header
    local flags=(-fsyntax-only -Wall -Wextra -Werror -I. "-I$HANSE_BUILD/generated")
    read -ra flags <<<"${flags[*]} $libraries"
    if ! printf '#include "%s"\n' "$1" | gcc -std=c17 "${flags[@]}" -x c -; then
        echo "$1 does not compile alone"
        return 1
    fi
    if { grep -q 'extern "C"' "$1" || grep -qF "\"$1\"" sim/hanse.h; } &&
        ! printf '#include "%s"\n' "$1" | g++ -std=c++17 "${flags[@]}" -x c++ -; then
        echo "$1 does not compile alone as C++"
        return 1
    fi
}
export -f compile_alone
libraries=$(pkg-config --cflags lua5.4 jansson hdf5-serial)
export libraries

# shellcheck disable=SC2016 # the inner shell is to expand it

project_files 'sim/*.h' 'output/*.h' 'scripting/*.h' 'cli/*.h' 'kernels/*.h' |
    xargs -P "$(nproc)" -I {} bash -c 'compile_alone "$1"' compile_alone {}
