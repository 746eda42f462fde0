# Everything runs in .venv, which is made on first use and refreshed when pyproject.toml changes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH_DATA := $(or $(TIMBAO_BENCH_DATA),../shared/data)

.PHONY: demo test lint bench bench-growth bench-snippets bench-equality bench-relevance bench-extraction bench-reprints bench-crawl bench-endurance messages clean

# The installed command, for using timbao. Editable, so that a checkout is what it runs.
$(VENV)/.installed: pyproject.toml setup.py $(wildcard crawl/messages/locale/*/LC_MESSAGES/*.po)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

# The same with what tests and benchmarks need, in the versions that they are known to pass with: a library's new
# release is tried by whoever makes that list anew, not by everyone at once.
$(VENV)/.installed-dev: $(VENV)/.installed tests/constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint tests/constraints.txt --editable '.[dev]'
	touch $@

demo: $(VENV)/.installed
	$(BIN)/python -m tests.demo

test: lint
	$(BIN)/python -m pytest --numprocesses auto

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy tests setup.py

bench: $(VENV)/.installed-dev
	$(BIN)/python -m tests.bench.engines

bench-growth: $(VENV)/.installed-dev
	$(BIN)/python -m tests.bench.growth

bench-snippets: $(VENV)/.installed-dev
	$(BIN)/python -m tests.bench.snippets

bench-equality: $(VENV)/.installed-dev
	$(BIN)/python -m tests.bench.equality

bench-relevance: $(VENV)/.installed-dev
	$(BIN)/python -m tests.bench.relevance

# Against the world's newspapers, then against Vietnam's.
bench-extraction: $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[peers]'
	$(BIN)/python -m tests.bench.extraction
	$(BIN)/python -m tests.bench.extraction --pages $(BENCH_DATA)/pages --truth $(BENCH_DATA)/pages

bench-reprints: $(VENV)/.installed-dev
	$(BIN)/python -m tests.bench.reprints

bench-endurance: $(VENV)/.installed-dev
	$(BIN)/python -m tests.bench.endurance

bench-crawl: $(VENV)/.installed-dev
	$(BIN)/python -m tests.bench.crawl

# Bring the catalogues up to date with the messages in the code, keeping the translations.
messages: $(VENV)/.installed-dev
	$(BIN)/python -m tests.catalogues

clean:
	rm -rf $(VENV) build dist *.egg-info .demo
