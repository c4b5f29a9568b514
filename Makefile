# Daily tasks: run, test, lint, fix. Measurements: chaos, bench.
# deploy/setup installs what they need, once. Each folder contains its own stamp, so to set up .venv,
# node_modules or static/vendor again, delete it. A change of the page's scripts bundles them again.

.PHONY: run test test-compiled chaos fuzz bench audit sbom release pins screenshots test-packages docs site lint prose fix clean
.NOTPARALLEL:

# The name contains the Python version, so an upgrade of the system's Python checks .venv again.
python_version := $(shell python3 -c 'import platform; print(platform.python_version())')
run_stamp := .venv/.set-up-for-run-$(python_version)
dev_stamp := .venv/.set-up-for-dev-$(python_version)
bench_stamp := .venv-bench/.set-up
audit_stamp := .venv-audit/.set-up
npm_stamp := node_modules/.set-up-for-dev
vendor_stamp := static/vendor/.set-up
page_scripts := deploy/bundle.js deploy/style-sheets.js $(shell find static/js static/css -name '*.js' -o -name '*.css') webhook_logger/client/filter.json
providers := deploy/collect-providers.js $(wildcard webhook_logger/providers/registry/*.json)

python := .venv/bin/python
# Write bytecode even if the environment forbids it: tests start hundreds of interpreters, and pytest
# would otherwise rewrite assertions in each process.
with_tools := npm_config_update_notifier=false PYTHONDONTWRITEBYTECODE= PATH="$(CURDIR)/.venv/bin:$(CURDIR)/.venv/node:$$PATH"
# The compiled modules are tested in a copy, with the tests that reach most of their code. They are
# compiled while the other tests run. On a machine without a compiler, `make test` says so and succeeds,
# except for continuous integration.
compiled_copy := build/compiled
compiled_tests := tests/serving tests/senders tests/delivery tests/viewers tests/test_captured.py tests/fuzz/test_capture.py \
	tests/fuzz/test_body.py tests/fuzz/test_head.py tests/integration/test_access_log.py tests/integration/test_authenticated.py tests/integration/test_events.py \
	tests/integration/test_fidelity.py \
	tests/integration/test_start.py::test_the_build_info_says_whether_modules_are_compiled
test_compiled = cd $(compiled_copy) && $(with_tools) $(python) -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder

# The tables in the documents that are generated from the code.
tables := $(with_tools) $(python) -m cogapp -P -I . -p "from deploy import commands, contract, tables" --verbosity 1
# The theme's authors announce that MkDocs 2 will not work with it. It is pinned.
mkdocs := NO_MKDOCS_2_WARNING=true $(python) -m mkdocs
documents := README.md $(wildcard docs/*.md)

run: $(run_stamp) $(vendor_stamp)
	@exec $(python) wsgi.py

test: test-packages $(dev_stamp) $(npm_stamp) $(vendor_stamp)
	@deploy/setup test-browser
	@if deploy/compile --copy $(compiled_copy); then deploy/compile --copied $(compiled_copy) & compiling=$$!; \
	elif [ "$$CI" ]; then exit 1; fi; \
	failed=; $(with_tools) npm test --silent && \
	$(with_tools) $(python) -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder --durations 25 $(ARGS) || failed=1; \
	if [ "$$compiling" ]; then wait $$compiling || failed=1; fi; \
	if [ "$$failed" ]; then exit 1; fi; \
	if [ "$$compiling" ]; then $(test_compiled) $(compiled_tests); fi

# All tests, with the compiled modules.
test-compiled: test-packages $(dev_stamp) $(npm_stamp) $(vendor_stamp)
	@deploy/setup test-browser
	@deploy/compile $(compiled_copy)
	@$(test_compiled) $(ARGS)

# All failures under load, including the long tests, and the long load tests of the page and the
# client, and the wheel in other Pythons. Prints the table of docs/chaos.md.
chaos: test-packages $(dev_stamp) $(vendor_stamp)
	@deploy/setup test-browser
	@$(with_tools) $(python) -m pytest -m "long or not long" tests/chaos tests/browser/test_speed.py \
		tests/client/test_inbox.py tests/client/commands/test_listen_forward.py tests/test_wheel.py $(ARGS)

# Every parser, with more than 100,000 cases. `make test` includes a short run.
fuzz: test-packages $(dev_stamp) $(vendor_stamp)
	@$(with_tools) $(python) -m pytest --hypothesis-profile=long --timeout=0 tests/fuzz $(ARGS)

# Compare this server with others, as in docs/benchmarks. Node and the compiled server are optional.
bench: $(dev_stamp) $(bench_stamp) $(vendor_stamp)
	@$(MAKE) --no-print-directory $(npm_stamp) || printf 'Continuing without the packages for Node.\n'
	@deploy/compile $(compiled_copy) || printf 'Continuing without the compiled server.\n'
	@$(with_tools) .venv-bench/bin/python -m bench $(ARGS)

# Known vulnerabilities of the pinned packages. Not part of lint, which must work without a network.
audit: $(audit_stamp) $(npm_stamp)
	@.venv-audit/bin/pip-audit --no-deps --disable-pip $(foreach f,$(wildcard requirements*.txt),-r $(f))
	@$(with_tools) npm audit

# The software bill of materials, as the image contains it: sbom/*.cdx.json.
sbom: $(dev_stamp) $(audit_stamp) $(npm_stamp)
	@mkdir -p sbom
	@.venv-audit/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible \
		--output-file sbom/python.cdx.json requirements.txt
	@$(with_tools) deploy/npm-sbom >sbom/javascript.cdx.json
	@$(python) -m deploy.sbom sbom/*
	@ls sbom/*

# The files of a release in dist/, checked in clean environments. ARGS=--draft also allows uncommitted
# changes.
release: $(dev_stamp) $(npm_stamp) $(vendor_stamp) $(audit_stamp)
	@$(with_tools) deploy/release $(ARGS)

# Write requirements*.txt from the lists in pyproject.toml. ARGS="--upgrade-package NAME" upgrades one.
pins: $(dev_stamp)
	@deploy/setup pins $(ARGS)

# The pictures in the documents, of a temporary server. ARGS="NAME…" takes only these.
screenshots: test-packages $(dev_stamp) $(vendor_stamp)
	@deploy/setup test-browser
	@$(with_tools) $(python) -m tests.browser.pictures $(ARGS)

# The documentation site. `make docs` shows changes of the documents at once.
DOCS_PORT = 8088
docs: $(dev_stamp) $(npm_stamp)
	@$(python) -c 'import socket; socket.create_server(("127.0.0.1", $(DOCS_PORT)))' 2>/dev/null || \
		{ printf 'Port $(DOCS_PORT) is not free. Choose another one: make docs DOCS_PORT=8089\n' >&2; exit 1; }
	@$(mkdocs) serve --livereload --dev-addr 127.0.0.1:$(DOCS_PORT)

site: $(dev_stamp) $(npm_stamp)
	@$(mkdocs) build --strict
	@printf 'The site is in build/site.\n'

# Checks scripts, Python, workflows, generated tables and the site with all its links at the same time,
# and reports all problems.
lint: $(dev_stamp) $(npm_stamp) $(vendor_stamp)
	@checks=; check() { env "$$@" & checks="$$checks $$!"; }; \
	check $(python) -m mypy; \
	check $(with_tools) npm run --silent lint; \
	check $(mkdocs) build --strict; \
	check $(python) -m deploy.prose; \
	check $(tables) --check --diff --check-fail-msg "Run make fix." $(documents); \
	check $(python) -m ruff check; \
	check $(python) -m ruff format --check; \
	check $(python) -m deploy.versions; \
	check .venv/bin/zizmor --offline --quiet .github; \
	failed=; for check in $$checks; do wait $$check || failed=1; done; test -z "$$failed"

# Find words to avoid in documents, comments, strings and test names. ARGS="PATH…" checks only these
# files, ARGS=--count prints the number of hits.
prose: $(dev_stamp)
	@$(python) -m deploy.prose $(ARGS)

# Mends what it can. `make lint` reports the rest.
fix: $(dev_stamp) $(npm_stamp)
	$(python) -m ruff check --fix --exit-zero
	$(python) -m ruff format
	$(python) -m deploy.versions --write
	@$(with_tools) npm run --silent fix || true
	$(tables) -r $(documents)

test-packages:
	@deploy/setup test-packages

clean:
	rm -rf .venv .venv-bench .venv-audit node_modules static/vendor sbom dist build .setup.log .*_cache .hypothesis

$(run_stamp): requirements.txt deploy/setup
	@deploy/setup python requirements.txt
	@touch $@

$(dev_stamp): requirements-dev.txt deploy/setup
	@deploy/setup python requirements-dev.txt
	@touch $@ $(run_stamp)

$(bench_stamp): requirements-bench.txt deploy/setup | $(run_stamp)
	@deploy/setup bench
	@touch $@

$(audit_stamp): requirements-audit.txt deploy/setup | $(run_stamp)
	@deploy/setup audit
	@touch $@

$(npm_stamp): package.json package-lock.json deploy/setup | $(dev_stamp)
	@deploy/setup npm
	@touch $@

$(vendor_stamp): package.json package-lock.json deploy/setup $(page_scripts) $(providers) | $(run_stamp)
	@deploy/setup vendor
	@touch $@
