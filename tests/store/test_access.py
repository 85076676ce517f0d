"""Tenants, settings, the organisation, logins, files, stored states and the audit log."""

from __future__ import annotations

import pytest

from tests.store.moments import T0, later
from waystation.contracts.errors import Refused
from waystation.contracts.people import Organisation, Person
from waystation.store import audit, files, people, states, tenants
from waystation.store.files import StoredFile
from waystation.store.session import EVERY_TENANT, Database
from waystation.store.states import EndState


async def test_tenants_and_their_settings(database: Database) -> None:
    """A setting that was changed has its value, one that was reset has none."""
    for tenant in ("b", "a"):
        async with database.write(tenant) as session:
            assert await tenants.ensure_tenant(session, at=T0, title=tenant)
            assert not await tenants.ensure_tenant(session, at=T0)
    async with database.write("a") as session:
        await tenants.change_setting(session, "approval.finance_over", 500000, by="ann", at=T0)
        await tenants.change_setting(session, "approval.finance_over", 600000, by="ann", at=T0)
        await tenants.change_setting(session, "quiet", {"from": "22:00"}, by="ann", at=T0)
        await tenants.reset_setting(session, "quiet")
    async with database.read(EVERY_TENANT) as session:
        assert [row.tenant for row in await tenants.all_tenants(session)] == ["a", "b"]
    async with database.read("a") as session:
        assert await tenants.settings(session) == {"approval.finance_over": 600000}
    async with database.read("b") as session:
        assert await tenants.settings(session) == {}


async def test_the_organisation_by_version(database: Database) -> None:
    """A changed organisation is a new version; an unchanged one is not; older ones stay."""
    first = Organisation({"ann": Person("ann", at=(31.23, 121.47), skills={"printer": 2})})
    second = Organisation({**first.people, "bob": Person("bob", manager="ann")})
    async with database.write("t") as session:
        assert await people.organisation(session) == Organisation()
        numbers = [await people.save_organisation(session, one, by="a", at=T0) for one in (first, first, second)]
        assert numbers == [1, 1, 2]
    async with database.read("t") as session:
        assert await people.latest_version(session) == 2
        assert await people.organisation(session) == second
        assert await people.organisation(session, 1) == first


async def test_a_login_belongs_to_one_person(database: Database) -> None:
    async with database.write("t") as session:
        await people.save_user(session, "ann", "Ann", "hash", at=T0)
        await people.save_user(session, "ann", "Ann", "newer", at=T0)
        with pytest.raises(Refused, match="login_in_use"):
            await people.save_user(session, "bob", "Ann", "hash", at=T0)
        await people.save_user(session, "bob", "ann", "hash", at=T0)
    async with database.read("t") as session:
        found = await people.user_by_login(session, "Ann")
        assert found is not None
        assert (found.person, found.password_hash) == ("ann", "newer")


async def test_a_token_counts_until_it_expires_or_is_revoked(database: Database) -> None:
    """Also when its person may log in no more; the tenant is found by the token."""
    async with database.write("t") as session:
        for digest, person in (("d1", "ann"), ("d2", "ann"), ("d3", "bob")):
            await people.add_token(session, digest, person, kind="session", at=T0, expires_at=later(60), scopes=("x",))
        await people.save_user(session, "bob", "bob", "", at=T0)

    async def bearer(digest: str, at: float = 0) -> str | None:
        async with database.read(EVERY_TENANT) as session:
            found = await people.bearer(session, digest, at=later(at))
        return None if found is None else f"{found.tenant}/{found.person}"

    assert [await bearer("d1", 59), await bearer("d1", 60), await bearer("unknown")] == ["t/ann", None, None]
    async with database.write("t") as session:
        await people.token_used(session, "d1", at=later(1))
        assert [await people.revoke(session, "d1", at=later(2)) for _ in range(2)] == [True, False]
        await people.disable_user(session, "bob", at=later(2))
    assert [await bearer(digest) for digest in ("d1", "d2", "d3")] == [None, "t/ann", None]
    async with database.write("t") as session:
        assert await people.revoke_all(session, "ann", at=later(3)) == 1
        assert {token.digest: token.used_at for token in await people.tokens_of(session, "ann")} == {
            "d1": later(1),
            "d2": None,
        }


async def test_files_belong_to_one_case(database: Database) -> None:
    """Bytes are dropped with the last file that has them."""
    picture = StoredFile("f1", "门店.jpg", "image/jpeg", 1234, "s" * 64, facts={"phash": "x"})
    copy = StoredFile("f2", "copy.jpg", "image/jpeg", 1234, "s" * 64, original="f1")
    async with database.write("t") as session:
        for stored in (picture, copy):
            await files.add_file(session, stored, by="ann", at=T0)
        assert [await files.attach(session, "f1", case_id) for case_id in ("c1", "c1", "c2")] == [True, True, False]
        assert [row.id for row in await files.files_of(session, "c1")] == ["f1"]
        assert await files.delete_file(session, "f1", at=T0) is None
        assert await files.delete_file(session, "f1", at=T0) is None
        assert await files.delete_file(session, "f2", at=T0) == "s" * 64
        assert await files.file(session, "f1") is None


async def test_states_that_cases_leave_behind(database: Database) -> None:
    """The newest end counts; carried states are found by hash and dropped but for the one in use."""
    async with database.write("t") as session:
        for engine in (1, 2):
            await states.keep_ends(session, {"c1": EndState(b"state %d" % engine, "p", engine, T0)}, ["c1"])
        first = await states.carry(session, "c1", b"\x00" * 300_000, at=T0)
        again = await states.carry(session, "c1", b"\x00" * 300_000, at=T0)
        second = await states.carry(session, "c1", b"other", at=T0)
        assert first == again != second
        await states.drop_carried(session, "c1", keep=first)
    async with database.read("t") as session:
        assert await states.end_of(session, "c1") == EndState(b"state 2", "p", 2, T0)
        assert await states.end_of(session, "c2") is None
        assert await states.carried(session, first) == b"\x00" * 300_000
        assert await states.carried(session, second) is None


async def test_the_audit_log_is_read_page_by_page(database: Database) -> None:
    async with database.write("t") as session:
        for number in range(5):
            actor = "ann" if number % 2 else "bob"
            await audit.record(
                session, actor, "user.login", at=T0, target="x", result="bad_password", detail={"n": number}
            )
    async with database.read("t") as session:
        first = await audit.records(session, target="x", limit=3)
        rest = await audit.records(session, target="x", limit=3, cursor=first.next)
        assert sorted(row.detail["n"] for row in (*first.items, *rest.items)) == [0, 1, 2, 3, 4]
        assert {row.detail["n"] for row in (await audit.records(session, actor="ann")).items} == {1, 3}
