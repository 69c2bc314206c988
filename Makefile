# Two commands for a fresh clone: `make demo` and `make test`. Both make or reuse .venv.
# Tools run as `$(PY) -m tool`: the scripts that pip writes into .venv/bin begin with the path of
# the interpreter, and no kernel starts one where that path is long or has a space in it.
PYTHON ?= python3
VENV := .venv
# Half as many again as there are cores: tests also wait, for processes that they start.
JOBS := $(shell $(PYTHON) -c "import os; n = len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count(); print(n + (n + 1) // 2)")
PY := $(VENV)/bin/python
FOR := $(VENV)/.installed-for-
ROWS := examples/data/gsm8k_solutions_200.jsonl

.PHONY: demo test leaky docs check bench clean

demo: $(FOR)audit
	@mkdir -p reports
	@$(PY) -m assay verify $(ROWS) --rubric math --out reports/demo.jsonl --summary reports/demo.md
	@echo
	@$(PY) -m assay audit reports/demo.jsonl --rubric math --by model --report reports/demo.html
	@echo
	@echo "rows with rewards: reports/demo.jsonl   summary: reports/demo.md   audit: reports/demo.html"

# The fast tests, one process a core. Those of parts that are not installed are named at the end.
test: $(FOR)test
	$(PY) -m pytest -m "not slow" -n $(JOBS)

# Train small policies on published rewards and on their repaired forms: examples/leaky_reward.
leaky: $(FOR)audit
	@$(PY) examples/leaky_reward/run.py

# What things cost: fails first if a sample got dearer; then all figures, beside a peer, into docs.
bench: $(FOR)test
	@$(PY) benchmarks/guard.py
	@$(PY) benchmarks/measured.py --peers --out docs/measured.md

# The documentation as a site, in build/site.
docs: $(FOR)docs
	$(PY) -m zensical build --strict

# What CI checks besides the tests; needs `pip install -e ".[dev]"`.
check:
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -c "from importlinter.cli import lint_imports_command as c; c()"

$(FOR)%: pyproject.toml setup.py
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --editable ".[$*]"
	@touch $@

clean:
	rm -rf $(VENV) build dist mutants reports .mypy_cache .ruff_cache .pytest_cache .hypothesis
	rm -rf .import_linter_cache src/*.egg-info
