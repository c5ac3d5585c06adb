# Traces at the prompt. five.swf is worked out by hand: on 4 processors job 1 runs 0–10 on two,
# job 2 wants all four and is promised 10, job 3 fits before that (2 + 8 <= 10), job 4 does not
# (3 + 9 > 10) and follows job 2, which runs 10–20. With
# exact estimates nothing changes: job 4 would still end at 12, after job 2's promise. What
# comes out is the same bytes whatever the threads and however the file is packed, and a file of
# another trace is not replaced by accident.

$ hanse replay tests/cli/good/five.swf --policy easy -q --csv five.csv >/dev/null; cat five.csv; ls
job,number,submit,start,end,wait,runtime,estimate,width,user
0,1,0,0,10,0,10,10,2,7
1,2,1,10,20,9,10,20,4,7
2,3,2,2,7,0,5,8,2,8
3,4,3,20,25,17,5,9,2,8
4,5,30,30,34,0,4,4,1,8
docs
five.csv
hanse
...

$ hanse replay tests/cli/good/five.swf --policy fcfs --machine-sets -q --csv five.csv >/dev/null
$ cut -d, -f 2,4,11 five.csv
number,start,machines
1,0,0-1
2,10,0-3
3,20,0-1
4,20,2-3
5,30,0

$ hanse replay tests/cli/good/five.swf --policy easy --format json
{
 "trace": "tests/cli/good/five.swf",
 "format": "swf",
 "processors": 4,
 "processors_from": "MaxProcs",
 "estimates": "user",
 "service": null,
 "lines": 5,
 "dropped": {
  "no_processors": 0,
...
 "policy": "easy",
 "results": {
  "jobs": 5,
  "waited": 2,
  "wait_time_mean": 5.2,
...
  "utilization": 0.617647058823529...
...
}


$ hanse replay tests/cli/good/five.swf --estimates exact -q --csv five.csv >/dev/null; cut -d, -f 4 five.csv | xargs
start 0 10 2 20 30

$ hanse replay tests/cli/good/five.swf --procs 8 -q --csv five.csv >/dev/null; cut -d, -f 4 five.csv | xargs
start 0 1 2 7 30

$ hanse replay tests/cli/good/five.swf --procs 3 | grep -E 'processors|too_wide|^jobs'
processors            3; by hand
  too_wide            1  wider than the machine
jobs                  4


$ gzip -c tests/cli/good/five.swf >five.swf.gz
$ for n in 1 2 5; do hanse replay five.swf.gz --compare fcfs,sjf,easy,conservative,priority:half_life=3600,period=60 -t $n --rank-by wait_time_mean --format json | sha256sum; done | uniq | wc -l
1
$ hanse replay five.swf.gz -o a.h5 -q >/dev/null && hanse replay five.swf.gz -o b.h5 -q >/dev/null && cmp a.h5 b.h5

$ hanse replay tests/cli/good/five.swf --compare fcfs,easy --rank-by wait_time_mean | tail -3
    policy                          wait_time_mean         wait_time_p95 bounded_slowdown_mean           utilization              makespan
 1  easy                                       5.2                    17                  1.42           0.617647059                    34
 2  fcfs                                       8.8                    18                  1.68           0.617647059                    34


$ hanse replay five.swf.gz --compare fcfs,easy,priority:half_life=60,favour=small -q -o c.h5 --csv c.csv >/dev/null && head -2 c.csv && tail -1 c.csv
policy,job,number,submit,start,end,wait,runtime,estimate,width,user
fcfs,0,1,0,0,10,0,10,10,2,7
"priority:half_life=60,favour=small",4,5,30,30,34,0,4,4,1,8
$ for p in fcfs easy; do hanse replay five.swf.gz --policy $p -q --csv one.csv >/dev/null; grep "^$p," c.csv | cut -d, -f2- >of.csv; tail -n +2 one.csv | cmp - of.csv; done
$ hanse replay five.swf.gz --compare fcfs,easy,priority:half_life=60,favour=small -q -t 1 -o d.h5 >/dev/null && cmp c.h5 d.h5
$ for w in waits queue utilization; do hanse plot c.h5 --what $w -o $w.svg && xmllint --noout $w.svg && grep -c '>priority:half_life=60,favour=small<' $w.svg; done
waits.svg
1
queue.svg
1
utilization.svg
1
$ hanse plot c.h5 --what gantt --case easy -o gantt.svg && xmllint --noout gantt.svg && grep -c 'under easy' gantt.svg
gantt.svg
1
$ hanse plot c.h5 --what gantt -o gantt.svg
c.h5: holds 3 policies, and a gantt chart shows one: name it with --case, as in --case fcfs
[exit 2]
$ hanse plot c.h5 --what waits --case esay
c.h5: holds no policy 'esay', did you mean 'easy'?
[exit 2]

$ hanse replay tests/cli/good/five.swf -o a.h5 -q >/dev/null
a.h5: is a replay of another trace ('five.swf.gz'): replace it with --force, or name another with -o
[exit 2]
$ hanse replay tests/cli/good/five.swf -o a.h5 -q --force >/dev/null; hanse replay tests/cli/good/five.swf -o a.h5 -q -p sjf >/dev/null; ls a.h5*
a.h5
$ echo hello >a.txt; hanse replay tests/cli/good/five.swf -o a.txt -q
a.txt: is there and is no replay: replace it with --force, or name another with -o
[exit 2]
$ hanse report a.h5
a.h5: is a replay: 'hanse plot --what waits|queue|utilization|gantt' draws it
[exit 2]

$ for what in waits queue utilization gantt; do hanse plot a.h5 --what $what -o $what.svg && grep -c '<svg' $what.svg; done
waits.svg
1
queue.svg
1
utilization.svg
1
gantt.svg
1
$ hanse plot a.h5 --what gantt --from 40 --to 50 -o x.svg
a.h5: a window must lie within the replay's 0 to 34 s, got 40 to 50 s
[exit 2]
$ hanse plot a.h5 --what wait
hanse plot: --what: of a replay must be waits, queue, utilization or gantt, got 'wait', did you mean 'waits'?
Try 'hanse plot --help'.
[exit 2]
$ hanse plot a.h5 --what waits --kind bars
hanse plot: a.h5: is a replay; --kind doesn't apply
Try 'hanse plot --help'.
[exit 2]

$ hanse replay --policies | grep -c '^[a-z]'
6
$ hanse replay --policies --format json | grep -c '"rule"'
6


$ hanse replay
hanse replay: needs TRACE
Try 'hanse replay --help'.
[exit 2]
$ hanse replay none.swf
none.swf: cannot be read: No such file or directory
[exit 2]
$ hanse replay tests/cli/good
tests/cli/good: cannot be read: Is a directory
[exit 2]
$ hanse replay tests/cli/good/five.swf --policy eazy
policy: no policy 'eazy', did you mean 'easy'?
[exit 2]
$ hanse replay tests/cli/good/five.swf --policy priority:half_lif=2
policy priority: no parameter 'half_lif', did you mean 'half_life'?
[exit 2]
$ hanse replay tests/cli/good/five.swf --policy priority:half_life=2,half_life=3
policy priority: half_life is given twice
[exit 2]
$ hanse replay tests/cli/good/five.swf --policy easy:
policy easy: a parameter is written key=value, got ''
[exit 2]
$ hanse replay tests/cli/good/five.swf --compare fcfs,easy,fcfs
policy fcfs is listed twice
[exit 2]
$ hanse replay tests/cli/good/five.swf --compare fcfs --rank-by wait_time_men
no figure 'wait_time_men', did you mean 'wait_time_mean'?
[exit 2]
$ cat tests/cli/good/five.swf | hanse replay /dev/stdin -p fcfs | grep wait_time
wait_time s                    8.8            9           18           18           18           18
$ cat tests/cli/good/five.swf | hanse replay /dev/stdin --compare fcfs,easy
/dev/stdin: must be a file and no pipe, because --compare reads it once for each policy
[exit 2]
$ hanse replay tests/cli/good/five.swf --threads 2
hanse replay: --threads goes with --compare
Try 'hanse replay --help'.
[exit 2]
$ hanse replay tests/cli/good/five.swf --estimates factor:0
estimates: the factor must be from 1 to 1e6, got '0'
[exit 2]
$ hanse replay tests/cli/good/five.swf --procs 0
hanse replay: --procs: must be from 1 to 16777216
Try 'hanse replay --help'.
[exit 2]
$ hanse replay tests/cli/good/five.swf --service 1
tests/cli/good/five.swf: is a log, whose jobs have runtimes: --service is for tables of requests
[exit 2]
$ hanse replay scenarios/traces/requests.csv --servers 3
scenarios/traces/requests.csv: is a table of requests: say how long one is served, as in --service '50*ms + 20*ms*generated'
[exit 2]
$ hanse replay scenarios/traces/requests.csv --servers 3 --service '0.02*generatd'
--service: at 6: no column or unit 'generatd', did you mean 'generated'?
[exit 2]
$ grep '^;' tests/cli/good/five.swf >none.swf; hanse replay none.swf
none.swf: no job is left to replay
[exit 2]
$ hanse replay tests/cli/good/five.swf --procs 1 --estimates exact -q --csv five.csv >/dev/null; cut -d, -f 2 five.csv | xargs
number 5
$ head -5 tests/cli/good/five.swf >wide.swf; hanse replay wide.swf --procs 1
wide.swf: no job is left to replay: 3 wider than the machine
[exit 2]
$ hanse replay none.csv --nodes none.csv
none.csv: No such file or directory
[exit 2]
