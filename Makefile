# Waystation's commands. `make up` runs the product, `make test` proves it; each needs only Debian's python3-venv and make.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help up env web test test-quick check lock prove screens bench clean

PYTHON ?= python3
PY := .venv/bin/python
STAMP := .venv/.installed
ARGS ?=
#: Tests wait for browsers, servers and databases much of the time, so there are half more workers than cores.
WORKERS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) * 3 / 2 )))
#: The order of tests is shuffled; the same seed gives the same order, and the same troubles in `make prove`.
SEED ?= 1
#: How long `make prove` keeps an installation under fire.
MINUTES ?= 15

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
# Dozens of processes import the same modules; without kept bytecode each would compile them anew.
unexport PYTHONDONTWRITEBYTECODE

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

up: $(STAMP) web ## start everything: Temporal, database, API, worker, demo · 启动全部服务
	@exec .venv/bin/waystation up $(ARGS)

env: $(STAMP) ## make the environment from the lock file · 按锁文件建立环境

web: $(STAMP) ## build the web front end, where its sources have changed · 构建网页界面
	@$(PY) hatch_build.py

test: $(STAMP) databases browser web ## install what tests need and run them all · 运行全部测试
	@$(PY) -m pytest -q -n $(WORKERS) --dist worksteal --randomly-seed=$(SEED) $(ARGS)

test-quick: $(STAMP) ## the tests that need no server · 只运行不需要服务器的测试
	@$(PY) -m pytest -q -n $(WORKERS) --dist worksteal -m "not temporal and not databases and not slow" $(ARGS)

.PHONY: databases browser
databases:
	@tools/install-databases

browser:
	@tools/install-browser

check: $(STAMP) ## every gate but the tests: format, lint, types, imports, drift · 除测试外的全部检查
	@.ci/run check

.PHONY: client
client: $(STAMP) ## make the typed Python client in build/ from docs/openapi.json · 生成带类型的 Python 客户端
	@$(PY) -m tools.client $(ARGS)

lock: $(STAMP) ## make requirements.lock again from pyproject.toml · 重新生成锁文件
	@$(PY) -m tools.lock

prove: $(STAMP) databases ## what takes longer than a test: kills, floods, long cases · 长时间的可靠性证明
	@PROVE_WRITE=1 $(PY) -m pytest -q -p no:randomly tests/prove $(ARGS)
	@$(PY) -m bench.chaos --seed $(SEED) --minutes $(MINUTES) --write

screens: $(STAMP) browser web ## look at every page: pictures and one sheet in build/screens · 全部页面截图与检查
	@PROVE_WRITE=1 $(PY) -m pytest -q -p no:randomly tests/prove/test_pages.py $(ARGS)

bench: $(STAMP) ## measure, and write the table of docs/performance.md · 性能测量
	@$(PY) -m bench --write $(ARGS)

clean: ## remove the environment, caches and builds; never var/, where cases live · 清理（保留 var/ 中的数据）
	@rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	@find . -name __pycache__ -type d -not -path './node_modules/*' -prune -exec rm -rf {} +

$(STAMP): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { \
	  echo "Python 3.11 or later is needed: apt install python3 python3-venv" >&2; \
	  echo "需要 Python 3.11 或更高版本：apt install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or later is needed, $(PYTHON) is $$($(PYTHON) -V); try: make PYTHON=python3.11" >&2; \
	  echo "需要 Python 3.11 或更高版本，当前为 $$($(PYTHON) -V)；可尝试：make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "The package python3-venv is missing: apt install python3-venv" >&2; \
	  echo "缺少软件包 python3-venv：apt install python3-venv" >&2; exit 1; }
	@echo "Preparing .venv from requirements.lock (about a minute the first time) / 正在准备运行环境（首次约一分钟）"
	@$(PY) -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@$(PY) -m pip install -qq --require-hashes -r requirements.lock
	@WAYSTATION_SKIP_WEB=1 $(PY) -m pip install -qq --no-deps --no-build-isolation -e .
	@touch $@
