#!/usr/bin/env bash
# Sets up .venv and runs the style check and every test. Arguments go to pytest.
source "$(dirname "$0")/_environment.sh"
make_environment all

ruff check .
python -m pytest -n 2 --dist loadfile "$@"
