# A nation's serving is that of `hanse serve` and `hanse predict`: the same device, model, rate
# and engine. Draws are set to their medians. ctest: slow
#
# At flow resolution a prompt takes the device time of an always full engine: one device, and two
# with what goes between them. Then four opened hours and 100,000 requests: means within 3 % (first
# token) and 1 % (between tokens), and the congestion law's within 5 and 2 %. In eight other seeds
# the largest were 0.9 and 0.2 %, 2.5 and 0.6 %, so a right program fails less than once in 1,000.

$ cat >make.py <<'END'
> import os, sys
> model, precision, size, devices, rate, more = sys.argv[1:]
> text = open(os.environ["HANSE_ROOT"] + "/scenarios/first-steps.lua").read()
> text = text.replace("compute_efficiency = 0.4, memory_efficiency = 0.6,",
>   f'profile = "h100_sxm5_80gb", profile_precision = "{precision}", interconnect = 900*GB/s,')
> text = text.replace("hazard = 0.09/year", "hazard = 0/year").replace("count = 16", "count = " + devices)
> prompts = f"%.12g*prompt/person/day" % (float(rate) * 0.0864)  # a million people
> text = text.replace("1*prompt/person/day", prompts).replace("5*prompt/person/day", prompts)
> text = text.replace("5*year, replications = 60", "1*month, replications = 1")
> a, b, c = (text.index(word) for word in ('model{name = "open"', "cloud{name", "override{name"))
> model = f'model{{name = "open", architecture = "{model}", bytes_per_parameter = {size}*B, batch = 64}}\n'
> print(text[:a] + model + text[b:c] + more)
> END

$ cat >read.py <<'END'
> import csv, json, subprocess
> def scenario(*words, more=""):
>   lua = subprocess.run(["python3", "make.py", *words, more], check=True, capture_output=True).stdout
>   open("s.lua", "wb").write(lua)
>   certain = [x for w in ("compute", "memory", "engine") for x in ("--set", f"param.h100_sxm5_80gb_{w}=1")]
>   subprocess.run(["hanse", "run", "s.lua", "-q", "-o", "s.h5", "--force", "--csv", "s.csv", *certain], check=True, stdout=subprocess.DEVNULL)
>   rows = [r for r in csv.DictReader(open("s.csv")) if (r["statistic"], r["window"], r.get("serving", ""), r.get("opening", "")) == ("mean", "horizon", "", "")]
>   return {r["variable"]: float(r["value"]) for r in rows if r["value"]}
> def figures(*words):
>   text = subprocess.run(["hanse", *words, "--format", "json", "-q"], check=True, capture_output=True).stdout
>   return {f["name"]: f for f in json.loads(text)["figures"]}
> END

$ hanse calibrate -q --published h100_sxm5_80gb -o h100.h5

$ python3 -c 'from read import *
> for model, precision, size, devices, rate, tensor in (("llama-3-8b", "bf16", "2", "4", "10", 1), ("llama-3-70b", "bf16", "2", "8", "1", 2), ("mixtral-8x7b", "fp8", "1", "2", "4", 1), ("glm-4.5", "fp8", "1", "12", "1", 6)):
>   busy_h = scenario(model, precision, size, devices, rate)["device_hours_busy"]
>   steady = figures("predict", "h100.h5", "--model", model, "--precision", precision, "--tensor", str(tensor), "--link", "450", "--most", "64", "--prompt-tokens", "1000", "--output-tokens", "250")["steady_rate"]
>   device_s = busy_h * 3600 / (float(rate) * 730 * 3600)
>   print(model, abs(device_s * steady["value"] / (tensor * 250) - 1) < 1e-6)'
llama-3-8b True
llama-3-70b True
mixtral-8x7b True
glm-4.5 True

$ python3 -c 'from read import figures, scenario
> more = "serving{name = \"a\", workload = \"assistant\"}\nopening{name = \"o\", serving = \"a\", from = 100*h, to = 104*h, replicas = 64}\n"
> for model, devices, rate, tensor in (("llama-3-8b", "4", "30", 1), ("llama-3-70b", "8", "3", 2)):
>   f = scenario(model, "bf16", "2", devices, rate, more=more)
>   s = figures("serve", "h100.h5", "--model", model, "--tensor", str(tensor), "--link", "450", "--replicas", str(int(devices) // tensor), "--rate", rate, "--batch", "64", "--count", "100000")
>   for name, opened, law in (("ttft_mean", 0.03, 0.05), ("tpot_mean", 0.01, 0.02)):
>     served = 1e-3 * s[name]["value"]
>     print(model, name, abs(f["opened_" + name] / served - 1) < opened, abs(f[name] / served - 1) < law)'
llama-3-8b ttft_mean True True
llama-3-8b tpot_mean True True
llama-3-70b ttft_mean True True
llama-3-70b tpot_mean True True
