"""Log lines: JSON, with what is bound, and without the words of exceptions."""

from __future__ import annotations

import json
import subprocess
import sys
from textwrap import dedent
from typing import Any

SECRET = "13812345678"
#: Every way in which an exception comes into a log: ours, a library's, a task nobody waits for, one with a cause.
WRITES = f"""
    import asyncio, logging, structlog
    from waystation.logs import configure_logs
    configure_logs("LEVEL")
    structlog.contextvars.bind_contextvars(tenant="acme", case="c1")
    log = structlog.get_logger()
    log.debug("quiet")
    log.info("started", node="review/1")
    try:
        try:
            int("x{SECRET}")
        except ValueError as error:
            raise LookupError("no {SECRET}") from error
    except LookupError:
        log.exception("crashed")
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\\n")
    logging.getLogger("chatty").info("below the level of libraries")
    async def forgotten() -> None:
        asyncio.get_running_loop().call_exception_handler(
            {{"message": "nobody waited", "exception": ValueError("{SECRET}"), "future": "<Task {SECRET}>"}}
        )
    asyncio.run(forgotten())
"""


def lines(level: str) -> list[dict[str, Any]]:
    code = dedent(WRITES).replace("LEVEL", level)
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in ran.stderr.splitlines()]


def test_a_line_says_where_it_happened_and_not_what_an_exception_says() -> None:
    """Every line is JSON with tenant and case; of an exception there are types and places, also for libraries."""
    written = lines("info")
    assert [line["event"] for line in written] == [
        "started",
        "crashed",
        "Exception in ASGI application",
        "nobody waited",
    ]
    assert all((line["tenant"], line["case"]) == ("acme", "c1") for line in written[:3])
    assert written[0]["node"] == "review/1"
    for line in written[1:3]:
        assert [found["type"] for found in line["exception"]] == ["LookupError", "ValueError"]
        assert all(found["at"] for found in line["exception"])
    assert written[2]["logger"] == "uvicorn.error"
    assert SECRET not in json.dumps(written)


def test_debug_tells_the_words() -> None:
    """At the level debug, for finding mistakes, exceptions are there in full."""
    written = lines("debug")
    assert written[0]["event"] == "quiet"
    crashed = next(line for line in written if line["event"] == "crashed")
    assert f"no {SECRET}" in crashed["exception"]
