#!/usr/bin/env bash
# ctest: slow
# One study over several processes: the same bytes for any number of ranks and threads, after
# a rank died, after a stop, and through the batch script of docs/cluster.md.
# shellcheck source=tests/runs.sh
. "$HANSE_ROOT/tests/runs.sh"

for tool in mpirun mpicc cmake ninja; do
    if ! command -v "$tool" >/dev/null; then
        echo "$tool is not there"
        exit 77
    fi
done

# Open MPI asks twice whether it may run as root.
# Its shared store of keys complains about locks when jobs come and go quickly; the other one
# does not.
export PMIX_MCA_gds=hash OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
ranks() { # how many, command …
    mpirun --oversubscribe --bind-to none -n "$@"
}

build() {
    cmake -S "$HANSE_ROOT" -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DHANSE_MPI=ON \
        -DHANSE_WERROR=ON && cmake --build build --target hanse_program -j 2
}
build >build.log 2>&1 || fail "the build with MPI failed: $(tail -n 20 build.log)"
mpi=$PWD/build/bin/hanse

run_ranks() { # ranks, output, options …
    local n=$1 output=$2
    shift 2
    ranks "$n" "$mpi" run two-years.lua -q --no-report -o "$output" "$@" >"$output.txt"
}

# The plain program refuses to run as several, where each would write the same file.
refused 'a build without MPI' 2 'has no MPI' ranks 2 hanse run two-years.lua -q -o none.h5

# The same bytes, and one voice.
run plain.h5 --threads 1
"$mpi" run two-years.lua -q --no-report -o alone.h5 >alone.txt
same 'MPI in the build, not started by mpirun' alone.h5 plain.h5
run_ranks 1 one.h5 --threads 1
run_ranks 2 two.h5 --threads 1
run_ranks 3 six.h5 --threads 2
for output in one two six; do
    same "$output ranks and threads" "$output.h5" plain.h5
    same "what $output ranks and threads print" "$output.h5.txt" alone.txt
done
"$mpi" run two-years.lua -q --no-report -o narrow.h5 --precision 20% >/dev/null
run_ranks 2 narrow2.h5 --precision 20%
same 'until precise enough' narrow2.h5 narrow.h5

# All ranks must read one scenario and be one version; rank 0 says so, once, and nobody hangs.
sed 's/0.2\/h, runtime/0.3\/h, runtime/' two-years.lua >other.lua
both() { # program and scenario of rank 0, of rank 1
    mpirun --oversubscribe -n 1 "$1" run "$2" -q -o both.h5 : -n 1 "$3" run "$4" -q -o both.h5
}
refused 'two scenarios' 2 'rank 1 on .* same scenario' \
    both "$mpi" two-years.lua "$mpi" other.lua
refused 'a scenario only rank 0 has' 2 'rank 1 on .*gone.lua' \
    both "$mpi" two-years.lua "$mpi" gone.lua
refused 'a scenario only rank 1 has' 2 'gone.lua' both "$mpi" gone.lua "$mpi" two-years.lua
cp -r build/bin bin
sed -i -E '/define HANSE_VERSION/s/"[^"]*"/"9.9.9"/' build/generated/sim/base/version.h
cmake --build build --target hanse_program -j 2 >build.log 2>&1 ||
    fail "the build of another version failed: $(tail -n 20 build.log)"
refused 'two versions' 2 'rank 1 on .* is hanse 9.9.9, rank 0' \
    both "$PWD/bin/hanse" two-years.lua "$mpi" two-years.lua
mpi=$PWD/bin/hanse

long=(--replications 12 --set 'scenario.horizon=40*year')
run long.h5 "${long[@]}"

# In the background: ranks are the children of mpirun, in order of their numbers.
start() { # output
    mpirun --oversubscribe --bind-to none -n 3 "$mpi" run two-years.lua -q --no-report \
        -o "$1" "${long[@]}" --threads 1 >/dev/null 2>message &
    pid=$!
    wait_for_bytes "$1.part" 100000
    mapfile -t processes < <(pgrep -P "$pid" | sort -n)
    [ "${#processes[@]}" -eq 3 ] || fail "3 ranks have ${#processes[@]} processes"
}
ended() { # leaves its exit status in $status
    status=0
    wait "$pid" || status=$?
}

# A rank that dies ends the job; what rank 0 had is kept, and one process can finish it.
start dead.h5
kill -9 "${processes[2]}"
ended
[ "$status" -ne 0 ] || fail 'a rank was killed and mpirun is content'
has_journal dead.h5 || fail 'a rank was killed: no journal is left'
hanse run --resume dead.h5 -q --no-report >/dev/null
same 'after the death of a rank' dead.h5 long.h5

# Whichever rank is told to stop: all finish what is at hand and rank 0 says how to go on.
for rank in 0 2; do
    start "stop$rank.h5"
    kill -TERM "${processes[$rank]}"
    ended
    [ "$status" -gt 128 ] || fail "rank $rank was told to stop: exit $status, $(cat message)"
    [ "$(grep -c "^  hanse run --resume stop$rank.h5$" message)" -eq 1 ] ||
        fail "rank $rank was told to stop: $(cat message)"
    ranks 2 "$mpi" run --resume "stop$rank.h5" --no-report >/dev/null 2>message
    left=$(sed -n 's/^\([0-9]*\) replications,.*/\1/p' message)
    [ "$left" -ge 4 ] || fail "rank $rank was told to stop: of 16 tasks only $left were left"
    same "stopped through rank $rank" "stop$rank.h5" long.h5
done

# A full disk at rank 0 is the end for all. mpirun gives its ranks all signals back, so each
# puts up with its limit by itself; over TCP they need no files of their own.
limited() {
    # shellcheck disable=SC2016 # the inner shell is to expand it
    ranks 3 --mca btl self,tcp bash -c 'trap "" XFSZ; ulimit -f 4000; exec "$@"' limited \
        "$mpi" run two-years.lua -q --no-report -o full.h5 "${long[@]}" --threads 1
}
refused 'a full disk' 3 'finished tasks are kept' limited
has_journal full.h5 || fail 'the full disk: nothing was kept'

# The batch script of docs/cluster.md, with an srun that starts ranks here.
mkdir -p fake
cat >fake/srun <<'SH'
#!/usr/bin/env bash
while [[ ${1:-} == -* ]]; do
    shift
done
exec mpirun --oversubscribe --bind-to none -n "$SLURM_NTASKS" "$@"
SH
chmod +x fake/srun
ln -s "$mpi" fake/hanse
awk '/^```bash$/ { inside = 1; next } /^```$/ { inside = 0 } inside' docs/cluster.md >job.sh
grep -q '^#SBATCH --signal' job.sh || fail 'docs/cluster.md has no batch script'
sed -i 's/national\.lua/two-years.lua/; s/national/batch/g' job.sh
export SLURM_NTASKS=3 SLURM_CPUS_PER_TASK=1
PATH=$PWD/fake:$PATH bash job.sh >job.log 2>&1 || fail "the batch script: $(cat job.log)"
same 'the batch script' batch.h5 plain.h5
# Submitted again after a kill, it goes on by itself.
run_and_kill again.h5 --set 'scenario.horizon=40*year' --replications 12
mv again.h5.part batch.h5.part
PATH=$PWD/fake:$PATH bash job.sh >job.log 2>&1 || fail "the batch script again: $(cat job.log)"
same 'the batch script, submitted again' batch.h5 long.h5
