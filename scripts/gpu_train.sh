#!/usr/bin/env bash
# Trains on a GPU machine with JAX and no network, from the folder that scripts/make_gpu_bundle.sh made.
#   OUT=FOLDER bash gpu_train.sh STAGE:MINUTES ...     stages: check, teacher, b3, b3_alone, lite
# Called again, it goes on: finished stages are passed over, a broken-off one resumes from its last checkpoint, and on
# a fresh machine from the networks in start/. $OUT then holds the stages' networks in parts (scripts/join_weights.py).
# Settings: LIMIT=570 (seconds of this call) GPU_WORK (folder that survives between calls) SCENES=4000 SMOKE=0
set -euo pipefail
began=$(date +%s)
cd "$(dirname "${BASH_SOURCE[0]}")"
bundle=$PWD
work=${GPU_WORK:-$HOME/gpu_training}
python=${PYTHON:-python3}
mkdir -p "$work" "${OUT:?Where do the results go? Set OUT}"

if [ ! -f "$work/.installed" ]; then
  if compgen -G "wheels/*.whl" >/dev/null; then
    "$python" -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-compile --upgrade \
      --target "$work/site" wheels/*.whl
  fi
  touch "$work/.installed"
fi
export PYTHONPATH="$work/site:$bundle/code:$bundle/weights" KERAS_BACKEND=jax PYTHONUNBUFFERED=1 KERAS_HOME="$work/keras"
export JAX_COMPILATION_CACHE_DIR="$work/compiled" JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS=0

cd code
if [ ! -f "$work/.started" ]; then
  for manifest in "$bundle"/start/*.parts.json; do
    [ -f "$manifest" ] || continue
    "$python" scripts/join_weights.py --parts="$manifest" --prefix="$work/start/$(basename "$manifest" .parts.json)"
  done
  touch "$work/.started"
fi
if [ ! -f "$work/data/synthetic/synthesis.json" ]; then
  JAX_PLATFORMS=cpu "$python" -m trainers.synthesize --output_dir="$work/data/synthetic" --count="${SCENES:-4000}" \
    --test_count=1 --source_dir="$bundle/data/bsds500/images" --regions_dir="$bundle/data/bsds500/regions" \
    --image_size="${SCENE_SIZE:-320}" --noprogress
  echo "Synthetic scenes after $(($(date +%s) - began)) s."
fi
exec "$python" scripts/gpu_stages.py --bundle="$bundle" --work="$work" --output_dir="$OUT" \
  --seconds=$((${LIMIT:-570} - ($(date +%s) - began))) --smoke="${SMOKE:-0}" "$@"
