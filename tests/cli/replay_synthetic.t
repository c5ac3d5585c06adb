# Synthetic workloads at the prompt: in place of a trace, written as a log, fitted. A log that
# was written replays as the workload itself; the line that a fit prints works.

$ hanse replay lublin99:jobs=500,procs=100,load=0.7,seed=1 --csv made.csv >made.txt
$ hanse replay lublin99:jobs=500,procs=100,load=0.7,seed=1 --write-swf made.swf
500 jobs written to made.swf
$ head -3 made.swf
; Version: 2.2
; MaxProcs: 100
; MaxNodes: 100
$ hanse replay made.swf --csv read.csv >read.txt
$ cmp made.csv read.csv

$ hanse replay lublin99:jobs=500,procs=100 --write-swf made.swf
...exists; --force replaces it
[exit 2]

$ hanse replay kth-like:jobs=300 --compare fcfs,easy | head -1
trace                 kth-like:jobs=300, a synthetic workload

$ hanse replay requests:requests=300,interval=0.2,prompt=lognormal/6/1,generated=gamma/2/100 --servers 9 --service '50*ms + 8*ms*generated' | sed -n '2,6p'
servers               9
service               50*ms + 8*ms*generated
estimates             exact
policy                easy
jobs                  300

$ hanse replay --workloads | grep -c '^[a-z]'
4

$ hanse replay --workloads --format json | grep '"name"'
   "name": "lublin99",
   "name": "kth-like",
   "name": "jobs",
   "name": "requests",

$ hanse replay lublin99:jobs=3000,seed=2 --fit >fit.txt
$ sed -n '1p' fit.txt
jobs                                 3000
$ eval "$(tail -1 fit.txt) | grep '^jobs'"
jobs                  3000

$ hanse replay lublin99:jobs=300 --fit --format json | grep -E '"(trace|jobs|processors)"'
 "trace": "lublin99:jobs=300",
 "jobs": 300,
 "processors": 128,

$ hanse replay lublin99:job=3
lublin99: no parameter 'job', did you mean 'jobs'?
[exit 2]

$ hanse replay lublin99:load=-1
lublin99: load must be in [1e-06, 1e+06], got -1
[exit 2]

$ hanse replay lublin99:procs=64 --procs 100
lublin99:procs=64: is made for 64 processors: say procs=100 in its text in place of --procs
[exit 2]

$ hanse replay requests:interval=1,prompt=constant/1,generated=constant/1 --servers 1
requests: makes requests: say how long one is served, as in --service '50*ms + 20*ms*generated'
[exit 2]

$ hanse replay lublin99:jobs=10 --fit
...--fit needs at least 21 jobs, got 10; a log without estimates wants --estimates exact
[exit 2]

$ hanse replay lublin99 --fit --policy easy
hanse replay: --fit schedules nothing and can't go with --policy
Try 'hanse replay --help'.
[exit 2]

$ hanse replay lublin99 --plot x.svg
hanse replay: --plot goes with --fit
Try 'hanse replay --help'.
[exit 2]
