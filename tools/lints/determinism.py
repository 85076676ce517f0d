"""Code that Temporal replays must give the same commands from the same history.

The one workflow class runs outside the SDK's sandbox, so these rules stand in for it: no clock, no randomness, no
identity or hash of an object, no environment, no I/O in `workflows/`, `waystation/expressions/` and
`waystation/contracts/`. The Temporal adapter may use asyncio, whose clock is the workflow's there, but nothing of it
that leaves the event loop or answers in set order.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from tools.lints.source import Finding, Module, bindings, dotted, imported

RULE = "deterministic"
PLACES = ("workflows", "waystation/expressions", "waystation/contracts")
ADAPTER = ("workflows/graph.py",)

#: Modules whose very use is a clock, randomness, the environment, a thread or I/O.
BANNED = frozenset(
    """_thread asyncio builtins concurrent contextvars ctypes fcntl fileinput ftplib gc getpass glob http httpx
    importlib inspect io locale logging mmap multiprocessing os pathlib pickle platform queue random resource sched
    secrets select selectors shelve shutil signal site smtplib socket sqlite3 ssl structlog subprocess sys sysconfig
    tempfile threading time traceback urllib warnings weakref webbrowser""".split()
)
#: Names of otherwise banned modules that are pure functions or types.
PURE_NAMES = frozenset("pathlib.PurePath pathlib.PurePosixPath urllib.parse warnings.deprecated".split())
#: Names of otherwise pure modules that read the clock, the machine or chance.
IMPURE_NAMES = frozenset("uuid.uuid1 uuid.uuid4 uuid.uuid6 uuid.uuid7 uuid.getnode".split())
ADAPTER_MODULES = frozenset({"asyncio", "logging"})
ADAPTER_BANNED_CALLS = frozenset(
    """asyncio.wait asyncio.as_completed asyncio.to_thread asyncio.run asyncio.open_connection asyncio.start_server
    asyncio.create_subprocess_exec asyncio.create_subprocess_shell asyncio.get_event_loop""".split()
)
BANNED_BUILTINS = frozenset(
    "open input print eval exec compile hash id globals locals vars breakpoint __import__".split()
)
CLOCKS = frozenset("datetime.datetime.now datetime.datetime.utcnow datetime.datetime.today datetime.date.today".split())
#: What finds modules by name when a process starts; nothing there runs in a workflow.
DISCOVERY = {"workflows/nodes/__init__.py": "importlib"}
ZONELESS = {"fromtimestamp": 2, "astimezone": 1}  # without this many arguments they read the machine's time zone


def check(module: Module) -> Iterator[Finding]:
    """Everything in the module that could differ between two replays."""
    if not module.within(*PLACES):
        return
    adapter = module.within(*ADAPTER)
    for node, name in imported(module):
        if _impure(name, adapter=adapter) and DISCOVERY.get(module.path) != name:
            yield module.finding(node, RULE, f"`{name}` is not deterministic; workflow code must not import it")
    hashing = _inside_hash_methods(module)
    known = bindings(module)
    for node in module.nodes:
        if isinstance(node, ast.Call) and id(node) not in hashing and (fault := _bad_call(node, known)):
            yield module.finding(node, RULE, fault)


def _inside_hash_methods(module: Module) -> set[int]:
    """Nodes of `__hash__` methods: a hash that only feeds a dict of this process is seen by nobody."""
    methods = (node for node in module.nodes if isinstance(node, ast.FunctionDef) and node.name == "__hash__")
    return {id(node) for method in methods for node in ast.walk(method)}


def _impure(name: str, *, adapter: bool) -> bool:
    root = name.partition(".")[0]
    if name in IMPURE_NAMES:
        return True
    if root not in BANNED or any(name == pure or name.startswith(f"{pure}.") for pure in PURE_NAMES):
        return False
    return not (adapter and root in ADAPTER_MODULES and name not in ADAPTER_BANNED_CALLS)


def _bad_call(call: ast.Call, known: Mapping[str, str]) -> str:
    """Why this call may not stand in workflow code; empty when it may."""
    if isinstance(call.func, ast.Name) and call.func.id in BANNED_BUILTINS:
        return f"`{call.func.id}()` is not deterministic"
    name = dotted(call.func, known)
    if name in IMPURE_NAMES:
        return f"`{name}()` is not deterministic; derive ids from the case and the visit path"
    if name in CLOCKS:
        return f"`{name}()` reads the machine's clock; time comes with the event"
    if name in ADAPTER_BANNED_CALLS:
        return f"`{name}` leaves the workflow's event loop or answers in set order; use `workflow.wait` or a task list"
    return _bad_method(call) if isinstance(call.func, ast.Attribute) else ""


def _bad_method(call: ast.Call) -> str:
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if len(call.args) + len(call.keywords) < ZONELESS.get(method, 0):
        return f"`.{method}()` without a time zone reads the machine's"
    return "`.run_in_executor()` leaves the workflow's event loop" if method == "run_in_executor" else ""
