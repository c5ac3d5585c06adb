# Functions for the wrappers `hanse` and `check`; to be sourced. $root is the project's folder.
# shellcheck shell=bash disable=SC2154

# Everything the program is made of.
sources=(CMakeLists.txt CMakePresets.json setup cmake sim kernels output scripting cli)

# True when nothing the program is made of is newer than the last good build. Folders count
# too: a file that came or went shows in its folder's time.
is_fresh() { # preset
    local stamp=$root/build/$1.stamp
    [ -e "$stamp" ] && [ -x "$root/build/$1/bin/hanse" ] &&
        [ -z "$(cd "$root" && find "${sources[@]}" -newer "$stamp" -print -quit)" ]
}

# Passes a build's output to its log; on a terminal a counter shows how far it is.
show_progress() { # log
    local line
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$1"
        if [ -t 2 ] && [[ $line =~ ^\[([0-9]+/[0-9]+)\] ]]; then
            printf '\rhanse: building %s ' "${BASH_REMATCH[1]}" >&2
        fi
    done
    if [ -t 2 ]; then
        printf '\r\033[K' >&2
    fi
}

# Configures with a CMake preset; says what is missing where that fails.
configure() { # preset log
    if (cd "$root" && cmake --preset "$1" -Wno-dev) >"$2" 2>&1; then
        return 0
    fi
    echo "hanse: CMake could not configure the build; the end of $2:" >&2
    grep -A 8 'CMake Error' "$2" | tail -n 20 >&2 || tail -n 20 "$2" >&2
    if ! command -v apt-get >/dev/null; then
        echo "hanse: this is no Debian system. Needed, by Debian's names:" >&2
        "$root/setup/install.sh" --names run >&2
    fi
    return 3
}

compile() { # preset log
    local jobs
    jobs=$(nproc 2>/dev/null || echo 2)
    if (cd "$root" && cmake --build --preset "$1" -j "$jobs") 2>&1 | show_progress "$2"; then
        return 0
    fi
    echo "hanse: the build failed; its log is $2:" >&2
    grep -E -A 4 '(error|undefined reference|FAILED):?' "$2" | head -n 40 >&2
    return 3
}

# Builds a preset when it needs building; one at a time, whoever asks.
build() { # preset
    local preset=$1 log=$root/build/$1.log stamp=$root/build/$1.stamp
    mkdir -p "$root/build"
    exec 9>"$root/build/.lock"
    if ! flock -n 9; then
        echo "hanse: waiting for another build in $root" >&2
        flock 9
    fi
    if ! is_fresh "$preset"; then
        echo "hanse: building (log: $log)" >&2
        # The time of the stamp is the start, so that an edit during the build counts.
        touch "$stamp.new"
        configure "$preset" "$log" && compile "$preset" "$log" || return 3
        mv "$stamp.new" "$stamp"
    fi
    exec 9>&-
}
