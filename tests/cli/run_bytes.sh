#!/usr/bin/env bash
# ctest: slow
# The result file of `hanse run`: the same bytes for any number of threads, and whether a stop
# is taken out of the scenario or given no length.
# shellcheck source=tests/runs.sh
. "$HANSE_ROOT/tests/runs.sh"

# Threads.
run one.h5 --threads 1
run two.h5 --threads 2
run five.h5 --threads 5
same 'one and two threads' one.h5 two.h5
same 'one and five threads' one.h5 five.h5
run again.h5 --threads 2
same 'two runs' one.h5 again.h5
run other.h5 --seed 2
if cmp -s one.h5 other.h5; then
    echo 'another seed gives the same bytes'
    exit 1
fi

# From another folder, by another path.
mkdir -p elsewhere
(cd elsewhere && hanse run ../two-years.lua -q --no-report -o ../far.h5 >/dev/null)
same 'from another folder' one.h5 far.h5

# A precision: the number of replications is part of what must not depend on threads.
run precise1.h5 --threads 1 --precision 10%
run precise2.h5 --threads 2 --precision 10%
same 'a precision with one and two threads' precise1.h5 precise2.h5

# No stop and a stop of length zero: every figure of /summary and /series but the case's name.
figures() { # output, --with
    hanse run two-years.lua -q --no-report -o "$1.h5" --with "$2" --csv "$1.csv" >/dev/null
    sed -i "s/,$3,/,case,/" "$1.csv"
}
figures removed removed removed
figures zero no_length no_length
figures stopped '' baseline
same 'a stop removed and of length zero' removed.csv zero.csv
if cmp -s removed.csv stopped.csv; then
    echo 'the stop changes nothing'
    exit 1
fi
