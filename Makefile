# Every command of the project. Paths are relative, so a space in the checkout's path does no harm.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
UV_VERSION = $(shell sed -n '/^name = "uv"$$/{n;s/^version = "\(.*\)"$$/\1/p;}' uv.lock)
PACKAGES := bankapp gen sqlc_gen_psycopg

.PHONY: help
help: ## Print this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  make %-16s %s\n", $$1, $$2}'

## Using it

.PHONY: setup
setup: $(READY) ## Prepare .venv from the lock (every other target does this by itself)

$(READY): uv.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo 'make: needs Python 3.11 or later with its venv module (Debian: apt-get install python3-venv)' >&2; exit 1; }
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@UV_PYTHON_DOWNLOADS=never $(BIN)/uv sync --frozen --quiet --python $(BIN)/python
	@touch $@

.PHONY: run
run: $(READY) ## Start the bank, with a PostgreSQL of its own unless DATABASE_URL is set
	@exec $(BIN)/bankapp serve

.PHONY: test
test: $(READY) ## Run the tests (ARGS="-k transfer" narrows them)
	@$(BIN)/pytest $(ARGS)

.PHONY: check
check: lint types contracts verify-generate verify-schema test ## Everything CI runs: lint, types, contracts, verify-*, tests

## Changing it

.PHONY: migration
migration: $(READY) ## Start a new migration: make migration NAME=add_holds
	@$(BIN)/dbmate --migrations-dir db/migrations new $(NAME)

.PHONY: generate
generate: $(READY) ## Compile db/ into gen/ and write db/schema.sql
	@$(BIN)/python -m tools.database $(BIN)/sqlc generate
	@$(BIN)/sqlc-gen-psycopg prune gen

.PHONY: format
format: $(READY) ## Format the Python and the SQL
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .
