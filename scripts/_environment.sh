# Sourced by the other scripts: makes .venv with what the lock file names, once, and activates it.
# Safe to run again: a stamp holds the checksum of what was asked for.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

find_python() {
  for candidate in "${PYTHON:-}" python3.11 python3.12 python3; do
    if [ -n "$candidate" ] && command -v "$candidate" >/dev/null \
      && "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))'; then
      echo "$candidate"
      return
    fi
  done
  echo "No Python 3.11 or 3.12 found. Set PYTHON to one." >&2
  return 1
}

make_environment() {
  local extras="$1" stamp=".venv/.installed-$1" wanted
  wanted=$(cat setup.py constraints.txt | cksum)
  if [ ! -x .venv/bin/python ]; then
    "$(find_python)" -m venv .venv
  fi
  if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$wanted" ]; then
    echo "Installing dbdgan_tf[$extras] into .venv (once, about two minutes) ..."
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[$extras]"
    echo "$wanted" >"$stamp"
  fi
  # shellcheck disable=SC1091
  source .venv/bin/activate
  export TF_CPP_MIN_LOG_LEVEL="${TF_CPP_MIN_LOG_LEVEL:-2}"
}
