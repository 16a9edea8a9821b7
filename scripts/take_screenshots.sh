#!/usr/bin/env bash
# Pictures of the browser demo with the bundled model, docs/images/web_desktop.jpg and web_phone.jpg. Needs what
# scripts/test_web.sh needs.
source "$(dirname "$0")/_environment.sh"
source scripts/_system.sh

folder=docs/images
bash scripts/test_web.sh --prepare
CHROMIUM=$(find_chromium)
export CHROMIUM
make_environment all
TMPDIR=$(mktemp -d)
trap 'rm -rf "$TMPDIR"' EXIT
export TMPDIR
(cd tflite/web && node test/browser/screenshots.js "$TMPDIR")
mkdir -p "$folder"
for name in desktop phone; do
  python -c 'import sys; from PIL import Image; Image.open(sys.argv[1]).save(sys.argv[2], quality=72, optimize=True)' \
    "$TMPDIR/$name.jpg" "$folder/web_$name.jpg"
done
