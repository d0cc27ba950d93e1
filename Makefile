# Gatefold's everyday commands. `make` lists them.

PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= auto

.DEFAULT_GOAL := help
.PHONY: help run test test-fast check format openapi docs bench clean

help: ## list these commands
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

run: .venv/.run ## start the service and its demo front end on embedded SQLite
	@$(BIN)/python -m examples.demo

test: .venv/.dev .venv/.programs ## run all tests, real PostgreSQL and browser included
	@. ./.venv/.programs && $(BIN)/python -m pytest -n $(WORKERS) \
		--cov --cov-report=term --durations=10 $(ARGS)

test-fast: .venv/.dev ## run the tests that start no server and no browser
	@$(BIN)/python -m pytest -n $(WORKERS) -m "not browser and not process" $(ARGS)

check: .venv/.dev ## lint, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.dev ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

openapi: .venv/.dev ## write openapi.yaml anew from the code
	$(BIN)/python -m service.web.api.reference.openapi > openapi.yaml.new && mv openapi.yaml.new openapi.yaml

docs: .venv/.dev ## write docs/settings.md anew from the code
	$(BIN)/python -m docs.write_settings > docs/settings.md.new && mv docs/settings.md.new docs/settings.md

bench: .venv/.dev ## measure Gatefold's answers against a constant Flask route
	$(BIN)/python -m bench $(ARGS)

clean: ## forget the virtual environment and the demo's data
	rm -rf .venv var

.venv/.run: requirements/run.txt pyproject.toml
	@requirements/install.sh run $(PYTHON)

.venv/.dev: requirements/dev.txt pyproject.toml
	@requirements/install.sh dev $(PYTHON)

.venv/.programs: .venv/.dev
	@requirements/programs.sh
