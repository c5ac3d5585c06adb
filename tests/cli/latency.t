# Latency in a national run: targets, openings, and what is refused.

$ hanse run scenarios/answer-in-time.lua -n 2 --set scenario.central=0 --set serving.assistant.requests=2000 -q -o a.h5 --csv a.csv >/dev/null

$ python3 -c 'import csv
> rows = [r for r in csv.DictReader(open("a.csv")) if (r["case"], r["statistic"], r["window"], r["serving"], r["opening"]) == ("many", "mean", "horizon", "", "")]
> f = {r["variable"]: float(r["value"]) for r in rows}
> print(abs(f["opened_flow_in_time_share"] - f["opened_in_time_share"]) < 0.05)
> print(f["ttft_p50"] < f["ttft_p95"] < f["ttft_p99"], f["tpot_p50"] < f["tpot_p95"])
> print(f["opened_served"] > 1e4, [k for k in f if "counts" in k])'
True
True True
True []

$ hanse run scenarios/answer-in-time.lua -n 2 --set scenario.central=0 --set serving.assistant.requests=500 --threads 1 -q -o one.h5 >/dev/null

$ hanse run scenarios/answer-in-time.lua -n 2 --set scenario.central=0 --set serving.assistant.requests=500 --threads 2 -q -o two.h5 >/dev/null && cmp one.h5 two.h5

$ hanse check scenarios/answer-in-time.lua --set 'serving.assistant.arrivals="poison"' >/dev/null
--set: serving 'assistant': arrivals: law 'poison': no such law
[exit 2]

$ hanse check scenarios/answer-in-time.lua --set opening.evening.to=40.5*h >/dev/null
... opening 'evening': from: from and to must be whole hours, got 40 and 40.5 h...
[exit 2]

$ hanse check scenarios/answer-in-time.lua --set opening.evening.to=800*h >/dev/null
... opening 'evening': to: must lie in the same month of 730 h as from, which ends at 730 h, got 800 h...
[exit 2]

$ hanse check scenarios/answer-in-time.lua --set workload.assistant.give_up=2*h >/dev/null
... serving 'assistant': workload: 'assistant' waits up to 2 h: what is to be answered in seconds has no give_up...
[exit 2]

$ hanse check scenarios/answer-in-time.lua --set serving.assistant.chunk=32 >/dev/null
... serving 'assistant': chunk: must be no fewer tokens than the model's batch (64), got 32...
[exit 2]
