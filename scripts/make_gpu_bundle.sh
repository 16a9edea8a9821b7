#!/usr/bin/env bash
# Makes .gpu_bundle/: everything a GPU machine with JAX, but without TensorFlow and without a network, needs to train.
#   bash scripts/make_gpu_bundle.sh DATA [PARTS.json ...]
# DATA holds cuhk/train/{images,masks} and bsds500/{images,regions}. PARTS.json are networks of an earlier visit (see
# scripts/split_weights.py), to go on from or to teach with; a teacher's or student's name is its stage's.
# Settings: SIDE=384 (CUHK) SOURCE_SIDE=481 (BSDS500) QUALITY=88 LIMIT=0 (files of each folder; 0 for all)
#           IMAGENET=1 WHEELS=1 PYTHON_THERE=3.12 BUNDLE=.gpu_bundle MAX_MIB=60
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=${PYTHON:-.venv/bin/python}
bundle=${BUNDLE:-.gpu_bundle}
data=${1:?Where are the data? bash scripts/make_gpu_bundle.sh DATA [PARTS.json ...]}
shift

rm -rf "$bundle"
mkdir -p "$bundle"/{code/scripts,wheels,weights,start,data}

cp -r dbdgan_tf trainers configs "$bundle/code/"
rm -rf "$bundle/code/dbdgan_tf/assets"
find "$bundle/code" -name __pycache__ -prune -exec rm -rf {} +
cp scripts/{gpu_stages,split_weights,join_weights}.py "$bundle/code/scripts/"
cp scripts/gpu_train.sh "$bundle/"

if [ "${WHEELS:-1}" = 1 ]; then
  platforms=()
  for glibc in 2_28 2_27 2_17; do platforms+=(--platform "manylinux_${glibc}_x86_64"); done
  for package in keras optree namex; do
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
      --python-version "${PYTHON_THERE:-3.12}" --implementation cp "${platforms[@]}" --platform manylinux2014_x86_64 \
      --dest "$bundle/wheels" "$(grep "^$package==" constraints.txt)"
  done
fi

if [ "${IMAGENET:-1}" = 1 ]; then
  "$python" scripts/pack_lite_weights.py --encoder=efficientnet_lite2 --output_dir="$bundle/weights" >/dev/null
fi

for name in cuhk/train bsds500; do
  [ -d "$data/$name" ] || continue
  # Sharp sources of synthetic scenes keep their size: a scene has 320 px, and enlarging would blur it.
  side=$([ "$name" = bsds500 ] && echo "${SOURCE_SIDE:-481}" || echo "${SIDE:-384}")
  "$python" scripts/shrink_dataset.py --source="$data/$name" --output_dir="$bundle/data/$name" \
    --side="$side" --quality="${QUALITY:-88}" --limit="${LIMIT:-0}"
done

for manifest in "$@"; do
  cp "${manifest%.parts.json}".part?? "$manifest" "$bundle/start/"
done

tracked=$(git ls-files -z 2>/dev/null | xargs -0 -r du -cb 2>/dev/null | awk 'END { print $1 + 0 }')
du -sh --apparent-size "$bundle"/{code,wheels,weights,start} "$bundle"/data/* | sed "s|$bundle/||"
bytes=$(find "$bundle" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')
awk -v bytes="$bytes" -v tracked="$tracked" -v most="${MAX_MIB:-60}" -v bundle="$bundle" 'BEGIN {
  mib = bytes / 1048576
  printf "%.1f MiB in %s (%.1f MiB with the files under version control)\n", mib, bundle, mib + tracked / 1048576
  if (mib > most) { printf "That is more than %d MiB: lower SIDE or QUALITY, or set IMAGENET=0.\n", most; exit 1 }
}'
