# Churn, Three Ways. `make` lists what there is to do; every target sets up what it needs.

PY := .venv/bin/python
VENV := .venv/.complete
LEVELS := level1_notebook,level2_project
export PYTHON

.PHONY: help setup lock data level1 level2 found compare results mistakes ceilings sample \
	bench read test test-long lint format clean FORCE

help:  ## list the targets
	@awk -F ':.*## +' '/^#: / { printf "\n%s\n", substr($$0, 4) } \
		/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
	@printf '\nTimes are those of two cores. The first target also sets up: a minute.\n'

#: See it

compare: $(VENV)  ## hold what each level claims against what happens (4 minutes)
	$(PY) -m data exam --levels $(LEVELS) --seeds 1

read: $(VENV)  ## print a step of all levels side by side: STEP=split (at once)
	@$(PY) -m tools.read "$(STEP)" $(ALL)

#: Run it

data: $(VENV)  ## simulate the company's world into data/raw (15 seconds)
	$(PY) -m data simulate

level1: $(VENV)  ## run the notebook, print claimed beside happened (20 seconds)
	$(PY) -m level1_notebook

level2: data  ## run the project: from six messy sources to a report (10 minutes)
	$(PY) -m level2_project flow

#: Change it

test: $(VENV)  ## run the tests (6 minutes)
	$(PY) -m pytest -n 2 --dist loadfile -m "not long and not flow"
	$(PY) -m pytest -m "flow and not long"

# pytest ends with 5 when it finds no test, which here is no failure.
test-long: $(VENV)  ## run the tests that take longer (10 minutes)
	$(PY) -m pytest -m long || [ $$? -eq 5 ]

lint: $(VENV)  ## check style and types (20 seconds)
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy

format: $(VENV)  ## let ruff put the code in order (at once)
	$(PY) -m ruff check --fix-only
	$(PY) -m ruff format

clean:  ## remove build/, caches and simulated worlds; .venv stays (at once)
	rm -rf build data/raw*/ .hypothesis .mypy_cache .pytest_cache .ruff_cache

#: Renew what is committed

results: $(VENV)  ## examine five worlds; renew README, tables, pictures (14 minutes)
	$(PY) -m data results --levels $(LEVELS)

mistakes: $(VENV)  ## measure each mistake and each practice (35 minutes)
	$(PY) -m comparison $(if $(CHECK),--check)

found: level2  ## keep the columns and settings that level 2 found (10 minutes)
	$(PY) -m level2_project keep

ceilings: $(VENV)  ## compute the best that the records allow (20 minutes)
	$(PY) -m data rules
	$(PY) -m data ceilings

sample: $(VENV)  ## take 50 rows of every source into data/sample (at once)
	$(PY) -m data sample

bench: $(VENV)  ## measure speed and memory; level 2 beside FLAML (20 minutes)
	$(PY) -m tools.bench

#: Set it up

# Built anew if the lock is newer, the stamp is missing or its Python no longer starts.
$(VENV): requirements.lock $(if $(shell $(PY) -c 1 2>/dev/null || echo x),FORCE)
	@python=$$(sh tools/find-python.sh) && "$$python" tools/setup.py

setup: $(VENV)  ## build .venv from requirements.lock, all but the scale extra (a minute)

lock:  ## renew requirements.lock: the newest packages that fit together (a minute)
	@python=$$(sh tools/find-python.sh) && "$$python" tools/lock.py
