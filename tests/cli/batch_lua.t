# A pool's scheduler may be a function of the scenario: the same policy gives the same figures.

$ for w in lua easy; do hanse run tests/cli/good/batch.lua -q --no-report --with $w --csv $w.csv -o $w.h5 >/dev/null; sed "s/,$w,/,X,/" $w.csv >$w.txt; done; cmp lua.txt easy.txt && test $(grep -c batch_killed lua.txt) -gt 10

$ for w in lua_fcfs fcfs; do hanse run tests/cli/good/batch.lua -q --no-report --with $w,narrow --csv $w.csv -o $w.h5 >/dev/null; sed "s/,$w+narrow,/,X,/" $w.csv >$w.txt; done; cmp lua_fcfs.txt fcfs.txt; cmp -s easy.txt fcfs.txt
[exit 1]

$ hanse run tests/cli/good/batch.lua -q --no-report --with lua --threads 1 -o one.h5 >/dev/null && cmp one.h5 lua.h5

$ for z in '' --from-zero; do hanse deny tests/cli/good/batch.lua -q -n 1 --with lua -o deny$z.h5 --format json $z >deny$z.json; done; cmp deny.json deny--from-zero.json && cmp deny.h5 deny--from-zero.h5 && grep -c exposure deny.json
...

$ hanse run tests/cli/good/batch.lua --with typo --only-replication 0 2>&1 | tail -1
...tests/cli/good/batch.lua:91: the view has no 'frist' (did you mean 'first'?)
[exit 1]

$ hanse run tests/cli/good/batch.lua --with wild --only-replication 0 2>&1 | tail -1
...tests/cli/good/batch.lua:92: a job must be one that waits, got 77
[exit 1]

$ hanse run tests/cli/good/batch.lua --with late --only-replication 0 2>&1 | tail -1
...tests/cli/good/batch.lua:93: take: job 0 can be held room for from ... s, its earliest time, got 1000000000000
[exit 1]

$ hanse run tests/cli/good/batch.lua --with wide --only-replication 0 2>&1 | tail -1
...tests/cli/good/batch.lua:95: take: takes a job and perhaps a time, got 0 arguments
[exit 1]

$ hanse run tests/cli/good/batch.lua --with answering --only-replication 0 2>&1 | tail -1
...pool 'national': scheduler: its function answered with an unknown key 'start'
[exit 1]

$ for w in priority priority,short priority,ages; do hanse run tests/cli/good/batch.lua -q --no-report --with $w --csv p.csv -o p.h5 --force >/dev/null; sed "s/,$w,/,X,/" p.csv | cksum; done | sort -u | wc -l
3

$ hanse check tests/cli/good/batch.lua --with priority,short | grep priority_
  pool.national.priority_age_max                 336 h                        default
  pool.national.priority_age_weight              1000                         default
  pool.national.priority_backfill                true                         default
  pool.national.priority_favour                  large                        default
  pool.national.priority_half_life               24 h                         ...
  pool.national.priority_period                  0.0833333333333 h            default
  pool.national.priority_share_weight            10000                        default
  pool.national.priority_size_weight             1000                         default

$ hanse check tests/cli/good/batch.lua --set 'pool.national.priority_halflife=3*day'
...(did you mean 'priority_half_life'?)
[exit 2]

$ hanse check tests/cli/good/batch.lua --set 'pool.national.priority_half_life=0*day'
...pool 'national': priority_half_life: must be >= 0.000......, got 0...
[exit 2]

$ hanse check tests/cli/good/batch.lua --set 'pool.national.priority_favour="smal"'
...got 'smal' (did you mean 'small'?)
[exit 2]
