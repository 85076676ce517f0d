"""A session cannot leave its tenant, whatever statement it is given."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import (
    Index,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    text,
    type_coerce,
    union,
    update,
)
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.orm import aliased

from activities import table_modules
from tests.store.moments import T0
from waystation.store.migrate import all_metadata
from waystation.store.prepared import prepared, row
from waystation.store.schema import Base, metadata
from waystation.store.session import EVERY_TENANT, Database, OutOfScope
from waystation.store.tables.access import SettingRow, TenantRow
from waystation.store.tables.definitions import DraftRow

OTHER = aliased(DraftRow)
TABLE = metadata.tables["drafts"]


def draft(name: str, source: Any = "", **more: Any) -> dict[str, Any]:
    return {
        "kind": "process",
        "name": name,
        "source": source,
        "revision": 1,
        "changed_at": T0,
        "changed_by": "a",
        **more,
    }


@pytest.fixture
async def two_tenants(database: Database) -> Database:
    """Tenants a and b with the same three drafts each, told apart by their source."""
    for tenant in ("a", "b"):
        async with database.write(tenant) as session:
            session.add(DraftRow(**draft("one", tenant)))
            await session.execute(insert(DraftRow), [draft("two", tenant), draft("three", tenant)])
    return database


async def test_each_way_of_reading_stays_in_the_tenant(two_tenants: Database) -> None:
    """Whether a table is read directly, joined, aliased, in a subquery or a CTE: only the tenant's rows are seen."""
    inner = select(DraftRow.source.label("source")).subquery()
    common = select(DraftRow.source).cte()
    questions = [
        select(DraftRow.source),
        select(OTHER.source),
        select(OTHER.source).join(DraftRow, OTHER.name == DraftRow.name),
        select(inner.c.source),
        select(common.c.source),
        select(DraftRow.source).where(DraftRow.name.in_(select(OTHER.name))),
        select(select(OTHER.source).where(OTHER.name == "one").scalar_subquery()),
    ]
    async with two_tenants.read("a") as session:
        for question in questions:
            assert set(await session.scalars(question)) == {"a"}, question
        assert await session.scalar(select(func.count()).select_from(DraftRow)) == 3
        assert await session.get(DraftRow, ("b", "process", "one")) is None


async def test_a_subquery_does_not_see_what_only_another_tenant_has(two_tenants: Database) -> None:
    """A condition on another table is confined like the table that is read."""
    async with two_tenants.write("b") as session:
        session.add(SettingRow(name="one", value=1, changed_at=T0, changed_by="a"))
    question = select(DraftRow.name).where(exists(select(SettingRow.name).where(SettingRow.name == DraftRow.name)))
    async with two_tenants.read("a") as session:
        assert (await session.scalars(question)).all() == []
    async with two_tenants.read("b") as session:
        assert (await session.scalars(question)).all() == ["one"]


async def test_updates_and_deletes_touch_only_the_tenant(two_tenants: Database) -> None:
    """An update or delete without any condition changes this tenant's rows and no others."""
    async with two_tenants.write("a") as session:
        await session.execute(update(DraftRow).values(source="changed"))
        await session.execute(delete(DraftRow).where(DraftRow.name.in_(select(OTHER.name).where(OTHER.name == "one"))))
        newest = select(func.max(OTHER.source)).scalar_subquery()
        await session.execute(update(DraftRow).values(layout=newest).execution_options(synchronize_session=False))
    async with two_tenants.read("a") as session:
        assert set(await session.scalars(select(DraftRow.source))) == {"changed"}
        assert set(await session.scalars(select(DraftRow.name))) == {"two", "three"}
        assert set(await session.scalars(select(type_coerce(DraftRow.layout, Text)))) == {"changed"}
    async with two_tenants.read("b") as session:
        assert set(await session.scalars(select(DraftRow.source))) == {"b"}
        assert len((await session.scalars(select(DraftRow.name))).all()) == 3


SLIPPERY: list[Any] = [
    text("SELECT source FROM drafts"),
    select(TABLE),
    select(TABLE.c.source),
    select(TABLE.alias().c.source),
    select(DraftRow.name).where(DraftRow.name.in_(select(TABLE.c.name))),
    select(DraftRow.name).join(metadata.tables["settings"], metadata.tables["settings"].c.name == DraftRow.name),
    select(DraftRow.name).where(text("1 = 1")),
    select(text("source")).select_from(DraftRow),
    union(select(DraftRow.name), select(OTHER.name)),
    update(TABLE).values(source="x"),
    delete(TABLE),
    update(DraftRow).values(tenant="b"),
    insert(DraftRow).values(**draft("x"), tenant="b"),
    insert(DraftRow).values([draft("x", tenant="b")]),
    insert(TABLE).values(**draft("x")),
    sqlite.insert(DraftRow).values(**draft("one")).on_conflict_do_update(set_={"tenant": "b"}),
    mysql.insert(DraftRow).values(**draft("one")).on_duplicate_key_update(tenant="b"),
    insert(DraftRow).values(**draft("x", select(OTHER.source).limit(1).scalar_subquery())),
    insert(DraftRow).from_select(["name"], select(OTHER.name)),
]


async def test_a_statement_that_could_slip_out_is_refused(two_tenants: Database) -> None:
    """What cannot be confined is an error before it reaches the database."""
    async with two_tenants.write("a") as session:
        for statement in SLIPPERY:
            with pytest.raises(OutOfScope):
                await session.execute(statement)


async def test_a_statement_that_is_kept_sees_the_tenant_that_asks(two_tenants: Database) -> None:
    """One statement, asked by turns: each time only the rows of whoever asks; over every tenant, all of them."""
    kept = prepared(select(DraftRow.source).where(DraftRow.name.in_(bindparam("names", expanding=True))))
    for tenant in ("a", "b", "a"):
        async with two_tenants.read(tenant) as session:
            assert set(await session.scalars(kept, {"names": ["one", "two"]})) == {tenant}
            found = await row(session, DraftRow, "process", "three")
            assert found is not None
            assert found.source == tenant
            assert await row(session, DraftRow, "process", "four") is None
    async with two_tenants.read(EVERY_TENANT) as session:
        assert set(await session.scalars(kept, {"names": ["one"]})) == {"a", "b"}


@pytest.mark.parametrize(
    "statement",
    [
        select(DraftRow).where(DraftRow.name.in_(select(OTHER.name))),
        select(DraftRow, OTHER),
        select(DraftRow.name, SettingRow.name),
        select(TABLE.c.name),
        select(DraftRow).where(text("1 = 1")),
    ],
)
async def test_what_cannot_be_confined_simply_is_not_kept(two_tenants: Database, statement: Any) -> None:
    """Two classes, a subquery, a bare table and SQL text are refused, the first time and later."""
    kept = prepared(statement)
    for _ in range(2):
        async with two_tenants.read("a") as session:
            with pytest.raises(OutOfScope):
                await session.execute(kept)


async def test_rows_given_as_parameters_cannot_name_another_tenant(two_tenants: Database) -> None:
    """Neither an insert of many rows nor an update by key may say whose the rows are."""
    for statement, rows in (
        (insert(DraftRow), [draft("x", tenant="b")]),
        (update(DraftRow), [{"tenant": "b", "kind": "process", "name": "one", "source": "stolen"}]),
    ):
        with pytest.raises(OutOfScope):
            async with two_tenants.write("a") as session:
                await session.execute(statement, rows)


async def test_a_row_of_another_tenant_cannot_be_written(two_tenants: Database) -> None:
    """Objects that name another tenant, or that came from another tenant's session, are refused at the flush."""
    async with two_tenants.read("b") as session:
        stolen = await session.get_one(DraftRow, ("b", "process", "one"))
    stolen.source = "changed"
    for stray in (DraftRow(**draft("x"), tenant="b"), stolen):
        async with two_tenants.write("a") as session:
            session.add(stray)
            with pytest.raises(OutOfScope):
                await session.flush()
            session.expunge_all()


async def test_a_session_for_reading_cannot_write(two_tenants: Database) -> None:
    """Reading sessions refuse statements and rows alike."""
    with pytest.raises(OutOfScope):
        async with two_tenants.read("a") as session:
            await session.execute(update(DraftRow).values(source="x"))
    async with two_tenants.read("a") as session:
        session.add(DraftRow(**draft("x")))
        with pytest.raises(OutOfScope):
            await session.flush()


async def test_every_tenant_is_named_openly(two_tenants: Database) -> None:
    """Only the scope EVERY_TENANT sees all rows; a session without a tenant does not exist."""
    async with two_tenants.read(EVERY_TENANT) as session:
        assert await session.scalar(select(func.count()).select_from(DraftRow)) == 6
        with pytest.raises(OutOfScope):
            _ = session.tenant
    with pytest.raises(OutOfScope):
        async with two_tenants.read(""):
            pass


def test_no_key_of_any_table_reaches_over_tenants() -> None:
    """The tenant is the first part of every primary, unique and foreign key: upserts and references cannot cross."""
    for table in all_metadata(table_modules()).tables.values():
        assert table.primary_key.columns.keys()[0] == "tenant", table.name
        for constraint in table.foreign_key_constraints:
            assert constraint.column_keys[0] == "tenant", constraint.name
        uniques = [constraint for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]
        for unique in (*uniques, *(index for index in table.indexes if index.unique)):
            assert isinstance(unique, UniqueConstraint | Index)
            assert next(iter(unique.columns)).name == "tenant", unique.name


def test_relationships_are_never_loaded_by_accident() -> None:
    """A relationship says lazy="raise"."""
    all_metadata(table_modules())
    for mapper in Base.registry.mappers:
        for relationship in mapper.relationships:
            assert relationship.lazy == "raise", relationship


async def test_tenant_ids_are_compared_exactly(database: Database) -> None:
    """Tenants that differ in case or accent only are different tenants."""
    for tenant in ("acme", "Acme", "acmé"):
        async with database.write(tenant) as session:
            session.add(TenantRow(title=tenant, timezone="UTC", created_at=T0))
    async with database.read("Acme") as session:
        assert (await session.scalars(select(TenantRow.title))).all() == ["Acme"]
