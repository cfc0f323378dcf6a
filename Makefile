# rackplan: `make` lists the targets. Every target sets up what it needs, once.
.DEFAULT_GOAL := help
.PHONY: help demo preview test test-full lint bench

PYTHON ?= python3
STACK  ?= muenster
AS_OF  ?= 2026-11-01

# Set-up runs again when the dependencies change or the folder moves.
READY  := .venv/.ready-$(shell { pwd; cat pyproject.toml tools/constraints.txt; } | cksum | cut -d' ' -f1)
BIN    := .venv/bin

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(READY) ## plan and check the Muenster estate, report on it, then preview its stack
	$(BIN)/planner plan -e muenster --reproducible --as-of $(AS_OF)
	$(BIN)/planner check -e muenster --as-of $(AS_OF)
	$(BIN)/planner report -e muenster --as-of $(AS_OF)
	@$(MAKE) --no-print-directory preview STACK=muenster

preview: $(READY) ## show what Pulumi would change (STACK=muenster)
	@. tools/env.sh && pulumi stack select --create $(STACK) && pulumi preview --stack $(STACK)

test: $(READY) ## run the tests
	@. tools/env.sh && $(BIN)/pytest -n 2 --dist worksteal

test-full: $(READY) ## run the tests with all long sweeps, then the checker's branch coverage
	@. tools/env.sh && $(BIN)/pytest -n 2 --dist worksteal -m ""
	@$(BIN)/pytest -n 2 tests/check --cov=planner.check --cov-fail-under=100 -q

lint: $(READY) ## check style, types and import contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY) ## run the benchmarks
	$(BIN)/pytest benchmarks --benchmark-enable -m ""

$(READY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "error: rackplan needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "set-up: virtual environment in .venv"
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@echo "set-up: dependencies"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c tools/constraints.txt -e '.[pulumi,netbox,dev]'
	@rm -f .venv/.ready-* && touch $@
