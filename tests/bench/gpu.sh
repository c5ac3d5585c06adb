#!/usr/bin/env bash
# An NVIDIA device in eight minutes: tests/bench/gpu.sh [PROFILE.h5]
#
# Builds hanse with its tests, runs every kernel against its reference on cuda:0, calibrates
# (--quick, and again while there is time), and prints the rows that docs/benchmarks.md is
# judged by: triad ÷ the driver's own copy, gemm ÷ cuBLAS by precision and shape, fft ÷ cuFFT,
# and how far apart the two calibrations are. Every line also goes to gpu.log beside the
# profile. A whole calibration (hanse calibrate -d cuda:0) takes up to fifty minutes.
#
# For a machine that has a GPU and none of our packages: `tests/bench/gpu.sh --pack FOLDER` puts
# the programs, the libraries they need and this script into a folder; started from there, it
# builds nothing.
#
# HANSE_GPU_SECONDS: the time there is (480).
set -euo pipefail

here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")

# Builds what is needed, in the project's folder.
build_all() {
    root=$(readlink -f -- "$here/../..")
    "$root/setup/install.sh" run nvidia check || echo "goes on with what is there"
    # shellcheck source=setup/build.sh
    . "$root/setup/build.sh"
    sources+=(tests)
    build check
    build=$root/build/check
}

# All but the C library's own, which belong to the system's loader.
pack() { # folder
    local folder=$1
    build_all
    mkdir -p "$folder/lib"
    cp "$build/bin/hanse" "$build/tests/test_cuda_device" "$here/gpu.sh" "$folder/"
    ldd "$build/bin/hanse" "$build/tests/test_cuda_device" | awk '$2 == "=>" { print $3 }' |
        sort -u | grep -vE '/(libc|libm|libdl|librt|libpthread|ld-linux[^/]*)\.so' |
        xargs -I {} cp -L {} "$folder/lib/"
    du -sh "$folder"
}

if [ "${1:-}" = --pack ]; then
    pack "$2"
    exit
fi

profile=$(readlink -f -- "${1:-profile-cuda-0.h5}")
limit=${HANSE_GPU_SECONDS:-480}
log=$(dirname -- "$profile")/gpu.log
exec > >(tee "$log") 2>&1

left() { # seconds that are left
    echo $((limit - SECONDS))
}

# Both sides of a ratio come from one profile: each was measured in every launch, in random
# order.
ratios() { # profile
    "$hanse" calibrate --show "$1" --format json >"$1.json"
    python3 - "$1.json" <<'PYTHON'
import json, sys
profile = json.load(open(sys.argv[1]))
rates = {}
for r in profile["rates"]:
    shape = tuple(r["shape"].values())
    rates[r["kernel"], r["precision"], shape, r["variant"]] = r

def ratio(name, over, under):
    if over is None or under is None:
        return
    if over["rate"] is None or under["rate"] is None:
        print(f"{name:52} contaminated")
        return
    spread = (over["high"] - over["low"]) / over["rate"] / 2
    spread += (under["high"] - under["low"]) / under["rate"] / 2
    print(f"{name:52} {over['rate'] / under['rate']:6.3f} ± {spread:.3f}   "
          f"({over['rate'] / 1e12:.4g} of {under['rate'] / 1e12:.4g} T{over['unit']})")

copies = [r for k, r in rates.items() if k[0] == "stream_copy" and k[3] == "library"]
for kernel in ("stream_read", "stream_copy", "stream_triad"):
    for variant in ("", "nontemporal"):
        for key, r in rates.items():
            if key[0] == kernel and key[3] == variant and copies:
                ratio(f"{kernel} {variant} ÷ device copy", r, copies[0])
for (kernel, precision, shape, variant), r in sorted(rates.items()):
    if kernel in ("gemm", "fft") and variant != "library":
        label = "cuBLAS" if kernel == "gemm" else "cuFFT"
        size = "×".join(map(str, shape))
        ratio(f"{kernel} {precision} {size} {variant} ÷ {label}", r,
              rates.get((kernel, precision, shape, "library")))
for key, r in sorted(rates.items()):
    if key[0] in ("fma_peak", "matrix_peak") and r["rate"] is not None:
        print(f"{key[0]} {key[1]} {key[3]:12} {r['rate'] / 1e12:8.1f} T{r['unit']}")
lost = [k for k, r in rates.items() if r["rate"] is None]
print(f"{len(rates)} rates, {len(lost)} without a number")
for figure in profile["figures"]:
    print(f"{figure['name']}: {figure['value']:.5g} {figure['unit']}")
for note in profile["notes"]:
    print(f"{note['about']}: {note['text']}")
PYTHON
}

if [ -e "$here/test_cuda_device" ]; then
    hanse=$here/hanse device_test=$here/test_cuda_device
    export LD_LIBRARY_PATH=$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
else
    build_all
    hanse=$build/bin/hanse device_test=$build/tests/test_cuda_device
    echo "built after $SECONDS s"
fi
# NVIDIA's libraries are often where the loader does not look.
for library in libcublas.so.1 libcufft.so.1; do
    place=$(find /usr /opt -name "$library*" -printf '%h\n' -quit 2>/dev/null || true)
    [ -z "$place" ] || export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$place
done

status=0
timeout "$(left)" "$device_test" >"$log.test" 2>&1 || status=1
cat "$log.test"
if grep -q SKIPPED "$log.test"; then
    echo "there is no device to measure"
    exit 1
fi
echo "correctness: $([ "$status" -eq 0 ] && echo agrees || echo WRONG), after $SECONDS s"

"$hanse" calibrate --quick -d cuda:0 --force -o "$profile"
ratios "$profile"
if [ "$(left)" -gt 90 ]; then
    again=$(mktemp -d)/again.h5
    "$hanse" calibrate --quick -d cuda:0 --seed 2 -o "$again"
    "$hanse" calibrate --compare "$profile" "$again" || true
fi
echo "done after $SECONDS s"
exit "$status"
