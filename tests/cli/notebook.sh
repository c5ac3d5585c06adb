# The notebooks run from top to bottom on a fresh result file.
# ctest: slow
# shellcheck shell=bash
set -eu
command -v jupyter-nbconvert >/dev/null ||
    { echo "jupyter-nbconvert is not installed"; exit 77; }
python=/usr/bin/python3
"$python" -c 'import h5netcdf' 2>/dev/null || "$python" -c 'import netCDF4' 2>/dev/null ||
    { echo "neither h5netcdf nor netCDF4 is installed"; exit 77; }
"$python" -c 'import ipykernel, matplotlib, xarray' 2>/dev/null ||
    { echo "xarray, matplotlib or ipykernel is not installed"; exit 77; }

# Debian's kernel, whatever other Python comes first.
export JUPYTER_DATA_DIR=$PWD/jupyter HOME=$PWD
"$python" -m ipykernel install --prefix "$PWD/kernel" --name python3 >/dev/null 2>&1
export JUPYTER_PATH=$PWD/kernel/share/jupyter

hanse run scenarios/baltic-supply-stop.lua --replications 4 --no-report -q \
    -o baltic-supply-stop.h5 >/dev/null
mkdir work
cp notebooks/baltic-fan.ipynb work/
HANSE_RESULTS=$PWD/baltic-supply-stop.h5 jupyter-nbconvert --to notebook --execute \
    --output done.ipynb work/baltic-fan.ipynb
grep -q '"image/png"' work/done.ipynb
"$python" - <<'PYTHON'
import json
notebook = json.load(open("notebooks/baltic-fan.ipynb"))
outputs = [c for c in notebook["cells"] if c["cell_type"] == "code" and c["outputs"]]
assert not outputs, "notebooks are kept without their outputs"
PYTHON
