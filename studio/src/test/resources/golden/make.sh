#!/bin/sh
# Makes the files of this version: golden/make.sh FOLDER, from any folder. See README.md.
set -eu
golden=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
root=$(CDPATH='' cd -- "$golden/../../../../.." && pwd -P)
mkdir -p "$golden/$1"
cd "$golden/$1"
OMP_NUM_THREADS=1
export OMP_NUM_THREADS

statecraft() {
  echo "statecraft $*"
  "${STATECRAFT:-$root/statecraft}" "$@" 2>>make.log || { cat make.log >&2; exit 1; }
}

# train NAME METHOD MODEL REST
train() {
  cat >recipe.yaml <<END
model: ../models/$3
method: $2
$4
train: {max_steps: 6, batch_size: 4, learning_rate: 0.02, seed: 1, checkpoint: {every: 3, keep: 9}}
END
  statecraft train -c recipe.yaml -o "runs/$1" >/dev/null
}

texts='{train: ../texts.jsonl, validation: {split: 0.25}, instruction: text}'
labels='{train: ../labels.csv, validation: {split: 0.25}}'
for method in lora dora control double-control adapter; do
  train $method "{name: $method, rank: 2}" llama "data: $texts
task: causal-lm"
done
train control+lora '{name: control+lora, control: {rank: 2}, lora: {rank: 2}}' llama "data: $texts
task: causal-lm"
train edges '{name: edges, edges: [{from: input, to: output, function: low-rank, rank: 2},
  {from: middle, to: output, function: bottleneck, rank: 2}], layers: last 1}' llama "data: $texts
task: causal-lm"
train full '{name: full}' llama "data: $texts
task: causal-lm"
for method in lora control probe; do
  keys="{name: $method, rank: 2}"
  [ $method = probe ] && keys='{name: probe}'
  train bert-$method "$keys" bert "data: $labels
task: classification"
done

mkdir exported merged
for method in lora dora; do
  statecraft export --run runs/$method --format control --to exported/$method-control
done
for method in control double-control control+lora; do
  statecraft export --run runs/$method --format paper --to exported/$method-paper
done
statecraft merge --run runs/lora --to merged/lora
statecraft merge --run runs/full --to merged/full

# One run directory, of which the process may have died after step 3; of the others the adapters.
mkdir adapters
for run in runs/*; do
  cp -r "$run/adapter" "adapters/$(basename "$run")"
done
mv runs/double-control run
(cd run && rm -r .lock report.html checkpoints/step-[!3]*)
rm -r runs recipe.yaml make.log

# Nothing of the machine: the tests put their own folder in the place of /golden.
grep -rlI "$golden" . | while read -r file; do
  sed -i "s#$golden#/golden#g; s#runs/double-control#run#g" "$file"
done
sed -i 's/\("os" : \)"[^"]*"/\1"Linux"/; s/\("cpu" : \)"[^"]*"/\1"a processor"/' run/provenance.json
