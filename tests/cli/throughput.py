"""Published throughputs of engines beside predictions from published and derived profiles.

Prints every row and how many lie in their 90 % intervals; fails when the count of clusters
(device, model, ranks: one machine's luck) is one that a right program would give in less than
1 % of cases.
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


def predicted(row):
    device, link = DEVICES[row["subject"]]
    prompt, output = re.search(r"tokens (\d+),(\d+)", row["setting"]).groups()
    ranks = re.search(r"TP=(\d+)", row["setting"]).group(1)
    command = ["hanse", "predict", device, "--model", MODELS[row["kernel"]], "--precision",
               row["precision"], "--tensor", ranks, "--prompt-tokens", prompt,
               "--output-tokens", output, "--most", "2048", "--link", str(link), "--format",
               "json"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    figures = {f["name"]: f for f in json.loads(answer.stdout)["figures"]}
    return ranks, prompt, output, figures["steady_rate"]


def within_limits(inside, n):
    weights = [math.comb(n, k) * 0.9**k * 0.1**(n - k) for k in range(n + 1)]
    return sum(weights[:inside + 1]) > 0.005 and sum(weights[inside:]) > 0.005


def main():
    path = os.environ["HANSE_ROOT"] + "/scenarios/reference/measured_performance.csv"
    clusters = collections.defaultdict(list)
    ratios = collections.defaultdict(list)
    with open(path, encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["category"] != "llm_inference_max_throughput":
                continue
            ranks, prompt, output, rate = predicted(row)
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
    print(f"{sum(points)} of {len(points)} rows and {held} of {len(clusters)} clusters lie in "
          "their 90 % intervals")
    return 0 if within_limits(held, len(clusters)) else 1


sys.exit(main())
