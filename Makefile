# Every command of the project. `make help` is written from the comments behind the targets.
BIN := .venv/bin
# A distribution's Python is built with its optimisations; one that pyenv built by default takes 1.4 times as long.
PYTHON ?= $(shell for python in /usr/bin/python3.11 python3.11 python3; do \
	$$python -c 'import ensurepip, sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && echo $$python && exit; done; echo python3)

# no new random histories in CI
IN_TEST := --hypothesis-profile ci --durations 15
# Tests that need no server run beside those that do, which go first where both want a core: they have times to keep.
define lanes
	@echo "tests that need no server run meanwhile: build/tests.txt, printed at the end"
	@nice -n $(3) $(BIN)/python -m pytest -q -m "$(1) and not servers" $(2) > build/tests.txt 2>&1 & others=$$!; \
	$(BIN)/python -m pytest -q -m "$(1) and servers" $(2); served=$$?; \
	wait $$others; others=$$?; cat build/tests.txt; exit $$((served + others))
endef
.DEFAULT_GOAL := help
.PHONY: help venv run lint types secure-check law test check screenshots bench load chaos sim format clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

venv: .venv/ready ## the environment in .venv, with the command chengxin

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; assert sys.version_info[:2] == (3, 11), "Python 3.11 is needed; set PYTHON="'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: venv ## the whole pipeline on this machine until Ctrl-C; ONCE=1: on fresh data, ends by itself
	@$(BIN)/chengxin run $(if $(ONCE),--once)

lint: venv ## format, lint, import contracts
	@mkdir -p build
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check --quiet
	$(BIN)/lint-imports --no-cache > build/imports.txt || { cat build/imports.txt; exit 1; }
	$(BIN)/python -m schemas

types: venv ## strict types
	$(BIN)/mypy

secure-check: venv ## the secure stack: a record goes through under logins, and who may do what is tried; last line JSON
	@$(BIN)/python -m tests.secure

law: venv ## the law book: loader, schemas, date grid, cases, the report (build/law-report.html)
	$(BIN)/chengxin law check
	$(BIN)/python -m schemas
	$(BIN)/chengxin cases run tests/cases
	$(BIN)/python -m pytest -q tests/law
	$(BIN)/chengxin law report

test: lint types ## what CI runs: lint, types, law, unit, contract, connected flow, the browser's main paths, kill tests with 2 kills, chaos for 2 minutes, 200 simulated seeds (up to 20 minutes)
	$(BIN)/chengxin cases run tests/cases
	$(BIN)/python -m pytest -q --doctest-modules streams/engine streams/core streams/load streams/identity streams/wire.py streams/whatif streams/asof streams/kit streams/subscriber/view.py streams/texts.py schemas topics monitoring/observer.py
	$(call lanes,not check,$(IN_TEST),0)

check: test build/bench/ready ## test, and the 10-kill tests, chaos for 10 minutes, 2,000 simulated seeds, new random histories and the tests of the tests (up to 60 minutes)
	$(call lanes,check,--durations 30,10)
	$(BIN)/python -m pytest -q -m "not check" --hypothesis-profile new tests/core

screenshots: venv ## every page of a real run in Chromium: build/screenshots, one PNG a page, and what is wrong with it; last line JSON (RECORDS=)
	@.ci/browser
	@$(BIN)/python -m tests.browser $(RECORDS)

bench: venv build/bench/ready ## speed beside Faust, Quix, Bytewax, aiokafka on one job; build/bench.json; a restore beside Faust's; what metrics cost (up to 35 minutes; EVENTS=, ROUNDS=, RECORDS=)
	$(BIN)/python tests/bench/bench_run.py
	RECORDS=$(RECORDS) $(BIN)/python tests/bench/bench_restore.py
	$(BIN)/python tests/bench/bench_metrics.py

# Quix needs an older pydantic-settings than we do, so the peers live in an environment of their own.
build/bench/ready: requirements-bench.lock
	$(PYTHON) -m venv build/bench
	build/bench/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

load: venv ## a backlog of a million records worked off, ClickHouse down for 5 minutes (RECORDS=, DOWN=, STATE=memory); RATE=1000: steady, then a burst (MINUTES=)
	@$(BIN)/chengxin load $(if $(RECORDS),--records $(RECORDS)) $(if $(DOWN),--down $(DOWN)) $(if $(STATE),--state $(STATE)) $(if $(RATE),--rate $(RATE)) $(if $(MINUTES),--minutes $(MINUTES))

chaos: venv ## faults on three brokers, ClickHouse, workers, sink, publishers, and the proof (up to 55 minutes; SEED=, MINUTES=)
	@$(BIN)/chengxin chaos $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES))

sim: venv ## 10,000 seeds of the deterministic simulation; last line JSON (SEEDS=; SEED= one seed with its trace)
	@$(BIN)/python -m tests.simulation $(if $(SEEDS),--seeds $(SEEDS)) $(if $(SEED),--seed $(SEED))

format: venv ## write the format
	$(BIN)/ruff format --quiet
	$(BIN)/ruff check --quiet --fix

clean: ## remove the environment and what was built; local data in .data stays
	rm -rf .venv build
