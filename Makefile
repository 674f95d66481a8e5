# Everything a person does here. `demo` and `test` set themselves up; the first time that takes a minute.
# Works with GNU make 3.81, which is macOS's own, and newer.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PYTHON

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint bench lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

demo: $(READY) ## play the main story: three phones, one of them with the LSC of its old cluster
	@$(BIN)/cucm-lab demo

# The tests start many processes, each of which would compile everything where PYTHONDONTWRITEBYTECODE is set (images of
# containers do): what is compiled is kept in the environment here, and nothing beside the sources.
test: $(READY) ## run the tests; ARGS="-k name" goes to pytest
	@env -u PYTHONDONTWRITEBYTECODE PYTHONPYCACHEPREFIX="$(CURDIR)/$(VENV)/pycache" $(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

lint: $(READY) ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(READY) ## what a handshake and a certificate cost here
	@$(BIN)/python -m lab.bench

lock: ## find the newest versions of all packages and write them into requirements.lock
	@sh .ci/setup $(VENV)/lock pip
	@$(VENV)/lock/bin/python .ci/lock.py

clean: ## remove the environment and all caches here; keys in the user's cache folder stay
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --no-compile: of 34 packages a story imports ten, and Python compiles those when it first meets them.
# The second step is apart, as pip must have the build tools in place for it: nothing is fetched for a build.
$(READY): requirements.lock pyproject.toml hatch_build.py .ci/setup
	@echo "Installing into $(VENV) ..."
	@sh .ci/setup $(VENV) --no-compile -r requirements.lock
	@sh .ci/setup $(VENV) --no-deps --no-build-isolation --editable .
	@touch $(READY)
