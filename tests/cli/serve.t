# Requests one by one at the prompt, and what is refused.

$ hanse serve h100_sxm5_80gb --model llama-3-8b --rate 8 --count 2000 --idle-power 100 | head -3
llama-3-8b on 1 × 1 h100_sxm5_80gb (derived), bf16: 2000 requests
figure                      value unit        90 % interval
ttft_mean            ... ms ... – ...

$ hanse serve h100_sxm5_80gb --model llama-3-70b --tensor 4 --link 450 --requests scenarios/traces/requests.csv --format json |
> python3 -c 'import json, sys; d = json.load(sys.stdin); f = {r["name"]: r for r in d["figures"]}
> print(d["requests"], all(r["low"] <= r["value"] <= r["high"] for r in d["figures"]))
> print(f["ttft_p50"]["value"] < f["ttft_p99"]["value"], "energy_per_token" in f)'
200 True
True False

$ hanse serve h100_sxm5_80gb --model llama-3-8b --rate 200 --count 4000 >/dev/null
waits grow all along ... more comes than is served

$ hanse serve h100_sxm5_80gb --model llama-3-8b --rate 60 --count 4000 --queue 4 --batch 32 --format json |
> python3 -c 'import json, sys; f = {r["name"]: r["value"] for r in json.load(sys.stdin)["figures"]}; print(0.2 < f["refused_share"] < 0.9)'
True

$ hanse serve h100_sxm5_80gb --model llama-3-8b --rate 8 --routing least_request
--routing: no rule 'least_request', did you mean 'least_requests'?; there are round_robin random least_requests least_tokens two_choices
[exit 2]

$ hanse serve h100_sxm5_80gb --model llama-3-70b --rate 1
h100_sxm5_80gb: the cache holds 0 tokens beside the weights of llama-3-70b: more devices (--tensor) or fewer bytes (--precision)
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
