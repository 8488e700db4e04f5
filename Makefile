# `make help` lists what there is. Everything is put into .venv of this checkout and nowhere else.
PYTHON ?= python3
BIN := .venv/bin
# Most tests wait for programs, sockets and disks, so many more of them at a time than there are cores.
# Those of one file share what is dear to make: an installed service, a lab with its node.
WORKERS ?= --numprocesses 9 --dist loadfile --no-loadscope-reorder
CATALOGUES := $(wildcard src/noroshi/locale/*/LC_MESSAGES/*.po)
export PYTHON
# Each program that a test starts would else be compiled anew, and the tests by each worker.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run drill test test-windows test-long check format reading bench dist windows lock debian clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: .venv/dev.stamp .venv/project.stamp ## make .venv with all that work on Noroshi needs
	@:

# The lock for work holds every pin of the lock for running, so it fulfils both.
.venv/dev.stamp: requirements-dev.lock
	@tools/setup.sh requirements-dev.lock
	@touch .venv/run.stamp $@

.venv/run.stamp: requirements.lock
	@tools/setup.sh requirements.lock
	@touch $@

.venv/project.stamp: pyproject.toml hatch_build.py $(CATALOGUES) | .venv/run.stamp
	@echo "Putting Noroshi itself into .venv, a few seconds." >&2
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: .venv/run.stamp .venv/project.stamp ## see Noroshi at work on this machine (noroshi demo)
	@$(BIN)/noroshi demo

drill: .venv/run.stamp .venv/project.stamp ## walk a node through ten failures of Microsoft 365 (3 minutes)
	@$(BIN)/noroshi lab drill --fresh

test: setup debian check ## run every check, and every test but the long ones
	@$(BIN)/python -m compileall -q src
	@$(BIN)/pytest $(WORKERS)
	@$(BIN)/python tools/wine.py test

test-windows: setup debian ## run by Windows' Python, under Wine, every test that can run there
	@$(BIN)/python tools/wine.py test --all

test-long: setup debian check ## run every check and every test, the long ones too (tens of minutes)
	@$(BIN)/pytest $(WORKERS)
	@$(BIN)/python tools/wine.py test
	@$(BIN)/pytest -m long

check: setup ## look at the code without running it: ruff, mypy (for Linux and for Windows), import-linter, deptry
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --quiet --check
	@$(BIN)/mypy --strict src
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/deptry src
	@$(BIN)/python tools/catalogue.py check
	@$(BIN)/python tools/windows.py check

format: setup ## let ruff put the code into shape
	@$(BIN)/ruff check --quiet --fix
	@$(BIN)/ruff format

reading: setup debian ## write all that people read into build/reading, to be read through (ten minutes)
	@$(BIN)/python tools/reading.py

bench: setup debian ## measure, and hold the figures against what is promised
	@$(BIN)/python -m benchmarks

dist: setup ## build the wheel and the file for other Linux servers into dist/
	@$(BIN)/python tools/dist.py

windows: setup debian ## build the installer for Windows into dist/ (PYTHON_ZIP=… PYTHON_SHA256=… SIGN=…)
	@$(BIN)/python tools/windows_installer.py $(if $(PYTHON_ZIP),--python $(PYTHON_ZIP) --sha256 $(PYTHON_SHA256)) $(SIGN)

debian: ## see to the Debian packages that the tests use (root installs them)
	@tools/debian.sh

lock: setup ## pin anew what pyproject.toml asks for (newer releases: tools/lock.sh --upgrade)
	@tools/lock.sh

clean: ## remove .venv and all caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
