# Robert G. Brown's dieharder over a thousand of our streams, interleaved. ctest: slow
#
# Words are the same on every run, and so are the p-values: 0.000001 and less, "FAILED", is no
# bad luck. `dieharder.sh all` takes the whole battery of docs/randomness.md, ten minutes.
# shellcheck shell=bash source=tests/sources.sh
. "$HANSE_ROOT/tests/sources.sh"
needs dieharder

# What one test needs to be told, after its number.
battery=('0' '2' '8' '9' '13' '15' '16' '100' '101' '205' '206' '208' '209')
if [ "${1:-}" = all ]; then
    battery+=('1' '3' '4' '10' '11' '12' '17' '102' '200 -n 4' '201 -n 3' '202 -n 4' '203 -n 7'
        '204' '207')
fi

answers=$(mktemp)
trap 'rm -f "$answers"' EXIT
for test in "${battery[@]}"; do
    # shellcheck disable=SC2086 # a list of words
    "$HANSE_BUILD/tests/stream_words" 1 | dieharder -g 200 -d $test |
        grep -E 'PASSED|WEAK|FAILED'
done | tee "$answers"

if [ "$(wc -l <"$answers")" -lt "${#battery[@]}" ]; then
    echo "some tests gave no answer"
    exit 1
fi
! grep FAILED "$answers"
