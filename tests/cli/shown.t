# What a scenario wants shown: scorecard, regret table and its own chart. A tenth of the
# building a year; bold costs 0.1 or 0.4 million, careful 0.2 in both worlds: the worst regret
# of bold is 0.2, of careful 0.1.

$ hanse run tests/shown.lua -q --no-report -o shown.h5 | tail -18

figure by figure                                        mean     to the baseline
spent at once (million EUR, whole horizon; less is better)
  bold, calm                                       1.000 ± 0
  a2                                                4.00 ± 0            3.00 ± 0
  b1                                                2.00 ± 0           1.000 ± 0
  b2                                                2.00 ± 0           1.000 ± 0
cost of the hall (thousand EUR, whole horizon; less is better)
  bold, calm                                       100.0 ± 0
  a2                                                 400 ± 0             300 ± 0
  b1                                                 200 ± 0           100.0 ± 0
  b2                                                 200 ± 0           100.0 ± 0

Regret: all costs: own hardware and foreign APIs
over the best in that world, thousand EUR (* least of the worst)
                                            calm                   storm               the worst
bold                                       0 ± 0                 200 ± 0                     200
careful                                100.0 ± 0                   0 ± 0                   100.0 *

$ hanse report shown.h5 -o shown.html && grep -c 'Bold or careful\|<h2>Regret</h2>\|<h2>Figure by figure</h2>' shown.html
shown.html
2

$ hanse plot shown.h5 -o chart.svg && grep -c 'Bold or careful' chart.svg
chart.svg
1

$ hanse plot shown.h5 --kind dots -o dots.svg && grep -c 'spent at once' dots.svg
dots.svg
1

$ hanse plot shown.h5 --kind lines --what cost
shown-cost.svg

$ hanse plot shown.h5 --kind dots --what cost
hanse plot: --kind dots shows what the scenario names; --what, --region and --case don't apply
...
[exit 2]

$ hanse plot shown.h5 --kind regrets
hanse plot: --kind: must be fan, difference, bars, tornado, lines, dots, regret, shortfall, heat or survival, got 'regrets', did you mean 'regret'?
...
[exit 2]

$ hanse run tests/shown.lua -q --no-report --format json --force -o shown.h5 | grep -A 6 '"policy": "bold"' | grep -A 4 storm
      "world": "storm",
      "output": "cost",
      "loss": 399999.99999999994,
      "regret": 199999.99999999997,
      "half_width": 0.0

$ hanse check tests/shown.lua --set 'figure.second.of="halle"'
--set: figure 'second': of: there is no row of 'site_cost' called 'halle' (did you mean 'hall'?)
[exit 2]

$ hanse check tests/shown.lua --set 'figure.first.output="investments"'
--set: figure 'first': output: there is no output 'investments' (did you mean 'investment'?)
[exit 2]

$ hanse check tests/shown.lua --set 'cell.a1.case="a3"'
--set: cell 'a1': case: there is no case 'a3' (did you mean 'a1'?)
[exit 2]

$ hanse check tests/shown.lua --set 'cell.a1.world="storm"'
tests/shown.lua:...: cell 'a2': world: 'bold' in 'storm' is cell 'a1' already
[exit 2]

$ hanse check tests/shown.lua --set 'chart.chart.kind="dots"'
--set: chart 'chart': kind: dots shows the figures: declare some, and no output here
[exit 2]

$ (cat tests/shown.lua; echo 'figure{name = "w", label = "lost hours of a", output = "lolh_by_viewer", of = "A", better = "less"} workload{name = "ask", data_class = "public", model = "m", prompts_start = 1*prompt/person/day, prompts_cap = 1*prompt/person/day, prompt_tokens = 1*token/prompt, output_tokens = 1*token/prompt} model{name = "m", parameters = 8e9, kv_per_token = 0*B/token}') >part.lua && hanse run part.lua -q --no-report -n 2 -o part.h5 | grep -A1 'lost hours of a'
lost hours of a (h/year, whole horizon; less is better)
  bold, calm                                       ...

$ for f in 'output = "lolh_by_viewer"' 'output = "lolh_by_viewer_workload", of = "A"' 'output = "shortfall_hours"' 'output = "work_in_reach"'; do (cat tests/shown.lua; echo "figure{name = 'w', $f}") >part.lua; hanse check -q part.lua; done
...part.lua:...: figure 'w': output: 'lolh_by_viewer' is told apart by viewer and never added up: there is no figure of all together
...part.lua:...: figure 'w': of: 'lolh_by_viewer_workload' is a table of viewer by workload that is never added up, and a figure shows one row
...part.lua:...: figure 'w': output: 'shortfall_hours' is told apart by viewer and never added up: there is no figure of all together
...part.lua:...: figure 'w': output: 'work_in_reach' is told apart by jurisdiction and never added up: there is no figure of all together
[exit 2]

$ (cat tests/shown.lua; echo 'case{name = "same", label = "the same again"}') >same.lua && hanse run same.lua -q --no-report -o same.h5 >/dev/null && hanse plot same.h5 --kind difference --case same --what cost -o same.svg && grep -c 'nothing differs' same.svg; hanse plot same.h5 --kind difference --case b1 --what cost -o b1.svg && grep -c 'nothing differs' b1.svg
same.svg
1
b1.svg
0
[exit 1]
