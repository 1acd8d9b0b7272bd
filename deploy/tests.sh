#!/usr/bin/env bash
# Every test: those of the engines, which mostly wait for what was killed to come back, beside the others, which have a process for
# each of two cores. The journeys have a session of their own: where Chromium is spoken to no event loop can be begun.
set -uo pipefail
set -m # or what runs beside would be deaf to Ctrl-C, and leave its engines behind
cd "$(dirname "$0")/.."
said="$(mktemp)"
echo "tests/engines run beside the others; what they say comes at the end"
.venv/bin/python -m pytest tests/engines >"$said" 2>&1 &
beside=$!
trap 'kill -INT "$beside" 2>/dev/null && wait "$beside"; rm -f "$said"' EXIT
failed=0
for folder in chengguan tests/journeys; do
  # in the order of the files: by how many tests they hold, the few long ones would come last, on one of the two cores
  .venv/bin/python -m pytest "$folder" -n 2 --dist loadfile --no-loadscope-reorder || failed=$?
  [ "$failed" -eq 2 ] && exit 2 # interrupted
done
wait "$beside" || failed=$?
cat "$said"
exit "$failed"
