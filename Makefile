# SPDX-License-Identifier: MIT
# Everything from a checkout with Python 3.11 or later and a package registry: `make demo`, `make test`.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
KERNELS := 3.7 6.12

unexport XREF_TREE XREF_DB XREF_QUERIES

.PHONY: help demo test lint golden clean

help:
	@echo 'make demo     install into $(VENV), run `xref callgraph send` on the small kernels, renew output/'
	@echo 'make test     the test suite: no kernel tree, no network after the installation'
	@echo 'make lint     ruff, ruff format, mypy'
	@echo 'make golden   renew golden files, the outputs in the documentation and output/; read the diff'
	@echo 'make clean    remove the environment and everything that can be made again'

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo '$(PYTHON) is older than 3.11; name another with `make PYTHON=...`' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml
	$(PIP) install --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.installed
	$(PIP) install --editable '.[dev]'
	@touch $@

# The index goes to a temporary place: the small kernels stay as they are.
demo: $(VENV)/.installed
	@set -e; index=$$(mktemp -d); trap 'rm -rf "$$index"' EXIT; mkdir -p output; \
	for v in $(KERNELS); do \
		xref="$(BIN)/xref --tree fixtures/linux-$$v --db $$index/$$v.db"; \
		echo "\$$ xref --tree fixtures/linux-$$v callgraph send"; \
		$$xref callgraph send; echo; \
		for form in svg json; do $$xref callgraph send -o output/send-$$v.$$form; done; \
	done; \
	echo 'written:'; for v in $(KERNELS); do echo "  output/send-$$v.svg  output/send-$$v.json"; done

test: $(VENV)/.dev
	$(BIN)/python -m pytest -q -n auto --hypothesis-profile=ci

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

golden: $(VENV)/.dev
	-$(BIN)/python -m pytest -q --update-golden tests/render tests/test_docs.py
	@$(MAKE) --no-print-directory demo >/dev/null
	@git --no-pager diff --stat -- tests docs output README.md

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
