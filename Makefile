# Everything a person does with the project, from one place. `make` alone lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help install demo up test check bench clean
help:  ## this list
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Hailong needs Python 3.11 or later; this is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

install: $(STAMP)  ## make .venv with the project and all that it needs

demo: $(STAMP)  ## play a whole survey through to publication, and stay up for a look around
	$(BIN)/hailong demo

up: $(STAMP)  ## start everything on the embedded servers
	$(BIN)/hailong up

test: $(STAMP)  ## all tests, on real servers
	$(BIN)/python -m pytest

check: $(STAMP)  ## lint, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)  ## measure: ballots accepted and scored, against the limit of the machine
	$(BIN)/python -m tests.bench

clean:  ## remove what was made: the virtual environment, the embedded servers' data
	rm -rf $(VENV) var build *.egg-info
