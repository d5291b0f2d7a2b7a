# Two commands do all the set-up: `make demo` and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
FIREFOX := $(shell command -v firefox-esr || command -v firefox)
MISSING := $(if $(CHROMIUM),,chromium fonts-dejavu-core) $(if $(FIREFOX),,firefox-esr)

# Wheels alone, and only those whose hash stands in the lock: nothing is resolved, nothing is built.
LOCKED := $(PIP) install --require-hashes --no-deps --only-binary :all: --requirement
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11.2 --only-binary :all: \
	--generate-hashes --no-header --custom-compile-command "make lock"

.PHONY: demo demo-rural test check lint types contract scripts sample catalogues lock audit docs clean

demo: .venv/installed
	@$(BIN)/outreach-map demo --out maps

demo-rural: .venv/installed
	@$(BIN)/outreach-map demo --rural --out maps

test: .venv/installed-dev browsers
	@$(MAKE) --no-print-directory tests/js/node_modules/.installed || echo "no packages from npm: the tests in Firefox will skip"
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

.venv/installed: pyproject.toml requirements/run.lock | .venv/bin/python
	@echo "installing into .venv"
	@$(LOCKED) requirements/run.lock
	@$(PIP) install --no-index --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: .venv/installed requirements/dev.lock
	@$(LOCKED) requirements/dev.lock
	@touch $@

.venv/installed-upkeep: .venv/installed-dev requirements/upkeep.lock
	@$(LOCKED) requirements/upkeep.lock
	@touch $@

# Renew the locks after a change in pyproject.toml; UPGRADE=1 takes the newest versions of all. Each lock
# has what the ones before it have not.
in_locks = $$(sed -n "s/^\([a-z0-9.-]*\)==[^ ]* \\\\$$/--no-emit-package \1/p" $(1) | sort -u)
lock: .venv/installed-upkeep
	@$(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml --extra fast --group build --output-file requirements/run.lock
	@$(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml --extra dev --constraint requirements/run.lock \
		$(call in_locks,requirements/run.lock) --output-file requirements/dev.lock
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --group upkeep --constraint requirements/run.lock --constraint requirements/dev.lock \
		$(call in_locks,requirements/run.lock requirements/dev.lock) --output-file requirements/upkeep.lock

# The documentation as a site, in site/; a link that leads nowhere fails.
docs: .venv/installed-dev
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "site/index.html"

# Ask for known vulnerabilities of what is locked: 0 none known, 1 some, 2 nobody could be asked.
audit: .venv/installed-upkeep
	@$(BIN)/python -m tests.audited

clean:
	rm -rf .venv build dist site
