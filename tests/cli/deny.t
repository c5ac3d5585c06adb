# Denial experiments at the prompt: the table, the file, charts, and what is refused. The page
# comes with the file and again from it; one replication gives figures and no verdict; a desk
# with a function of its own hears of the withdrawal.

$ hanse deny scenarios/who-can-stop-us.lua -n 4 -q -o deny.h5 | head -5
Withdrawals after a year: if an actor stopped in month 12, for any reason, for 36 months
4 replications, operating, no new orders; ... withdrawals simulated, ... touch nothing, ... take what
    another takes

the state: ... of demand is kept where ... is served undisturbed...

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

$ hanse report deny.h5 -o again.html && cmp deny.html again.html && grep -o "The control ledger\|is kept where\|Exposure by actor and axis" again.html
again.html
is kept where
Exposure by actor and axis
The control ledger

$ hanse deny scenarios/who-can-stop-us.lua -n 2 -q --no-report -o bare.h5 >/dev/null && ls bare.*
bare.h5

$ hanse deny scenarios/who-can-stop-us.lua -n 1 -q --no-report -o bare.h5 | grep -c nan; true
0

$ sed 's/viewers = {"home"}/viewers = {"abroad"}/' scenarios/who-can-stop-us.lua >away.lua && hanse deny away.lua -n 2 -q -o away.h5 | grep -A 2 "state:"
the vendor's state: its people ask for nothing

  Rows are nested (a state takes along whom it can compel) and never add up.

$ sed 's/viewers = {"home"}/viewers = {"home"}, actors = {"grid"}/' scenarios/who-can-stop-us.lua >home.lua && hanse deny home.lua -n 2 -q -o home.h5 | grep "nobody foreign"
the state: nobody foreign is withdrawn

$ sed '/^denial{/i procurement{name = "desk", group = "campus/h100", lead_time = 1*month, policy = function(view) if view.announced_h >= 0 then return {buy = 20} end end}' scenarios/who-can-stop-us.lua >desk.lua && hanse deny desk.lua -n 2 -q --no-report --recourse adapt --set denial.tomorrow.notice=6*month --format json -o desk.h5 | python3 -c 'import json, sys; d = json.load(sys.stdin); r = [x for x in d["rows"] if x["actor"] == "vendor" and x["axis"] == "silicon" and x["viewer"] == "home"]; print(r[0]["exposure"]["mean"] < 0, r[0]["assured_share"]["mean"], sorted(d["control_ledger"][0])[:3])'
True 1.0 ['at_home', 'auditable', 'blocking_minority']

$ hanse run scenarios/who-can-stop-us.lua -n 2 --no-report -o run.h5 2>&1 >/dev/null | tail -1
nobody was withdrawn: 'hanse deny scenarios/who-can-stop-us.lua' runs the scenario's denials

$ hanse deny scenarios/who-can-stop-us.lua -n 2 -q --no-report -o wide.h5 | python3 -c 'import sys; lines = sys.stdin.read().split("\n"); print(max(map(len, lines)) <= 100, len(lines) > 40)'
True True
