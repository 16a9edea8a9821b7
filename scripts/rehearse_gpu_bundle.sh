#!/usr/bin/env bash
# Rehearses training on a GPU machine, on this one: the bundle with tiny networks, in an environment without TensorFlow,
# killed, resumed, broken off for a fresh machine, and its weights joined and compared on the TensorFlow backend.
#   bash scripts/rehearse_gpu_bundle.sh DATA [FOLDER]
# FOLDER (build/gpu_rehearsal) keeps the environment and the results. About five minutes on two idle cores.
# Settings, to rehearse with the GPU machine's own versions: REHEARSAL_BASE, the Python to make the environment from;
# REHEARSAL_PINS, such as "jax==0.11.2 numpy==2.5.2", in place of constraints.txt's; or REHEARSAL_PYTHON, a whole
# environment with JAX and without TensorFlow and Keras.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
data=${1:?Where are the data? bash scripts/rehearse_gpu_bundle.sh DATA [FOLDER]}
folder=$(mkdir -p "${2:-build/gpu_rehearsal}" && cd "${2:-build/gpu_rehearsal}" && pwd)
here=$PWD/${PYTHON:-.venv/bin/python}
there=${REHEARSAL_PYTHON:-$folder/venv/bin/python}
step() { printf '\n== %s\n' "$1"; }

step "An environment with JAX and without TensorFlow"
if [ ! -x "$there" ]; then
  "${REHEARSAL_BASE:-$here}" -m venv "$folder/venv"
  versions=${REHEARSAL_PINS:---constraint constraints.txt jax numpy}
  # shellcheck disable=SC2086
  "$there" -m pip install --quiet --disable-pip-version-check $versions \
    opencv-python-headless h5py absl-py pillow tqdm scikit-image rich packaging typing-extensions
fi
"$there" -c 'import sys, jax, numpy; print("Python %d.%d," % sys.version_info[:2], "JAX", jax.__version__, "NumPy", numpy.__version__)'
"$there" -c 'import importlib.util as u, sys; sys.exit(any(map(u.find_spec, ("tensorflow", "keras"))))' ||
  { echo "$there must hold neither TensorFlow nor Keras." >&2; exit 1; }

step "The bundle, small"
export BUNDLE=$folder/bundle
make_bundle() {
  SIDE=64 SOURCE_SIDE=64 LIMIT=12 IMAGENET=0 PYTHON=$here bash scripts/make_gpu_bundle.sh "$data" "$@" 2>/dev/null
}
PYTHON_THERE=$("$there" -c 'import sys; print("%d.%d" % sys.version_info[:2])') && export PYTHON_THERE
make_bundle

train() { # GPU_WORK OUT STAGE:MINUTES ...
  # Tiny networks on a CPU: compiling would take nearly all the time.
  GPU_WORK=$1 OUT=$2 PYTHON=$there SMOKE=1 SCENES=8 SCENE_SIZE=64 LIMIT=${CALL_SECONDS:-100000} JAX_PLATFORMS=cpu \
    XLA_FLAGS="--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true" \
    bash "$BUNDLE/gpu_train.sh" "${@:3}"
}
export -f train
export there BUNDLE
rm -rf "$folder"/{machine1,machine2,call1,call2,call3,joined}

step "Call 1: the teacher, killed in its second epoch or later"
setsid bash -c 'train "$@"' _ "$folder/machine1" "$folder/call1" teacher:600 >"$folder/call1.log" 2>&1 &
process=$!
until [ -f "$folder/machine1/runs/teacher/checkpoint.npz" ]; do
  kill -0 $process 2>/dev/null || { tail -n 40 "$folder/call1.log"; exit 1; }
  sleep 1
done
kill -KILL -- -$process
wait $process 2>/dev/null || true
grep -h "^Throughput" "$folder/call1.log" || true

step "Call 2: the teacher resumes and ends, the student learns from it"
train "$folder/machine1" "$folder/call2" teacher:0.05 b3:0.05 2>&1 | tee "$folder/call2.log"
grep -q "Resuming after epoch" "$folder/call2.log"

step "Call 3: a fresh machine goes on with what call 2 brought home"
make_bundle "$folder"/call2/{teacher,b3}.parts.json >/dev/null
CALL_SECONDS=240 train "$folder/machine2" "$folder/call3" b3:600 2>&1 | tee "$folder/call3.log"
grep -q -- "--student_weights=.*start/b3 --generator_lr=" "$folder/call3.log"

step "The weights, joined and compared on the TensorFlow backend"
for network in call2/teacher call2/b3 call3/b3; do
  KERAS_BACKEND=tensorflow "$here" scripts/join_weights.py --parts="$folder/$network.parts.json" \
    --prefix="$folder/joined/$network" --check 2>/dev/null
done
echo "The rehearsal succeeded."
