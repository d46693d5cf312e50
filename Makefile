# `make up` runs everything on this machine; `make test` checks everything. Both build on `make install`.
.DEFAULT_GOAL := help
.PHONY: help install up test test-slow test-cluster test-browser bench check clean constraints
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

# pip keeps its cache in HOME; the notice about newer versions of pip would look to the internet for nothing.
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help:  ## what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

install: $(STAMP)  ## set up .venv with the command `seguito`

$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || { \
	  for python in "$(PYTHON)" python3.13 python3.12 python3.11; do \
	    "$$python" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null && found="$$python" && break; \
	  done; \
	  test -n "$$found" || { echo "make: Python 3.11 or newer is needed and was not found; install it, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }; \
	  "$$found" -c 'import venv, ensurepip' 2>/dev/null || { echo "make: $$found has no venv; install it (on Debian and Ubuntu: apt install python3-venv)" >&2; exit 1; }; \
	  echo "Setting up .venv with $$("$$found" --version); this takes a minute or two."; \
	  "$$found" -m venv .venv || { rm -rf .venv; echo "make: .venv could not be made in $(CURDIR); is the folder writable?" >&2; exit 1; }; \
	}
	@$(BIN)/python -m pip install --quiet --editable '.[dev]' --constraint constraints.txt
	@touch $@

up: install  ## start everything; Ctrl-C stops it
	@$(BIN)/seguito up

test: check  ## all checks and all tests but the long ones
	$(BIN)/python -m pytest -m "not slow" --numprocesses auto --maxprocesses 4 --dist loadscope

test-slow: install  ## the long ones: kills, whole replays (SEGUITO_TEST_DATA names the folder of real data)
	$(BIN)/python -m pytest -m "slow and not cluster"

test-cluster: install  ## several machines as local processes: two API servers, two workers, PostgreSQL, Redis; one worker is killed
	@command -v redis-server >/dev/null || { echo "make: redis-server is needed and was not found (on Debian and Ubuntu: apt install redis-server)" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --editable '.[dev,cluster]' --constraint constraints.txt
	SEGUITO_CLUSTER_MAILS=$${SEGUITO_CLUSTER_MAILS:-50000} $(BIN)/python -m pytest -m cluster -s tests/integration/flows/test_cluster.py

bench: install  ## measure, and write benchmarks/results.md (about three quarters of an hour)
	@$(BIN)/python -m pip install --quiet --editable '.[dev,bench]' --constraint constraints.txt
	$(BIN)/python -m benchmarks

test-browser: install  ## the Prefect UI in a real browser (Chromium of the system; SEGUITO_TEST_PICTURES keeps pictures)
	$(BIN)/python -m pytest -m browser

check: install  ## style, types and the direction of imports
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports

constraints:  ## write constraints.txt anew from a fresh install (then run the tests)
	@rm -rf .venv-fresh && "$(PYTHON)" -m venv .venv-fresh
	@.venv-fresh/bin/python -m pip install --quiet '.[dev,bench,cluster]'
	@{ sed -n 1p constraints.txt; .venv-fresh/bin/python -m pip freeze | grep -v -e '^seguito ' -e ' @ '; } > constraints.new
	@mv constraints.new constraints.txt && rm -rf .venv-fresh

clean:  ## remove what was installed and generated, but no data
	@rm -rf .venv .venv-fresh .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
