# The commands that people and CI run. `make` alone lists them.
# Another interpreter: make setup PYTHON=python3.12 (Python 3.11 or newer; after `make distclean` if .venv exists).

PYTHON ?= python3
SCENARIO ?= baseline
WORKERS ?= 2
BRIEFS ?= $(notdir $(basename $(wildcard econsim/briefs/specs/*.yaml)))
PORT ?= 8501

BIN := .venv/bin
STAMP := .venv/.econsim-installed
PIP := $(BIN)/python -m pip --disable-pip-version-check
RECENT := import sys; sys.exit(sys.version_info < (3, 11))

.DEFAULT_GOAL := help
.PHONY: help setup run app stored test test-browser test-slow bench bench-app screenshots figures evidence headlines \
    docs docs-serve schema check wheel clean distclean notebooks briefs

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## create .venv with the locked packages and this checkout

# Only what is missing or changed is installed; the stamp is written last, so an interrupted set-up starts again.
$(STAMP): requirements.lock pyproject.toml
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
	    $(PYTHON) -c '$(RECENT)' || { \
	        echo "econsim needs Python 3.11 or newer, and '$(PYTHON)' is not. Try: make setup PYTHON=python3.12" >&2; \
	        exit 1; }; \
	    echo "Creating .venv with $$($(PYTHON) --version)"; \
	    $(PYTHON) -m venv .venv; }
	@$(BIN)/python -c '$(RECENT)' || { \
	    echo "The Python in .venv is older than 3.11. Try: make distclean, then make setup PYTHON=python3.12" >&2; \
	    exit 1; }
	@echo "Installing the packages in requirements.lock"
	@$(PIP) install --quiet -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $(STAMP)

run: setup ## simulate SCENARIO (baseline) and write runs/SCENARIO
	@$(BIN)/econsim run "$(SCENARIO)" --out "runs/$(SCENARIO)" --force

app: setup ## open the explorer in a browser (PORT=8501)
	@$(BIN)/econsim app --port $(PORT)

stored: setup ## run the shipped scenarios again for the explorer's first page
	$(BIN)/python -m econsim.web.stored

test: setup ## lint, types and the test suite
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy econsim
	$(BIN)/python -m pytest -n $(WORKERS)

test-browser: setup ## the explorer in a real browser (needs Chromium)
	$(BIN)/python -m pytest -m "browser and not slow" tests/browser

test-slow: setup ## the tests that take minutes
	$(BIN)/python -m pytest -n $(WORKERS) -m "slow and not browser"

bench: setup ## time the engines
	$(BIN)/econsim bench

bench-app: setup ## time the explorer in a real browser (needs Chromium)
	$(BIN)/python -m benchmarks.app

screenshots: setup ## pictures of every page of the explorer (needs Chromium)
	$(BIN)/python -m docs.make_screenshots

figures: setup ## redraw the figures of the documentation
	$(BIN)/python docs/make_figures.py

evidence: setup ## compute what matters in the baseline, and the tables of docs/evidence.md
	$(BIN)/python docs/make_evidence.py

headlines: setup ## record the headline results of this version, which diff-model compares with
	$(BIN)/econsim diff-model --write econsim/releases/$$($(BIN)/python -c 'import econsim; print(econsim.__version__)').json

notebooks: setup ## run the notebooks at full size into runs/notebooks/
	$(BIN)/python notebooks/execute.py

briefs: setup ## write the shipped policy briefs to build/briefs
	@for name in $(BRIEFS); do \
	    $(BIN)/econsim brief $$name --out build/briefs/$$name --runs build/runs --force || exit $$?; done

docs: setup ## build the documentation into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "site/index.html"

docs-serve: setup ## show the documentation at localhost:8000, rebuilt when a page changes
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs serve

schema: setup ## rewrite scenarios/scenario.schema.json from the code
	@$(BIN)/econsim validate --schema > scenarios/scenario.schema.json.new \
	    && mv scenarios/scenario.schema.json.new scenarios/scenario.schema.json \
	    || { status=$$?; rm -f scenarios/scenario.schema.json.new; exit $$status; }

check: setup ## hold the model against its analytic results and identities
	$(BIN)/econsim check

wheel: setup ## build the wheel and the source archive into dist/
	$(BIN)/python -m build --no-isolation

clean: ## remove build products and caches; runs/ and .venv stay
	rm -rf build dist site .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -path ./.venv -prune -o -type d \( -name __pycache__ -o -name .ipynb_checkpoints \) -exec rm -rf {} +

distclean: clean ## remove .venv as well
	rm -rf .venv
