# Predictions at the prompt: inference, training, and what is refused.

$ hanse predict h100_sxm5_80gb --model llama-3-8b --batch 16 | head -4
llama-3-8b on h100_sxm5_80gb (derived), bf16
figure                           median unit         90 % interval          basis
ttft                            ... ms ... ceilings
tpot                            ... ms ... ceilings

$ hanse predict a100_sxm_80gb --model gpt-3-175b --train --tensor 8 --pipeline 8 --batch 64 --interleave 3 --link 230 --node-link 25 --format json | python3 -c 'import json, sys; d = json.load(sys.stdin); f = {r["name"]: r for r in d["figures"]}; print(d["origin"], f["step"]["low"] < f["step"]["value"] < f["step"]["high"], round(f["tokens"]["value"] * f["step"]["value"]))'
derived True 131072

$ hanse predict a100_sxm_80gb --model llama-2-70b >/dev/null
the cache holds 0 tokens beside the weights, 1 requests need 1250: more devices (--tensor), fewer requests (--batch)
[exit 1]

$ hanse predict a100_sxm_80gb --model lama-2-70b
no model 'lama-2-70b', did you mean 'llama-2-70b'?; 'hanse catalog models' lists them
[exit 2]

$ hanse predict a100_sxm_80g --model llama-2-70b
no profile file or device 'a100_sxm_80g', did you mean 'a100_sxm_80gb'?; 'hanse catalog accelerators' lists them
[exit 2]

$ hanse predict a100_sxm_80gb --model llama-2-70b --tensor 4
--link: several devices need the rate of the link between them, GB/s each way
[exit 2]

$ hanse predict a100_sxm_80gb --model gpt-3-175b --train --batch 7 --microbatch 2 >/dev/null
training: microbatch × data (2 × 1) must divide batch, got 7
[exit 2]

$ hanse predict nothere.h5 --model llama-2-70b
nothere.h5: cannot be read: No such file or directory
[exit 2]
