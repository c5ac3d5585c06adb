#!/usr/bin/env bash
# ctest: slow
# The result file of `hanse run`: the same bytes for any number of threads, after a kill and a
# resume, and whether a stop is taken out of the scenario or given no length.
set -euo pipefail

cat >two-years.lua <<'LUA'
hanse_schema = 1
scenario{title = "Two years", start = "2026-01-01", horizon = 2*year, base_year = 2025,
  replications = 30, central = 4, reference_accelerator = "card"}
local p = params{
  prompts = {low = 2*prompt/person/day, mid = 4*prompt/person/day, high = 8*prompt/person/day,
    unit = "prompt/person/day", label = "prompts", source = "made up", evidence = "assumption"},
}
jurisdiction{name = "A"}
jurisdiction{name = "far"}
firm{name = "maker", home = "far"}
pool{name = "pool"}
operator{name = "owner", home = "A", type = "state", cost_of_capital = 0.05/year}
region{name = "a", jurisdiction = "A", pool = "pool", population = 1e6*person,
  electricity_price = 0.1*EUR/kWh, carbon_intensity = 300*g/kWh, pue = 1.2}
accelerator{name = "card", vendor = "maker", fab = "maker", peak = 989*TFLOP/s,
  memory = 80*GiB, bandwidth = 3350*GB/s, power = 1*kW, idle_power = 0.3*kW,
  compute_efficiency = 0.4, memory_efficiency = 0.6, price = 25000*EUR, life = 5*year,
  tpp = 15832, performance_density = 19.45, hazard = 0.5/year}
maintenance{name = "care", repairable_share = 0.4, repair_time = 48*h, lead_time = 30*day}
model{name = "m", parameters = 8e9, kv_per_token = 131072*B/token}
site{name = "hall", region = "a", operator = "owner", batch_share = 0.3,
  groups = {{accelerator = "card", count = 8, maintenance = "care"}}}
workload{name = "chat", data_class = "public", model = "m", prompts_start = p.prompts,
  prompts_cap = 2*p.prompts, growth = 0.5/year, prompt_tokens = 1000*token/prompt,
  output_tokens = 200*token/prompt, give_up = 6*h, deadline = 2*h}
batch{name = "jobs", region = "a", data_class = "public", rate = 0.2/h, runtime = 4*h,
  deadline = 8*h}
restriction{name = "stop", authority = "far", targets = {"A"}, from = 6*month, to = 18*month,
  tpp_over = 4800}
override{name = "removed", set = {["restriction.stop"] = absent}}
override{name = "no_length", set = {["restriction.stop.to"] = 6*month}}
window{name = "then", from = 6*month, to = 18*month}
LUA

run() { # output, options …
    local output=$1
    shift
    hanse run two-years.lua -q --no-report -o "$output" "$@" >/dev/null
}

same() { # what, file, file
    if ! cmp -s "$2" "$3"; then
        echo "$1: $2 and $3 differ"
        exit 1
    fi
}

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

# A precision: the number of replications is part of what must not depend on threads.
run precise1.h5 --threads 1 --precision 10%
run precise2.h5 --threads 2 --precision 10%
same 'a precision with one and two threads' precise1.h5 precise2.h5

# A kill and a resume.
run_and_kill() { # output: killed once its journal holds something
    hanse run two-years.lua -q --no-report -o "$1" --threads 1 --set scenario.horizon=40*year \
        >/dev/null 2>&1 &
    local pid=$!
    for _ in $(seq 400); do
        sleep 0.02
        if [ -s "$1.part" ] && [ "$(stat -c %s "$1.part")" -gt 100000 ]; then
            break
        fi
    done
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
}

run_and_kill killed.h5
if [ ! -s killed.h5.part ]; then
    echo 'killed too late or too early: no journal is left'
    exit 1
fi
run killed.h5 --set scenario.horizon=40*year --resume killed.h5
run whole.h5 --set scenario.horizon=40*year
same 'a resumed and an undisturbed run' killed.h5 whole.h5
if [ -e killed.h5.part ]; then
    echo 'the journal is still there'
    exit 1
fi

# A journal of another study is refused and stays.
run_and_kill journal.h5
status=0
run journal.h5 --resume journal.h5 2>message || status=$?
if [ "$status" -ne 2 ] || [ ! -s journal.h5.part ]; then
    echo "resuming another study's journal: exit $status, $(cat message)"
    exit 1
fi

# Ctrl-C: exit 130, the journal stays, the line to go on with is printed.
status=0
timeout --signal=INT 2 hanse run two-years.lua -q --no-report -o int.h5 --threads 1 \
    --set scenario.horizon=90*year --replications 2000 >/dev/null 2>message || status=$?
if [ "$status" -ne 124 ] && [ "$status" -ne 130 ]; then
    echo "interrupted: exit $status"
    exit 1
fi
if [ ! -s int.h5.part ] || ! grep -q -- '--resume int.h5' message; then
    echo "interrupted: $(cat message)"
    exit 1
fi

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
