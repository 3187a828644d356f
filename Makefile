# Everything a newcomer needs: `make demo`, `make test`. The rest is for developers.
VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= python3
OUT ?= runs/demo

.PHONY: demo test test-all check format bench lock clean
.DEFAULT_GOAL := demo

$(BIN)/.product: requirements/product.lock pyproject.toml tools/install.sh
	@sh tools/install.sh "$(PYTHON)" "$(VENV)" requirements/product.lock
	@touch $@

$(BIN)/.dev: $(BIN)/.product requirements/dev.lock
	@sh tools/install.sh "$(PYTHON)" "$(VENV)" requirements/dev.lock
	@touch $@

demo: $(BIN)/.product
	$(BIN)/tocsin demo --out $(OUT)

test: $(BIN)/.dev
	$(BIN)/pytest -m "not slow" -n 2 --dist worksteal

test-all: $(BIN)/.dev
	$(BIN)/pytest -n 2 --dist worksteal

check: $(BIN)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest tests/test_style.py

format: $(BIN)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(BIN)/.dev
	sh bench/run.sh "$(PYTHON)" "$(BIN)"

lock: $(BIN)/.dev
	sh tools/lock.sh "$(BIN)"

clean:
	rm -rf $(VENV) .venv-peers runs
