# Everything a person does with the project, from one place. `make` alone lists it.
PYTHON ?= $(shell command -v python3.11 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEVELOPED := $(VENV)/.developed
AUDITED := $(VENV)/.audited
MUTATED := $(VENV)/.mutated

.PHONY: help install demo up test check bench scaling attack faults secrets edge-root bundle test-deployment clean backups mutants fuzz audit sbom lock
help:  ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("Hailong needs Python 3.11 or later; this is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[embedded]'
	@touch $@

$(DEVELOPED): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,browser]'
	@touch $@ $(INSTALLED)

install: $(DEVELOPED)  ## make .venv with the project and all that its tests need

demo: $(INSTALLED)  ## play a whole survey through to publication, and stay up for a look around
	$(BIN)/hailong demo

up: $(INSTALLED)  ## start everything on the embedded servers
	$(BIN)/hailong up

JOBS ?= 3
test: $(DEVELOPED)  ## all tests, on real servers, JOBS= of them at a time
	$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadscope --no-loadscope-reorder --ignore tests/deployment

QUICK ?=
test-deployment: $(DEVELOPED)  ## try the compose deployment for real, where a Docker engine answers (a quarter of an hour); QUICK=1 in short
	$(BIN)/python -m pytest tests/deployment -rs $(if $(QUICK),--quick)

check: $(DEVELOPED)  ## lint, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(DEVELOPED)  ## measure: ballots accepted and scored, against the limit of the machine
	$(BIN)/python -m tests.bench

backups: $(DEVELOPED)  ## measure backup, restore and recount of a million ballots (a quarter of an hour)
	$(BIN)/python -m tests.bench.backup

MEASURE ?=
scaling: $(DEVELOPED)  ## how many processes it takes, from 86 ballots to a country; MEASURE=1 measures what a ballot costs first
	$(BIN)/python -m tests.bench.scaling $(if $(MEASURE),--measure)

attack: $(DEVELOPED)  ## let an adversary loose on the publications of 1,000 random surveys (half an hour)
	$(BIN)/python -m tests.unit.shared.domain.disclosure 1000

SCHEDULES ?= 200
SEED ?= 1
faults: $(DEVELOPED)  ## break everything, schedule after schedule, and judge what happened (an hour or two); SCHEDULES=, SEED=, ONLY=
	$(BIN)/python -m tests.faults --schedules $(SCHEDULES) --seed $(SEED) $(if $(ONLY),--only $(ONLY))

$(AUDITED): pyproject.toml | $(DEVELOPED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,browser,audit]'
	@touch $@ $(DEVELOPED) $(INSTALLED)

STRICT ?=
audit: $(AUDITED)  ## look for weaknesses: bandit on the code, known ones of what the image is built from; STRICT=1 to fail unaudited
	$(BIN)/python -m tests.security $(if $(STRICT),--strict)

sbom: $(AUDITED)  ## write build/hailong.cdx.json: what the image is built from, as CycloneDX
	@mkdir -p build
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --output-format JSON \
	  --output-file build/hailong.cdx.json deploy/requirements.txt
	@echo "build/hailong.cdx.json: $$(grep -c '"purl"' build/hailong.cdx.json) components"

lock: $(AUDITED)  ## make deploy/requirements.txt anew from pyproject.toml, with the hash of every file
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --output-file deploy/requirements.txt pyproject.toml
	@sed -i '1i # What the image is built from, each file by its hash. Made from pyproject.toml by `make lock`; not edited by hand.' \
	  deploy/requirements.txt

$(MUTATED): pyproject.toml | $(DEVELOPED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,browser,mutation]'
	@touch $@ $(DEVELOPED) $(INSTALLED)

EACH ?= 10
mutants: $(MUTATED)  ## see that a test notices changes to the domain and the store (hours; goes on where it stopped); EACH=, ONLY=
	nice -n 10 $(BIN)/python -m tests.mutation --each $(EACH) $(ONLY)

REQUESTS ?= 20000
fuzz: $(DEVELOPED)  ## send requests made up from the API's own description, and hold the answers against it; REQUESTS=, SEED=
	$(BIN)/python -m tests.fuzz --requests $(REQUESTS) --seed $(SEED)

HOST ?=
COMPOSE = $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)
TLS ?= acme
secrets:  ## make secrets/ and .env for a deployment: HOST=survey.example.gov.vn TLS=acme|own|internal|off; without HOST add what a new release wants
	@deploy/make-secrets "$(HOST)" "$(TLS)"

edge-root:  ## print the root certificate of an edge with TLS=internal, for browsers to trust
	@$(COMPOSE) exec -T edge cat /data/caddy/pki/authorities/local/root.crt

bundle:  ## make build/hailong-VERSION-bundle.tar: images, wheels and an installer for a server without internet
	@deploy/bundle/make-bundle

clean:  ## remove what was made: the virtual environment, the embedded servers' data
	rm -rf $(VENV) var build mutants *.egg-info
