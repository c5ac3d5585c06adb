#!/usr/bin/env bash
# Draws how the cost of a national year grows: tests/bench/growth.sh [FILE.svg [R]]
#
# Sites, devices, years and members are each made 3 or 4 and 10 or 12 times as many and
# nothing else; `hanse bench nation`, R repetitions (3), medians, processor time of one thread.
# Prints the figures, with memory by site and device, beside the chart (docs/growth.svg).
set -euo pipefail

root=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/../..
hanse=${HANSE:-$root/hanse}
chart=${1:-$root/docs/growth.svg}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

"$hanse" bench nation -r "${2:-3}" --format json >"$place/rows.json"

# label, times the smallest, seconds, bytes a site, bytes a device
lua5.4 - "$place" <<'END'
local place, rows = arg[1], {}
for line in io.lines(place .. "/rows.json") do
  local name, value = line:match('"name": "([^"]+)".-"value": ([%d.e+-]+)')
  local label, what = (name or ""):match("^(.*), (.-)$")
  if label then
    rows[label] = rows[label] or {}
    rows[label][what] = tonumber(value)
  end
end
local LINES = {
  {"sites", {"nation", 1}, {"nation, 4,000 sites", 4}, {"nation, 10,000 sites", 10}},
  {"devices", {"nation", 1}, {"nation, 60,000 devices", 3}, {"nation, 200,000 devices", 10}},
  {"years", {"nation", 1}, {"nation, 3 years", 3}, {"nation, 10 years", 10}},
  {"members", {"nation", 1}, {"nation, 20 members", 4}, {"nation, 60 members", 12}},
}
for _, line in ipairs(LINES) do
  local file = assert(io.open(place .. "/" .. line[1], "w"))
  for i = 2, #line do
    local label, times = line[i][1], line[i][2]
    local row = assert(rows[label], label)
    file:write(times, " ", 1e3*row["one core"], "\n")
    print(("%-8s x %-3d %8.1f ms %8.0f B a site %7.1f B a device"):format(line[1], times,
      1e3*row["one core"], row["a site"], row["a device"]))
  end
  file:close()
end
END

gnuplot <<END
set terminal svg size 640,420 font "sans,13" background "white"
set output "$chart"
set title "What a national year costs as one number grows"
set xlabel "times 1,000 sites, 20,000 devices, 1 year or 5 members"
set ylabel "milliseconds on one core"
set logscale xy
set xtics (1, 2, 3, 4, 6, 8, 10, 12)
set ytics (5, 10, 20, 50, 100, 200)
set grid
set key top left
plot [1:14] [5:200] "$place/sites" with linespoints lw 2 title "sites", \
    "$place/devices" with linespoints lw 2 title "devices", \
    "$place/years" with linespoints lw 2 title "years", \
    "$place/members" with linespoints lw 2 title "members"
END
echo "chart: $chart"
