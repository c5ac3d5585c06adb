#!/usr/bin/env bash
# Races hanse against other simulators that Debian packages: tests/bench/race.sh [--install] [R]
#
# R repetitions (5), each with everybody in turn, so that all meet the same neighbours. Every
# figure is processor time of one thread. Printed are, for each rival, its own figure and how
# many times as long as hanse it takes, taken repetition by repetition: median, lowest, highest.
# --install fetches the packages of the set "race" (setup/packages.txt) first. The rivals are in
# tests/bench/peers; one that is missing is named and left out.
set -euo pipefail

root=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/../..
if [ "${1:-}" = --install ]; then
    "$root/setup/install.sh" race
    shift
fi
repetitions=${1:-5}
hanse=${HANSE:-$root/hanse}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

# compile NAME PACKAGE: the peer NAME, with what pkg-config says of PACKAGE.
compile() {
    local flags
    # shellcheck disable=SC2086 # flags are words
    if ! flags=$(pkg-config --cflags --libs "$2" 2>/dev/null) ||
        ! g++ -O2 -DNDEBUG "$root/tests/bench/peers/$1.cc" -o "$place/$1" $flags; then
        echo "left out: $1 ($2 is not installed or does not build)" >&2
    fi
}

# note GROUP NAME COMMAND…: one line "GROUP NAME nanoseconds".
note() {
    local group=$1 name=$2 figure
    shift 2
    if [ -x "$1" ] && figure=$(timeout 120 "$@" 2>/dev/null) && [ -n "$figure" ]; then
        echo "$group $name $figure" >>"$place/figures"
    fi
}

# What hanse bench finds for the figure NAME.
bench() { # name arguments…
    local name=$1
    shift
    "$hanse" bench "$@" --repetitions 1 --quiet --format json |
        sed -n "s/.*\"name\": \"$name\".*\"value\": \([0-9.e+-]*\),.*/\1/p"
}
per_service() { # million services a second -> ns
    awk '$1 > 0 { print 1000 / $1 }'
}
hold() { bench 'hold, exponential' calendar --pending "$1"; }
simpy() { /usr/bin/python3 "$root/tests/bench/peers/simpy_models.py" "$@" | per_service; }

# noted GROUP NAME FIGURE
noted() {
    if [ -n "$3" ]; then
        echo "$1 $2 $3" >>"$place/figures"
    fi
}

hold_round() { # pending steps
    local scheduler
    noted "hold-$1" hanse "$(hold "$1")"
    for scheduler in Map Heap PriorityQueue Calendar; do
        # Left out at a million, to keep the race short.
        [ "$scheduler" = Calendar ] && [ "$1" -gt 10000 ] && continue
        note "hold-$1" "ns-3-$scheduler" "$place/ns3_hold" "$scheduler" "$1" "$2"
    done
    # A million modules, or actors with a stack each, are not what these are made for.
    if [ "$1" -le 10000 ]; then
        note "hold-$1" SystemC "$place/systemc_hold" "$1" "$2"
        note "hold-$1" SimGrid "$place/simgrid_hold" "$1" $(($2 / 5))
    fi
}

model_round() {
    noted mm1 hanse "$(bench 'M\/M\/1, C handlers' mm1 | per_service)"
    noted mm1 SimPy "$(simpy mm1 40000)"
    noted jackson hanse "$(bench 'Jackson network, C handlers' jackson | per_service)"
    noted jackson SimPy "$(simpy jackson 10000 60000)"
}

# Median, lowest and highest of each figure and of its ratio to hanse's of the same round.
report() {
    /usr/bin/python3 - "$place/figures" <<'PY'
import statistics
import sys

figures = {}
for line in open(sys.argv[1]):
    group, name, value = line.split()
    figures.setdefault(group, {}).setdefault(name, []).append(float(value))


def spread(values, digits):
    middle = statistics.median(values)
    return f"{middle:.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


print("| model | who | ns per step or service | ÷ hanse |\n|---|---|---|---|")
for group, names in figures.items():
    own = names.get("hanse", [])
    for name, values in names.items():
        ratios = [v / h for v, h in zip(values, own)]
        print(f"| {group} | {name} | {spread(values, 0)} | {spread(ratios, 1)} |")
PY
}

compile ns3_hold ns3-core
compile systemc_hold systemc
compile simgrid_hold simgrid
if ! /usr/bin/python3 -c 'import SimPy' 2>/dev/null; then
    echo "left out: SimPy (python3-simpy is not installed)" >&2
fi
for round in $(seq "$repetitions"); do
    echo "round $round of $repetitions" >&2
    hold_round 100 500000
    hold_round 10000 500000
    hold_round 1000000 1000000
    model_round
done
report
