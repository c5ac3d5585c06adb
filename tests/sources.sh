# For lint scripts; to be sourced. Stands in the project's folder afterwards.
# shellcheck shell=bash

cd "${HANSE_ROOT:?}" || exit 1

# The project's own files that match the patterns: those git knows or would take; in an
# unpacked archive, all but what a build leaves.
project_files() { # pattern…
    if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        git ls-files -co --exclude-standard -- "$@" | while IFS= read -r file; do
            [ ! -f "$file" ] || echo "$file"
        done
    else
        local pattern
        for pattern in "$@"; do
            find . -path ./build -prune -o -type f -path "./$pattern" -print | sed 's|^\./||'
        done
    fi | sort -u
}

needs() { # program
    if ! command -v "$1" >/dev/null; then
        echo "$1 is not there"
        exit 77
    fi
}
