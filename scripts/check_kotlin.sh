#!/usr/bin/env bash
# Compiles the Android sources against small API stubs and leaves the classes in the folder given (or a temporary one).
# Debian's kotlinc (1.3) is enough: apt-get install kotlin. Exit code 77: there is no kotlinc.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v kotlinc >/dev/null; then
  echo "check_kotlin: no kotlinc on this machine (Debian: apt-get install kotlin)" >&2
  exit 77
fi
classes="${1:-$(mktemp -d)}"
log=$(mktemp)
status=0
kotlinc -nowarn -d "$classes" tests/mobile/kotlin_stubs tflite/android/blurdetector/src/main/kotlin >"$log" 2>&1 || status=$?
grep -v -e 'Options -Xverify' -e '^warning:' "$log" >&2 || true
rm -f "$log"
if [ "$status" -ne 0 ]; then
  echo "check_kotlin: the Android sources do not compile" >&2
  exit 1
fi
echo "check_kotlin: compiled to $classes"
