#!/usr/bin/env bash
# Pictures of the browser demo for the documentation: docs/images/web_desktop.jpg and web_phone.jpg, at most 300 kB
# together.
# With the bundled model. Needs what scripts/test_web.sh needs.
source "$(dirname "$0")/_environment.sh"
source scripts/_system.sh

folder=docs/images
bash scripts/test_web.sh --prepare
CHROMIUM=$(find_chromium)
export CHROMIUM
make_environment all
TMPDIR=$(mktemp -d)
trap 'rm -rf "$TMPDIR"' EXIT
export TMPDIR DBDGAN_WEB_SCREENSHOTS="$TMPDIR"
(cd tflite/web && node --test test/browser/screenshots.test.js)
mkdir -p "$folder"
python - "$TMPDIR" "$folder" <<'PYTHON'
import sys
from pathlib import Path

from PIL import Image

source, folder = map(Path, sys.argv[1:])
for quality in (88, 80, 72, 64, 56):
    total = 0
    for name in ("desktop", "phone"):
        picture = folder / f"web_{name}.jpg"
        Image.open(source / f"{name}.jpg").save(picture, quality=quality, optimize=True, progressive=True)
        total += picture.stat().st_size
    if total <= 300_000:
        break
print(f"{folder}/web_desktop.jpg, {folder}/web_phone.jpg: {total / 1000:.0f} kB at quality {quality}")
PYTHON
