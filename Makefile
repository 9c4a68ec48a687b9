# `make` alone lists what can be done. CI calls the same targets.

VENV   := .venv
PY     := $(VENV)/bin/python
SYNCED := $(VENV)/.synced

# The first of these that is a Python we support.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)

.DEFAULT_GOAL := help
.PHONY: help setup demo up key verifier browser test again soak chaos mutants bench bench-distribution bench-sign-on bench-guesses bench-open-actions bench-limits check format lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(SYNCED) ## make the environment: Python packages by hash, the embedded services with them

$(SYNCED): requirements-dev.lock requirements-bootstrap.lock
	@test -n "$(PYTHON)" || { echo "Acuerpa needs Python 3.11, 3.12 or 3.13: install one, or name it: make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python cannot make a virtual environment: install its venv module (python3-venv)"; exit 1; }
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.lock
	@$(VENV)/bin/uv pip sync --quiet --python $(PY) --require-hashes requirements-dev.lock requirements-bootstrap.lock
	@touch $@

demo: $(SYNCED) ## carry one invented action from intake to its end, on real parts
	@$(PY) -m local.demo

up: $(SYNCED) ## run everything on this machine until Ctrl-C, data under .local/
	@$(PY) -m local.up

key: $(SYNCED) ## make an API key on the data of `make up`: make key NAME="Ana" EMAIL=ana@red.example ROLE=coordinator
	@$(PY) -m local.command admin.py keys create --name "$(NAME)" --email "$(EMAIL)" --role "$(ROLE)"

verifier: $(SYNCED) ## enrol a verifier there: make verifier NAME="Eva" EMAIL=eva@red.example [PHONE=+1... ASKED_BY=sms] [DUTY=1]
	@$(PY) -m local.command admin.py verifiers enrol --name "$(NAME)" --email "$(EMAIL)" \
		$(if $(PHONE),--phone "$(PHONE)") $(if $(ASKED_BY),--asked-by "$(ASKED_BY)") $(if $(DUTY),--duty "$(DUTY)")

browser: $(SYNCED) ## find the browser that tests drive, or install one where that is possible
	@$(PY) -m tests.browser.provide

# Tests wait for processes, clocks and people more than they compute, so that there are more of them than cores.
JOBS ?= 4

test: browser ## run every test
	@$(PY) -m pytest -n $(JOBS) --dist loadscope --no-loadscope-reorder

again: $(SYNCED) ## run once more, alone, the few tests that failed last, and name those that pass now
	@$(PY) -m tests.second_look

soak: $(SYNCED) ## what is tried at random, for hours: 50,000 steps of people at work, 200 stops into a release
	@SOAK=1 $(PY) -m pytest -s tests/integration/machine tests/integration/stops

chaos: $(SYNCED) ## kill and fail every part while releases go out, an hour and more: prints a JSON line for each scenario
	@$(PY) -m tests.chaos $(SCENARIOS) $(if $(SHARE),--share $(SHARE))

mutants: $(SYNCED) ## change the code that must not fail, and see that tests notice: make mutants GROUP=leak_guard
	@$(PY) -m tests.mutation.run $(GROUP)

bench: $(SYNCED) ## measure how soon decisions are answered
	@$(PY) -m benchmarks.decisions

# The Python of an environment with benchmarks/peers/requirements.txt.
PEERS ?= $(wildcard .local/peers/bin/python)

bench-distribution: $(SYNCED) ## measure how fast a release goes out, beside the SMTP library and PEERS; prints JSON, ends with 1 where a limit is missed
	@$(PY) -m benchmarks.distribution $(if $(PEERS),--peers $(PEERS))

bench-sign-on: $(SYNCED) ## measure how many partners can read and sign at once; prints JSON, ends with 1 where a limit is missed
	@$(PY) -m benchmarks.sign_on

bench-guesses: $(SYNCED) ## measure whether the time of an answer tells how near a guessed link was; prints JSON, ends with 1 where it does
	@$(PY) -m benchmarks.guesses

bench-open-actions: $(SYNCED) ## measure 1,000 open actions whose check-ins are due together, twenty minutes; prints JSON, ends with 1 where a limit is missed
	@$(PY) -W ignore -m benchmarks.open_actions

bench-limits: $(SYNCED) ## measure what limits of providers cost a claim, and a summary of 100,000 messages, as JSON
	@$(PY) -W ignore -m benchmarks.limits

check: $(SYNCED) ## lint, format, types, imports
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy .
	@$(VENV)/bin/lint-imports

format: $(SYNCED) ## format the code, mend what can be mended by itself
	@$(VENV)/bin/ruff check --fix --quiet . || true
	@$(VENV)/bin/ruff format .

LOCK := $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url

lock: $(SYNCED) ## write the locks anew from pyproject.toml
	@$(LOCK) pyproject.toml --output-file requirements.lock
	@$(LOCK) pyproject.toml --extra dev --output-file requirements-dev.lock
	@$(LOCK) requirements-bootstrap.in --output-file requirements-bootstrap.lock

clean: ## remove the environment and the caches; data under .local/ stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache mutants
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
