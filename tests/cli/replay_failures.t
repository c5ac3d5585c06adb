# Failures in a replay: none is a plain replay, checkpoints save work, and what is refused.

$ hanse replay scenarios/traces/small.swf >plain && hanse replay scenarios/traces/small.swf --failures mtbf=3e4*year >rare && head -n $(wc -l <plain) rare | cmp - plain && tail -12 rare | head -4
failures              0
interrupted           0
killed                0
lost                  0

$ hanse replay scenarios/traces/small.swf --failures mtbf=2day,node=4,seed=3 | grep -E '^(failures|interrupted|wasted|goodput)'
failures              ...
interrupted           ...
goodput               ...
wasted                ... s

$ for c in none daly; do hanse replay scenarios/traces/small.swf --format json --failures mtbf=1day,repair=1h,checkpoint=$c$([ $c = none ] || echo ,checkpoint_cost=10s) >$c.json; done; python3 -c 'import json; a, b = (json.load(open(f + ".json"))["interruptions"] for f in ("none", "daly")); print(a["interrupted"] > 0, b["wasted"] < a["wasted"], b["effective_time_ratio"] > a["effective_time_ratio"])'
True True True

$ hanse replay scenarios/traces/small.swf --failures mtbf=1day,requeue=never --format json | python3 -c 'import json, sys; d = json.load(sys.stdin)["interruptions"]; print(d["lost"] == d["interrupted"] > 0)'
True

$ hanse replay scenarios/traces/small.swf --failures mtbf=86400
--failures: mtbf: must be a time with its unit (s, min, h, day, month, year) from above 0 to 1e+12 s, got '86400'
[exit 2]

$ hanse replay scenarios/traces/small.swf --failures mtbf=1day,checkpiont=daly
--failures: no key 'checkpiont', did you mean 'checkpoint'?
[exit 2]

$ hanse replay scenarios/traces/small.swf --failures mtbf=1day,checkpoint=dayl
--failures: checkpoint: must be a time or none, young, daly, got 'dayl', did you mean 'daly'?
[exit 2]

$ hanse replay scenarios/traces/small.swf --failures mtbf=1day,checkpoint=daly
--failures: checkpoint: young and daly need a checkpoint_cost above 0
[exit 2]

$ hanse replay scenarios/traces/small.swf --failures repair=1h
--failures: mtbf: is required, the mean time between failures of a node
[exit 2]

$ hanse replay scenarios/traces/small.swf --compare fcfs,easy --failures mtbf=1day
hanse replay: --failures goes with one policy, not with --compare
Try 'hanse replay --help'.
[exit 2]
