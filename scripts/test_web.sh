#!/usr/bin/env bash
# Tests the browser demo in a real headless Chromium: its maps against Python's, mouse and keyboard, camera, offline,
# phone screen. Needs Node 20 or newer. --prepare only installs what is needed. CHROMIUM=PATH names the browser.
source "$(dirname "$0")/_environment.sh"
source scripts/_system.sh

check_node() {
  if ! command -v npm >/dev/null || [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
    echo "Node 20 or newer is needed, with npm. Found: $(node --version 2>/dev/null || echo none)." >&2
    return 1
  fi
}

install_packages() {
  if [ tflite/web/node_modules/.package-lock.json -nt tflite/web/package-lock.json ]; then
    return
  fi
  local seconds="${NPM_SECONDS:-600}"
  if ! (cd tflite/web && timeout --kill-after=10 "$seconds" npm ci --no-fund --no-audit --fetch-timeout=60000 --fetch-retries=2); then
    echo "npm ci failed or took more than $seconds s in tflite/web. Is the package registry within reach?" >&2
    return 1
  fi
}

check_node
find_chromium >/dev/null || need_program chromium chromium fonts-dejavu-core
CHROMIUM=$(find_chromium)
export CHROMIUM
install_packages
if [ "${1:-}" = --prepare ]; then
  exit
fi

make_environment all
# Built pages, browser profiles and material all go here.
TMPDIR=$(mktemp -d)
trap 'rm -rf "$TMPDIR"' EXIT
export TMPDIR DBDGAN_WEB_MATERIAL="$TMPDIR/material"
python tests/web/make_material.py "$DBDGAN_WEB_MATERIAL"

cd tflite/web
npm run --silent lint
npm test --silent
npm run --silent test:browser
