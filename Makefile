# Everything stands on `.venv`, made once from the hashed lock. `make` alone lists what there is.
PYTHON ?= python3
JOBS ?= auto
BIN := .venv/bin
STAMP := .venv/.complete
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help demo test fast lint format bench verify build lock clean ready

help:  ## list these targets
	@sed -n 's/^\([a-z]*\):.*  ## /\1	/p' Makefile | while IFS='	' read -r name text; do \
		printf 'make %-8s %s\n' "$$name" "$$text"; done

demo: ready  ## grade the sample cohort and show its marks
	@$(BIN)/fullmarks demo

test: lint  ## lint, types and the whole test-suite
	@sh scripts/browser.sh
	@$(PYTEST)

fast: ready  ## the tests without the slow ones
	@$(PYTEST) -m "not slow"

lint: ready  ## ruff, its formatter and mypy, which change nothing
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: ready  ## let ruff lay out the code
	@$(BIN)/ruff format .

bench: ready  ## measure what a submission costs, beside otter run and the floor; BENCH="--help" tells more
	@PYTHONPATH=. $(BIN)/python tests/bench/bench.py $(BENCH)

verify: ready  ## prove references, hidden cases, notebooks and graders right
	@$(BIN)/fullmarks verify

build: ready  ## make the assignments and autograder zips again
	@$(BIN)/fullmarks build

lock:  ## resolve the dependencies again; UPGRADE=1 takes the newest of each
	@PYTHON="$(PYTHON)" sh scripts/lock.sh $(if $(UPGRADE),--upgrade)

clean:  ## remove .venv and all that was made
	rm -rf .venv dist marks .mypy_cache .ruff_cache .pytest_cache .hypothesis

# The walls are looked for each time: a missing one is said until it is there.
ready: $(STAMP)
	@sh scripts/walls.sh

# The stamp is written last, so that a set-up that was interrupted does not count.
$(STAMP): requirements.lock pyproject.toml scripts/setup.sh
	@PYTHON="$(PYTHON)" sh scripts/setup.sh
	@touch $(STAMP)
