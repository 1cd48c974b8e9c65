# Lumina's words. `make run` is what a newcomer types; `make check` is what a change has to pass.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
HEADERS := $(shell find src -name '*.pxd')
COMPILED := $(HEADERS) $(wildcard $(HEADERS:.pxd=.py))
FUZZ_SECONDS ?= 60

.PHONY: help run test interpreted lint check sanitize fuzz bench docs
.PRECIOUS: .venv/with-%
.DELETE_ON_ERROR:

help: ## what the words mean
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

run: .venv/built ## start the gateway with a demo service behind it
	@exec $(BIN)/lumina demo

test: .venv/with-test .venv/with-bench .venv/built ## every test, on the compiled package
	$(BIN)/python -m pytest $(ARGS)

interpreted: .venv/with-test .venv/built ## the pure packages' tests on their .py sources, with branch coverage
	@mkdir -p build/coverage
	LUMINA_INTERPRETED=1 $(BIN)/coverage run -m pytest $(ARGS)
	$(BIN)/coverage report

lint: .venv/with-lint .venv/with-test ## ruff, mypy --strict, cython-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PATH="$(CURDIR)/$(BIN):$$PATH" cython-lint $(HEADERS)

check: lint test interpreted ## all that a change has to pass; the gates are tests, in tests/house

sanitize: .venv/with-test .venv/built ## the suites under AddressSanitizer and UBSan, in a tree of their own
	$(BIN)/python -m tools.sanitize $(ARGS)

fuzz: .venv/with-fuzz .venv/with-test .venv/built ## every fuzz target for FUZZ_SECONDS each
	$(BIN)/python -m tools.fuzz --seconds $(FUZZ_SECONDS) $(ARGS)

bench: .venv/built .venv/with-bench ## this gateway beside the peers that are installed
	$(BIN)/python -m bench.run $(ARGS)

docs: .venv/built ## the reference in docs/reference, written anew from the code
	$(BIN)/python tools/reference.py

# --- what the words stand on: stamps, so that asking again costs nothing ---------------------------------------------

.venv/needs: pyproject.toml tools/prepare.sh
	@PYTHON='$(PYTHON)' sh tools/prepare.sh
	@touch $@

.venv/built: .venv/needs setup.py $(COMPILED)
	@echo 'Compiling the hot path (minutes the first time, then only what changed) ...'
	@$(BIN)/python setup.py --quiet build_ext --inplace
	@[ $(BIN)/lumina -nt .venv/needs ] || LUMINA_BUILD=none $(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/with-%: .venv/needs
	@echo 'Installing what $* needs ...'
	@$(BIN)/python tools/needs.py $* | xargs -d '\n' $(PIP) install
	@touch $@
