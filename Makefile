# The only list of commands. `make` alone prints it.
SHELL := /bin/sh
.DEFAULT_GOAL := help
export PYTHONPATH := $(CURDIR)

BIN := .venv/bin
SUITE := $(BIN)/python -m deploy.suite
RUNTIME := .venv/installed-runtime
DEVELOPMENT := .venv/installed-development
ASSETS := .venv/installed-assets
ASSET_SOURCES := $(addprefix shared/ui/,package-lock.json build.mjs) $(wildcard shared/ui/styles/* shared/ui/scripts/* shared/ui/images/*)
WORKERS ?= 2

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(DEVELOPMENT) $(ASSETS) ## build the Python environment and the browser's files from the locks
	@:

$(DEVELOPMENT): requirements.lock requirements-dev.lock
	@sh deploy/setup.sh development
	@touch $(DEVELOPMENT) $(RUNTIME)

$(RUNTIME): requirements.lock
	@if [ -f $(DEVELOPMENT) ]; then sh deploy/setup.sh development; else sh deploy/setup.sh runtime; fi
	@touch $(RUNTIME)

# Any Python environment will do: only npm may have to come from it.
$(ASSETS): $(ASSET_SOURCES) | $(RUNTIME)
	@sh deploy/assets.sh
	@touch $(ASSETS)

demo: $(RUNTIME) $(ASSETS) ## run the whole suite with a demo firm, until Ctrl-C
	@$(SUITE) demo

demo-reset: $(RUNTIME) ## forget the demo firm and everything entered since
	@$(SUITE) demo-reset

tour: setup ## play the thread once, on throw-away data
	@$(SUITE) tour

import: $(RUNTIME) ## import a CRM export: make import FILES="accounts.csv deals.csv"
	@test -n "$(FILES)" || { echo 'say which files: make import FILES="accounts.csv deals.csv"' >&2; exit 2; }
	@$(SUITE) import $(FILES)

batch: $(RUNTIME) ## fetch a sealed batch from the demo that runs, into .data/batches: make batch NUMBER=1 AS=datev
	@$(SUITE) batch $(or $(NUMBER),1) $(or $(AS),hledger)

sample: $(RUNTIME) ## write a small CRM export to try the import with, into .data/sample
	@$(SUITE) sample

check: setup ## format, lint, types, boundaries, contracts: what must be true of the text
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry services shared deploy
	$(BIN)/pytest -q tests/architecture tests/contracts

format: setup ## put the text into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: setup ## everything that guards a change
	$(BIN)/pytest -q -m "not long" -n $(WORKERS) --dist loadgroup --no-loadscope-reorder

test-long: setup ## what takes longer
	$(BIN)/pytest -q -m long

bench: setup ## measure, about six minutes on a quiet machine; results in .bench/
	@$(SUITE) bench

bench-long: setup ## whether billing costs the same for each entry: make bench-long SIZES="10000 1000000"
	@$(SUITE) bench-long $(SIZES)

chaos: setup ## have things go wrong while firms are at work: make chaos SEED=1 MINUTES=1
	@$(BIN)/python -m tests.chaos --seed $(or $(SEED),1) --minutes $(or $(MINUTES),1)

mutants: setup ## plant bugs in a copy and see the tests catch each: make mutants ONLY="a part of its sentence"
	@$(BIN)/python -m tests.mutants --only "$(ONLY)"

pictures: setup ## take the pictures of docs/tour.md anew, from the demo that runs: make pictures ONLY="week deal"
	@$(BIN)/python -m tests.pictures $(ONLY)

migration: setup ## write a migration: make migration service=billing text="hold unrated time"
	@$(BIN)/python -m deploy.migration "$(service)" "$(text)"

events: setup ## write docs/events.md, schemas and AsyncAPI documents from the contracts
	@$(BIN)/python -m deploy.events

dashboards: setup ## write the Grafana dashboards
	@$(BIN)/python -m deploy.dashboards

released: setup ## note what contracts went out with a tag: make released version=1.2.3
	@$(BIN)/python -m deploy.events released "$(version)"

navigation: setup ## write down the pages of all services, for the side of every page
	@$(BIN)/python -m deploy.navigation

words: setup ## gather the texts of pages for translation, into the catalogues locale/*.po
	@$(BIN)/python -m deploy.words

lock: setup ## make the locks again from pyproject.toml
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --group dev --constraint requirements.lock -o requirements-dev.lock
	$(LOCK) --group node -o requirements-node.lock
	$(LOCK) --group tryton -o requirements-tryton.lock
	npm install --prefix shared/ui --package-lock-only

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header

.PHONY: help setup sample demo demo-reset tour pictures import batch check format test test-long bench bench-long chaos mutants migration events dashboards released navigation words lock
