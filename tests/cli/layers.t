# Published timings of layers: what is taken in, and what is refused. The datasheet stands in for
# what the tables lack; a message takes α + bytes ÷ β; sums across nodes stay out.

$ printf 'layer,tokens,time_us\nqkv_proj,1,10\nqkv_proj,1,12\nqkv_proj,64,20\nrotary_emb,1,3\n' >dense.csv; printf 'layer,sequences,time_us\nlm_head,1,1000\n' >heads.csv; printf 'prefill_chunk,kv_prefill,n_decode,kv_decode,time_us\n0,0,16,1024,100\n512,0,0,0,50\n512,0,16,1024,150\n' >attention.csv; hanse calibrate --published l4_24gb --layers dense.csv --layers heads.csv --layers attention.csv --model llama-3-8b --source 'a bench' -o l4.h5 && hanse calibrate --show l4.h5 | grep -E 'vllm|of which'
l4.h5
gemm              bf16  vllm        1×6144×4096          4576 GFLOP/s ... published: a bench
gemm              bf16  vllm        64×6144×4096 ... published: a bench
gemm              bf16  vllm        1×128256×4096 ... published: a bench
attention_prefill bf16  vllm        32×8×512×128 ... published: a bench
attention_decode  bf16  vllm        32×8×1024×128×16 ... published: a bench
layers: dense.csv (SHA-256 ...): layers of vLLM over tokens, 4 rows, of which 1 say nothing of a kernel here
layers: heads.csv (SHA-256 ...): layers of vLLM over sequences, 1 rows, of which 0 say nothing of a kernel here
layers: attention.csv (SHA-256 ...): attention of vLLM, 3 rows, of which 1 say nothing of a kernel here

$ hanse calibrate --show l4.h5 | grep -cE '^(gemm +fp8|stream_copy).* derived: '
2

$ hanse predict l4.h5 --model llama-3-8b --batch 16 | grep -E 'step_(attention|output)'
step_attention ... outside the measured range
step_output ... outside the measured range

$ hanse calibrate --published l4_24gb --layers dense.csv --source 'a bench'
dense.csv: states no widths, so it needs the model that was timed (--model)
[exit 2]

$ hanse calibrate --published l4_24gb --layers dense.csv --model llama-3-8b
hanse calibrate: --layers: needs --published NAME, the device that was timed, and --source TEXT, where the tables come from
...
[exit 2]

$ hanse calibrate --published l4_24gb --source 'a bench'
hanse calibrate: --source, --model and --tensor go with --layers
...
[exit 2]

$ hanse calibrate --published l4_24gb --layers dense.csv --model llama-3-8 --source 'a bench'
no model 'llama-3-8', did you mean 'llama-3-8b'?; 'hanse catalog models' lists them
[exit 2]

$ hanse calibrate --published l4_24gb --layers dense.csv --model llama-3-8b --precision fp12 --source 'a bench'
--precision: must be fp64, fp32, bf16, fp16, fp8, int8 or int4, got 'fp12'
[exit 2]

$ hanse calibrate --published l4_24gb --layers dense.csv --model llama-3-8b --tensor 3 --source 'a bench'
dense.csv:1: ranks must divide heads (32) and feed-forward width (14336), got 3
[exit 2]

$ sed 's/,10$/,-10/' dense.csv >bad.csv; hanse calibrate --published l4_24gb --layers bad.csv --model llama-3-8b --source x
bad.csv:2: time_us: must be a time > 0, got '-10'
[exit 2]

$ sed 's/j,64,/j,6.5,/' dense.csv >bad.csv; hanse calibrate --published l4_24gb --layers bad.csv --model llama-3-8b --source x
bad.csv:4: tokens: must be a whole number > 0, got '6.5'
[exit 2]

$ sed 's/,20$//' dense.csv >bad.csv; hanse calibrate --published l4_24gb --layers bad.csv --model llama-3-8b --source x
bad.csv:4: a row must have 3 fields as the header has, got 2
[exit 2]

$ printf 'time,joules\n1,2\n' >bad.csv; hanse calibrate --published l4_24gb --layers bad.csv --source x
bad.csv:1: header: must be that of a table of vidur's or vLLM's layers (docs/profiles.md), got 'time'
[exit 2]

$ printf 'layer,tokens\n' >bad.csv; hanse calibrate --published l4_24gb --layers bad.csv --source x
bad.csv:1: header: layers of vLLM over tokens needs column 'time_us'
[exit 2]

$ printf 'layer,tokens,time_us\n' >bad.csv; hanse calibrate --published l4_24gb --layers bad.csv --model llama-3-8b --source x
bad.csv: must have a header and rows, has no row
[exit 2]

$ hanse calibrate --published l4_24gb --layers nowhere.csv --source x
nowhere.csv: cannot be read: No such file or directory
[exit 2]

$ printf 'time_stats.send_recv.median,time_stats.send_recv.std,num_workers,devices_per_node,size\n0.02001,0,2,2,1000\n0.03,0,2,2,1000000\n0.12,0,2,2,10000000\n1.02,0,2,2,100000000\n' >messages.csv; printf 'time_stats.all_reduce.median,time_stats.all_reduce.std,num_workers,devices_per_node,size\n0.1,0.01,2,2,1000000\n0.3,0.01,2,1,1000000\n' >sums.csv; hanse calibrate --published l4_24gb --layers messages.csv --layers sums.csv --source x -o m.h5 && hanse calibrate --show m.h5 | grep -E 'vidur|^link|of which'
m.h5
ring_allreduce    bytes vidur       1000000×2            10 GB/s ... published: x
link_latency = 2e-05 s, published: x
link_rate = 1e+11 byte/s, published: x
layers: messages.csv (SHA-256 ...): messages as vidur times them, 4 rows, of which 0 say nothing of a kernel here
layers: sums.csv (SHA-256 ...): all-reduces as vidur times them, 2 rows, of which 1 say nothing of a kernel here

$ printf 'time_stats.all_reduce.median,time_stats.all_reduce.std,num_workers,devices_per_node,size\n0.1,-1,2,2,1000000\n' >bad.csv; hanse calibrate --published l4_24gb --layers bad.csv --source x
bad.csv:2: time_stats.all_reduce.std: must be a time >= 0, got '-1'
[exit 2]

$ hanse calibrate --show a40_48gb >by_id.txt && hanse calibrate --show 'A40 48GB' | cmp - by_id.txt && grep -c vidur by_id.txt | grep -c '^[0-9][0-9][0-9]'
1
