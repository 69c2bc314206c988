# Two commands for a fresh clone: `make demo` and `make test`. Both make or reuse .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FOR := $(VENV)/.installed-for-
ROWS := examples/data/gsm8k_solutions_200.jsonl

.PHONY: demo test check clean

demo: $(FOR)audit
	@mkdir -p reports
	@$(BIN)/assay verify $(ROWS) --rubric math --out reports/demo.jsonl --summary reports/demo.md
	@echo
	@$(BIN)/assay audit reports/demo.jsonl --rubric math --by model --report reports/demo.html
	@echo
	@echo "rows with rewards: reports/demo.jsonl   summary: reports/demo.md   audit: reports/demo.html"

# The fast tests. Those of parts that are not installed are named at the end.
test: $(FOR)test
	$(BIN)/python -m pytest -m "not slow"

# What CI checks besides the tests; needs `pip install -e ".[dev]"`.
check:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

$(FOR)%: pyproject.toml setup.py
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[$*]"
	@touch $@

clean:
	rm -rf $(VENV) build dist reports .mypy_cache .ruff_cache .pytest_cache .hypothesis
	rm -rf .import_linter_cache src/*.egg-info
