# A live calibration within its minute. On a shared machine its rates may end contaminated, and
# that is a pass: what is tested is that the file says so, and that a rate has its samples.
# shellcheck shell=bash
# ctest: slow
set -u
cd "$(mktemp -d)" || exit 1
status=0

complain() {
    echo "$1"
    status=1
}

started=$SECONDS
hanse calibrate --quick -o here.h5 || complain "calibrate failed"
[ $((SECONDS - started)) -le 60 ] || complain "--quick took $((SECONDS - started)) s"
hanse calibrate --show here.h5 --format json >here.json || complain "show failed"
python3 - <<'PYTHON' || complain "the profile does not hold together"
import json
profile = json.load(open("here.json"))
assert len(profile["rates"]) > 30, len(profile["rates"])
for rate in profile["rates"]:
    assert rate["origin"] == "measured", rate
    if rate["contaminated"]:
        assert rate["rate"] is None, rate
    else:
        assert rate["samples"] >= 20, rate
        assert rate["low"] <= rate["rate"] <= rate["high"], rate
PYTHON
hanse calibrate --compare here.h5 here.h5 >same.txt || complain "compare failed"
if grep -qE 'faster|slower' same.txt; then
    complain "a profile differs from itself"
fi
if hanse calibrate -q --quick --device blas:openblas -o here.h5 2>said; then
    complain "another device's profile was overwritten"
elif ! grep -q 'no device\|cannot\|another device' said; then
    grep -q 'dlopen\|libopenblas' said || complain "unclear: $(cat said)"
fi
exit "$status"
