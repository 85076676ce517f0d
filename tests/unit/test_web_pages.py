"""The web front end as files: what is answered where, with which headers, with a build and without."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from designer_api import errors
from designer_api.describing import methods_at
from designer_api.web import Web

BROWSER = {"Accept": "text/html,application/xhtml+xml"}
CODE = "console.log(1);" * 200


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A build as small as one can be."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>驿站</title>")
    (tmp_path / ".sources").write_text("abc")
    (tmp_path / "favicon.svg").write_text("<svg/>")
    (tmp_path / "assets" / "index-abc.js").write_text(CODE)
    return tmp_path


def client(folder: Path) -> httpx.AsyncClient:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    errors.install(app, methods_at)
    app.state.temporal_ui = None
    app.router.default = Web(folder, "/api/v1")
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://here")


@pytest.mark.parametrize("path", ["/", "/tasks", "/cases/01a2/timeline", "/no/such/page"])
async def test_every_address_of_a_browser_is_the_page(built: Path, path: str) -> None:
    """The script draws what stands at an address, so a reload anywhere finds it; scripts made from text are barred."""
    async with client(built) as http:
        answer = await http.get(path, headers=BROWSER)
    assert (answer.status_code, "驿站" in answer.text) == (200, True)
    assert answer.headers["cache-control"] == "no-cache"
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    assert "unsafe-eval" not in answer.headers["content-security-policy"]


async def test_assets_are_kept_for_ever_and_travel_packed(built: Path) -> None:
    """Their names change with their content; nothing is asked for twice."""
    async with client(built) as http:
        answer = await http.get("/assets/index-abc.js")
        again = await http.get("/assets/index-abc.js", headers={"If-None-Match": answer.headers["etag"]})
        icon = await http.get("/favicon.svg")
    assert answer.text == CODE
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    assert again.status_code == 304
    assert (icon.status_code, icon.headers["cache-control"]) == (200, "no-cache")


@pytest.mark.parametrize(
    "path",
    ["/api/v1/nothing", "/scim/v2/nothing", "/assets/old-1.js", "/assets/../index.html.bak", "/%2e%2e/pyproject.toml",
     "/deep/file.txt", "/.sources"],
)  # fmt: skip
async def test_what_is_no_page_is_an_error_in_the_apis_form(built: Path, path: str) -> None:
    """A program that mistypes an address, and a tab that asks for a chunk of yesterday, get 404 and no page."""
    async with client(built) as http:
        answer = await http.get(path, headers=BROWSER)
        posted = await http.post("/tasks", headers=BROWSER)
        program = await http.get("/tasks", headers={"Accept": "application/json"})
    assert [each.status_code for each in (answer, posted, program)] == [404, 404, 404]
    assert answer.json()["code"] == "not_found"


async def test_without_a_build_one_page_says_how_to_make_it(tmp_path: Path) -> None:
    """Who works on the server alone is not left before a blank page."""
    async with client(tmp_path) as http:
        zh = await http.get("/")
        en = await http.get("/", headers={"Accept-Language": "en"})
        other = await http.get("/tasks", headers=BROWSER)
    assert "make web" in zh.text
    assert "尚未构建" in zh.text
    assert "is not built" in en.text
    assert other.status_code == 404
