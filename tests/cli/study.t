# `hanse study`: what the script is given, where its errors stand, what the exit status says.

$ printf 'print(arg[0], arg[1], arg[2], #arg, ...)' >a.lua && hanse study a.lua --seed 7
a.lua	--seed	7	2	--seed	7

$ printf 'print(require("hanse").queue.mmc{lambda = 18, mu = 1, c = 20}.wait_probability)' >q.lua
> hanse study q.lua
0.5507...

$ printf 'return {double = function(x) return 2 * x end}' >twice.lua
> printf 'print(require("twice").double(21))' >b.lua && hanse study ./b.lua
42

$ printf 'local x = 1\nerror("no such site")' >c.lua && hanse study c.lua
c.lua:2: no such site
[exit 2]

$ printf 'local x = = 1' >d.lua && hanse study d.lua
d.lua:1: unexpected symbol near '='
[exit 2]

$ hanse study nowhere.lua
cannot open nowhere.lua...
[exit 2]

$ hanse study
hanse study: ...STUDY.lua...
...
[exit 2]

$ printf 'os.exit(1)' >e.lua && hanse study e.lua
[exit 1]

$ printf 'local des = require "hanse.des"
> local env = des.Environment()
> env:process("crane", function() env:hold(1.5) env:hold(-2) end)
> env:run()' >f.lua && hanse study f.lua
process 'crane' at time 1.5: f.lua:3: hold: the delay: must be >= 0 and finite, got -2.0
[exit 2]

$ printf 'require("hanse").queue.mmc{lambda = 2, mu = 1}' >g.lua && hanse study g.lua
g.lua:1: ...
[exit 2]

$ printf 'require("hanse").queue.mmc{lambda = 1, nu = 2}' >h.lua && hanse study h.lua
h.lua:1: no figure 'nu', did you mean 'mu'?
[exit 2]

$ printf 'local function deep() error("low") end deep()' >i.lua && hanse study -v i.lua
i.lua:1: low
stack traceback:
...
[exit 2]
