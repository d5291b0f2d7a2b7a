# Two commands do all the set-up: `make demo` and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
FIREFOX := $(shell command -v firefox-esr || command -v firefox)
MISSING := $(if $(CHROMIUM),,chromium fonts-dejavu-core) $(if $(FIREFOX),,firefox-esr)

.PHONY: demo demo-rural test check lint types contract scripts sample catalogues clean

demo: .venv/installed
	@$(BIN)/outreach-map demo --out maps

demo-rural: .venv/installed
	@$(BIN)/outreach-map demo --rural --out maps

test: .venv/installed-dev browsers tests/js/node_modules/.installed
	@$(BIN)/python -m pytest -n 2 --dist loadscope

# Lint, types and the import contract, as continuous integration runs them.
check: lint types contract scripts

lint: .venv/installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: .venv/installed-dev
	@$(BIN)/mypy

contract: .venv/installed-dev
	@$(BIN)/lint-imports

# The scripts of the pages, by TypeScript and ESLint; node comes with what pip installs.
scripts: tests/js/node_modules/.installed
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix tests/js run --silent check

tests/js/node_modules/.installed: tests/js/package-lock.json .venv/installed-dev
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix tests/js ci --silent --no-audit --no-fund
	@touch $@

# Renew the sample pages that are kept in maps/sample.
sample: .venv/installed-dev
	@$(BIN)/python -m tests.sample
	@$(BIN)/python -m tests.screenshots

# Bring the catalogues of the pages' languages up to date with the texts in the code.
catalogues: .venv/installed-dev
	@$(BIN)/python -m tests.catalogues

# The browser tests drive Debian's Chromium, and Firefox through tests/js; without one its tests skip and say so.
.PHONY: browsers
browsers:
ifneq ($(strip $(MISSING)),)
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing for the browser tests:" $(MISSING); \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(MISSING) >/dev/null; \
	else \
		echo "no right to install, so these are missing and their tests will skip:" $(MISSING); \
	fi
endif

.venv/bin/python:
	@$(PYTHON) -m venv .venv || { \
		[ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null && $(PYTHON) -m venv .venv; }

.venv/installed: pyproject.toml constraints.txt | .venv/bin/python
	@echo "installing into .venv"
	@$(PIP) install --constraint constraints.txt --editable '.[fast]'
	@touch $@

.venv/installed-dev: .venv/installed
	@$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $@

clean:
	rm -rf .venv build dist
