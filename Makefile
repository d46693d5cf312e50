# `make up` runs everything on this machine; `make test` checks everything. `make up` installs no more than it runs.
.DEFAULT_GOAL := help
.PHONY: help install install-dev named-python up test test-newest test-slow test-faults simulations test-cluster test-browser bench mutants gallery check audit clean constraints
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
DEV_STAMP := .venv/.installed-dev
# One more than there are cores, since some tests wait for a server or a clock; each has a database server of its own.
WORKERS := import os; print(min(4, (os.cpu_count() or 1) + 1))
# What runs under a second Python: all rules, and of the rest what opens and closes databases, sockets and files.
SHORT := tests/unit tests/integration/cli tests/integration/runtime tests/integration/replay tests/integration/web tests/acceptance/test_main_job.py

# How many mutants `make mutants` draws, by which seed, and how long the tests of each may take.
MUTANTS ?= 100
SEED ?= 18
MUTANT_SECONDS ?= 120

# pip keeps its cache in HOME; the notice about newer versions of pip would look to the internet for nothing.
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help:  ## what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

install: named-python $(STAMP)  ## set up .venv with the command `seguito`

install-dev: named-python $(DEV_STAMP)  ## set up .venv with what checks and tests need too

ifeq ($(origin PYTHON),file)  # nobody named one: the first that will do
named-python:
CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11
else  # that one, or none
named-python:
	@"$(PYTHON)" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "make: PYTHON=$(PYTHON) is no Python 3.11 or newer that can be run here; name another, or leave PYTHON away" >&2; exit 1; }
CANDIDATES := $(PYTHON)
endif

$(BIN)/python: | named-python
	@for python in $(CANDIDATES); do \
	    "$$python" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null && found="$$python" && break; \
	  done; \
	  test -n "$$found" || { echo "make: Python 3.11 or newer is needed and was not found; install it, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }; \
	  "$$found" -c 'import venv, ensurepip' 2>/dev/null || { echo "make: $$found has no venv; install it (on Debian and Ubuntu: apt install python3-venv)" >&2; exit 1; }; \
	  echo "Setting up .venv with $$("$$found" --version); this takes a minute or two."; \
	  "$$found" -m venv .venv || { rm -rf .venv; echo "make: .venv could not be made in $(CURDIR); is the folder writable?" >&2; exit 1; }

$(STAMP): pyproject.toml constraints.txt | $(BIN)/python
	@$(BIN)/python deployments/install.py .
	@touch $@

$(DEV_STAMP): pyproject.toml constraints.txt | $(BIN)/python
	@$(BIN)/python deployments/install.py '.[dev]'
	@touch $(STAMP) $@

up: install  ## start everything; Ctrl-C stops it
	@$(BIN)/seguito up

test: check  ## all checks and all tests but the long ones
	$(BIN)/python -m pytest -m "not slow" --numprocesses $$($(BIN)/python -c "$(WORKERS)") --dist loadscope

test-newest: install-dev  ## unit tests and a short choice of others under the newest Python here, where that of .venv is older
	@newest="$$(bash .ci/newest-python)"; \
	if [ -z "$$newest" ]; then echo "make: there is no newer Python here than that of .venv"; exit 0; fi; \
	echo "The newest Python here: $$("$$newest" --version)"; \
	test -x .venv-newest/bin/python || "$$newest" -m venv .venv-newest || exit 1; \
	.venv-newest/bin/python deployments/install.py '.[dev]' && .venv-newest/bin/python -m pytest \
	  -m "not slow and not prefect and not browser" -k "not postgresql" --numprocesses auto --maxprocesses 4 --dist loadscope $(SHORT)

test-slow: install-dev  ## the long ones: kills, whole replays (SEGUITO_TEST_DATA names the folder of real data)
	$(BIN)/python -m pytest -m "slow and not cluster"

test-faults: install-dev  ## every fault of a mail server, tried for real; writes docs/reference/faults.md
	SEGUITO_FAULTS_TABLE=docs/reference/faults.md $(BIN)/python -m pytest -m faults -k "not postgresql" tests/integration/sending

simulations: install-dev  ## the weeks of a whole company, in full; writes docs/reference/simulations.md
	SEGUITO_SIMULATIONS_TABLE=docs/reference/simulations.md $(BIN)/python -m pytest -m slow tests/acceptance/test_companies.py

test-cluster: install-dev  ## several machines as local processes: two API servers, two workers, PostgreSQL, Redis; one worker is killed
	@command -v redis-server >/dev/null || { echo "make: redis-server is needed and was not found (on Debian and Ubuntu: apt install redis-server)" >&2; exit 1; }
	@$(BIN)/python deployments/install.py '.[dev,cluster]'
	SEGUITO_CLUSTER_MAILS=$${SEGUITO_CLUSTER_MAILS:-50000} $(BIN)/python -m pytest -m cluster -s tests/integration/flows/test_cluster.py

bench: install-dev  ## measure, and write benchmarks/results.md (about three quarters of an hour)
	@$(BIN)/python deployments/install.py '.[dev,bench]'
	$(BIN)/python -m benchmarks

mutants: install-dev  ## small breaks in rules, sending, escalation and responses, and whether a test notices; writes docs/reference/mutants.md
	@$(BIN)/python deployments/install.py '.[dev,mutants]'
	nice $(BIN)/python -m tests.mutants --number $(MUTANTS) --seed $(SEED) --seconds $(MUTANT_SECONDS)

test-browser: install-dev  ## the Prefect UI in a real browser (Chromium of the system; SEGUITO_TEST_PICTURES keeps pictures)
	$(BIN)/python -m pytest -m browser

gallery: install-dev  ## keep the messages anew as they are; read the difference before you commit it
	SEGUITO_TEST_RENEW=1 $(BIN)/python -m pytest tests/unit/mails/test_gallery.py -m "slow or not slow"

check: install-dev  ## style, types and the direction of imports
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports

audit:  ## look up known weaknesses of what is installed (asks the advisories of the package index; not part of `make test`)
	@test -x .venv-audit/bin/pip-audit || { "$(PYTHON)" -m venv .venv-audit && .venv-audit/bin/python -m pip install --quiet pip-audit; }
	.venv-audit/bin/pip-audit --strict --disable-pip --no-deps --requirement constraints.txt

constraints:  ## write constraints.txt anew from a fresh install (then run the tests)
	@rm -rf .venv-fresh && "$(PYTHON)" -m venv .venv-fresh
	@.venv-fresh/bin/python -m pip install --quiet '.[dev,bench,cluster,mutants]'
	@{ sed -n 1p constraints.txt; .venv-fresh/bin/python -m pip freeze | grep -v -e '^seguito ' -e ' @ '; } > constraints.new
	@mv constraints.new constraints.txt && rm -rf .venv-fresh

clean:  ## remove what was installed and generated, but no data
	@rm -rf .venv .venv-fresh .venv-newest .venv-audit .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
