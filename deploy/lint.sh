#!/usr/bin/env bash
# Everything that is checked without running the program's own tests; stops at the first that complains.
set -euo pipefail
cd "$(dirname "$0")/.."
step() { printf '== %s\n' "$1"; shift; "$@"; }
step "ruff" .venv/bin/python -m ruff check chengguan tests bench deploy conftest.py
step "mypy" .venv/bin/python -m mypy chengguan
step "import contracts" .venv/bin/lint-imports
step "house" .venv/bin/python -m pytest -q tests/house
if [ -f frontend/package.json ]; then
  step "TypeScript" deploy/npm.sh run lint
fi
