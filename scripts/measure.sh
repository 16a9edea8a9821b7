#!/usr/bin/env bash
# Figures of the bundled models: bash scripts/measure.sh DATA, the folder that holds cuhk, szu, mfi_whu and bsds500. Results
# go to runs/measured and docs/results, and from there into the tables of README and model card.
source "$(dirname "$0")/_environment.sh"
make_environment train

data=${1:?the folder that holds cuhk, szu, mfi_whu, bsds500}
uniform="--uniform_dir=$data/bsds500 --uniform_list=configs/bsds500_uniform.txt"
# A scored folder, and what its name is in docs/results.
keep() { cp "runs/measured/$1" "docs/results/$2.json"; }

for name in lite_int8 lite_float16 lite_fast_int8 lite_fast_float16; do
  model="--model=dbdgan_tf/assets/$name.tflite --name=$name --kinds=configs/kinds.txt --noprogress"
  python -m trainers.evaluate $model --data_dir="$data/cuhk" --output_dir="runs/measured/$name" $uniform
  keep "$name/metrics.json" "$name"
  [[ $name == *int8 ]] || continue
  keep "$name/uniform.json" "${name}_uniform"
  python -m trainers.evaluate $model --data_dir="$data/cuhk,$data/szu,$data/mfi_whu" --split=train \
    --list=configs/validation.txt --output_dir="runs/measured/${name}_held_out"
  keep "${name}_held_out/metrics.json" "${name}_held_out"
  for source in cuhk szu mfi_whu; do
    keep "${name}_held_out/$source/metrics.json" "${name}_held_out_$source"
  done
done
keep lite_int8/kinds.json lite_int8_kinds
keep lite_int8_held_out/kinds.json lite_int8_held_out_kinds
cp runs/measured/lite_int8_held_out/reliability.png docs/images/reliability.png
python scripts/fill_tables.py
