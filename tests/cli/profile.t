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

$ sed 's/parameters = 70e9, bytes_per_parameter = 1\*B, kv_per_token = 160\*kB\/token,/architecture = "llama-3-70b", bytes_per_parameter = 1*B,/; s/profile = "h100_sxm5_80gb",/& profile_precision = "fp8",/' p.lua >a.lua && hanse check a.lua | grep -E 'model.open.(layers|param|kv_per)|gpu.(kernels|kernel_p|engine)'
  accelerator.gpu.engine_factor ... 1.1 (uncertain) ...
  accelerator.gpu.engine_gap ... 0.001 s (uncertain) ...
  accelerator.gpu.engine_request ... 0.003 s (uncertain) ...
  accelerator.gpu.kernel_precision ... fp8 ...
  accelerator.gpu.kernels ... stream_copy/fp64 ...
  model.open.kv_per_token ... 163840 B/token ... llama-3-70b of models.csv...
  model.open.layers ... 80 ... llama-3-70b of models.csv...
  model.open.parameters ... 70552387584 ... llama-3-70b of models.csv...

$ { echo 'local engine = reference("engines"):find{id = "vllm-0.15"}'; sed 's/profile_precision = "fp8",/& engine_factor = engine:quantity("factor"), engine_gap = engine:quantity("gap_ms", ms), engine_request = engine:quantity("request_ms", ms),/' a.lua; } >e.lua && hanse check e.lua | grep 'gpu.engine'
  accelerator.gpu.engine_factor ... 1 ... derived ... inference-sim/sim-to-real-accuracy-validation ...
  accelerator.gpu.engine_gap ... 0.00203 s ... derived ... inference-sim/sim-to-real-accuracy-validation ...
  accelerator.gpu.engine_request ... 0.00593 s ... derived ... inference-sim/sim-to-real-accuracy-validation ...

$ hanse run a.lua -q -o a.h5 --replications 2 >/dev/null && h5dump -d /provenance/source a.h5 | grep -c 'reference/models.csv'
1

$ hanse check p.lua | grep model.open.layers
  model.open.layers ... 0 ... p.lua:... assumption  no architecture: served at the two rates that llama-3-8b reaches on h100_sxm5_80gb, whatever the model

$ hanse check "$HANSE_ROOT"/scenarios/first-steps.lua | grep model.open.layers
  model.open.layers ... 0 ... default

$ sed 's/llama-3-70b/lama-3-70b/' a.lua >r.lua && hanse check r.lua
r.lua:...: model 'open': architecture: no model 'lama-3-70b' in reference/models.csv (did you mean 'llama-3-70b'?); 'hanse catalog models' lists them
[exit 2]

$ sed 's/architecture = /parameters = 80e9, &/' a.lua >r.lua && hanse check r.lua
r.lua:...: model 'open': parameters: must be within 5 % of what its architecture amounts to, 7.05524e+10, got 8e+10
[exit 2]

$ sed 's/architecture = /layers = 80, &/' a.lua >r.lua && hanse check r.lua
r.lua:...: model 'open': architecture: gives layers; leave one of the two out
[exit 2]

$ sed 's/bytes_per_parameter = 1\*B,//' a.lua >r.lua && hanse check r.lua
...: model 'open': bytes_per_parameter: must be that of the precision which accelerator 'gpu' has its rates in (fp8, 1), got 2; ...
[exit 2]

$ sed 's/bytes_per_parameter = 1\*B,//; s/profile_precision = "fp8",//' a.lua >r.lua && hanse check r.lua
r.lua:...: accelerator 'gpu': interconnect: workload 'assistant': model 'open' takes 2 of accelerator 'gpu', so its 'interconnect' must be given
[exit 2]

$ sed 's/profile = "h100_sxm5_80gb",/& kernels = "gemm\/fp8",/' a.lua >r.lua && hanse check r.lua
r.lua:...: accelerator 'gpu': profile: gives kernels; leave one of the two out
[exit 2]

$ hanse check a.lua --set model.open.architecture=mixtral
--set model.open.architecture: unknown name 'mixtral'
[exit 2]

$ sed '1!{/,gemm,/d;/,stream_/d;/,ring_/d}' "$HANSE_ROOT"/scenarios/profiles/h100_sxm5_80gb.csv >profiles/old.csv && sed 's/h100_sxm5_80gb/old/' a.lua >r.lua && hanse check r.lua | grep gpu.kernels
  accelerator.gpu.kernels ... - ... assumption  no kernels in profiles/old.csv: every model is served at the two rates that llama-3-8b reaches

$ sed 's/bf16,gemm,2048/bf16,gem,2048/' "$HANSE_ROOT"/scenarios/profiles/h100_sxm5_80gb.csv >profiles/old.csv && hanse check r.lua
r.lua:...: accelerator 'gpu': profile: the card has no kernel, precision and shape in 'gem/bf16/2048x2048x13312'
[exit 2]

$ hanse check p.lua --set param.h100_sxm5_80gb_compute=1.5 --set param.h100_sxm5_80gb_memory=1.1 | grep kernel_rates
  accelerator.gpu.kernel_rates ... 3.35e+12 1e+15 2.1039e+15 ...
