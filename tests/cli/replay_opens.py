"""A replay's file opens, labelled, in xarray (both engines), and says where it came from."""
import hashlib
import os
import subprocess
import sys

FILE = "five.h5"
CONTEST = "contest.h5"
TRACE = "tests/cli/good/five.swf"

try:
    import h5py
    import xarray
except ImportError as missing:
    # Debian's packages belong to Debian's interpreter, which need not be the first found.
    debian = "/usr/bin/python3"
    if os.path.exists(debian) and os.path.realpath(sys.executable) != os.path.realpath(debian):
        os.execv(debian, [debian, *sys.argv])
    print(f"{missing.name} is not there (python3-xarray, python3-h5py, python3-netcdf4)")
    sys.exit(77)


def check_labels(engine):
    jobs = xarray.open_dataset(FILE, engine=engine, group="jobs")
    assert jobs["wait"].dims == ("job",)
    assert jobs["wait"].attrs["units"] == "s"
    assert jobs["wait"].values.tolist() == [0, 9, 18, 17, 0]
    assert jobs["number"].values.tolist() == [1, 2, 3, 4, 5]
    assert jobs["machine_bits"].values[:, 0].tolist() == [3, 15, 3, 12, 1]
    series = xarray.open_dataset(FILE, engine=engine, group="series")
    width = series["bin_end"] - series["time"].values
    busy = float((series["processors_busy"] * width).sum())
    assert abs(busy - 84.0) < 1e-9, busy  # the work of the five jobs
    summary = xarray.open_dataset(FILE, engine=engine, group="summary")
    assert summary["policy"].values.tolist() == ["fcfs"]
    assert abs(float(summary["wait_time_mean"][0]) - 8.8) < 1e-12
    dropped = xarray.open_dataset(FILE, engine=engine, group="dropped")
    assert int(dropped["count"].sum()) == 0


def check_contest(engine):
    jobs = xarray.open_dataset(CONTEST, engine=engine, group="jobs")
    assert jobs["wait"].dims == ("job", "policy")
    assert jobs["submit"].dims == ("job",)
    assert jobs["policy"].values.tolist() == ["fcfs", "easy"]
    assert jobs["wait"].sel(policy="fcfs").values.tolist() == [0, 9, 18, 17, 0]
    assert jobs["machine_bits"].dims == ("job", "policy", "machine_word")
    series = xarray.open_dataset(CONTEST, engine=engine, group="series")
    width = series["bin_end"] - series["time"].values
    busy = (series["processors_busy"] * width).sum("time").values
    assert abs(busy - 84.0).max() < 1e-9, busy
    summary = xarray.open_dataset(CONTEST, engine=engine, group="summary")
    waits = jobs["wait"].mean("job").values
    assert abs(summary["wait_time_mean"].values - waits).max() < 1e-12


def check_provenance():
    with h5py.File(FILE) as file, open(TRACE, "rb") as trace:
        making = file["provenance"]
        sha256 = hashlib.sha256(trace.read()).hexdigest()
        assert making["source_sha256"][0].decode() == sha256
        command = making.attrs["command"]
        command = command.decode() if isinstance(command, bytes) else command
        wanted = f"hanse replay {TRACE} --policy fcfs --procs 4 --machine-sets"
        assert command == wanted, command
        assert "time" not in making.attrs


subprocess.run(["hanse", "replay", TRACE, "-p", "fcfs", "--machine-sets", "-q", "-o", FILE],
               check=True)
subprocess.run(["hanse", "replay", TRACE, "--compare", "fcfs,easy", "--machine-sets", "-q",
                "-o", CONTEST], check=True)
for engine in ("netcdf4", "h5netcdf"):
    if engine in xarray.backends.list_engines():
        check_labels(engine)
        check_contest(engine)
check_provenance()
