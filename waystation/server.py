"""The API process: its parts are opened when it starts and closed when it stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import uvicorn
from fastapi import FastAPI
from temporalio.client import Client

from designer_api.app import build_app
from designer_api.deps import Parts
from waystation import collector
from waystation.bootstrap import build_catalog
from waystation.compiler.files import Definitions, find_files
from waystation.gateway import Gateway
from waystation.gateway.wire import converter
from waystation.logs import configure_logs
from waystation.scenario_files import shipped_definitions
from waystation.sealing.ring import KeyRing
from waystation.settings import Settings
from waystation.store.session import Database
from waystation.tracing import Tracing


def database_url(settings: Settings) -> str:
    """The database of this installation: SQLite in the data folder unless another is set."""
    return settings.database_url or f"sqlite:///{(settings.data_dir / 'waystation.db').resolve()}"


def temporal_address(settings: Settings) -> str:
    return settings.temporal_address or f"127.0.0.1:{settings.temporal_port}"


def open_database(settings: Settings) -> Database:
    """The database of this installation, with the keys that personal data are sealed with."""
    return Database(database_url(settings), ring=KeyRing.of(settings))


@asynccontextmanager
async def open_parts(
    settings: Settings, *, marks: bool = False, tracing: Tracing | None = None
) -> AsyncIterator[Parts]:
    """Database, Temporal client and catalogue for as long as the block lasts."""
    client = await Client.connect(
        temporal_address(settings),
        namespace=settings.temporal_namespace,
        data_converter=converter(KeyRing.of(settings)),
        interceptors=[tracing.interceptor] if tracing is not None else [],
        lazy=True,
    )
    database = open_database(settings)
    shipped = Definitions.read(find_files([shipped_definitions()])).library
    library = replace(shipped, users=None)  # every tenant has people of its own
    try:
        yield Parts(settings, database, Gateway(client, database, marks=marks), build_catalog(), library)
    finally:
        await database.close()


async def serve(settings: Settings) -> None:
    """Serve until the process is asked to stop."""
    configure_logs(settings.log_level)
    tracing = Tracing.of(settings, "waystation-api")
    embedded = settings.temporal_address is None
    page = f"http://127.0.0.1:{settings.temporal_ui_port}" if embedded else None
    async with open_parts(settings, marks=embedded, tracing=tracing) as parts:
        app: FastAPI = build_app(parts, temporal_ui=page, tracer=tracing.tracer if tracing is not None else None)
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_level=settings.log_level if settings.log_level != "info" else "warning",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=10,
            server_header=False,
        )
        collector.settle()
        await uvicorn.Server(config).serve()
    if tracing is not None:
        await asyncio.to_thread(tracing.close)
