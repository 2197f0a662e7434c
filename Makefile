# Everything that is done to this repository, each word a target. Needs make, Python 3.11+ with venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTEST ?= $(BIN)/python -m pytest
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url pyproject.toml --group build

.PHONY: help setup run demo test style types layers templates migrations tests prove bench bench-data lock vendor translations clean

help: ## Say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

setup: $(READY) ## Make .venv from the locked, hashed requirements

$(READY): requirements/test.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name it: make setup PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements/test.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

run: setup ## Start the portal with demo data, and its jobs; the address is printed
	$(BIN)/portal run

demo: setup ## Fill the database with demo data, and start nothing
	$(BIN)/portal demo

test: style types layers templates migrations tests ## Everything that must hold, in this order, up to the first failure

style: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: style
	$(BIN)/mypy

layers: types
	$(BIN)/lint-imports

templates: layers
	$(BIN)/djlint --lint --check templates

migrations: templates
	$(BIN)/python scripts/check_migrations.py

tests: migrations
	$(PYTEST) -n auto --dist loadfile -m "not browser"
	$(PYTEST) -m browser

prove: setup ## The long proofs, in full
	$(PYTEST) --prove -m prove

bench: setup ## Measure what the portal promises about speed
	$(BIN)/python -m tests.bench

bench-data: setup ## Make the large data set that `bench` measures on
	$(BIN)/python -m tests.bench data

lock: setup ## Lock the newest versions that pyproject.toml allows
	$(LOCK) --upgrade --all-extras --group test --output-file requirements/test.txt
	$(LOCK) --upgrade --constraint requirements/test.txt --output-file requirements/run.txt

vendor: setup ## Fetch the pinned browser packages anew; needs npm
	$(BIN)/python scripts/vendor.py

translations: setup ## Gather the words of the interface, and compile what is translated
	$(BIN)/pybabel extract --mapping-file portal/translations/babel.cfg --keywords _l --keywords _n:1,2 --no-location --omit-header --sort-output --output portal/translations/messages.pot .
	$(BIN)/pybabel update --no-fuzzy-matching --ignore-obsolete --omit-header --domain messages --input-file portal/translations/messages.pot --output-dir portal/translations
	$(BIN)/pybabel compile --domain messages --directory portal/translations

clean: ## Remove what make made, but keep instance/
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
