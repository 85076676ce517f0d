"""The MCP server, asked by a real client session: over HTTP with each caller's token, and as a program over stdio."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from mcp import ClientSession
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult

from tests.api.conftest import World
from tests.api.test_cases import fresh, publish
from tests.support.applications import application
from tests.support.fuzzing import serving
from waystation.agents import build_server

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="session")]


@asynccontextmanager
async def agent(address: str, headers: dict[str, str]) -> AsyncIterator[ClientSession]:
    """A session of a client with these headers."""
    async with (
        httpx2.AsyncClient(headers=headers) as http,
        streamable_http_client(f"{address}/mcp", http_client=http) as streams,
        ClientSession(streams[0], streams[1]) as session,
    ):
        await session.initialize()
        yield session


async def call(session: ClientSession, tool: str, **given: Any) -> dict[str, Any]:
    answer = await session.call_tool(tool, given)
    assert isinstance(answer, CallToolResult)
    assert not answer.is_error, answer.content
    assert answer.structured_content is not None
    return dict(answer.structured_content)


async def refused(session: ClientSession, tool: str, **given: Any) -> str:
    answer = await session.call_tool(tool, given)
    assert isinstance(answer, CallToolResult)
    assert answer.is_error
    return str(getattr(answer.content[0], "text", ""))


async def test_an_agent_does_a_case_with_its_callers_rights(world: World) -> None:
    """Dry run, start, list, dry run, complete, explain; what the caller may not is refused in the API's words."""
    name, clerk = fresh(), world.with_role("service_agent")
    await publish(world, name)
    mine = await world.sign_in(clerk)
    other = await world.sign_in(next(one for one in world.made.passwords if one != clerk))
    app = application(world.parts)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as api:
        server = build_server(api, token="ws_not_used_over_http")
        async with serving(server.streamable_http_app(), lifespan="on") as address:
            async with agent(address, mine) as session:
                tools = {tool.name: tool for tool in (await session.list_tools()).tools}
                assert set(tools) >= {"list_tasks", "start_case", "complete_task", "explain_case"}
                await case_of(session, name)
            async with agent(address, {}) as session:
                assert "unauthenticated" in await refused(session, "list_tasks")
            async with agent(address, other) as session:
                assert "not_found" in await refused(
                    session, "explain_case", case="01a00000-0000-7000-8000-000000000000"
                )


async def case_of(session: ClientSession, name: str) -> None:
    """What an agent does from beginning to end."""
    before = (await call(session, "list_cases", process=name))["items"]
    would = await call(session, "start_case", process=name, data={"days": 2}, dry_run=True)
    assert would["dry_run"] is True
    assert "review" in str(would["would"])
    assert (await call(session, "list_cases", process=name))["items"] == before == []
    assert "bad_form" in await refused(session, "start_case", process=name, data={"days": 0})

    once = {"process": name, "data": {"days": 2}, "request_id": f"start-{name}"}
    begun = await call(session, "start_case", **once)
    assert (await call(session, "start_case", **once))["case"]["id"] == begun["case"]["id"]
    task = begun["tasks"][0]["id"]
    assert task in [one["id"] for one in (await call(session, "list_tasks"))["items"]]
    assert "review" in str(await call(session, "explain_case", case=begun["case"]["id"]))

    form = {"note": "fine"}
    assert "bad_form" in await refused(session, "complete_task", task=task, form={}, dry_run=True)
    assert (await call(session, "complete_task", task=task, form=form, dry_run=True))["dry_run"] is True
    assert (await call(session, "show_task", task=task))["status"] == "open"
    done = await call(session, "complete_task", task=task, form=form)
    assert done["case"]["status"] == "done"
    assert "not_open" in await refused(session, "complete_task", task=task, form=form)


async def test_as_a_program_over_stdio(world: World, tmp_path: Path) -> None:
    """`waystation mcp` with a token from the environment."""
    token = (await world.sign_in(world.with_role("service_agent")))["Authorization"].removeprefix("Bearer ")
    async with serving(application(world.parts)) as address:
        program = StdioServerParameters(
            command=str(Path(sys.executable).with_name("waystation")),
            args=["mcp", "--url", address],
            env={"WAYSTATION_MCP_TOKEN": token, "PATH": os.environ["PATH"]},
            cwd=tmp_path,
        )
        async with stdio_client(program) as streams, ClientSession(streams[0], streams[1]) as session:
            await session.initialize()
            assert "items" in await call(session, "list_tasks", limit=1)
