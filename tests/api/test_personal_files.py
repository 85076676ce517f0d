"""Files and comments of cases about people: sealed, noted when read, exported, and gone with the person."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.store.journals import Story
from tests.support.office import Office, open_office
from tests.support.personal import META, NEW, OLD, publish
from waystation.contracts.events import EntryKind
from waystation.sealing.envelopes import ERASED
from waystation.sealing.ring import KeyRing
from waystation.store import file_seal, journal

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONTENT, NAME = b"PLAIN-CONTENT of a letter", "letter of Wang.txt"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(folder: Path) -> AsyncIterator[Office]:
    async with open_office(folder, keys=OLD) as made:
        await publish(made.database, "acme")
        yield made


async def add(office: Office, case: str, phone: str) -> str:
    """An ended case of somebody with a comment and a file; the file's id."""
    story = Story(case).started(data={"phone": phone, "name": "Wang"}, title="for Wang").asks("look", "bob")
    story.tell(EntryKind.VERB, "", "bob", verb="comment", text=f"he said {case}", mentions=[])
    async with office.database.write("acme") as session:
        await journal.append(session, case, story.ended().entries, META)
    stored = await office.ask("bob", "POST", "/files", files={"file": (NAME, CONTENT + case.encode(), "text/plain")})
    assert stored.status_code == 201
    file: str = stored.json()["id"]
    assert (await office.ask("bob", "GET", f"/files/{file}")).content == CONTENT + case.encode()
    assert (await office.ask("bob", "PUT", f"/cases/{case}/attachments/{file}")).status_code == 204
    return file


async def reads(office: Office, case: str) -> list[tuple[str, list[str], str]]:
    answer = await office.ask("audrey", "GET", "/privacy/reads", params={"case": case})
    return [(row["actor"], row["fields"], row["route"]) for row in answer.json()["items"]]


async def export(office: Office, phone: str) -> zipfile.ZipFile:
    answer = await office.ask("root", "POST", "/privacy/exports", json={"by": "phone", "value": phone})
    assert answer.status_code == 200, answer.text
    return zipfile.ZipFile(io.BytesIO(answer.content))


def at_rest(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


async def test_they_are_sealed_at_rest_and_shown_to_who_may_see(office: Office, folder: Path) -> None:
    """Neither bytes nor name nor comment can be read in database or store; whoever is shown them is noted."""
    file = await add(office, "c1", "13800000001")
    for secret in (CONTENT, NAME.encode(), b"he said c1"):
        assert secret not in await asyncio.to_thread(at_rest, folder)
    listed = (await office.ask("lea", "GET", "/cases/c1/attachments")).json()["items"]
    assert [(row["name"], row["size"]) for row in listed] == [(NAME, len(CONTENT) + 2)]
    said = (await office.ask("lea", "GET", "/cases/c1/comments")).json()["items"]
    assert [row["text"] for row in said] == ["he said c1"]
    got = await office.ask("lea", "GET", f"/files/{file}")
    assert (got.content, "letter%20of%20Wang.txt" in got.headers["content-disposition"]) == (CONTENT + b"c1", True)
    assert sorted(await reads(office, "c1")) == [
        ("lea", ["comment"], "GET /cases/{case}/comments"),
        ("lea", ["file"], "GET /cases/{case}/attachments"),
        ("lea", ["file"], "GET /files/{file}"),
    ]


async def test_rules_of_access_name_them(office: Office) -> None:
    """`comment` and `file` are names like those of fields: hidden, a comment is null and a file is not handed out."""
    file = await add(office, "c2", "13800000002")
    rules: dict[str, Any] = {"fields": [{"field": one, "rights": {"lead": "read"}} for one in ("comment", "file")]}
    assert (await office.ask("root", "PUT", "/access/rules", json=rules)).status_code == 200
    said = (await office.ask("ann", "GET", "/cases/c2/comments")).json()["items"]
    assert [row["text"] for row in said] == [None]
    refused = await office.ask("ann", "GET", f"/files/{file}")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert (await office.ask("lea", "GET", f"/files/{file}")).status_code == 200
    assert (await office.ask("root", "PUT", "/access/rules", json={"fields": []})).status_code == 200


async def test_a_person_gets_his_comments_and_files(office: Office) -> None:
    """The export has what was said of him and the bytes of his files; who works here gets what he wrote himself."""
    file = await add(office, "c3", "13800000003")
    archive = await export(office, "13800000003")
    case = json.loads(archive.read("cases/c3.json"))
    assert [row["text"] for row in case["comments"]] == ["he said c3"]
    assert [(row["id"], row["name"]) for row in case["files"]] == [(file, NAME)]
    assert archive.read(f"files/{file}") == CONTENT + b"c3"
    own = await office.ask("bob", "POST", "/files", files={"file": ("mine.txt", b"of my own", "text/plain")})
    answer = await office.ask("bob", "GET", "/me/data")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    written = json.loads(archive.read("index.json"))["written"]
    assert "he said c3" not in json.dumps(written)
    assert {row["case"] for row in written["comments"]} >= {"c3"}
    assert archive.read(f"files/{own.json()['id']}") == b"of my own"
    assert f"files/{file}" not in archive.namelist()


async def test_erasing_the_person_erases_them(office: Office) -> None:
    """Nobody gets the bytes any more, not even who stored them; the list says so, and other people keep theirs."""
    file, other = await add(office, "c4", "13800000004"), await add(office, "c5", "13800000005")
    body = {"by": "phone", "value": "13800000004", "reason": "asked"}
    assert (await office.ask("root", "POST", "/privacy/erasures", json=body)).status_code == 200
    gone = await office.ask("bob", "GET", f"/files/{file}")
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")
    listed = (await office.ask("bob", "GET", "/cases/c4/attachments")).json()["items"]
    assert [row["name"] for row in listed] == [ERASED]
    said = (await office.ask("bob", "GET", "/cases/c4/comments")).json()["items"]
    assert [row["text"] for row in said] == [ERASED]
    assert (await office.ask("bob", "GET", f"/files/{other}")).content == CONTENT + b"c5"


async def test_master_keys_change_under_files(office: Office) -> None:
    """A file that belongs to nobody yet is wrapped anew; then the old master key is not needed."""
    database = office.database
    stored = await office.ask("bob", "POST", "/files", files={"file": ("a.txt", b"one", "text/plain")})
    database.ring = KeyRing.read(f"{NEW} {OLD}")
    ring = database.ring
    async with database.write("acme") as session:
        assert await file_seal.rewrap(session, ring) >= 1
        assert await file_seal.rewrap(session, ring) == 0
    database.ring = KeyRing.read(NEW)
    assert (await office.ask("bob", "GET", f"/files/{stored.json()['id']}")).content == b"one"
    database.ring = KeyRing.read(OLD)
    assert (await office.ask("bob", "GET", f"/files/{stored.json()['id']}")).status_code == 503
    database.ring = KeyRing.read(f"{OLD} {NEW}")


async def test_the_same_upload_sent_again_is_kept_once(office: Office, folder: Path) -> None:
    """With an Idempotency-Key: one file, and nothing left behind in the store."""
    headers = {**await office.headers("bob"), "Idempotency-Key": "once"}
    ids = set()
    for _ in range(2):
        files = {"file": ("b.txt", b"twice", "text/plain")}
        ids.add((await office.http.post("/api/v1/files", headers=headers, files=files)).json()["id"])
        count = await asyncio.to_thread(
            lambda: len([file for file in (folder / "objects").rglob("*") if file.is_file()])
        )
    assert len(ids) == 1
    assert (await office.ask("bob", "DELETE", f"/files/{ids.pop()}")).status_code == 204
    left = await asyncio.to_thread(lambda: len([file for file in (folder / "objects").rglob("*") if file.is_file()]))
    assert left == count - 1
