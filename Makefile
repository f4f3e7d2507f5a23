# Everything this book needs. Python >= 3.11 and make are enough; the environment is made on first use, in .venv.
PYTHON ?= python3
VENV ?= .venv
CONSTRAINTS ?= constraints.txt
export PYTHON VENV CONSTRAINTS
PY := $(VENV)/bin/python
PYTEST := $(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help book live serve test test-all mutants bench weigh shots pdf publish-dry teach notebooks constraints clean

help: ## show this list
	@echo "make COMMAND, where COMMAND is one of"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

book: env-book ## execute the notebooks and build the book into _build/html
	@$(PY) -m tools.make.build

live: env-book ## fetch the Python that runs in the pages, once (`make book` does it, too)
	@$(PY) -m tools.make.wasm

serve: ## open the built book in a browser (builds it first if there is none)
	@test -f _build/html/index.html || $(MAKE) --no-print-directory book
	@$(PY) -m tools.make.serve

test: env-test ## test module, notebooks, structure, strict build, browser
	@$(PYTEST) --nbval --nbval-current-env --nbval-sanitize-with tests/book/sanitize.cfg tests chapters

test-all: env-all ## `make test` and what takes longer
	-@$(PY) -m tools.make.wasm
	@$(PYTEST) --all --nbval --nbval-current-env --nbval-sanitize-with tests/book/sanitize.cfg tests chapters

mutants: env-test ## break every printed formula and every line of the module, and count what the tests notice
	@$(PY) -m tools.judge.mutants

bench: env-all ## time the gradient against its limit and other libraries, and what a reader waits for (a quarter of an hour)
	@$(PY) -m benchmarks.run waits

weigh: env-test ## print what every page weighs, how fast it paints, what axe finds
	@test -f _build/html/index.html || $(MAKE) --no-print-directory book
	@$(PY) -m tools.judge.browser

shots: env-test ## make pictures of every page, both themes, wide and narrow, in _build/shots
	@test -f _build/html/index.html || $(MAKE) --no-print-directory book
	@$(PY) -m tools.judge.browser --shots _build/shots

pdf: env-test ## print the whole book into _build/pdf/book.pdf (needs Chromium)
	@$(PY) -m tools.make.pdf

publish-dry: env-test ## make the site as it is published, with PDF, EPUB and archive to take along (needs Chromium)
	@$(PY) -m tools.make.publish

teach: env-test ## what a teacher takes along: students' notebooks, key, worksheets, a bank for Moodle, equations, figures
	@$(PY) -m tools.make.teach

notebooks: env-book ## execute the notebooks in place and store their outputs
	@$(PY) -m tools.make.notebooks

clean: ## remove what was built (not the environment: that is .venv)
	@rm -rf _build .pytest_cache .hypothesis
	@echo "Removed _build."

constraints: env-all ## write the newest versions within bounds into constraints.txt, to be tested then
	@$(PY) -m pip install --quiet "uv>=0.9,<1"
	@echo "# Versions of the last green run, Python 3.11 3.12 3.13 3.14 3.15 : make constraints writes this" > constraints.txt
	@$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --all-extras --no-annotate --no-header \
	    --no-emit-package backprop-course --no-emit-package setuptools --no-emit-package wheel \
	    requirements.txt pyproject.toml >> constraints.txt

env-%:
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { echo "make: there is no $(PYTHON); install Python 3.11 or newer, or name one: make PYTHON=python3.12 …" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make: this book needs Python 3.11 or newer, and $(PYTHON) is $$("$(PYTHON)" --version 2>&1). Name another: make PYTHON=python3.12 …" >&2; exit 1; }
	@exec "$(PYTHON)" -m tools.make.environment $*
