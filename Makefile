# Churn, Three Ways. `make` lists what there is to do; every target sets up what it needs.

PY := .venv/bin/python
VENV := .venv/.complete
LEVELS := level1_notebook,level2_project
export PYTHON

.PHONY: help setup lock data level1 level2 found compare results mistakes ceilings sample \
	bench read test test-long lint format clean FORCE

help:  ## list the targets
	@awk -F ':.*## +' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(VENV)  ## build .venv from requirements.lock (all but the scale extra)

# Built anew if the lock is newer, the stamp is missing or its Python no longer starts.
$(VENV): requirements.lock $(if $(shell $(PY) -c 1 2>/dev/null || echo x),FORCE)
	@sh tools/setup.sh

lock:  ## renew requirements.lock: the newest packages that fit together
	@python=$$(sh tools/find-python.sh) && "$$python" tools/lock.py

data: $(VENV)  ## simulate the company's world into data/raw
	$(PY) -m data simulate

level1: $(VENV)  ## run the notebook and write level1_notebook/churn.ipynb
	$(PY) -m level1_notebook

level2: data  ## run the project: from six messy sources to a report
	$(PY) -m level2_project flow

found: level2  ## keep what the project found for the exam and the README
	$(PY) -m level2_project keep

compare: $(VENV)  ## the exam: what each level claimed, what really happened
	$(PY) -m data exam --levels $(LEVELS) --report build/compare

results: compare  ## renew the committed tables, pictures and README from the exam
	$(PY) -m data results

mistakes: $(VENV)  ## measure each mistake and each practice: MISTAKES.md, the ladder
	$(PY) -m comparison

ceilings: $(VENV)  ## renew the best that could be computed from what was recorded
	$(PY) -m data ceilings

sample: $(VENV)  ## renew data/sample: 50 rows of every source
	$(PY) -m data sample

bench: $(VENV)  ## measure speed and memory
	$(PY) -m tools.bench

read: $(VENV)  ## print a step of all levels side by side, such as STEP=split
	@$(PY) tools/read.py "$(STEP)"

test: $(VENV)  ## run the tests, in under five minutes
	$(PY) -m pytest -n 2 --dist loadfile -m "not long and not flow"
	$(PY) -m pytest -m "flow and not long"

# pytest ends with 5 when it finds no test, which here is no failure.
test-long: $(VENV)  ## run the tests that take longer
	$(PY) -m pytest -m long || [ $$? -eq 5 ]

lint: $(VENV)  ## check style and types
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy

format: $(VENV)  ## let ruff put the code in order
	$(PY) -m ruff check --fix-only
	$(PY) -m ruff format

clean:  ## remove build/, caches and simulated worlds; .venv stays
	rm -rf build data/raw*/ .hypothesis .mypy_cache .pytest_cache .ruff_cache
