# Policies in Lua give the starts of the same policies in C, and are refused with their line.

$ for p in easy sjf; do hanse replay scenarios/traces/small.swf -q --policy $p --csv c.csv >/dev/null && hanse replay scenarios/traces/small.swf -q --policy scenarios/policies/$p.lua --csv lua.csv >/dev/null && cmp c.csv lua.csv && wc -l <lua.csv; done
117
117

$ for p in easy sjf; do hanse replay lublin99:jobs=2000,procs=64,load=0.9,seed=3 -q --policy $p --csv c.csv >/dev/null && hanse replay lublin99:jobs=2000,procs=64,load=0.9,seed=3 -q --policy scenarios/policies/$p.lua --csv lua.csv >/dev/null && cmp c.csv lua.csv && wc -l <lua.csv; done
2001
2001

$ hanse replay scenarios/traces/small.swf -q --machine-sets --policy easy --csv c.csv >/dev/null && hanse replay scenarios/traces/small.swf -q --machine-sets --policy scenarios/policies/easy.lua --csv lua.csv >/dev/null && cmp c.csv lua.csv

$ printf 'hanse_schema = 1\nfunction schedule(view)\n  view.take(view.frist())\nend\n' >typo.lua; hanse replay scenarios/traces/small.swf --policy typo.lua
typo.lua:3: the view has no 'frist' (did you mean 'first'?)
[exit 2]

$ printf 'hanse_schema = 1\nfunction schedule(view)\n  view.take(77)\nend\n' >wild.lua; hanse replay scenarios/traces/small.swf --policy wild.lua
wild.lua:3: a job must be one that waits, got 77
[exit 2]

$ printf 'hanse_schema = 1\nfunction schedule(view)\n  while true do end\nend\n' >endless.lua; hanse replay scenarios/traces/small.swf --policy endless.lua
endless.lua:3: instructions: ...
[exit 2]

$ printf 'hanse_schema = 1\nlocal kept\nfunction schedule(view)\n  view.take(view.first(), 1e9)\nend\n' >late.lua; hanse replay scenarios/traces/small.swf --policy late.lua
late.lua:4: take: job 1 can be held room for from 586 s, its earliest time, got 1000000000
[exit 2]

$ printf 'hanse_schema = 1\n' >none.lua; hanse replay scenarios/traces/small.swf --policy none.lua
none.lua: ...schedule: must be a function of the view, got nil
[exit 2]

$ hanse replay scenarios/traces/small.swf --policy nothere.lua
nothere.lua: No such file or directory
[exit 2]

$ hanse replay scenarios/traces/small.swf --compare easy,scenarios/policies/easy.lua,sjf,scenarios/policies/sjf.lua -q --csv all.csv | tail -4 | sed 's/ \{1,\}/ /g' | cut -d' ' -f3-4
easy 7.20862885
scenarios/policies/easy.lua 7.20862885
sjf 8.43862037
scenarios/policies/sjf.lua 8.43862037

$ for p in easy sjf; do grep "^$p," all.csv | cut -d, -f2- >c.csv; grep "^scenarios/policies/$p.lua," all.csv | cut -d, -f2- >lua.csv; cmp c.csv lua.csv && wc -l <lua.csv; done
116
116

$ hanse replay scenarios/traces/small.swf --compare easy,scenarios/policies/esay.lua
scenarios/policies/esay.lua: No such file or directory
[exit 2]
