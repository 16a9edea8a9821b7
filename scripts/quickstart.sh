#!/usr/bin/env bash
# From a fresh machine to blur maps by the bundled model and to a trained, evaluated and converted one of your own. Run
# again, it goes on where it stopped.
source "$(dirname "$0")/_environment.sh"
make_environment train
SECONDS=0

run=runs/quickstart
step() { printf '\n== %s\n' "$1"; }
finished() { [ -f "$run/.$1" ]; }

step "1/6 Blur maps of photographs, by the bundled model"
photos=$(python -c 'import importlib.util as u; print(u.find_spec("skimage").submodule_search_locations[0])')/data
dbdgan map "$photos"/{coffee,chelsea,astronaut}.png "$run/maps" --format side-by-side
echo "Look at $run/maps while a model of your own is trained ($SECONDS s)."

step "2/6 Synthetic defocus from scikit-image's photographs"
if ! finished data; then
  python -m trainers.synthesize --output_dir="$run/data" --count=200 --test_count=32 --image_size=128 --seed=1
  touch "$run/.data"
fi

step "3/6 Teacher and student train together (some three minutes)"
if ! finished training; then
  python -m trainers.distill --flagfile=configs/quickstart.flags --data_dir="$run/data" --resume
  touch "$run/.training"
fi

step "4/6 Evaluation on the synthetic test photographs"
for network in teacher student; do
  python -m trainers.evaluate --model="$run/distill/${network}_best" --data_dir="$run/data" --name="$network" \
    --output_dir="$run/evaluation_$network" --noprogress
done

step "5/6 A .tflite for phones, and a map from it"
python -m tflite.convert --checkpoint="$run/distill/student_best" --variant=int8 --io=uint8 \
  --representative_dir="$run/data/train/images" --output="$run/student_int8.tflite" --placeholder
photo=$(find "$run/data/test/images" -type f | sort | head -n 1)
python -m tflite.detect "$photo" --model="$run/student_int8.tflite" --output="$run/map.png" --overlay="$run/overlay.png"

step "6/6 Report"
python -m trainers.report --evaluations="student=$run/evaluation_student,teacher=$run/evaluation_teacher" \
  --output="$run/report.html" --picture="$run/results.png"

echo "
Done in $SECONDS s. Look at $run: maps of the bundled model, results.png and report.html of the one just trained,
student_int8.tflite for a phone, map.png and overlay.png through it, distill/tensorboard."
