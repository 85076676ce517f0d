"""The web front end as files: whatever no route of the API answers.

`/assets` holds files named by their content, which browsers keep for ever; every other address that a browser opens
gets `index.html`, whose script draws the page. Without a build there is one plain page that says how to make one.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from designer_api.errors import prefers_english
from waystation import __version__

HERE = Path(__file__).parent
#: Where `hatch_build.py` puts the build.
BUILT = HERE / "static"
#: Addresses of machines: what is not there is an error in the API's form, never a page.
_MACHINES = ("/api", "/scim", "/assets", "/style", "/healthz", "/readyz", "/metrics")
_PAGES = Environment(loader=FileSystemLoader(HERE / "templates"), undefined=StrictUndefined, autoescape=True)
#: antd writes its styles at run time, so styles are let in inline; scripts never are, and none is made from text.
_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_FOR_EVER = "public, max-age=31536000, immutable"
_LEVEL = 6


class Web:
    """An ASGI application for the router's `default`.

    Args:
        folder: the build, with `index.html`; it may come, go and change while we run.
        api: where the API begins; named on the plain page.
    """

    def __init__(self, folder: Path, api: str) -> None:
        self._folder = folder
        self._api = api
        self._answer = GZipMiddleware(self._plainly, minimum_size=1024, compresslevel=_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise HTTPException(404)
        await self._answer(scope, receive, send)

    async def _plainly(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._found(Request(scope))
        await answer(scope, receive, send)

    async def _found(self, request: Request) -> Response:
        """The file or page at an address.

        Raises:
            HTTPException: 404.
        """
        path = request.url.path
        if request.method not in {"GET", "HEAD"}:
            raise HTTPException(404)
        if _is_page(request):
            return self._page(request)
        if path.startswith("/assets/") or (path.count("/") == 1 and not path.startswith("/.")):
            files = StaticFiles(directory=self._folder, check_dir=False)
            answer = await files.get_response(path.lstrip("/"), request.scope)
            answer.headers["Cache-Control"] = _FOR_EVER if path.startswith("/assets/") else "no-cache"
            return answer
        raise HTTPException(404)

    def _page(self, request: Request) -> Response:
        index = self._folder / "index.html"
        headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}
        if index.is_file():
            return FileResponse(index, headers=headers)
        if request.url.path != "/":
            raise HTTPException(404)
        page = _PAGES.get_template("home.html")
        return HTMLResponse(
            page.render(
                english=prefers_english(request),
                version=__version__,
                api=self._api,
                temporal_ui=request.app.state.temporal_ui,
            )
        )


def _is_page(request: Request) -> bool:
    """Whether a browser's address bar may show this: no machine's address, and no file."""
    path = request.url.path
    if path == "/":
        return True
    if any(path == start or path.startswith(f"{start}/") for start in _MACHINES) or "." in PurePosixPath(path).name:
        return False
    return "text/html" in request.headers.get("accept", "")
