#!/usr/bin/env bash
# Prints every row that docs/benchmarks.md is judged by: tests/bench/judged.sh [R]
#
# R repetitions (5). Speeds of the engine come from `hanse bench`, whose ratios are taken within
# each repetition; the billion events are timed by the wall clock, on one thread (an eighth of
# the replications) and on two, and their files compared. The race against other simulators is
# tests/bench/race.sh. Takes about a quarter of an hour; leave the machine alone meanwhile.
set -euo pipefail

root=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/../..
hanse=${HANSE:-$root/hanse}
repetitions=${1:-5}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
scenario=$root/scenarios/billion-events.lua

seconds() { # command …: wall-clock seconds, its output dropped
    local start
    start=$(date +%s.%N)
    "$@" >/dev/null 2>&1
    date +%s.%N | awk -v start="$start" '{ printf "%.1f s\n", $1 - start }'
}

echo "load before: $(cut -d' ' -f1-3 /proc/loadavg)"
for pending in 100 10000 1000000; do
    "$hanse" bench calendar --pending "$pending" -r "$repetitions" |
        grep -e figure -e exponential -e bare -e cost -e cancelled -e moved -e handles
done
"$hanse" bench mm1 jackson phold lua ensemble streams -r "$repetitions"
for threads in 1 2; do
    echo "billion events, 3 of 24 replications on $threads threads:" \
        "$(seconds "$hanse" run "$scenario" --replications 3 --threads "$threads" \
            --no-report -q -o "$place/$threads.h5")"
done
cmp "$place/1.h5" "$place/2.h5" && echo 'the same bytes on one and two threads'
for _ in $(seq 3); do
    rm -f "$place/all.h5"
    echo "a billion events (1.09e9), two threads:" \
        "$(seconds "$hanse" run "$scenario" --threads 2 --no-report -q -o "$place/all.h5")"
done
echo "load after: $(cut -d' ' -f1-3 /proc/loadavg)"
