"""An MCP server: agents list, start, complete and explain, with the rights of whoever's token they bring.

It stands in front of the HTTP API and holds no right of its own: over stdio the token comes from the environment, over
HTTP from each request's own header. What changes something can be asked for as a dry run first; what is refused comes
back as the API's own code and sentence.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote

import httpx
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from waystation import __version__

_API = "/api/v1"
_PATIENCE = 30.0
_READING = ToolAnnotations(read_only_hint=True, open_world_hint=False)
#: Starts and answers stay on record: neither can be taken back like an edit.
_CHANGING = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=False, open_world_hint=False)
_SAYS = """Waystation 驿站 runs business processes. list_processes says what can be started and the form each takes,
list_tasks what waits for you, explain_case why a case waits. start_case and complete_task change things: call them with
dry_run first, show the person what would happen, and repeat with the same request_id if an answer got lost."""

Dry = Annotated[bool, Field(description="Only say what would happen; nothing is changed. 试运行，不作更改")]
RequestId = Annotated[
    str | None, Field(min_length=8, max_length=64, description="The same id again answers as the first time. 幂等号")
]
Limit = Annotated[int, Field(ge=1, le=100)]


class Api:
    """The HTTP API, asked with a caller's token.

    Args:
        token: the caller's, where requests bring none (stdio).
    """

    def __init__(self, http: httpx.AsyncClient, token: str | None) -> None:
        self._http = http
        self._token = token

    async def ask(self, context: Context, method: str, path: str, **more: Any) -> Any:
        """The answer as JSON data.

        Raises:
            ToolError: the API refused, in its own words, or does not answer.
        """
        sent = (context.headers or {}).get("authorization")
        given = sent if context.headers is not None else f"Bearer {self._token}" if self._token else None
        if given is None:
            raise ToolError("unauthenticated: bring a token of Waystation  请提供驿站的访问令牌")
        headers = {"Authorization": given, **more.pop("headers", {})}
        try:
            answer = await self._http.request(method, f"{_API}{path}", headers=headers, **more)
        except httpx.HTTPError as error:
            raise ToolError(f"api_unavailable: {type(error).__name__}  接口没有响应") from None
        if answer.is_success:
            return answer.json()
        raise ToolError(_refusal(answer))


def _refusal(answer: httpx.Response) -> str:
    try:
        told = answer.json()
        said = f"{told['code']}: {told['en']}  {told['zh']}"
    except (ValueError, KeyError, TypeError):
        return f"http_{answer.status_code}"
    fields = (told.get("detail") or {}).get("fields")
    return f"{said}\n{fields}" if fields else said


def build_server(http: httpx.AsyncClient, token: str | None = None) -> MCPServer:
    """The server over an API; `http` has its address."""
    server: MCPServer = MCPServer("waystation", title="Waystation 驿站", instructions=_SAYS, version=__version__)
    api = Api(http, token)
    _looking(server, api)
    _changing(server, api)
    return server


def _looking(server: MCPServer, api: Api) -> None:
    @server.tool(annotations=_READING)
    async def list_processes(context: Context) -> dict[str, Any]:
        """Processes that you may see, with their titles and versions. 流程列表"""
        found = await api.ask(context, "GET", "/processes")
        return found if isinstance(found, dict) else {"items": found}

    @server.tool(annotations=_READING)
    async def list_tasks(
        context: Context, box: Literal["todo", "mine", "pool", "done"] = "todo", limit: Limit = 20
    ) -> dict[str, Any]:
        """Tasks that wait for you (todo), that you took (mine), that anybody may take (pool), or have done. 任务列表"""
        return dict(await api.ask(context, "GET", "/tasks", params={"box": box, "limit": limit}))

    @server.tool(annotations=_READING)
    async def list_cases(
        context: Context, process: str | None = None, text: str | None = None, limit: Limit = 20
    ) -> dict[str, Any]:
        """Cases that you may see, by process or by words in them. 流程实例列表"""
        wanted = {"process": process, "text": text, "limit": limit}
        return dict(await api.ask(context, "GET", "/cases", params={k: v for k, v in wanted.items() if v is not None}))

    @server.tool(annotations=_READING)
    async def show_task(context: Context, task: str) -> dict[str, Any]:
        """One task: its form, the outcomes there are, and what is known of its case. 任务详情"""
        return dict(await api.ask(context, "GET", f"/tasks/{quote(task, safe='')}"))

    @server.tool(annotations=_READING)
    async def explain_case(context: Context, case: str) -> dict[str, Any]:
        """Why a case waits, for whom, and what its clocks count. 解释流程为何停在此处"""
        return dict(await api.ask(context, "GET", f"/cases/{quote(case, safe='')}/explain"))


def _changing(server: MCPServer, api: Api) -> None:
    @server.tool(annotations=_CHANGING)
    async def start_case(
        context: Context,
        process: str,
        data: dict[str, Any],
        dry_run: Dry = False,  # noqa: FBT002 - agents name their arguments
        request_id: RequestId = None,
    ) -> dict[str, Any]:
        """Start a case. A dry run says who would be asked, and which way each choice would go. 发起流程"""
        if dry_run:
            path = f"/processes/{quote(process, safe='')}/forecast"
            return {"dry_run": True, "would": await api.ask(context, "POST", path, json={"data": data})}
        headers = {"Idempotency-Key": request_id} if request_id else {}
        body = {"process": process, "data": data}
        return dict(await api.ask(context, "POST", "/cases", json=body, headers=headers))

    @server.tool(annotations=_CHANGING)
    async def complete_task(
        context: Context,
        task: str,
        verb: Literal["complete", "approve", "reject"] = "complete",
        form: dict[str, Any] | None = None,
        outcome: str | None = None,
        comment: str | None = None,
        dry_run: Dry = False,  # noqa: FBT002 - agents name their arguments
        request_id: RequestId = None,
    ) -> dict[str, Any]:
        """Answer a task. A dry run makes every check, and says what would be left, entered and undone. 办理任务"""
        args = {"form": form, "outcome": outcome, "comment": comment}
        given = {name: value for name, value in args.items() if value is not None}
        path = f"/tasks/{quote(task, safe='')}"
        if dry_run:
            known = await api.ask(context, "GET", path)
            asked = {"verb": verb, "task": known["path"], "args": given}
            would = await api.ask(context, "POST", f"/cases/{known['case']}/undo_preview", json=asked)
            return {"dry_run": True, "would": would}
        body = {**given, **({"id": request_id} if request_id else {})}
        return dict(await api.ask(context, "POST", f"{path}/{verb}", json=body))


def client(address: str) -> httpx.AsyncClient:
    """For the API at an address; it follows no redirect, which would carry the token away."""
    return httpx.AsyncClient(base_url=address, timeout=_PATIENCE, follow_redirects=False)
