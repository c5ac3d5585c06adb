# Requests one by one at the prompt; one engine and one device with predict; what is refused.

$ hanse serve h100_sxm5_80gb --model llama-3-8b --rate 8 --count 2000 --idle-power 100 | head -3
llama-3-8b on 1 × 1 H100 SXM5 80GB (published), bf16; engine not known: 2000 requests
figure                      value unit        90 % interval
ttft_mean            ... ms ... – ...

$ hanse serve h100_sxm5_80gb --model llama-3-70b --tensor 4 --link 450 --requests scenarios/traces/requests.csv --format json |
> python3 -c 'import json, sys; d = json.load(sys.stdin); f = {r["name"]: r for r in d["figures"]}
> print(d["requests"], all(r["low"] <= r["value"] <= r["high"] for r in d["figures"]))
> print(f["ttft_p50"]["value"] < f["ttft_p99"]["value"], "energy_per_token" in f)'
200 True
True True

$ hanse serve h100_sxm5_80gb --model llama-3-8b --rate 200 --count 4000 >/dev/null
waits grow all along ... more comes than is served

$ hanse serve h100_sxm5_80gb --model llama-3-8b --rate 60 --count 4000 --queue 4 --batch 32 --format json |
> python3 -c 'import json, sys; f = {r["name"]: r["value"] for r in json.load(sys.stdin)["figures"]}; print(0.2 < f["refused_share"] < 0.9)'
True

$ hanse serve h100_sxm5_80gb --model llama-3-8b --rate 8 --routing least_request
--routing: no rule 'least_request', did you mean 'least_requests'?; there are round_robin random least_requests least_tokens two_choices
[exit 2]

$ hanse serve h100_sxm5_80gb --model llama-3-70b --rate 1
H100 SXM5 80GB: the cache holds 0 tokens beside the weights of llama-3-70b: more devices (--tensor) or fewer bytes (--precision)
[exit 2]

$ for engine in vllm-0.15 none unknown; do
>   hanse serve h100_sxm5_80gb --model llama-3-8b --rate 0.001 --count 1 --prompt-variation 0 --output-variation 0 --output-tokens 2 --engine $engine --format json >serve.json &&
>   hanse predict h100_sxm5_80gb --model llama-3-8b --output-tokens 2 --engine $engine --format json >predict.json &&
>   python3 -c 'import json
> s, p = (json.load(open(n + ".json")) for n in ("serve", "predict"))
> a, b = ({r["name"]: r["value"] for r in d["figures"]} for d in (s, p))
> print(s["engine"] == p["engine"], s["engine"]["name"], abs(a["ttft_mean"] / b["ttft"] - 1) < 0.05, abs(a["tpot_mean"] / b["tpot"] - 1) < 0.05)'
> done
True vLLM 0.15.1 True True
True none True True
True not known True True

$ hanse serve h100_sxm5_80gb --model llama-3-8b --rate 0.001 --count 1 --engine-gap 2 --engine-request 6 --engine-step 0 --format json |
> python3 -c 'import json, sys; print(json.load(sys.stdin)["engine"])'
{'name': 'as stated', 'step_ms': 0.0, 'layer_ms': 0.0, 'gap_ms': 2.0, 'request_ms': 6.0, 'factor': 1.0, 'log_sd': 0.0}

$ printf 'tensor,batch,prompt_tokens,output_tokens,ttft_ms,tpot_ms\n1,1,1000,250,40,12\n' >points.csv && hanse serve a100_sxm_80gb --model llama-3-8b --rate 1 --count 100 --engine-points points.csv | head -n 1
llama-3-8b on 1 × 1 A100 SXM 80GB (published), bf16; engine fitted to 2 points: 100 requests

$ hanse calibrate -q --published "H100 SXM5 80GB" -o h100.h5 >/dev/null; for device in h100.h5 h100_sxm5_80gb; do
>   hanse serve $device --model llama-3-8b --rate 4 --count 500 --idle-power 100; done | sort | uniq -c | awk '$1 != 2'

$ hanse serve h100.h5 --model llama-3-8b --rate 1 --compute-efficiency 0.5 --memory-efficiency 0.7
h100.h5: a profile's file has rates; --compute-efficiency and --memory-efficiency are of a device of the catalogue
[exit 2]

$ hanse serve h100_sxm5_80gb --model llama-3-8b --rate 1 --engine vllm-0.14
no engine 'vllm-0.14', did you mean 'vllm-0.15'?; 'hanse catalog engines' lists them
[exit 2]

$ hanse serve h100_sxm5_80gb --model llama-3-8b --rate 1 --engine vllm-0.15 --engine-gap 1
hanse serve: an engine is named (--engine), fitted (--engine-points) or stated in numbers, one of the three
...
[exit 2]

$ hanse serve h100_sxm5_80gb --model llama-3-8b --rate 1 --engine-gap=-1
hanse serve: times of an engine must be >= 0 ms, got -1
...
[exit 2]

$ hanse serve h100_sxm5_80gb --model llama-3-8b --rate 1 --compute-efficiency 0.5
hanse serve: --compute-efficiency and --memory-efficiency are stated together
...
[exit 2]

$ hanse serve h100_sxm5_80gb --model llama-3-8b
hanse serve: needs either --rate, requests a second, or --requests, a trace of them
...
[exit 2]

$ hanse serve h100_sxm5_80gb --model llama-3-8b --rate 8 --arrivals mmpq/1/2
law 'mmpq': no such law
[exit 2]

$ hanse serve h100_sxm5_80gb --model llama-3-8b --requests nothere.csv
nothere.csv: cannot be read: No such file or directory
[exit 2]

$ hanse serve h100_sxm5_80gb --model llama-3-8b --requests scenarios/traces/small.swf
...
[exit 2]
