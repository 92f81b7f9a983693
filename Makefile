# The same commands for a person and for CI. They need Python 3.11 or newer, git and make; the rest they install
# into .boot and .venv. `make PYTHON=/path/to/python` chooses the Python.

.DEFAULT_GOAL := help
.PHONY: help demo setup setup-demo test check format bench accept docs clean

BIN := .venv/bin
CODE := $(wildcard src tests tools bench examples)
export PYTHON
# Nothing that we start reports usage.
export MLFLOW_DISABLE_TELEMETRY := true
export NO_MKDOCS_2_WARNING := true

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

demo: setup-demo ## the whole lifecycle on a real data set, with the links to look at it
	@$(BIN)/brickyard demo

setup: ## install everything into .venv, run nothing
	@scripts/bootstrap all

setup-demo:
	@scripts/bootstrap demo

test: setup ## all tests; ARGS="-k name" narrows them
	@scripts/browser
	@scripts/spark
	@$(BIN)/python -m pytest $(ARGS)

check: setup ## style, types, import rules, shape of the code, documentation
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy $(filter-out examples,$(CODE))
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m tools.shape
	$(BIN)/mkdocs build --strict --quiet

format: setup ## repair what the style check can repair
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

bench: setup ## speed beside the peers, as a table
	@$(BIN)/python -m bench.tracking $(ARGS)
	@$(BIN)/python -m bench.batch
	@scripts/spark && $(BIN)/python -m bench.streaming

accept: setup ## the acceptance cases of tests/acceptance.txt
	@scripts/accept $(ARGS)

docs: setup ## the documentation, into site/
	$(BIN)/mkdocs build --strict

clean: ## remove what was installed and built; data in .brickyard stays
	rm -rf .venv .boot site dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
