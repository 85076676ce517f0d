"""The baseline of `bench.over_http`: a bare FastAPI route before a bare temporalio update, and a worker beside it.

`python bench/bare_app.py ADDRESS QUEUE PORT` serves until it is stopped: no rights, no store, no journal, no lists.
"""

from __future__ import annotations

import asyncio
import sys

import uvicorn
from fastapi import FastAPI
from temporalio.client import Client
from temporalio.worker import Worker

from bench.handwritten import OneAnswer


def build(client: Client, queue: str) -> FastAPI:
    """Two routes: start a workflow, and answer it."""
    app = FastAPI()

    @app.post("/start/{name}")
    async def start(name: str) -> dict[str, str]:
        await client.start_workflow(OneAnswer.run, "x", id=name, task_queue=queue)
        return {"id": name}

    @app.post("/answer/{name}")
    async def answer(name: str) -> dict[str, str]:
        handle = client.get_workflow_handle_for(OneAnswer.run, name)
        return {"answer": await handle.execute_update(OneAnswer.answer, "done")}

    return app


async def serve(address: str, queue: str, port: int) -> None:
    """Worker and API in one process, which favours the baseline."""
    client = await Client.connect(address)
    async with Worker(client, task_queue=queue, workflows=[OneAnswer], max_concurrent_workflow_tasks=12):
        config = uvicorn.Config(build(client, queue), host="127.0.0.1", port=port, log_level="warning")
        await uvicorn.Server(config).serve()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2], int(sys.argv[3])))
