"""Sessions of browsers: a cookie that scripts cannot read, and proof that an unsafe request comes from our own pages.

A cookie is sent by the browser on its own, also when another site has it ask; so it counts for a changing request only
where the browser says that the request comes from here. A bearer token is never sent on its own
and needs no proof.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from fastapi import Request, Response

from waystation.contracts.errors import Refused
from waystation.settings import Settings

#: The cookie that holds a session.
SESSION = "waystation"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def is_secure(request: Request, settings: Settings) -> bool:
    """Whether browsers reach this installation by https."""
    return request.url.scheme == "https" or (settings.public_url or "").startswith("https://")


def cookie_name(name: str, *, secure: bool) -> str:
    """`__Host-` binds a cookie to this very host; browsers take it over https only."""
    return f"__Host-{name}" if secure else name


def cookie_in(request: Request, settings: Settings, name: str) -> str | None:
    return request.cookies.get(cookie_name(name, secure=is_secure(request, settings)))


def set_cookie(
    request: Request, response: Response, settings: Settings, name: str, value: str, expires: datetime
) -> None:
    """Give the browser a cookie that scripts cannot read and other sites cannot have sent with a changing request."""
    secure = is_secure(request, settings)
    response.set_cookie(
        cookie_name(name, secure=secure), value, expires=expires, path="/", secure=secure, httponly=True, samesite="lax"
    )


def drop_cookie(request: Request, response: Response, settings: Settings, name: str) -> None:
    secure = is_secure(request, settings)
    response.delete_cookie(cookie_name(name, secure=secure), path="/", secure=secure, httponly=True, samesite="lax")


def own_origin(request: Request, settings: Settings) -> str:
    """Scheme, host and port under which browsers see us."""
    if settings.public_url:
        seen = urlsplit(settings.public_url)
        return f"{seen.scheme}://{seen.netloc}"
    return f"{request.url.scheme}://{request.headers.get('host', '')}"


def check_same_site(request: Request, settings: Settings) -> None:
    """A changing request that a browser sends with our cookie comes from our own pages.

    Raises:
        Refused: `cross_site`.
    """
    if request.method in _SAFE:
        return
    fetched, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if fetched is not None and fetched != "same-origin":
        raise _cross_site()
    if origin is not None and origin != own_origin(request, settings):
        raise _cross_site()
    if fetched is None and origin is None:  # no browser that keeps cookies leaves out both
        raise _cross_site()


def _cross_site() -> Refused:
    return Refused("cross_site", "the request comes from another site", "请求来自其他网站，已拒绝")
