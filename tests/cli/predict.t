# Predictions at the prompt: inference, training, and what is refused.

$ hanse predict h100_sxm5_80gb --model llama-3-8b --batch 16 | head -4
llama-3-8b on H100 SXM5 80GB (published), bf16; engine not known
figure                           median unit         90 % interval          basis
ttft                            ... ms ... ceilings
tpot                            ... ms ... ceilings

$ hanse predict a100_sxm_80gb --model gpt-3-175b --train --tensor 8 --pipeline 8 --batch 64 --interleave 3 --link 230 --node-link 25 --format json | python3 -c 'import json, sys; d = json.load(sys.stdin); f = {r["name"]: r for r in d["figures"]}; print(d["origin"], f["step"]["low"] < f["step"]["value"] < f["step"]["high"], round(f["tokens"]["value"] * f["step"]["value"]))'
published True 131072

$ hanse predict a100_sxm_80gb --model llama-2-70b >/dev/null
the cache holds 0 tokens beside the weights, 1 requests need 1250: more devices (--tensor), fewer requests (--batch)
[exit 1]

$ hanse predict a100_sxm_80gb --model lama-2-70b
no model 'lama-2-70b', did you mean 'llama-2-70b'?; 'hanse catalog models' lists them
[exit 2]

$ hanse predict a100_sxm_80g --model llama-2-70b
no profile or device 'a100_sxm_80g', did you mean 'a100_sxm_80gb'?; 'hanse catalog accelerators' lists devices, and a profile's file ends in .h5
[exit 2]

$ hanse predict h100_sxm5_80gb --model llama-2-70b --tensor 4
--link: several devices need the rate of the link between them, GB/s each way; the profile has none
[exit 2]

$ hanse predict a100_sxm_80gb --model llama-2-70b --tensor 4 --pipeline 2 --format json >own.json && hanse predict a100_sxm_80gb --model llama-2-70b --tensor 4 --pipeline 2 --link 286 --format json >stated.json && python3 -c 'import json
> a, b = ({f["name"]: f["value"] for f in json.load(open(n))["figures"]} for n in ("own.json", "stated.json"))
> print(1.005 < a["ttft"] / b["ttft"] < 1.05)'
True

$ hanse predict a100_sxm_80gb --model gpt-3-175b --train --batch 7 --microbatch 2 >/dev/null
training: microbatch × data (2 × 1) must divide batch, got 7
[exit 2]

$ hanse predict nothere.h5 --model llama-2-70b
nothere.h5: cannot be read: No such file or directory
[exit 2]

$ hanse predict l4_24gb --model llama-3-8b --precision fp8 | head -n 1
llama-3-8b on L4 24GB (derived), fp8; engine not known

$ printf 'tensor,batch,prompt_tokens,output_tokens,ttft_ms,tpot_ms\n8,1,512,128,,43.9\n8,1,1024,128,143,\n' >points.csv && hanse predict a100_sxm_80gb --model llama-2-70b --tensor 8 --link 230 --engine-points points.csv --format json | python3 -c 'import json, sys; f = {r["name"]: r["value"] for r in json.load(sys.stdin)["figures"]}; print(round(f["tpot"], 2), 0.5 < f["engine_layer"] < 0.6, f["steady_rate"] > 0)'
43.9 True True

$ hanse predict h100_sxm5_80gb --model llama-3-8b --engine-gap 3 --device-factor 1.2 --format json >one.json &&
> hanse predict h100_sxm5_80gb --model llama-3-8b --batch 64 --engine-gap 3 --device-factor 1.2 --format json >many.json && python3 -c 'import json
> one, many = ({r["name"]: r["value"] for r in json.load(open(n))["figures"]} for n in ("one.json", "many.json"))
> print("tensor,batch,prompt_tokens,output_tokens,ttft_ms,tpot_ms")
> print("1,1,1000,250,%.9g,%.9g" % (one["ttft"], one["tpot"]))
> print("1,64,1000,250,,%.9g" % many["tpot"])' >points.csv &&
> hanse predict h100_sxm5_80gb --model llama-3-8b --engine-points points.csv | tail -n 4
engine_step                           0 ms
engine_layer                          0 ms
engine_gap                            3 ms
device_factor                       1.2 1

$ head -n 2 points.csv >two.csv && hanse predict h100_sxm5_80gb --model llama-3-8b --engine-points two.csv | grep engine_gap
engine_gap                            0 ms

$ hanse predict h100_sxm5_80gb --model llama-3-8b --engine tensorrt-llm-0.17 | head -n 1
llama-3-8b on H100 SXM5 80GB (published), bf16; engine TensorRT-LLM 0.17

$ hanse predict h100_sxm5_80gb --model llama-3-8b --train --engine vllm-0.15
hanse predict: an engine answers: it goes neither with --train nor with --kernel
...
[exit 2]

$ printf 'tensor,batch,prompt_tokens,output_tokens,ttft_ms,tpot_ms\n8,1,1000,250,40,\n' >points.csv && hanse predict h100_sxm5_80gb --model llama-2-70b --engine-points points.csv
points.csv:2: a point of 8 devices needs the rate of the link between them, --link
[exit 2]

$ printf 'tensor,batch\n8,1\n' >points.csv && hanse predict a100_sxm_80gb --model llama-3-8b --engine-points points.csv
points.csv: has no column 'prompt_tokens'
[exit 2]

$ hanse predict a100_sxm_80gb --model llama-3-8b --train --batch 8 --groups 4 --inner-steps 100 --group-link 0.1 --group-latency 0 --format json | python3 -c 'import json, sys; f = {r["name"]: r["value"] for r in json.load(sys.stdin)["figures"]}; bytes = 2 * f["parameters"]; print(round(f["step_groups"] / (2 * 3 * bytes / (4 * 0.1e9) / 100), 3))'
1.0

$ hanse predict a100_sxm_80gb --model llama-3-8b --groups 4
hanse predict: --groups needs --train, --inner-steps and --group-link
...
[exit 2]

$ hanse predict h100_sxm5_80gb --kernel stencil7 --shape 512x512x512 --precision fp64 | tail -n 2
time ... ms ... ceilings
rate ... GB/s ... ceilings

$ hanse predict h100_sxm5_80gb --kernel stencil8 --shape 512
--kernel: no kernel 'stencil8', did you mean 'stencil7'?
[exit 2]

$ hanse predict h100_sxm5_80gb --kernel fft --shape 512
--shape: fft takes nxtransforms, each >= 1, got '512'
[exit 2]

$ hanse predict h100_sxm5_80gb --kernel tcp_stream --shape 512
tcp_stream: latencies and transfers belong to a machine; they are measured, not predicted
[exit 2]

$ hanse predict h100_sxm5_80gb
hanse predict: needs --model NAME ('hanse catalog models' lists them) or --kernel NAME --shape AxB…
...
[exit 2]
