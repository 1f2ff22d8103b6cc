# Every command of the project. All paths are relative, so a space in the checkout's path does no harm.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
UV_VERSION = $(shell sed -n '/^name = "uv"$$/{n;s/^version = "\(.*\)"$$/\1/p;}' uv.lock)

# Runs a command with DATABASE_URL set to a PostgreSQL that is thrown away afterwards.
WITH_DATABASE := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m bankapp.embedded
DUMP_SCHEMA := dbmate --migrations-dir db/migrations --schema-file

.PHONY: help
help: ## Print this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) \
		| awk -F'|' '{printf "  make %-16s %s\n", $$1, $$2}'

# Using it

.PHONY: run
run: $(READY) ## Start the bank, on a PostgreSQL of its own unless DATABASE_URL is set
	@exec $(BIN)/bankapp serve

.PHONY: test
test: $(READY) ## Run the tests; ARGS="-k transfer" narrows them
	@$(BIN)/pytest $(ARGS)

.PHONY: check
check: lint types contracts verify-generate verify-schema test ## Do all that CI does

.PHONY: setup
setup: $(READY) ## Prepare .venv from uv.lock, as every target does by itself

$(READY): uv.lock pyproject.toml sqlc_gen_psycopg/pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo 'make: needs Python 3.11 or later with venv (Debian: apt-get install python3-venv)' >&2; \
		exit 1; }
	@test -x $(BIN)/uv \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=$(VENV) $(BIN)/uv sync --frozen --quiet
	@touch $@

# Changing it

.PHONY: migration
migration: $(READY) ## Start a migration: make migration NAME=add_holds
	@$(BIN)/dbmate --migrations-dir db/migrations new "$(NAME)"

.PHONY: generate
generate: $(READY) ## Compile db/ to gen/ and db/schema.sql
	@$(WITH_DATABASE) sh -c '$(DUMP_SCHEMA) db/schema.sql up >/dev/null & dump=$$!; \
		sqlc generate; status=$$?; wait $$dump && exit $$status'
	@$(BIN)/sqlc-gen-psycopg prune gen

.PHONY: format
format: $(READY) ## Format the Python and the SQL
	@$(BIN)/ruff check --fix --quiet --exit-zero .
	@$(BIN)/ruff format --quiet .
	@$(BIN)/sqlfluff fix --quiet db/migrations db/queries

# Checking it

.PHONY: lint
lint: $(READY) ## Check the style of the Python and the SQL
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/sqlfluff lint --nocolor --disable-progress-bar db/migrations db/queries

.PHONY: types
types: $(READY) ## Check the types with mypy --strict and pyright
	@$(BIN)/mypy
	@$(BIN)/pyright

.PHONY: contracts
contracts: $(READY) ## Check that imports point down
	@$(BIN)/lint-imports

.PHONY: verify-generate
verify-generate: $(READY) ## Fail when gen/ is not what db/ compiles to
	@$(WITH_DATABASE) sqlc diff
	@$(BIN)/sqlc-gen-psycopg check gen

.PHONY: verify-schema
verify-schema: $(READY) ## Fail when db/schema.sql is not what db/migrations make
	@dump=$$(mktemp) && $(WITH_DATABASE) $(DUMP_SCHEMA) "$$dump" up >/dev/null \
		&& diff -u db/schema.sql "$$dump"; status=$$?; rm -f "$$dump"; exit $$status
