#!/usr/bin/env bash
# Sets up .venv and runs the checks of style and imports and every test. --web adds the tests of the browser demo (scripts/test_web.sh)
# and, as root on Debian, first installs what they and the tests of the Android sources need; --no-web is the default.
# Other arguments go to pytest.
source "$(dirname "$0")/_environment.sh"
source scripts/_system.sh

web=false
arguments=()
for argument in "$@"; do
  case "$argument" in
    --web) web=true ;;
    --no-web) web=false ;;
    *) arguments+=("$argument") ;;
  esac
done

if $web; then
  # Before the long part: what cannot be installed is told at once.
  need_program kotlinc kotlin default-jre-headless
  bash scripts/test_web.sh --prepare
fi
make_environment all
ruff check .
lint-imports
python -m pytest -n 2 --dist loadfile "${arguments[@]}"
if $web; then
  bash scripts/test_web.sh
fi
