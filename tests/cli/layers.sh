# Profiles made from published timings of layers are what their tables give today, rate by rate.
# shellcheck shell=bash
set -u
data=${HANSE_TEST_DATA:-$HANSE_ROOT/../shared/data}
vidur=$data/vidur
llama=$data/vllm-rtx4090-llama31-8b
for file in "$vidur"/a100_Llama-2-70b-hf_mlp.csv.gz "$llama"/profile_dense.csv.gz; do
    [ -r "$file" ] || {
        echo "$file is absent; set HANSE_TEST_DATA to the folder of test data"
        exit 77
    }
done
from_vidur="microsoft/vidur @7d47513, data/profiling, MIT licence"
from_vllm="casys-kaist/LLMServingSim @5daddb2, profiler/perf/RTX4090, MIT licence"
status=0

remake() {
    id=$1
    shift
    hanse calibrate -q --published "$id" "$@" -o "$id.h5" >/dev/null || status=1
    hanse calibrate --show "$id.h5" --format json >made.json
    hanse calibrate --show "$id" --format json >shipped.json
    cmp -s made.json shipped.json || {
        diff made.json shipped.json | head -n 20
        echo "scenarios/profiles/$id.h5 is out of date:" \
            "hanse calibrate --force --published $id -o scenarios/profiles/$id.h5 $*"
        status=1
    }
    rates=$(hanse calibrate --compare "$id.h5" "$id" | wc -l)
    same=$(hanse calibrate --compare "$id.h5" "$id" | grep -c ' 1\.000 ')
    echo "$id: $rates rates, $same as shipped"
    [ "$rates" -gt 200 ] && [ "$rates" = "$same" ] || status=1
}

remake a100_sxm_80gb --precision fp16 --source "$from_vidur" \
    --layers "$vidur"/a100_Llama-2-70b-hf_mlp.csv.gz \
    --layers "$vidur"/a100_Llama-2-7b-hf_mlp.csv.gz \
    --layers "$vidur"/a100_dgx_all_reduce.csv.gz --layers "$vidur"/a100_dgx_send_recv.csv.gz
remake a40_48gb --precision fp16 --source "$from_vidur" \
    --layers "$vidur"/a40_Llama-2-7b-hf_mlp.csv.gz
remake rtx_4090_24gb --model llama-3-8b --source "$from_vllm" \
    --layers "$llama"/profile_dense.csv.gz --layers "$llama"/profile_per_sequence.csv.gz \
    --layers "$llama"/profile_attention.csv.gz
exit "$status"
