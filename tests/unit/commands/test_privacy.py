"""`waystation privacy`: a person is found, exported and erased, and everything still verifies."""

from __future__ import annotations

import asyncio
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from activities.tickets.tables import Ticket
from tests.store.journals import Story
from tests.support.databases import migrated
from tests.support.personal import META, NEW, OLD, publish
from waystation.cli import run
from waystation.contracts.directory import PersonRecord
from waystation.sealing.ring import KeyRing
from waystation.store import journal, organisation, personal_rows
from waystation.store.session import Database

PHONE = "13800138000"


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A case of somebody, in a database that the command finds."""
    url = asyncio.run(migrated(tmp_path / "w.db"))
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("WAYSTATION_KEYS", OLD)
    asyncio.run(_told(url))
    return "c1"


async def _told(url: str) -> None:
    database = Database(url, ring=KeyRing.read(OLD))
    await publish(database, "demo")
    story = Story("c1").started(data={"phone": PHONE, "name": "Wang"}, title="for Wang").ended()
    async with database.write("demo") as session:
        await journal.append(session, "c1", story.entries, META)
    await database.close()


def test_a_person_is_erased_and_everything_verifies(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Found by number, exported, keys changed, erased once; then the chains and a rebuild agree as before."""
    who, file = f"phone:{PHONE}", tmp_path / "out.zip"
    assert run(["privacy", "find", who]) == 0
    assert "people 1, cases 1" in capsys.readouterr().out
    assert run(["privacy", "export", who, "--to", str(file)]) == 0
    assert PHONE in zipfile.ZipFile(file).read("cases/c1.json").decode()
    monkeypatch.setenv("WAYSTATION_KEYS", f"{NEW},{OLD}")
    assert run(["privacy", "rewrap"]) == 0
    monkeypatch.setenv("WAYSTATION_KEYS", NEW)
    assert run(["privacy", "erase", who, "--reason", "asked"]) == 0
    capsys.readouterr()
    assert run(["privacy", "erase", who, "--reason", "again"]) == 2
    assert "nothing is held of this person" in capsys.readouterr().err
    assert run(["audit", "verify"]) == 0
    assert run(["rebuild", "--check"]) == 0
    assert PHONE.encode() not in (tmp_path / "w.db").read_bytes()


def test_without_keys_there_is_nobody_to_erase(
    case: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says that nothing is sealed, and how a person is named."""
    monkeypatch.delenv("WAYSTATION_KEYS")
    assert run(["privacy", "erase", f"phone:{PHONE}", "--reason", "asked"]) == 2
    assert run(["privacy", "rewrap"]) == 2
    assert run(["privacy", "find", PHONE]) == 2
    assert capsys.readouterr().err.count("no keys are set") == 2


def test_what_was_stored_before_there_were_keys_is_sealed(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Contacts of people and rows of capabilities, in every tenant; run again, it finds nothing."""
    url = f"sqlite:///{tmp_path / 'w.db'}"
    asyncio.run(_in_clear(url))
    assert run(["privacy", "seal"]) == 0
    assert "demo: 2" in capsys.readouterr().out
    assert run(["privacy", "seal"]) == 0
    assert "demo: 0" in capsys.readouterr().out
    assert asyncio.run(_kept(url)) == ["13700007777", "PLANTED-TEXT"]
    monkeypatch.delenv("WAYSTATION_KEYS")
    assert run(["privacy", "seal"]) == 2


async def _in_clear(url: str) -> None:
    database, at = Database(url), datetime(2026, 5, 12, tzinfo=UTC)
    async with database.write("demo") as session:
        await organisation.add(session, [PersonRecord("zoe", "Zoe", phone="13700007777")], by="x", at=at)
        session.add(
            Ticket(
                no="T-1", customer="cafe", category="x", lane="normal", text="PLANTED-TEXT", case_id="c9", opened_at=at
            )
        )
    await database.close()


async def _kept(url: str) -> list[str]:
    """What stands there, opened; that it is sealed is looked at first."""
    database = Database(url, ring=KeyRing.read(OLD))
    async with database.read("demo") as session:
        zoe = await organisation.person(session, "zoe")
        ticket = (await session.scalars(select(Ticket))).one()
        assert zoe is not None
        assert "PLANTED" not in ticket.text
        said = await personal_rows.opened_text(session, ticket.text, erased="")
    await database.close()
    return [zoe.record.phone, said]
