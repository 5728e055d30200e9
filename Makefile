# Everything a fresh machine with Python 3.11+ and make needs. `make demo` and `make test` set up what is missing.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= out/demo

.PHONY: demo test lint app bench validate lock setup model clean

demo: model
	$(BIN)/gaitcheck demo --out $(OUT)

test: lint model
	$(BIN)/pytest

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

app: model
	$(BIN)/streamlit run app.py

bench: model
	$(BIN)/python -m benchmarks

# Renders what is missing (hours of processor time for the whole matrix) and writes docs/validation.md.
validate: model
	$(BIN)/gaitcheck validate

# One OpenCV distribution: MediaPipe's opencv-contrib-python is left out by overrides.txt.
lock: setup
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --extra synth --extra c3d --extra dev \
	  --override overrides.txt --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet \
	  --output-file requirements.lock

setup: $(VENV)/.installed

# The environment is rebuilt only when the lock or the package's metadata change.
$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "GaitCheck needs Python 3.11 or newer; set PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

model: setup
	@$(BIN)/gaitcheck models path >/dev/null 2>&1 || $(BIN)/gaitcheck models install

clean:
	rm -rf $(VENV) out .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
