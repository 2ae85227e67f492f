# The commands everyone types. Needs Python 3.11 or newer with venv, and make; nothing else.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin
CATALOGS := $(wildcard translations/*/LC_MESSAGES/messages.po)
COMPILED := $(CATALOGS:.po=.mo)
LOCALES := ar ca fa fi

.DEFAULT_GOAL := help
.PHONY: help run test lint test-browser test-long test-peers bench messages openapi lock clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/server $(COMPILED)  ## Install, migrate, load the sample audit, serve it (HOST, PORT, JADELITE_DATABASE_URL)
	@exec $(BIN)/jadelite demo run --host $(HOST) --port $(PORT)

test: .venv/dev $(COMPILED) lint  ## Everything that pip alone can bring: tests on SQLite and PostgreSQL, linters, types
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not browser and not long and not peer" $(ARGS)

lint: .venv/dev  ## Format, lint, types, import contract
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-cache > .venv/lint-imports.txt 2>&1 || { cat .venv/lint-imports.txt; exit 1; }

test-browser: .venv/dev $(COMPILED)  ## Pages in Chromium: keyboard, no JavaScript, accessibility (as root: installs it)
	@sh tests/browser/need-chromium.sh
	$(BIN)/python -m pytest -m browser tests/browser $(ARGS)

test-long: .venv/dev $(COMPILED)  ## What is heavy: coverage, and a wheel in a fresh environment
	$(BIN)/python -m pytest -n auto -m "not browser and not peer" --cov --cov-report=term:skip-covered $(ARGS)

test-peers: .venv/dev $(COMPILED)  ## Intake, diffs and hiding against a real MediaWiki and KServe (as root: installs them)
	@PYTHON=$(PYTHON) sh tests/peers/need-peers.sh
	$(BIN)/python -m pytest -m peer -v --no-header --durations=5 tests/peers $(ARGS)

bench: .venv/dev  ## Performance measures, each beside its yardstick
	$(BIN)/python benchmarks/pages.py
	$(BIN)/python benchmarks/imports.py
	$(BIN)/python benchmarks/events.py
	$(BIN)/python benchmarks/draw.py
	$(BIN)/python benchmarks/agreement.py
	$(BIN)/python benchmarks/dawid_skene.py
	$(BIN)/python benchmarks/curves.py

messages: .venv/dev  ## Extract messages and bring the catalogs up to date
	$(BIN)/python tests/catalogs.py update $(LOCALES)

openapi: .venv/dev  ## Write openapi.json anew
	$(BIN)/python tests/openapi.py

lock:  ## Lock the requirements anew (needs uv)
	for name in server dev; do uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --upgrade requirements/$$name.in --output-file requirements/$$name.txt; done

clean:  ## Remove what was built; the database in instance/ stays
	rm -rf .venv build dist *.egg-info $(COMPILED)

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not on the PATH; jadelite needs Python 3.11 or newer (try: make run PYTHON=python3.12)"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "jadelite needs Python 3.11 or newer; $(PYTHON) is older (try: make run PYTHON=python3.12)"; exit 1; }
	@echo "making a virtual environment in .venv"
	@$(PYTHON) -m venv .venv

.venv/server: .venv/bin/python requirements/server.txt setup.cfg
	@echo "installing what the server needs (about 350 MB, once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/server.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

.venv/dev: .venv/bin/python requirements/dev.txt setup.cfg
	@echo "installing what the tests need (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@ .venv/server

%.mo: %.po
	@test -x $(BIN)/pybabel || $(MAKE) .venv/server
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@ --locale $(word 2,$(subst /, ,$<))
