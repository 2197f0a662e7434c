# Everything that is done to this repository, each word a target. Needs make, Python 3.11+ with venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
UV := $(BIN)/uv pip install --quiet --system-certs --python $(BIN)/python
READY := $(VENV)/.ready
POT := $(VENV)/messages.pot
WORDS := --keywords _l --keywords _n:1,2 --keywords lazy_ngettext:1,2
SCRATCH := $(VENV)/migrated.sqlite
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --upgrade

# Compiled modules are kept, whatever the machine says: compiling them anew takes longer than all else at a start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run demo test pictures prove bench bench-data lock vendor translations clean

help: ## Say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

setup: $(READY) ## Make .venv from the locked, hashed requirements

$(READY): requirements/test.txt requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name it: make setup PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes -r requirements/uv.txt && \
	    $(UV) --require-hashes -r requirements/test.txt && $(UV) --no-deps --no-build-isolation --editable . || \
	{ echo "uv can't be used here; pip takes a minute longer."; \
	    $(PIP) --require-hashes -r requirements/test.txt && $(PIP) --no-deps --no-build-isolation --editable .; }
	@touch $@

run: setup ## Start the portal with demo data, and its jobs; the address is printed
	$(BIN)/portal run

demo: setup ## Fill the database with demo data, and start nothing
	$(BIN)/portal demo

test: setup ## Everything that must hold, in this order, up to the first failure
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --check templates
	@rm -f $(SCRATCH)*
	DATABASE_URL=sqlite:///$(SCRATCH) $(BIN)/alembic upgrade head
	DATABASE_URL=sqlite:///$(SCRATCH) $(BIN)/alembic check
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m "not browser"
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m browser

pictures: setup ## Take the pictures of docs anew; needs Chromium
	$(BIN)/python -m pytest tests/journeys -m browser --pictures

prove: setup ## The long proofs, in full, and the release record for the validation package
	$(BIN)/python -m pytest --prove -m prove
	$(BIN)/python -m tests.house.release_record

bench: setup ## Run every benchmark: each folder of benchmarks/ with a __main__.py
	@set -e; for file in benchmarks/*/__main__.py; do if test -f $$file; then \
	    name=$$(basename $$(dirname $$file)); echo "== $$name"; $(BIN)/python -m benchmarks.$$name; \
	fi; done

bench-data: setup ## Make the data that benchmarks need: each folder of benchmarks/ with a data.py
	@set -e; for file in benchmarks/*/data.py; do if test -f $$file; then \
	    name=$$(basename $$(dirname $$file)); echo "== $$name"; $(BIN)/python -m benchmarks.$$name.data; \
	fi; done

lock: setup ## Lock the newest versions that pyproject.toml allows
	$(LOCK) pyproject.toml --group build --group test --extra redis --output-file requirements/test.txt
	$(LOCK) pyproject.toml --group build --constraint requirements/test.txt --output-file requirements/run.txt
	$(LOCK) pyproject.toml --group build --extra embeddings --constraint requirements/test.txt --output-file requirements/embeddings.txt
	echo uv | $(LOCK) - --constraint requirements/test.txt --output-file requirements/uv.txt

vendor: setup ## Fetch the pinned browser packages anew; needs npm
	$(BIN)/python scripts/vendor.py

translations: setup ## Gather the words of the interface, and compile what is translated
	$(BIN)/pybabel extract --mapping-file pyproject.toml $(WORDS) --no-location --sort-output --output $(POT) .
	$(BIN)/pybabel update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --input-file $(POT) --output-dir portal/translations
	$(BIN)/pybabel compile --directory portal/translations

clean: ## Remove what make made, but keep instance/
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
