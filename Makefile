# Everything stands on `.venv`, made once from the hashed lock. `make` alone lists what there is.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.complete

.PHONY: help demo test fast lint verify build lock clean
.DEFAULT_GOAL := help

help:
	@echo "make demo    grade the sample cohort and show its marks"
	@echo "make test    lint, types and the whole test-suite"
	@echo "make fast    the tests without the slow ones"
	@echo "make verify  prove references, hidden cases, notebooks and graders right"
	@echo "make build   make the assignments and autograder zips again"
	@echo "make lock    resolve the dependencies anew"

demo: $(STAMP)
	@$(BIN)/fullmarks demo

test: lint
	@$(BIN)/python -m pytest -n auto --dist worksteal -q

fast: $(STAMP)
	@$(BIN)/python -m pytest -n auto --dist worksteal -q -m "not slow"

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/mypy

verify: $(STAMP)
	@$(BIN)/fullmarks verify

build: $(STAMP)
	@$(BIN)/fullmarks build

lock: $(STAMP)
	@$(BIN)/python -m uv --version >/dev/null 2>&1 || { echo "make lock needs uv: $(PYTHON) -m pip --python .venv install uv"; exit 2; }
	$(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header --extra dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv dist marks

# The stamp is written last, so that a set-up that was interrupted does not count.
$(STAMP): requirements.lock pyproject.toml scripts/setup.sh
	@PYTHON="$(PYTHON)" sh scripts/setup.sh
	@touch $(STAMP)
