# What tests of whole runs share: a small scenario, runs of it, kills and comparisons of bytes.
# shellcheck shell=bash
set -euo pipefail
cp "$HANSE_ROOT/tests/two-years.lua" two-years.lua
chmod u+w two-years.lua

run() { # output, options …
    local output=$1
    shift
    hanse run two-years.lua -q --no-report -o "$output" "$@" >/dev/null
}

fail() { # sentence
    echo "$1"
    exit 1
}

same() { # what, file, file
    cmp -s "$2" "$3" || fail "$1: $2 and $3 differ"
}

# Runs a command that must leave with a status and say something on stderr.
refused() { # what, status, words, command …
    local what=$1 wanted=$2 words=$3 status=0
    shift 3
    "$@" >/dev/null 2>message || status=$?
    if [ "$status" -ne "$wanted" ] || ! grep -q -- "$words" message; then
        fail "$what: exit $status, not $wanted with '$words': $(cat message)"
    fi
}

wait_for_bytes() { # file, more than how many
    local _
    for _ in $(seq 1000); do
        if [ -e "$1" ] && [ "$(stat -c %s "$1")" -gt "$2" ]; then
            return
        fi
        sleep 0.01
    done
    fail "$1 never had $2 bytes"
}

# True when the journal of a result file is there and holds something but its header.
has_journal() { # output
    [ -e "$1.part" ] && [ "$(stat -c %s "$1.part")" -gt 1000 ]
}

# Leaves the journal of a run that was killed in the middle.
run_and_kill() { # output, options …
    local output=$1 pid
    shift
    hanse run two-years.lua -q --no-report -o "$output" --threads 1 "$@" >/dev/null 2>&1 &
    pid=$!
    wait_for_bytes "$output.part" 100000
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    has_journal "$output" || fail "$output: killed too late, no journal is left"
}
