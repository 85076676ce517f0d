"""Temporal's own page beside us: it may ask for sealed payloads to be opened, from a browser, and for nothing else.

Browsers hold other origins off everywhere; here alone, and for this page alone, they are let in.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from waystation.settings import Settings

#: Where Temporal's page is told to find its codec; it adds `/decode`.
CODEC = "/api/v1/codec"
#: Headers that the page sends.
_HEADERS = ("Authorization", "Content-Type", "X-Namespace")


def page_origins(settings: Settings) -> tuple[str, ...]:
    """Scheme, host and port of Temporal's page as browsers know it; none where a cluster's page has not been named."""
    if settings.temporal_page is not None:
        seen = urlsplit(settings.temporal_page)
        return (f"{seen.scheme}://{seen.netloc}",)
    if settings.temporal_address is not None:
        return ()
    return tuple(f"http://{host}:{settings.temporal_ui_port}" for host in ("127.0.0.1", "localhost"))


class PageDoor:
    """Lets Temporal's page ask its codec from a browser. The settings are those of the application that is asked."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._door: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        inside = scope["type"] == "http" and scope["path"].startswith(f"{CODEC}/")
        if inside and self._door is None:
            self._door = _let_in(self.app, page_origins(scope["app"].state.parts.settings))
        await (self._door if inside and self._door is not None else self.app)(scope, receive, send)


def _let_in(app: ASGIApp, origins: tuple[str, ...]) -> ASGIApp:
    return CORSMiddleware(
        app, allow_origins=origins, allow_methods=("POST",), allow_headers=_HEADERS, allow_credentials=True
    )


def is_from_page(path: str, origin: str | None, settings: Settings) -> bool:
    """Whether a browser says that Temporal's page asks its codec: that counts like one of our own pages."""
    return path == f"{CODEC}/decode" and origin is not None and origin in page_origins(settings)
