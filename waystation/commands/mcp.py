"""`waystation mcp`: an MCP server for agents, over stdio or HTTP."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from waystation.commands.up import complain
from waystation.contracts.errors import WaystationError


def register(app: typer.Typer) -> None:
    app.command("mcp")(mcp)


def mcp(
    url: Annotated[str | None, typer.Option(help="Address of the API. Default: this machine's. 接口地址。")] = None,
    http: Annotated[bool, typer.Option("--http", help="Serve HTTP instead of stdio. 以 HTTP 提供服务。")] = False,
    host: Annotated[str, typer.Option(help="Where HTTP is served. 监听地址。")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Its port. 端口。")] = 8090,
) -> None:
    """Let agents list, start, complete and explain; with WAYSTATION_MCP_TOKEN, over HTTP with each caller's own token.

    供智能体使用：标准输入输出方式使用 WAYSTATION_MCP_TOKEN，HTTP 方式使用各调用者自己的令牌。
    """
    from waystation.agents import build_server, client
    from waystation.settings import Settings

    try:
        settings = Settings.read()
    except WaystationError as error:
        raise complain(error) from None
    # Over HTTP every caller has to bring his own token: ours would be everybody's.
    token = None if http else settings.mcp_token

    async def serve() -> None:
        async with client(url or settings.url) as api:
            server = build_server(api, token)
            if http:
                await server.run_streamable_http_async(host=host, port=port)
            else:
                await server.run_stdio_async()

    asyncio.run(serve())
