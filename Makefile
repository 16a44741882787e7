# The verbs of the project; `make help` lists them. Settings: ENV, PORT, AWS_ENDPOINT_URL, TF_PLUGIN_DIR.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

ENV ?= local
PORT ?= 4566
ENDPOINT := http://localhost:$(PORT)
PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest
TERRAFORM := $(PYTHON) -m tools.terraform
export LOCAL_AWS_PORT := $(PORT)
export CHECKPOINT_DISABLE := 1

# Only envs/local takes an endpoint; another env talks to AWS with the credentials of the shell.
# What Terraform knows of a local AWS lies beside that one's own state, so that two never meet.
ifeq ($(ENV),local)
local_state := $(CURDIR)/.local_aws/$(PORT)
apply plan destroy demo run replay redrive logs: export TF_DATA_DIR := $(local_state)/terraform
init_arguments := -input=false -backend-config=path=$(local_state)/terraform.tfstate
variables := -var=endpoint_url=$(ENDPOINT)
tool_arguments := --endpoint-url $(ENDPOINT)
else
init_arguments := -input=false $(if $(wildcard envs/$(ENV)/backend.hcl),-backend-config=backend.hcl)
endif

.PHONY: help
help: ## List the verbs
	@echo "Usage: make <verb> [ENV=local|dev|prod] [PORT=4566]"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

## Set-up

.PHONY: setup
setup: ## Make .venv, and say what the machine lacks
	@sh tools/bootstrap.sh

.PHONY: lock
lock: setup ## Pin requirements.txt anew from pyproject.toml
	@$(PYTHON) -m tools.lock

.PHONY: package
package: setup ## Build the zips of functions and Glue libraries under dist/
	@$(PYTHON) -m tools.package

.PHONY: release
release: setup ## Build the archive that another repository takes its modules from
	@$(PYTHON) -m tools.release

## The local AWS

.PHONY: spark
spark: setup ## Fetch Spark's S3 jars and warm its classes, once per machine
	@$(PYTHON) -m local_aws.spark.prepare

.PHONY: up
up: spark ## Start the local AWS (http://localhost:PORT)
	@$(PYTHON) -m local_aws start

.PHONY: down
down: setup ## Stop the local AWS; what was in it is gone
	@$(PYTHON) -m local_aws stop
	@rm -f .local_aws/$(PORT)/terraform.tfstate* .local_aws/$(PORT)/raw_to_curated/terraform.tfstate* .local_aws/$(PORT)/monthly_backfill/terraform.tfstate*

.PHONY: status
status: setup ## Say whether the local AWS runs, and where
	@$(PYTHON) -m local_aws status

## The pipeline

# A local plan is thousands of lines that nobody asked for: it goes to a log, and the progress shows.
# $(call apply_locally,root,state folder)
define apply_locally
@mkdir -p $(2)
@$(TERRAFORM) $(1) init -input=false -backend-config=path=$(2)/terraform.tfstate >/dev/null
@echo "Planning $(1) ..."
@$(TERRAFORM) $(1) plan -input=false -no-color $(variables) -out=$(2)/plan.tfplan >$(2)/plan.log 2>&1 \
	|| { cat $(2)/plan.log >&2; exit 1; }
@$(TERRAFORM) $(1) apply -input=false $(2)/plan.tfplan | sed '/^Outputs:/,$$d;/Outputs:/,$$d;/^$$/d'
endef

.PHONY: apply
apply: package $(if $(filter local,$(ENV)),up) ## Create or change the pipeline in envs/ENV
ifeq ($(ENV),local)
	$(call apply_locally,envs/local,$(local_state))
else
	@$(TERRAFORM) envs/$(ENV) init $(init_arguments)
	@$(TERRAFORM) envs/$(ENV) apply
endif

.PHONY: plan
plan: package $(if $(filter local,$(ENV)),up) ## Show what apply would change in envs/ENV
	@$(TERRAFORM) envs/$(ENV) init $(init_arguments)
	@$(TERRAFORM) envs/$(ENV) plan $(variables)

.PHONY: destroy
destroy: setup ## Remove the pipeline of envs/ENV
	@$(TERRAFORM) envs/$(ENV) init $(init_arguments)
	@$(TERRAFORM) envs/$(ENV) destroy $(variables) $(if $(filter local,$(ENV)),-auto-approve)

.PHONY: demo
demo: ## Start, apply, upload three files and watch them through the pipeline
	@$(MAKE) apply ENV=local
	@$(PYTHON) -m tools.demo $(tool_arguments)

.PHONY: demo-workflow
demo-workflow: export TF_DATA_DIR = $(local_state)/raw_to_curated/terraform
demo-workflow: package up ## Apply examples/raw_to_curated, run its Glue workflow and query its tables
	$(call apply_locally,examples/raw_to_curated,$(local_state)/raw_to_curated)
	@$(PYTHON) -m tools.demo_workflow $(tool_arguments)

# Locally the example's samples are the web server; in an account the root's url is.
.PHONY: backfill
backfill: export TF_DATA_DIR = $(local_state)/monthly_backfill/terraform
backfill: package up ## Fetch months into examples/monthly_backfill: FROM=2026-01 TO=2026-06 [PARALLEL=4] [FORCE=1]
	@test -n "$(FROM)" -a -n "$(TO)" || { echo "Which months? make backfill FROM=2026-01 TO=2026-06" >&2; exit 2; }
	$(call apply_locally,examples/monthly_backfill,$(local_state)/monthly_backfill)
	@$(PYTHON) -m tools.backfill --from "$(FROM)" --to "$(TO)" --serve examples/monthly_backfill/samples \
		$(if $(PARALLEL),--parallel $(PARALLEL)) $(if $(FORCE),--force) $(tool_arguments)

.PHONY: run
run: setup ## Upload FILE=path [KEY=folder/name] and follow its execution
	@test -n "$(FILE)" || { echo "Which file? make run FILE=examples/samples/people.csv" >&2; exit 2; }
	@$(PYTHON) -m tools.run --env $(ENV) --file "$(FILE)" $(if $(KEY),--key "$(KEY)") $(tool_arguments)

.PHONY: runs
runs: setup ## List what has run: executions and workflow runs
	@$(PYTHON) -m tools.run_history $(tool_arguments) list

.PHONY: run-details
run-details: setup ## Show one run as a graph: RUN=name, ARN, id or the beginning of one
	@test -n "$(RUN)" || { echo "Which run? make runs lists them; then make run-details RUN=…" >&2; exit 2; }
	@$(PYTHON) -m tools.run_history $(tool_arguments) show "$(RUN)"

.PHONY: redrive-execution
redrive-execution: setup ## Run a failed execution on from where it failed: RUN=name, ARN or beginning
	@test -n "$(RUN)" || { echo "Which run? make runs lists them; then make redrive-execution RUN=…" >&2; exit 2; }
	@$(PYTHON) -m tools.redrive_execution $(tool_arguments) "$(RUN)"

.PHONY: replay
replay: setup ## Run an object again: KEY=folder/name [VERSION=…], or with a repaired FILE=path
	@test -n "$(KEY)" || { echo "Which object? make replay KEY=folder/name [FILE=repaired.csv]" >&2; exit 2; }
	@$(PYTHON) -m tools.replay --env $(ENV) --key "$(KEY)" $(if $(FILE),--file "$(FILE)") \
		$(if $(VERSION),--version-id "$(VERSION)") $(tool_arguments)

.PHONY: redrive
redrive: setup ## Show the dead-letter queues; QUEUE=function or ALL=1 puts what lies there back
	@$(PYTHON) -m tools.redrive --env $(ENV) $(if $(QUEUE),--queue "$(QUEUE)") $(if $(ALL),--all) $(tool_arguments)

.PHONY: logs
logs: setup ## Show the pipeline's logs, and follow them
	@$(PYTHON) -m tools.logs --env $(ENV) $(tool_arguments)

## Tests

# Four processes on two cores, for an apply of a pipeline mostly waits.
in_groups := -n 4 --dist loadgroup --no-loadscope-reorder --durations 25

.PHONY: test
test: package spark ## Test the pipelines (AWS_ENDPOINT_URL=… on another LocalStack)
	@$(MAKE) --no-print-directory -j 2 -o setup -o package test-lint test-terraform
	@echo "== Repository, unit and integration tests"
	@$(PYTEST) $(in_groups) --ignore tests/unit/local_aws --ignore tests/integration/local_aws tests/repo tests/unit tests/integration
	@echo "All tests passed. After changes below local_aws/, run also: make test-local-aws"

.PHONY: test-lint
test-lint: setup ## Formats, ruff, mypy
	@echo "== Python style and types"
	@$(PYTHON) -m ruff format --check --quiet .
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m mypy

.PHONY: test-terraform
test-terraform: package ## terraform fmt, validate and test of every module and root
	@echo "== Terraform"
	@$(PYTHON) -m tools.check_terraform

.PHONY: test-unit
test-unit: setup ## Unit tests
	@echo "== Unit tests"
	@$(PYTEST) -q -n 2 --dist loadfile --ignore tests/unit/local_aws tests/unit

.PHONY: test-repo
test-repo: setup ## The repository's own rules
	@echo "== Repository tests"
	@$(PYTEST) -q tests/repo

.PHONY: test-integration
test-integration: package spark ## Integration tests on a local AWS of their own
	@echo "== Integration tests"
	@$(PYTEST) $(in_groups) --ignore tests/integration/local_aws tests/integration

# Not part of `make test`: what the local AWS answers does not change with a pipeline, and a test on
# another endpoint does not use it.
.PHONY: test-local-aws
test-local-aws: package spark ## Test the local AWS against AWS's documentation
	@echo "== Tests of the local AWS"
	@$(PYTEST) $(in_groups) tests/unit/local_aws tests/integration/local_aws

.PHONY: faults
faults: package spark ## Put the pipeline through every fault, and write docs/faults.md
	@echo "== Faults"
	@$(PYTEST) --durations 10 tests/faults

.PHONY: soak
soak: package spark ## Upload, overwrite, delete and break at random for MINUTES=30 [SEED=…]
	@SOAK_MINUTES=$(or $(MINUTES),30) SEED=$(SEED) $(PYTEST) -s tests/faults -k random

# Not part of `make test`: a scanner with a hundred libraries of its own takes longer to install than
# all that it looks at takes to read. What policies allow is tested without it, in tests/repo and
# tests/integration. It asks no server for rules: what is pinned here is all it knows.
.PHONY: test-security
test-security: .venv-checkov/.bootstrapped ## Look for weak settings in all Terraform (checkov)
	@echo "== Security"
	@for room in modules envs examples; do \
		echo "$$room"; \
		.venv-checkov/bin/checkov --directory $$room --framework terraform --skip-download --quiet --compact; \
	done

.venv-checkov/.bootstrapped: tools/checkov-requirements.txt | setup
	@echo "Setting up .venv-checkov (about a minute the first time) ..."
	@rm -rf .venv-checkov
	@$(PYTHON) -m venv .venv-checkov
	@.venv-checkov/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

# Not part of `make test` either: its figures are for a quiet machine. QUICK=1 is a small round that
# writes nothing, ONLY="validation cost" measures some sections anew.
.PHONY: bench
bench: .venv-bench/.bootstrapped package spark ## Measure side by side, write docs/benchmarks.md (QUICK=1, ONLY=section)
	@$(PYTHON) -m tests.bench --python .venv-bench/bin/python $(if $(QUICK),--quick) $(if $(ONLY),--only $(ONLY))

.venv-bench/.bootstrapped: tests/bench/requirements.txt | setup
	@echo "Setting up .venv-bench (about a minute the first time) ..."
	@rm -rf .venv-bench
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

.PHONY: clean
clean: ## Stop the local AWS and remove everything that was built
	@if [ -x $(PYTHON) ]; then $(PYTHON) -m local_aws stop || true; fi
	@rm -rf dist .local_aws .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find envs examples modules -name .terraform -type d -prune -exec rm -rf {} +
	@find envs examples -name 'terraform.tfstate*' -type f -delete
	@find . -name __pycache__ -type d -not -path './.venv*/*' -prune -exec rm -rf {} +
