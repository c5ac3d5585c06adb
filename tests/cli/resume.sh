#!/usr/bin/env bash
# ctest: slow
# A run that was killed, stopped or ran out of room is finished by `hanse run --resume OUT.h5`,
# and the file has the bytes of an undisturbed run.
# shellcheck source=tests/runs.sh
. "$HANSE_ROOT/tests/runs.sh"

few=(--replications 8 --set 'restriction.stop.to=18*month' --set 'scenario.horizon=12*year')
began=$EPOCHREALTIME
run whole.h5 --threads 2 "${few[@]}" &
until [ -e whole.h5 ]; do
    sleep 0.01
done
micro=$((${EPOCHREALTIME//./} - ${began//./}))
wait

# Killed at twenty instants between its start and its file's.
RANDOM=20261121
killed=0
for i in $(seq 20); do
    hanse run two-years.lua -q --no-report -o "kill$i.h5" --threads 2 "${few[@]}" \
        >/dev/null 2>&1 &
    pid=$!
    after=$((micro * RANDOM / 32768))
    sleep "$(printf '%d.%06d' $((after / 1000000)) $((after % 1000000)))"
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    if has_journal "kill$i.h5"; then
        killed=$((killed + 1))
        hanse run --resume "kill$i.h5" -q --no-report >/dev/null
    elif [ ! -e "kill$i.h5" ]; then
        run "kill$i.h5" "${few[@]}" # before the first task was finished
    fi
    same "killed after $after of $micro microseconds" "kill$i.h5" whole.h5
    [ ! -e "kill$i.h5.part" ] || fail "kill$i.h5.part is still there"
    rm -f "kill$i".*
done
echo "$killed of 20 were killed with a journal"
[ "$killed" -ge 8 ] || fail "too few runs were killed in the middle"

# The scenario may be named as well; options that don't change results may be given.
run_and_kill named.h5 "${few[@]}"
cp named.h5.part recalled.h5.part
cp named.h5.part changed.h5.part
cp named.h5.part version.h5.part
run named.h5 "${few[@]}" --resume named.h5
hanse run -q --no-report --resume recalled.h5 --threads 1 --csv table.csv >/dev/null
same 'a resume that names its scenario' named.h5 whole.h5
same 'a resume that does not' recalled.h5 whole.h5
[ -s table.csv ] || fail 'no table was written'

# Not the same study: refused, and the journal stays.
mv two-years.lua kept.lua
sed 's/0.2\/h, runtime/0.3\/h, runtime/' kept.lua >two-years.lua
cp changed.h5.part before
refused 'the scenario was changed' 2 'belongs to another study' hanse run --resume changed.h5
mv kept.lua two-years.lua
refused 'another seed' 2 'belongs to another study' hanse run --resume changed.h5 --seed 9
refused 'a named scenario, other settings' 2 'belongs to another study' \
    hanse run two-years.lua --resume changed.h5
same 'a refused journal' changed.h5.part before
printf 'hanse journal 1' | dd of=version.h5.part conv=notrunc status=none
refused 'a journal of another format' 2 'is not a journal of this program' \
    hanse run --resume version.h5
head -c 100 before >short.h5.part
refused 'a journal without its command' 2 'no command' hanse run --resume short.h5
refused 'nothing there' 2 'has nothing to resume' hanse run --resume nothing.h5
refused 'no scenario at all' 2 'needs SCENARIO.lua' hanse run -q

# A full disk: the size of files is limited, which stops writing as a full disk does.
limited() { # output, options …
    (
        trap '' XFSZ
        ulimit -f 400
        hanse run two-years.lua -q --no-report -o "$@" --threads 2 "${few[@]}"
    )
}
refused 'a full disk' 3 'finished tasks are kept' limited full.h5
has_journal full.h5 || fail 'the full disk: nothing was kept'
hanse run --resume full.h5 -q --no-report >/dev/null
same 'after a full disk' full.h5 whole.h5

# Folders that can't be written to.
refused 'no such folder' 3 'cannot be written' run missing/out.h5 "${few[@]}"
refused 'a folder that takes no files' 3 'cannot be written' run /proc/out.h5 "${few[@]}"

# Ctrl-C and SIGTERM: tasks at hand are finished, the line to go on with is printed and works.
for signal in INT TERM; do
    hanse run two-years.lua -q --no-report -o "$signal.h5" --threads 1 "${few[@]}" \
        >/dev/null 2>message &
    pid=$!
    wait_for_bytes "$signal.h5.part" 100000
    kill -s "$signal" "$pid"
    status=0
    wait "$pid" || status=$?
    number=$(kill -l "$signal")
    [ "$status" -eq $((128 + number)) ] || fail "SIG$signal: exit $status, $(cat message)"
    line=$(grep '^  hanse run --resume ' message) || fail "SIG$signal: $(cat message)"
    [ "$line" = "  hanse run --resume $signal.h5" ] || fail "SIG$signal: the line is $line"
    eval "$line -q --no-report" >/dev/null
    same "stopped by SIG$signal and resumed" "$signal.h5" whole.h5
done
