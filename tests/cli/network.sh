#!/usr/bin/env bash
# The billion-event scenario, made small: same bytes on one thread and two, its figures in the
# file, and a slip in a route refused.
set -euo pipefail

root=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/../..
sed -e 's/^local side = 100$/local side = 6/' -e 's/replications = 24/replications = 6/' \
    "$root/scenarios/billion-events.lua" >small.lua
grep -q 'local side = 6' small.lua
grep -q 'replications = 6' small.lua

for threads in 1 2; do
    hanse run small.lua --threads $threads -q --no-report -o net.h5 --force >summary.$threads
    mv net.h5 net.$threads.h5
done
cmp net.1.h5 net.2.h5
cmp summary.1 summary.2

# 36 stations with one customer each on average; a month of each has about 1,800 arrivals.
hanse run small.lua -q --no-report -o net.h5 --format json >summary.json
python3 - <<'PY'
import json
text = open("summary.json").read()
assert "station_in_system" in text, text[:400]
json.loads(text)
PY
grep -E 'utilisation 0.5: 3[2-9](\.[0-9]+)? \(.*customers in the network' summary.1

sed 's|column + side//2), probability = 0.25|column + side//2), probability = 0.55|' \
    small.lua >slip.lua
if hanse check slip.lua >out 2>message; then
    echo "a sum of 1.05 was taken"
    exit 1
fi
grep -q "slip.lua:[0-9]*: route 'q0000/3': probability: those of a station's routes must sum" \
    message || { cat message; exit 1; }
