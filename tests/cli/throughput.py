# ctest: slow
"""Published throughputs of engines beside predictions from published and derived profiles.

Around an engine that is not known and around the named one: prints every row and how many lie
in their 90 % intervals; fails when the count of clusters (device, model, ranks: one machine's
luck) is one that a right program would give in less than 1 % of cases. Around the device alone:
the median of predicted over published is the factor of that engine's row in engines.csv.
"""
import collections
import csv
import json
import math
import os
import re
import subprocess
import sys

DEVICES = {"H200 SXM": ("h200_sxm_141gb", 450), "H100 SXM": ("h100_sxm5_80gb", 450),
           "A100 SXM 80GB": ("a100_sxm_80gb", 230), "L40S": ("l40s_48gb", 31)}
MODELS = {"Llama-3.1-8B": "llama-3-8b", "Llama-3.1-70B": "llama-3-70b",
          "Llama-3.1-405B": "llama-3.1-405b", "Mixtral-8x7B": "mixtral-8x7b"}


ENGINE = "tensorrt-llm-0.17"


def predicted(row, engine):
    device, link = DEVICES[row["subject"]]
    prompt, output = re.search(r"tokens (\d+),(\d+)", row["setting"]).groups()
    ranks = re.search(r"TP=(\d+)", row["setting"]).group(1)
    command = ["hanse", "predict", device, "--model", MODELS[row["kernel"]], "--precision",
               row["precision"], "--tensor", ranks, "--prompt-tokens", prompt,
               "--output-tokens", output, "--most", "2048", "--link", str(link), "--engine",
               engine, "--format", "json"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    figures = {f["name"]: f for f in json.loads(answer.stdout)["figures"]}
    return ranks, prompt, output, figures["steady_rate"]


def within_limits(inside, n):
    weights = [math.comb(n, k) * 0.9**k * 0.1**(n - k) for k in range(n + 1)]
    return sum(weights[:inside + 1]) > 0.005 and sum(weights[inside:]) > 0.005


def compare(rows, engine):
    """Clusters of rows inside or outside, and predicted over published by device."""
    clusters = collections.defaultdict(list)
    ratios = collections.defaultdict(list)
    print(f"engine {engine}")
    for row in rows:
        ranks, prompt, output, rate = predicted(row, engine)
        measured = float(row["value"])
        inside = rate["low"] <= measured <= rate["high"]
        clusters[row["subject"], row["kernel"], ranks].append(inside)
        ratios[row["subject"]].append(rate["value"] / measured)
        error = 100 * (rate["value"] / measured - 1)
        print(f"{row['subject']}, {row['kernel']}, {ranks} ranks, {prompt} + {output}: "
              f"{rate['value']:.0f}, published {measured:.0f}, {error:+.0f} %"
              f"{'' if inside else ', outside'}")
    for device, values in ratios.items():
        values.sort()
        print(f"{device}: {len(values)} rows, median predicted / published "
              f"{values[len(values) // 2]:.2f}, {values[0]:.2f} to {values[-1]:.2f}")
    points = [inside for cluster in clusters.values() for inside in cluster]
    held = sum(2 * sum(cluster) > len(cluster) for cluster in clusters.values())
    errors = sorted(abs(x - 1) for values in ratios.values() for x in values)
    print(f"{sum(points)} of {len(points)} rows and {held} of {len(clusters)} clusters lie in "
          f"their 90 % intervals; median error {100 * errors[len(errors) // 2]:.1f} %")
    return held, len(clusters), sorted(x for values in ratios.values() for x in values)


def main():
    folder = os.environ["HANSE_ROOT"] + "/scenarios/reference/"
    with open(folder + "measured_performance.csv", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file)
                if row["category"] == "llm_inference_max_throughput"]
    with open(folder + "engines.csv", encoding="utf-8") as file:
        shipped = {row["id"]: row for row in csv.DictReader(file)}[ENGINE]
    good = True
    for engine in ("unknown", ENGINE):
        held, of, _ = compare(rows, engine)
        good = good and within_limits(held, of)
    alone = compare(rows, "none")[2]
    factor = alone[len(alone) // 2]
    spread = math.sqrt(sum(math.log(x / factor)**2 for x in alone) / len(alone))
    print(f"the device alone is {factor:.3f} times as fast in the median, log-spread "
          f"{spread:.3f}; {ENGINE} says {shipped['factor']} and {shipped['log_sd']}")
    return 0 if good and abs(factor / float(shipped["factor"]) - 1) < 0.03 else 1


sys.exit(main())
