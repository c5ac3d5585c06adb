# An accelerator's profile: where its rates come from, and what is refused.

$ sed 's/compute_efficiency = 0.4, memory_efficiency = 0.6,/profile = "h100_sxm5_80gb",/' "$HANSE_ROOT"/scenarios/first-steps.lua >p.lua && hanse check p.lua | grep -E 'param.h100|_efficiency'
  param.h100_sxm5_80gb_compute ... 1 (0.64... to 1.55...) ... aggregator ... H100 SXM5 80GB ...
  param.h100_sxm5_80gb_engine ... 1 (0.56... to 1.77...) ... aggregator ... H100 SXM5 80GB ...
  param.h100_sxm5_80gb_memory ... 1 (0.77... to 1.29...) ... aggregator ... H100 SXM5 80GB ...
  accelerator.gpu.compute_efficiency ... 0.72... (uncertain) ...
  accelerator.gpu.memory_efficiency ... 0.76... (uncertain) ...

$ hanse run p.lua -q -o p.h5 --replications 4 >/dev/null && hanse run p.lua -q -o q.h5 --replications 4 --threads 1 >/dev/null && cmp p.h5 q.h5 && h5dump -d /provenance/source p.h5 | grep -c 'profiles/h100_sxm5_80gb.csv'
1

$ hanse check p.lua --set accelerator.gpu.profile=l4_24gb
--set accelerator.gpu.profile: unknown name 'l4_24gb'
[exit 2]

$ sed 's/profile = "h100_sxm5_80gb",/&  compute_efficiency = 0.4,/' p.lua >r.lua && hanse check r.lua
r.lua:...: accelerator 'gpu': profile: gives compute_efficiency; leave one of the two out
[exit 2]

$ sed 's/h100_sxm5_80gb/h100/' p.lua >r.lua && hanse check r.lua
r.lua:...: accelerator 'gpu': profile: there is no profiles/h100.csv beside the scenario or in the library; 'hanse calibrate --card h100' makes one of a device of the catalogue
[exit 2]

$ sed 's/profile = "h100_sxm5_80gb",/profile = "a100_sxm_80gb", profile_precision = "fp8",/' p.lua >r.lua && hanse check r.lua
r.lua:...: accelerator 'gpu': profile: the card has no rates in fp8; it has fp32, bf16, int8
[exit 2]

$ sed 's/h100_sxm5_80gb/..\/h100/' p.lua >r.lua && hanse check r.lua
r.lua:...: accelerator 'gpu': profile: must be a name of small letters, digits and '_', got '../h100'
[exit 2]

$ mkdir -p profiles && hanse calibrate -q --card l4_24gb -o profiles/mine.csv && cmp profiles/mine.csv "$HANSE_ROOT"/scenarios/profiles/l4_24gb.csv && sed 's/h100_sxm5_80gb/mine/' p.lua >r.lua && hanse check r.lua | grep -c param.mine_
3

$ sed -i 's/,derived,/,hearsay,/' profiles/mine.csv && hanse check r.lua
r.lua:...: accelerator 'gpu': profile: the card has unknown evidence 'hearsay'
[exit 2]
