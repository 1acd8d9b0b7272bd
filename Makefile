# The verbs. Each does its own set-up; a second run of one costs a second.
.PHONY: help setup setup-test demo lint test bench bench-full bench-desk docs messages pictures

PY := .venv/bin/python
RUNNING := PYTHONUNBUFFERED=1

help:
	@echo "make demo   set up, start everything with a sample county, print the address"
	@echo "make test   lint, then every test, Chromium included"
	@echo "make lint   ruff, mypy, import contracts, house tests, migrations, TypeScript"
	@echo "make bench  the measurements, each against its reference (bench-full: the long one)"
	@echo "make bench-desk  the desk among a million cases (CHENGGUAN_DESK_CASES=20000 CHENGGUAN_DESK_SECONDS=10: a small try)"
	@echo "make docs   write the generated pages under docs/"
	@echo "make messages   bring the English catalogue up to date; says which texts lack English"
	@echo "make pictures  photograph every screen and the stories of the demo into docs/pictures (NAMES=\"a b\": only these screens, or stories)"

setup:
	@deploy/setup.sh demo

setup-test:
	@deploy/setup.sh test

demo: setup
	@exec env CHENGGUAN_DEMO=1 $(RUNNING) $(PY) -m chengguan up --demo

lint: setup-test
	@deploy/lint.sh

test: lint
	@deploy/tests.sh

bench: setup-test
	$(PY) bench/run.py

bench-full: setup-test
	$(PY) bench/run.py --full

bench-desk: setup-test
	$(PY) bench/run.py --desk

docs: setup-test
	$(PY) -m chengguan document

pictures: setup-test
	$(PY) -m tests.journeys.pictures $(NAMES)

messages: setup-test
	$(PY) -m chengguan messages
