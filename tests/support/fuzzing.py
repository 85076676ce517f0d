"""The whole OpenAPI document tried by schemathesis on a running API, with a tenant and an administrator of its own.

Requests may do anything to that tenant, also sign the administrator out or take his roles away: the door in front of
the API puts that right again before the next request, so that the run gets further than its first luck.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from designer_api.auth import tokens
from tests.support.office import STAFF
from waystation.contracts.people import Organisation, Person
from waystation.store import people, tenants
from waystation.store.session import Database
from waystation.temporal_server import free_port

#: What the fuzzer sends instead of a token; whatever else it sends passes as it is.
KEPT = "Bearer kept-by-the-door"
ADMIN = "root"
#: Answers to well-formed requests that the state of things, or a rule behind the schema, forbids.
_REFUSALS = ["2XX", "400", "401", "403", "404", "409", "412", "413", "415", "422", "428", "429", "303"]
#: That the engine does not answer is what this address is there to say; a busy machine may make it true.
_MAY_BE_BUSY = (
    "",
    "[[operations]]",
    'include-name = "GET /readyz"',
    'checks.not_a_server_error.expected-statuses = ["2XX", "4XX", "503"]',
    f"checks.positive_data_acceptance.expected-statuses = {[*_REFUSALS, '503']}",
)


@dataclass(slots=True)
class Door:
    """Lets requests through with a token that is good now."""

    app: ASGIApp
    database: Database
    tenant: str
    token: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            if headers.get(b"authorization") == KEPT.encode():
                headers[b"authorization"] = f"Bearer {await self.good_token()}".encode()
                scope = {**scope, "headers": list(headers.items())}
        await self.app(scope, receive, send)

    async def good_token(self) -> str:
        at = datetime.now(UTC)
        async with self.database.read(self.tenant) as session:
            bearer = await people.bearer(session, tokens.digest(self.token), at=at) if self.token else None
            person = (await people.organisation(session)).people.get(ADMIN)
        if bearer is None or person is None or not person.active or "admin" not in person.roles:
            staff = {name: Person(name, roles=roles) for name, roles in STAFF.items()}
            async with self.database.write(self.tenant) as session:
                await tenants.ensure_tenant(session, at=at)
                await people.save_organisation(session, Organisation(staff), by="", at=at)
                await people.save_user(session, ADMIN, ADMIN, "", at=at)
                self.token = await tokens.make(session, ADMIN, at, kind=tokens.SIGNED_IN, lasts=timedelta(hours=9))
        return self.token


@asynccontextmanager
async def serving(app: ASGIApp, *, lifespan: Literal["on", "off"] = "off") -> AsyncIterator[str]:
    """An application on a port of loopback, for the length of the block; its address."""
    port = free_port()
    config = uvicorn.Config(app, port=port, log_config=None, access_log=False, lifespan=lifespan, ws="none")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await running


@asynccontextmanager
async def served(app: ASGIApp, database: Database, tenant: str) -> AsyncIterator[str]:
    """The API behind the door."""
    async with serving(Door(app, database, tenant)) as address:
        yield address


def _cannot_violate(document: dict[str, Any], phases: str) -> Iterator[str]:
    """Operations of which the fuzzer believes that it sends something invalid where everything is valid.

    Whatever bytes are sent as a file are a file: `null` in a form violates nothing. A list in an address may be one
    value, and every number there is a text; what the phase `coverage` tries of these is judged all the same.
    """
    for path, methods in document["paths"].items():
        for method, route in methods.items():
            takes_file = "multipart/form-data" in route.get("requestBody", {}).get("content", {})
            lists = [given for given in route.get("parameters", ()) if given["in"] == "query" and _is_list(given)]
            if takes_file or (lists and "coverage" not in phases):
                yield f"{method.upper()} {path}"


#: Last words of addresses whose calls end what other addresses name.
_ENDING = frozenset({"approve", "cancel", "complete", "current", "erasures", "fail", "handover", "jump", "reject"})


def _endings_last(paths: dict[str, Any]) -> dict[str, Any]:
    """The same addresses, and behind all others those that end or delete what requests name."""

    def ends(path: str) -> int:
        return 2 if "delete" in paths[path] else int(path.rpartition("/")[2] in _ENDING)

    def deletes(method: str) -> bool:
        return method == "delete"

    return {
        path: {way: paths[path][way] for way in sorted(paths[path], key=deletes)} for path in sorted(paths, key=ends)
    }


def _is_list(parameter: dict[str, Any]) -> bool:
    schema = parameter["schema"]
    return any(one.get("type") == "array" for one in (schema, *schema.get("anyOf", ())))


def fuzz(
    app: FastAPI,
    address: str,
    folder: Path,
    *,
    phases: str,
    examples: int,
    seed: int,
    every: int = 1,
    first: int = 0,
    real: dict[str, str] | None = None,
    patience: float = 600,
) -> str:
    """Run schemathesis with all its checks; what it prints.

    Args:
        every: only each such address of the document, from the address `first` on.
        real: path parameters and their values; others are made up.
    Raises:
        AssertionError: it found something, or did not try every address.
    """
    # In the file, not `--checks all`: the command line goes before what is said of an operation.
    (folder / "real.json").write_text(json.dumps(real or {}), "utf-8")
    lines = [
        f"hooks = {json.dumps(str(Path(__file__).with_name('fuzz_hooks.py')))}",
        "",
        "[checks]",
        "enabled = true",
        "",
        "[checks.positive_data_acceptance]",
        f"expected-statuses = {_REFUSALS}",
        *_MAY_BE_BUSY,
    ]
    for name in _cannot_violate(app.openapi(), phases):
        lines += ["", "[[operations]]", f'include-name = "{name}"', "checks.negative_data_rejection.enabled = false"]
    settings = folder / "schemathesis.toml"
    settings.write_text("\n".join(lines) + "\n", "utf-8")
    document = folder / "openapi.json"
    whole = app.openapi()
    paths = _endings_last(dict(list(whole["paths"].items())[first::every]))
    document.write_text(json.dumps({**whole, "paths": paths}), "utf-8")
    program = str(Path(sys.executable).with_name("schemathesis"))
    given = ["--phases", phases, "--max-examples", str(examples), "--seed", str(seed)]
    given += ["--no-color", "--continue-on-failure", "--generation-database", "none", "--warnings", "off"]
    given += ["--suppress-health-check", "all", "-H", f"Authorization: {KEPT}"]
    ran = subprocess.run(
        [program, "--config-file", str(settings), "run", str(document), "--url", address, *given],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=patience,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr[-5_000:]
    operations = sum(len(methods) for methods in paths.values())
    assert f"Selected: {operations}/{operations}" in ran.stdout, ran.stdout[-3_000:]
    return ran.stdout
