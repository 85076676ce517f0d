"""`waystation people pull`: settings, a dry run, and what it prints."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.databases import migrated
from tests.support.directories import KEY, SECRET, running, wecom, wecom_company
from waystation.cli import run
from waystation.contracts.people import Organisation, Person
from waystation.store import people
from waystation.store.session import Database


@pytest.fixture
def tenant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a database with the tenant `demo`, which the command finds."""
    url = asyncio.run(migrated(tmp_path / "w.db"))
    monkeypatch.setenv("DATABASE_URL", url)
    asyncio.run(_found(url))
    return url


async def _found(url: str) -> None:
    database = Database(url)
    async with database.write("demo") as session:
        root = Organisation({"root": Person("root", roles=("admin",))})
        await people.save_organisation(session, root, by="", at=datetime.now(UTC))
    await database.close()


async def _people(url: str) -> list[str]:
    database = Database(url)
    async with database.read("demo") as session:
        found = list((await people.organisation(session)).people)
    await database.close()
    return found


def test_a_pull_says_what_it_does(
    tenant: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without credentials it says which settings are missing; a dry run changes nothing; then it is done."""
    assert run(["people", "pull", "wecom"]) == 2
    assert "WAYSTATION_WECOM_CORP_ID" in capsys.readouterr().err
    monkeypatch.setenv("WAYSTATION_WECOM_CORP_ID", KEY)
    monkeypatch.setenv("WAYSTATION_WECOM_CONTACTS_SECRET", SECRET)
    with running(wecom_company(), wecom) as company:
        monkeypatch.setenv("WAYSTATION_WECOM_URL", company.url)
        assert run(["people", "pull", "wecom", "--dry-run"]) == 0
        printed = capsys.readouterr().out.splitlines()
        assert printed[:4] == ["+ boss", "+ wang", "+ lisi", "+ zhao"]
        assert printed[-1].startswith("would be: 4 added, 0 changed, 0 left")
        assert asyncio.run(_people(tenant)) == ["root"]
        assert run(["people", "pull", "wecom"]) == 0
    assert asyncio.run(_people(tenant)) == ["root", "boss", "wang", "lisi", "zhao"]
