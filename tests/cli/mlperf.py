"""MLPerf Inference v4.1 results of language models beside predictions for their devices.

Nothing here is fitted to them. Offline is an engine that is always full, so its results are
held against the 90 % intervals: the share of clusters (device and model: one engine on one
board) that lie inside must be one that a right program gives in 99 % of cases, and the
clusters' median error at most a factor of 1.4. Server results are printed beside the same
figure, which bounds them from above: their latency limits keep the engine from being full.

Results of an H200, MI300X and MI325X are those that the reference table has (the latter two
unverified).

Ranks and batches are those of NVIDIA's own configurations where they are published
(inference_results_v4.1, closed/NVIDIA/configs); an H100 PCIe is taken like an H100 SXM, an L40S
with the four ranks that 69 GB need with room for a batch. Links are those of accelerators.csv.
Tokens: Llama 2 70B 294 + 291; GPT-J 1,000 + 69 with four beams, of which three count as read
tokens; Mixtral 294 + 146 (the prompts of two of its three data sets are not known).
"""
import collections
import csv
import json
import math
import os
import statistics
import subprocess
import sys

DEVICES = {"NVIDIA H100-SXM-80GB": ("h100_sxm5_80gb", 450),
           "NVIDIA H100-NVL-94GB": ("h100_nvl_94gb", 300),
           "NVIDIA H100-PCIe-80GB": ("h100_pcie_80gb", 63), "NVIDIA L40S": ("l40s_48gb", 31),
           "H200 SXM": ("h200_sxm_141gb", 450), "MI300X": ("mi300x_192gb", 64),
           "MI325X": ("mi325x_256gb", 64)}
MODELS = {"llama2-70b": ("llama-2-70b", 294, 291), "gptj": ("gpt-j-6b", 1207, 69),
          "mixtral-8x7b": ("mixtral-8x7b", 294, 146)}
MOST = {"NVIDIA H100-NVL-94GB": 1300, "H200 SXM": 806, "MI300X": 1024, "MI325X": 1024}
ALONE = ("H200 SXM", "MI300X", "MI325X")  # hold Llama 2 70B in fp8 on one device


def ranks_of(accelerator, model):
    if model == "gptj" or accelerator in ALONE:
        return 1
    if model == "mixtral-8x7b":
        return 1 if "NVL" in accelerator else 2
    return 4 if accelerator == "NVIDIA L40S" else 2


def predicted(accelerator, model):
    """Answers a second of one device: median, low, high."""
    device, link = DEVICES[accelerator]
    name, prompt, output = MODELS[model]
    ranks = ranks_of(accelerator, model)
    command = ["hanse", "predict", device, "--model", name, "--precision", "fp8", "--tensor",
               str(ranks), "--prompt-tokens", str(prompt), "--output-tokens", str(output),
               "--most", str(MOST.get(accelerator, 896)), "--link", str(link), "--format",
               "json"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    figures = {f["name"]: f for f in json.loads(answer.stdout)["figures"]}
    return [figures["steady_answers"][key] / ranks for key in ("value", "low", "high")]


def within_limits(inside, n):
    weights = [math.comb(n, k) * 0.9**k * 0.1**(n - k) for k in range(n + 1)]
    return sum(weights[:inside + 1]) > 0.005 and sum(weights[inside:]) > 0.005


def results(path):
    """Answers a second of one device, by model, accelerator and scenario; TensorRT-LLM only."""
    found = collections.defaultdict(list)
    with open(path, encoding="utf-8") as file:
        for row in csv.DictReader(file):
            model = row["model"].split("-99")[0]
            if (model in MODELS and row["accelerator"] in DEVICES and row["valid"] == "VALID"
                    and row["scenario"] in ("Offline", "Server")):
                devices = float(row["accel_per_node"]) * float(row["nodes"])
                found[model, row["accelerator"], row["scenario"]].append(
                    float(row["samples_per_s"]) / devices)
    return found


def published(path):
    """Likewise, from the reference table: eight devices each, Llama 2 70B."""
    found = collections.defaultdict(list)
    with open(path, encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["category"] == "mlperf_inference_offline" and row["subject"] in ALONE:
                answers = float(row["value"]) / (291 if row["unit"] == "token/s" else 1)
                found["llama2-70b", row["subject"], "Offline"].append(answers / 8)
    return found


def main():
    data = os.environ.get("HANSE_TEST_DATA", os.environ["HANSE_ROOT"] + "/../shared/data")
    path = data + "/mlperf/inference_v4.1_dev.csv"
    if not os.path.exists(path):
        print(f"{path} is absent; set HANSE_TEST_DATA to the folder of test data")
        return 77
    clusters, points = [], []
    errors = []
    measurements = results(path) | published(
        os.environ["HANSE_ROOT"] + "/scenarios/reference/measured_performance.csv")
    for (model, accelerator, scenario), measured in sorted(measurements.items()):
        value, low, high = predicted(accelerator, model)
        inside = [low <= x <= high for x in measured]
        ratio = value / statistics.median(measured)
        print(f"{model}, {accelerator.replace('NVIDIA ', '')}, {scenario}: {value:.2f} "
              f"({low:.2f} - {high:.2f}), {len(measured)} submitted, median "
              f"{statistics.median(measured):.2f}, predicted / submitted {ratio:.2f}, "
              f"{sum(inside)} inside")
        if scenario == "Offline":
            clusters.append(2 * sum(inside) > len(inside))
            points += inside
            errors.append(abs(math.log(ratio)))
    print(f"offline: {sum(points)} of {len(points)} results and {sum(clusters)} of "
          f"{len(clusters)} clusters lie in their 90 % intervals; median error a factor of "
          f"{math.exp(statistics.median(errors)):.2f}, worst {math.exp(max(errors)):.2f}")
    close = statistics.median(errors) <= math.log(1.4)
    return 0 if close and within_limits(sum(clusters), len(clusters)) else 1


sys.exit(main())
