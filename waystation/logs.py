"""Logs of the server processes: one JSON object a line, for people with `jq` and for collectors.

A line says what happened and where: tenant, case, node, request, trace. What an exception says in words may hold data
of people, so a line has only its type and the places in our code; at the level `debug` it has the words too.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog
from opentelemetry import trace
from structlog.typing import Processor

#: Places of one exception, innermost last.
_FRAMES = 12
#: Exceptions of one chain.
_CHAIN = 5


def configure_logs(level: str) -> None:
    """Write our logs, and those of libraries from warnings on, to standard error."""
    number = logging.getLevelNamesMapping()[level.upper()]
    words = number <= logging.DEBUG
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_trace,
        structlog.processors.format_exc_info if words else describe_exception,
    ]
    last = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    foreign: list[Processor] = [add_library, *([] if words else [first_line]), *shared]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=foreign,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
            keep_exc_info=False,
        )
    )
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)
    for name in ("uvicorn", "uvicorn.error"):  # its own handlers write plain text
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


def add_trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The trace that a line belongs to, where traces are kept."""
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace"] = format(context.trace_id, "032x")
    return event


def add_library(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Whose line it is, for lines of libraries."""
    record = event.get("_record")
    if isinstance(record, logging.LogRecord):
        event["logger"] = record.name
    return event


def first_line(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of a library's message the first line: what follows repeats exceptions in words."""
    event["event"] = str(event.get("event", "")).partition("\n")[0][:500]
    return event


def describe_exception(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as its type and places, and what caused it, without a word of what it says."""
    given = event.pop("exc_info", None)
    if isinstance(given, BaseException):
        error: BaseException | None = given
    elif isinstance(given, tuple):
        error = given[1]
    else:
        error = sys.exc_info()[1] if given else None
    chain: list[dict[str, Any]] = []
    while error is not None and len(chain) < _CHAIN:
        chain.append({"type": type(error).__qualname__, "at": places(error)})
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if chain:
        event["exception"] = chain
    return event


def places(error: BaseException) -> list[str]:
    """Where an exception passed, innermost last: `folder/file.py:line function`."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno} {frame.name}" for frame in frames]
