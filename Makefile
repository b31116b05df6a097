# Python >= 3.11, Node >= 20 and make are all a machine needs. Every target may be run again at any time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PERIOD ?= 2016-06
APP ?= 1
# `make demo STORE=kubo` pins everything on a Kubo node of its own.
STORE ?= folder

.PHONY: setup demo test app bench lint format lock abi kubo soak audit-lock

setup: $(VENV)/.installed node_modules/.installed
	@$(BIN)/python scripts/toolchain.py
	@$(BIN)/brownie compile > build/compile.log 2>&1 || { cat build/compile.log; exit 1; }

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "error: Python 3.11 or later is needed; set PYTHON=")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

node_modules/.installed: package.json package-lock.json
	@node -e 'if (+process.versions.node.split(".")[0] < 20) { console.error("error: Node 20 or later is needed"); process.exit(1) }'
	npm ci --no-audit --no-fund --silent
	@mkdir -p build && touch $@

demo: setup
	@$(BIN)/python -m scripts.demo --period $(PERIOD) --store $(STORE) $(if $(filter 0,$(APP)),--no-app)

# Two processes, each with a chain of its own; a file's tests stay together.
test: setup
	@$(BIN)/python -m pytest -n 2 --dist loadfile

# What takes longer than a suite may: a thousand kills instead of a hundred, 100,000 communities instead of 300.
soak: setup
	@DAISEE_SOAK_KILLS=1000 $(BIN)/python -m pytest tests/fire
	@DAISEE_SOAK=100000 $(BIN)/python -m pytest tests/domain/test_soak.py

app: setup
	@$(BIN)/python -m scripts.run_app

# Kubo (IPFS), for STORE=kubo and the tests of it: from the PATH, else built by Go, else the official release.
kubo: setup
	@$(BIN)/python -m scripts.install_kubo

# The project's measurements, as ratios; on a quiet machine.
bench: setup
	@$(BIN)/daisee bench

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict offchain_worker/domain
	node_modules/.bin/prettier --check --plugin=prettier-plugin-solidity 'contracts/**/*.sol' 'interfaces/*.sol'
	$(BIN)/python -m scripts.slither

format:
	$(BIN)/ruff format .
	node_modules/.bin/prettier --write --plugin=prettier-plugin-solidity 'contracts/**/*.sol' 'interfaces/*.sol'

# After a change of requirements.in.
lock: $(VENV)/.installed
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url requirements.in -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url requirements-slither.in -o requirements-slither.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url requirements-audit.in -o requirements-audit.lock

# Known vulnerabilities of the locked packages; fails where no source of advisories can be reached, since that is no pass.
audit-lock: setup
	@$(BIN)/python -m scripts.audit_lock

# After a change of the contracts' interfaces.
abi: setup
	@$(BIN)/python -m scripts.export_abi
