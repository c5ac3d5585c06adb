"""A result file opens, labelled, in xarray (both engines), h5py and ncdump."""
import os
import shutil
import subprocess
import sys

RESULT = "tutorial.h5"


def skip(reason):
    print(reason)
    sys.exit(77)


try:
    import h5py
    import numpy
    import xarray
except ImportError as missing:
    # Debian's packages belong to Debian's interpreter, which need not be the first found.
    debian = "/usr/bin/python3"
    if os.path.exists(debian) and os.path.realpath(sys.executable) != os.path.realpath(debian):
        os.execv(debian, [debian, *sys.argv])
    skip(f"{missing.name} is not there (python3-xarray, python3-h5py, python3-netcdf4)")


def run_small_study():
    subprocess.run(
        ["hanse", "run", "scenarios/tutorial.lua", "-q", "--replications", "4", "-o", RESULT],
        check=True, stdout=subprocess.DEVNULL)


def check_labels(engine):
    root = xarray.open_dataset(RESULT, engine=engine)
    assert root["replication"].size == 4
    assert root["time"].dims == ("time",)
    assert root["time"].values[0].calendar == "noleap"
    assert all(isinstance(name, str) for name in root["case"].values)
    assert root["window"].values[0] == "horizon"
    series = xarray.open_dataset(RESULT, engine=engine, group="series")
    summary = xarray.open_dataset(RESULT, engine=engine, group="summary")
    demand = series["demand_by_region"]
    assert demand.dims == ("case", "replication", "time", "region"), demand.dims
    assert demand.dtype == numpy.float32
    assert numpy.isfinite(demand.values).all()
    assert series["demand_mean"].dims == ("case", "time")
    assert summary["demand_diff_mean"].dims == ("case", "window")
    for variable in [*series.data_vars.values(), *summary.data_vars.values()]:
        assert variable.attrs["units"] and variable.attrs["long_name"], variable.name
        assert "dim_" not in "".join(variable.dims), variable.name
    # Months add up to the horizon, regions to the total; single precision holds 7 digits.
    total = summary["demand"].isel(window=0).values
    assert numpy.allclose(demand.sum(("time", "region")).values, total, rtol=1e-5)


def check_columns(engine):
    scenario = xarray.open_dataset(RESULT, engine=engine, group="scenario")
    titles = scenario["text"].values[(scenario["key"].values == "title")]
    root = xarray.open_dataset(RESULT, engine=engine)
    assert set(titles) == {root.attrs["title"]}, titles
    provenance = xarray.open_dataset(RESULT, engine=engine, group="provenance")
    with open("scenarios/tutorial.lua", encoding="utf-8") as file:
        assert provenance["text"].values[0] == file.read()


def check_scales():
    """Attached as the HDF5 library itself sees it, from both ends."""
    with h5py.File(RESULT) as file:
        demand = file["series/demand_mean"]
        assert [len(dim) for dim in demand.dims] == [1, 1]
        assert demand.dims[1][0].name == "/time"
        assert h5py.h5ds.is_attached(demand.id, file["time"].id, 1)
        assert not h5py.h5ds.is_attached(demand.id, file["time"].id, 0)


def check_ncdump():
    if shutil.which("ncdump") is None:
        skip("ncdump is not there (netcdf-bin); xarray was content")
    text = subprocess.run(["ncdump", "-h", RESULT], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    assert "float demand(case, replication, time) ;" in text
    assert "double demand_mean(case, window) ;" in text
    assert "phony_dim" not in text


run_small_study()
for name in ("h5netcdf", "netcdf4"):
    if name in xarray.backends.list_engines():
        check_labels(name)
        check_columns(name)
        print(name, "opens it")
check_scales()
check_ncdump()
