# Denial experiments at the prompt: the table, the file, charts, and what is refused.

$ hanse deny scenarios/who-can-stop-us.lua -n 4 -q -o deny.h5 | head -4
Withdrawals after a year: if an actor stopped in month 12, for any reason, for 36 months
4 replications, operating, no new orders; ... withdrawals simulated, ... touch nothing, ... take what another takes

the state: ... of demand is kept where ... is served undisturbed, over 36 months; worst actor the vendor's state...

$ hanse deny scenarios/who-can-stop-us.lua -n 4 -q -o one.h5 --threads 1 >one && hanse deny scenarios/who-can-stop-us.lua -n 4 -q -o zero.h5 --threads 3 --from-zero >zero && cmp one zero && cmp one.h5 zero.h5 && cmp one.h5 deny.h5

$ hanse plot deny.h5 --kind heat -o heat.svg && hanse plot deny.h5 --kind survival -o survival.svg && xmllint --noout heat.svg survival.svg
heat.svg
survival.svg

$ hanse deny scenarios/who-can-stop-us.lua -n 2 -q -o j.h5 --format json --with own_layer | python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["denial"], len(d["rows"]), [r["exposure"]["mean"] for r in d["rows"] if r["actor"] == "manager" and r["axis"] == "all" and "partner" not in r])'
tomorrow 124 [0.0]

$ hanse deny scenarios/who-can-stop-us.lua --recourse froze
...'froze', did you mean 'frozen'?
[exit 2]

$ hanse deny scenarios/who-can-stop-us.lua --denial tomorow
...no denial 'tomorow', did you mean 'tomorrow'?
[exit 2]

$ hanse deny scenarios/tutorial.lua
...must declare what to deny: denial{name = …, at = …, lasts = …, floor = …}
[exit 2]

$ hanse plot deny.h5 --kind heat --viewer hme
...no viewer 'hme', did you mean 'home'?
[exit 2]

$ hanse plot deny.h5 --kind heat --what on_time_share
...--what, --region and --case don't apply
Try 'hanse plot --help'.
[exit 2]
