#!/usr/bin/env bash
# Tests the browser demo in a real headless Chromium: its maps against Python's, mouse and keyboard, camera, offline,
# phone screen. Needs Node 20 or newer. DBDGAN_WEB_SCREENSHOTS=FOLDER keeps the pictures of the page; CHROMIUM=PATH
# names the browser.
source "$(dirname "$0")/_environment.sh"

find_chromium() {
  for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$candidate" ] && command -v "$candidate"; then
      return
    fi
  done
  return 1
}

install_chromium() {
  if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "No Chromium found. Install it, or set CHROMIUM to its path." >&2
    return 1
  fi
  echo "Installing chromium ..."
  apt-get update -qq
  # Another installation may hold the lock for a while.
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
}

if ! command -v node >/dev/null || [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
  echo "Node 20 or newer is needed. Found: $(node --version 2>/dev/null || echo none)." >&2
  exit 1
fi
find_chromium >/dev/null || install_chromium
CHROMIUM=$(find_chromium)
export CHROMIUM

make_environment all
# Built pages, browser profiles and material all go here.
TMPDIR=$(mktemp -d)
trap 'rm -rf "$TMPDIR"' EXIT
export TMPDIR DBDGAN_WEB_MATERIAL="$TMPDIR/material"
python tests/web/make_material.py "$DBDGAN_WEB_MATERIAL"

cd tflite/web
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
  npm ci --no-fund --no-audit
fi
npm run --silent lint
npm test --silent
npm run --silent test:browser
