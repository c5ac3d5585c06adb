# Policies that are functions of a scenario.

$ hanse check tests/cli/good/policies.lua | grep 'policy'
  procurement.desk.policy ... function at tests/cli/good/policies.lua:36...

$ hanse run tests/cli/good/policies.lua -q --no-report --threads 1 -o q.h5 >/dev/null
$ hanse run tests/cli/good/policies.lua -q --no-report --threads 2 -o r.h5 >/dev/null
$ cmp q.h5 r.h5

$ hanse run tests/cli/good/policies.lua --with typo --only-replication 0 2>&1 | tail -1
...policies.lua: procurement 'desk': policy: its function answered with an unknown key 'bye'...
[exit 1]

$ hanse run tests/cli/good/policies.lua --with blind --only-replication 0 2>&1 | tail -1
...the view has no 'instaled' (did you mean 'installed'?)...
[exit 1]

$ hanse run tests/cli/good/policies.lua --with greedy --only-replication 0 2>&1 | tail -1
...procurement 'desk': policy: buy must be a whole number from 0 to 100000000, got 0.5...
[exit 1]

$ hanse check tests/cli/good/policies.lua --set 'procurement.desk.policy="keep_stok"'
...procurement 'desk': policy: must be one of: nothing ... got 'keep_stok' (did you mean 'keep_stock'?)...
[exit 2]
