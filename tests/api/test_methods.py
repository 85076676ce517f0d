"""An address that is known for other methods says so, also where a template beside it would take the request."""

from __future__ import annotations

from pathlib import Path

from tests.support.office import open_office

SHADED = {
    "GET /cases/find": "POST",
    "GET /tasks/bulk": "POST",
    "POST /tasks/0/receipts": "GET",
    "GET /organisation/admins": "PUT",
    "PUT /organisation/jobs/0": "GET",
    "PUT /designs/check": "POST",
    "PATCH /cases": "GET, POST",
}


async def test_the_methods_of_an_address_are_said(tmp_path: Path) -> None:
    """405 with `Allow`, not a complaint about what the other template wants; what is no address is named as before."""
    async with open_office(tmp_path) as office:
        for shaded, allowed in SHADED.items():
            method, _, path = shaded.partition(" ")
            answer = await office.ask("root", method, path, json={"text": ""} if method == "PUT" else None)
            assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed"), shaded
            assert answer.headers["allow"] == allowed, shaded
        verb = await office.ask("root", "POST", "/tasks/0/dance")
        assert (verb.status_code, "approve" in verb.json()["en"]) == (400, True)
        assert (await office.ask("root", "GET", "/organisation/nothing")).status_code == 400
        assert (await office.ask("root", "GET", "/cases/nothing")).status_code == 404


async def test_a_time_is_a_text(tmp_path: Path) -> None:
    """A number would be read as seconds of some epoch."""
    async with open_office(tmp_path) as office:
        for path in ("/cases", "/tasks"):
            assert (await office.ask("root", "GET", path, params={"until": "0.5"})).status_code == 400
            assert (await office.ask("root", "GET", path, params={"until": "2026-01-31T00:00:00Z"})).status_code == 200
