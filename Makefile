# Everything Digibel can do for the people who run it and work on it. `make help` is the list.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# One process keeps what it compiled for the next: a demo is several, a test run is many. Empty is as not set.
export PYTHONDONTWRITEBYTECODE :=

PORT ?= 8000
PYTHON ?= python3
RUN := .venv/bin/python
PO := $(wildcard src/digibel/locale/*/LC_MESSAGES/django.po)
MO := $(PO:.po=.mo)
# Tests in parallel over the cores of this machine, each file on one of them as far as it goes: what a file builds once is built once.
PYTEST := $(RUN) -m pytest -n auto --dist worksteal -q

# A stamp says that a lock is installed as it is now, so that a second run is instant.
INSTALLED := .venv/.installed
INSTALLED_DEV := .venv/.installed-dev

##@ Run

.PHONY: help
help: ## This list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(INSTALLED) $(MO) ## Install exactly what requirements.lock names, into .venv

.PHONY: demo
demo: setup ## Serve Digibel with Brussels data on PORT (8000), worker included; Ctrl-C stops all
	@exec $(RUN) manage.py demo --port $(PORT)

.PHONY: reset
reset: setup ## Throw the demo's data away, to start over
	@$(RUN) manage.py demo --reset

##@ Check and test

# Checking loads the settings, and the settings make a home: not that of somebody's demo.
check: export DIGIBEL_HOME := $(CURDIR)/.venv/check
.PHONY: check
check: develop ## Format, lint, types, arrows, Django, migrations, messages, locks
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	@# The types take one core for as long as all that follows takes the other.
	.venv/bin/mypy >.venv/types.txt 2>&1 & types=$$!; failed=; \
	  .venv/bin/lint-imports --no-logo || failed=1; \
	  $(RUN) manage.py check || failed=1; \
	  $(RUN) manage.py makemigrations --check --dry-run || failed=1; \
	  $(RUN) tools/messages.py check || failed=1; \
	  $(RUN) tools/migrations.py check || failed=1; \
	  wait $$types || failed=1; cat .venv/types.txt; test -z "$$failed"
	@! grep -nE 'https?://|^(-i|--index-url|--extra-index-url|--find-links)' requirements*.lock tools/*.lock \
	  || { echo 'a lock names an address: make lock, without it'; exit 1; }

.PHONY: test
test: develop ## Everything: on SQLite, what depends on locks and statements again on PostgreSQL, calendar readers, the browser
	DIGIBEL_TEST_DB=sqlite $(PYTEST)
	@# A browser waits more than it works: PostgreSQL takes the time that it leaves, and gives way to it.
	DIGIBEL_TEST_DB=postgres nice -n 15 $(PYTEST) >.venv/postgres.txt 2>&1 & beside=$$!; failed=; \
	  tools/calendar_readers -q || failed=1; \
	  tools/browser_tests -q || failed=1; \
	  wait $$beside || failed=1; cat .venv/postgres.txt; test -z "$$failed"

.PHONY: test-long
test-long: develop ## The same with the full numbers: many more examples, races and simulated weeks
	DIGIBEL_TEST_LONG=1 DIGIBEL_TEST_DB=sqlite $(PYTEST)
	DIGIBEL_TEST_LONG=1 DIGIBEL_TEST_DB=postgres $(PYTEST)
	tools/calendar_readers -q
	DIGIBEL_TEST_LONG=1 tools/browser_tests -q

.PHONY: kannel
kannel: develop ## A request the whole way through a real Kannel and SMPP line on this machine, step by step
	@tools/kannel_way

.PHONY: benchmark
benchmark: develop ## Every job of benchmarks/ (or JOB=), each against its rivals in the same run; writes docs/benchmarks.md
	@$(RUN) tools/benchmarks.py $(JOB)

.PHONY: audit
audit: setup ## Whether a package of requirements.lock has a known weakness (needs a network, and says so where there is none)
	@tools/audit $(AUDIT)

##@ Work on it

.PHONY: develop
develop: $(INSTALLED_DEV) $(MO) ## Install what checking and testing need as well

.PHONY: fmt
fmt: develop ## Put code in its format, and mend what ruff can mend
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

.PHONY: messages
messages: develop ## Collect the sentences of the pages into the .po files, and say what is not translated
	$(RUN) tools/messages.py extract
	$(RUN) tools/messages.py compile
	$(RUN) tools/messages.py check

.PHONY: lock
lock: ## Choose versions anew, within pyproject.toml (needs uv)
	uv pip compile --quiet $(LOCKING) pyproject.toml --group build -o requirements.lock
	uv pip compile --quiet $(LOCKING) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	echo uv | uv pip compile --quiet $(LOCKING) - -o tools/bootstrap.lock
	echo pip-audit | uv pip compile --quiet $(LOCKING) - -o tools/audit.lock
	printf 'khal\nradicale\n' | uv pip compile --quiet $(LOCKING) - -o tools/calendar_readers.lock

LOCKING := --upgrade --universal --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
  --allow-unsafe

$(INSTALLED): requirements.lock pyproject.toml
	@PYTHON=$(PYTHON) tools/install requirements.lock
	@touch $@

$(INSTALLED_DEV): requirements-dev.lock $(INSTALLED)
	@PYTHON=$(PYTHON) tools/install requirements-dev.lock
	@touch $@

%.mo: %.po $(INSTALLED)
	@$(RUN) tools/messages.py compile
