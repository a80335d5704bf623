#!/bin/sh
# Training steps of Statecraft and of PEFT on the shapes of today's decoders, whole processes in turn; the shapes
# have a few layers of the real widths, so that two cores and 16 GB hold them. Nothing else should run.
#
# usage: bench.sh CONFIGS OUT STATECRAFT PYTHON [ROUNDS]
#   CONFIGS     a folder of config.json files, NAME.json
#   STATECRAFT  the command, such as ./statecraft
#   PYTHON      with torch, transformers and peft
# DTYPE is bfloat16 unless the environment has another, which it should where the processor has no bfloat16 instructions;
# SHAPES are NAME:LAYERS.
# OUT/results.jsonl has a line for each process; the table that is printed has medians of rounds, and the median of each
# round's ratio (above 1: faster than the peer).
set -eu
configs=$1 out=$2 statecraft=$3 python=$4 rounds=${5:-3}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
dtype=${DTYPE:-bfloat16}
shapes=${SHAPES:-qwen3-0.6b:6 phi-4-mini:2 gemma-3-4b:6 mistral-7b:2 smollm2-135m:30}
mkdir -p "$out"
results=$out/results.jsonl
: > "$results"
for shape in $shapes; do
  name=${shape%:*} layers=${shape#*:}
  "$python" - "$configs/$name.json" "$out/$name.json" "$layers" <<'END'
import json, sys
config = json.load(open(sys.argv[1]))
config["num_hidden_layers"] = int(sys.argv[3])
config.pop("layer_types", None)
json.dump(config, open(sys.argv[2], "w"))
END
  for method in double-control lora; do
    round=1
    while [ "$round" -le "$rounds" ]; do
      ours=$("$statecraft" bench --config "$out/$name.json" --method "$method" --rank 32 --dtype "$dtype" --batch 4 --seq 256 --steps 6 --json 2> /dev/null)
      peer=$("$python" "$here/bench.py" --config "$out/$name.json" --method "$method" --rank 32 --dtype "$dtype" --batch 4 --seq 256 --steps 6 2> /dev/null)
      echo "{\"name\": \"$name\", \"layers\": $layers, \"method\": \"$method\", \"ours\": $ours, \"peer\": $peer}" >> "$results"
      echo "$name $method $round" >&2
      round=$((round + 1))
    done
  done
done
"$python" - "$results" <<'END'
import json, statistics, sys
groups = {}
for line in open(sys.argv[1]):
    row = json.loads(line)
    groups.setdefault((row["name"], row["layers"], row["method"]), []).append((row["ours"], row["peer"]))
print("| shape | layers | | s a step | peer | speed | each round | memory (RSS) | peer | of the peer's |\n|---|---|---|---|---|---|---|---|---|---|")
for (name, layers, method), rounds in groups.items():
    middle = lambda side, key: statistics.median(pair[side][key] for pair in rounds)
    speeds = [peer["seconds_per_step"] / ours["seconds_per_step"] for ours, peer in rounds]
    memory, other = middle(0, "peak_rss_bytes"), middle(1, "peak_rss_bytes")
    print(f"| {name} | {layers} | `{method}` | {middle(0, 'seconds_per_step'):.2f} | {middle(1, 'seconds_per_step'):.2f} | {statistics.median(speeds):.2f}x | "
          f"{', '.join(f'{s:.2f}' for s in speeds)} | {memory / 1e6:,.0f} MB | {other / 1e6:,.0f} MB | {memory / other:.2f} |")
END
