# hanse run: what it prints, and what it answers to slips.

$ hanse run scenarios/first-steps.lua --replications 8 --seed 3 -q -o a.h5
...
as_planned ...
twice_as_big ...
...
$ ls a.h5 a.html
a.h5
a.html
$ ls a.h5.part
ls: cannot access 'a.h5.part': No such file or directory
[exit 2]

$ hanse run scenarios/first-steps.lua --replications 8 -q --no-report -o a.h5 >/dev/null
$ hanse run scenarios/neighbours.lua --replications 4 -q --no-report -o a.h5
...a.h5...--force...
[exit 2]
$ hanse run scenarios/neighbours.lua --replications 4 -q --no-report -o a.h5 --force >/dev/null

$ hanse run scenarios/first-steps.lua --replications 4 --format json -q --no-report -o b.h5 | python3 -c 'import json,sys; print(type(json.load(sys.stdin)).__name__)'
dict

$ hanse run scenarios/nowhere.lua
...scenarios/nowhere.lua: ...
[exit 2]
$ hanse run scenarios/first-steps.lua --wiht bigger
hanse run: no option --wiht, did you mean '--with'?
...
[exit 2]
$ hanse run scenarios/first-steps.lua --with biger -o c.h5
case 'biger': there is no override 'biger' (did you mean 'bigger'?)
[exit 2]
$ hanse run scenarios/first-steps.lua --set scenario.horizn=1*year -o c.h5
...horizn...did you mean 'horizon'...
[exit 2]
$ hanse run scenarios/first-steps.lua --replications 0 -o c.h5
...replications: must be...
[exit 2]
$ hanse run scenarios/first-steps.lua --threads 0
hanse run: --threads: must be 1 to 4096, got 0
...
[exit 2]
$ hanse run scenarios/first-steps.lua --replications 4 -q -o /nowhere/c.h5
...nowhere/c.h5...
[exit 3]

$ hanse run scenarios/first-steps.lua --with bigger --only-replication 1 --trace 'fleet.fail'
bigger ... fleet.fail ...
...
case bigger, replication 1: ... events over ... h
$ hanse run scenarios/first-steps.lua --with bigger --profile
case bigger, replication 0: ... events over ... h

what ... times ... share
...
calendar, set-up, clock ...

$ hanse run scenarios/first-steps.lua --precision 5% -q --no-report -o p.h5
...
Means ± half-width of the 95 % interval over ... replications with inputs drawn;
differences to the baseline are paired.
...
$ hanse run scenarios/first-steps.lua --precision 5 -o p.h5
--precision: must be between 0 and 100 %, got '5'
[exit 2]
$ hanse run scenarios/first-steps.lua --precision 5% --replications 9 -o p.h5
hanse run: --precision and --replications exclude each other
...
[exit 2]
