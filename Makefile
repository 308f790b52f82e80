# Thin on purpose: what each target does stands in project/setup/ and works without make (README).
PYTHON ?= python3
PORT ?= 8000
VENV = .venv/bin/python
export PORT

.PHONY: help run demo-reset test check soak format lock clean

help:
	@echo "make run         install, demo study, server on 127.0.0.1:$(PORT)"
	@echo "make demo-reset  put the demo study back as it was"
	@echo "make test        every suite: checks, JavaScript, SQLite, PostgreSQL, browser"
	@echo "make check       lint, types, layers, templates, migrations, JavaScript"
	@echo "make soak        the long tests: kills, full disks, random sessions; prints its figures"
	@echo "make format      lay out the code as make check wants it"
	@echo "make lock        pin requirements*.in into requirements*.txt"
	@echo "make clean       remove .venv and caches; var/ with your data stays"

run: python
	@exec $(PYTHON) project/setup/run.py

demo-reset: python
	@exec $(PYTHON) project/setup/run.py --reset-demo

test: dev
	@exec $(VENV) -m project.setup.suites

check: dev
	@exec $(VENV) -m project.setup.suites checks javascript

soak: dev
	@exec $(VENV) -m project.setup.suites soak

format: dev
	@$(VENV) -m ruff check --fix --quiet && $(VENV) -m ruff format

lock: dev
	@sh project/setup/lock.sh

clean:
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: python dev
python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is missing: install it with \`apt-get install python3 python3-venv\`."; exit 1; }

dev: python
	@$(PYTHON) project/setup/environment.py requirements-dev.txt
