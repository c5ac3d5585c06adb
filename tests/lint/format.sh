# C files are laid out as clang-format 14 decides.
# shellcheck shell=bash source=tests/sources.sh
. "$HANSE_ROOT/tests/sources.sh"
needs clang-format

if ! clang-format --version | grep -q 'version 14\.'; then
    echo "clang-format 14 is not there: $(clang-format --version)"
    exit 77
fi
project_files '*.c' '*.h' | xargs clang-format --dry-run --Werror
