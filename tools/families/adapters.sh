#!/bin/sh
# Trains LoRA and DoubleControl on models of truth.py, one of each family: once in one go, and once
# interrupted and gone on with, which must come to the same bytes. Exports both, and computes their
# logits again with PEFT and transformers (adapters.py), of which it prints a table.
#
# usage: adapters.sh CASES OUT STATECRAFT LOGITS PYTHON [NAME ...]
#   CASES       the folder that truth.py made
#   STATECRAFT  the command, such as ./statecraft
#   LOGITS      the command that runs Logits.java, in quotes
#   PYTHON      with torch, transformers and peft
set -eu
cases=$1 out=$2 statecraft=$3 logits=$4 python=$5
shift 5
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
[ $# -gt 0 ] || set -- llama-plain mistral-window-8 qwen2-tied-mha qwen3-plain gemma-plain \
  gemma2-window-8 gemma3-pattern-6 phi3-partial-longrope-window granite-multipliers smollm3-plain
mkdir -p "$out"

"$python" - "$out/texts.jsonl" "$out/prompts.txt" <<'END'
import json, random, sys
draw = random.Random(3)
def text(n): return " ".join(f"w{draw.randrange(3, 96)}" for _ in range(n))
with open(sys.argv[1], "w") as rows:
    for _ in range(48):
        rows.write(json.dumps({"text": text(draw.randrange(6, 40))}) + "\n")
with open(sys.argv[2], "w") as prompts:
    for n in (3, 9, 17, 40):
        prompts.write(text(n) + "\n")
END

for name in "$@"; do
  for method in lora double-control; do
    run=$out/$name.$method
    rm -rf "$run"*
    cat > "$run.yaml" <<END
model: $cases/$name
method: {name: $method, rank: 4}
data: {train: $out/texts.jsonl, instruction: text, max_length: 48, validation: none}
task: causal-lm
train: {max_steps: 60, epochs: 100, batch_size: 6, dtype: float32, learning_rate: 0.01, checkpoint: {every: 20}}
END
    "$statecraft" train -c "$run.yaml" -o "$run.whole" > "$run.log" 2>&1 || { tail -3 "$run.log"; continue; }
    # Killed after its checkpoint of step 20 or 40: --resume must end as the whole run did.
    "$statecraft" train -c "$run.yaml" -o "$run.parts" --set train.max_steps=60 >> "$run.log" 2>&1 &
    process=$!
    until ls "$run.parts"/checkpoints/* > /dev/null 2>&1 || ! kill -0 $process 2> /dev/null; do sleep 0.05; done
    kill -KILL $process 2> /dev/null || true
    wait $process || true
    if [ -e "$run.parts/adapter/adapter_model.safetensors" ]; then
      echo "$name $method: was done before it could be killed" >&2
    else
      "$statecraft" train --resume "$run.parts" >> "$run.log" 2>&1 || { tail -3 "$run.log"; continue; }
    fi
    cmp "$run.whole/adapter/adapter_model.safetensors" "$run.parts/adapter/adapter_model.safetensors" ||
      echo "$name $method: gone on with, it came to another adapter" >&2
    format=peft
    [ $method = lora ] || format=control
    "$statecraft" export --run "$run.parts" --format $format --to "$run.export" >> "$run.log" 2>&1 || tail -3 "$run.log"
    if [ $method = double-control ]; then
      "$statecraft" export --run "$run.parts" --format stateft --to "$run.stateft" >> "$run.log" 2>&1 || tail -3 "$run.log"
    else
      "$statecraft" merge --run "$run.parts" --dtype float32 --to "$run.merged" >> "$run.log" 2>&1 || tail -3 "$run.log"
    fi
    $logits "$cases" "$out" "$name.$method" >> "$run.log" 2>&1 || tail -3 "$run.log"
    echo "$name $method" >&2
  done
done
"$python" "$here/adapters.py" "$cases" "$out" "$@"
