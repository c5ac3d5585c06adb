# Page, charts and comparison from a result file that a test program makes up (unit/showcase.h).

$ $HANSE_BUILD/tests/test_report base.h5 && $HANSE_BUILD/tests/test_report more.h5 0.05 1.5

$ hanse report base.h5
base.html

$ hanse report base.h5 -o page.html --format json
{
  "report": "page.html"
}

$ cmp base.html page.html && grep -c '<script>alert' page.html
0
[exit 1]

$ hanse report nowhere.h5
...nowhere.h5...
[exit 3]

$ hanse report tests/cli/views.t
...views.t...
[exit 2]

$ hanse report base.h5 -o /nowhere/page.html
/nowhere/page.html: cannot be written: ...
[exit 3]

$ hanse report
hanse report: needs OUT.h5
Try 'hanse report --help'.
[exit 2]

$ hanse compare base.h5 base.h5
base.h5 → base.h5
0 of ... figures differ.

No value of the scenario differs.

$ hanse compare base.h5 more.h5 --most 1
base.h5 → more.h5
... of ... figures differ; by size over noise, the first ones:

  score  output                   case               window
...
2 values of the scenario differ:
  baseline: region.a.pue: 1.25 → 1.5
  stop: region.a.pue: 1.25 → 1.5

$ hanse compare base.h5 more.h5 --exit-code --most 1 >/dev/null
[exit 1]

$ hanse compare base.h5 more.h5 --format json | python3 -c '
> import json, sys
> (pair,) = json.load(sys.stdin)
> row = [r for r in pair["differences"] if r["output"] == "on_time_share"
>        and r["case"] == "stop" and r["window"] == "second_year"][0]
> print(round(row["difference"], 6), row["paired"], len(pair["inputs"]))'
0.05 True 2

$ hanse compare base.h5
hanse compare: needs BASE.h5 OTHER.h5…
Try 'hanse compare --help'.
[exit 2]

$ hanse plot base.h5 --what on_time_shar
base.h5: no output 'on_time_shar', did you mean 'on_time_share'?
[exit 2]

$ hanse plot base.h5 --what on_time_share --kind fann
hanse plot: --kind: must be fan, difference, bars, tornado, lines, dots, regret, shortfall, heat or survival, got 'fann', did you mean 'fan'?
Try 'hanse plot --help'.
[exit 2]

$ hanse plot base.h5
base-on_time_share.svg

$ hanse plot base.h5 --what on_time_share -o fan.pdf
fan.pdf: a plot must end in .svg or .png
[exit 2]

$ PATH=/nowhere $HANSE_BUILD/bin/hanse plot base.h5 --what on_time_share
gnuplot is not installed; on Debian: apt-get install gnuplot-nox
[exit 3]
