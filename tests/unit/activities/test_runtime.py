"""An action takes effect once or not at all, and every failure has a code that says whether to try again."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from activities import discover
from activities._runtime import (
    Action,
    ActionContext,
    ActionRequest,
    Failed,
    Given,
    Gives,
    Succeeded,
    Whole,
    action,
    run_action,
)
from activities.tickets.tables import Ticket
from tests.unit.activities.conftest import AT, Desk
from waystation.contracts.errors import Refused, Unavailable
from waystation.store.session import Conflict, Database, TenantSession

pytestmark = pytest.mark.databases


class In(Given):
    number: Whole = 1


class Out(Gives):
    number: int


def ticket(ctx: ActionContext) -> Ticket:
    return Ticket(
        no=ctx.reference("T"), customer="c", category="x", lane="normal", text="t", case_id="c", opened_at=ctx.at
    )


def spec(body: Callable[[ActionContext], Awaitable[None]], **more: Any) -> Action:
    """An action that writes a ticket and then does `body`."""

    @action("test.do", zh="做", en="Do", **more)
    async def do(ctx: ActionContext, args: In) -> Out:
        ctx.session.add(ticket(ctx))
        await ctx.session.flush()
        await body(ctx)
        return Out(number=args.number)

    return do


REQUEST = ActionRequest(tenant="demo", case="c", process="p", path="do", key="do", args={"number": 2}, at=AT)


async def nothing(_ctx: ActionContext) -> None: ...


async def tickets(database: Database) -> int:
    async with database.read("demo") as session:
        return await session.scalar(select(func.count()).select_from(Ticket)) or 0


def raising(error: Exception) -> Callable[[ActionContext], Awaitable[None]]:
    async def body(_ctx: ActionContext) -> None:
        raise error

    return body


@pytest.mark.parametrize(
    ("error", "code", "kind"),
    [
        (Refused("shop.closed", "closed", "已关门", {"until": 9}), "shop.closed", "business"),
        (Unavailable("carrier.down", retry_after=7), "carrier.down", "transient"),
        (TimeoutError(), "timeout", "transient"),
        (ZeroDivisionError("secret 13800001234"), "action_crashed", "transient"),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_failure_has_a_code_and_leaves_nothing(desk: Desk, error: Exception, code: str, kind: str) -> None:
    """Refused is business, everything else transient; the row written before is gone; no secret is told."""
    outcome = await run_action(spec(raising(error)), desk.database, REQUEST)
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.kind) == (code, kind)
    assert "13800001234" not in repr(outcome)
    assert await tickets(desk.database) == 0


async def test_after_a_failure_the_same_key_may_still_take_effect(desk: Desk) -> None:
    """A failed attempt leaves no record of its key behind."""
    assert isinstance(await run_action(spec(raising(Refused("no"))), desk.database, REQUEST), Failed)
    assert await run_action(spec(nothing), desk.database, REQUEST) == Succeeded({"number": 2})
    assert await run_action(spec(raising(Refused("no"))), desk.database, REQUEST) == Succeeded({"number": 2})
    assert await tickets(desk.database) == 1


async def test_a_lost_race_starts_the_action_again(desk: Desk) -> None:
    """A conflict is not a failure of the attempt: the work runs again in a new transaction."""
    tries = 0

    async def twice_unlucky(_ctx: ActionContext) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise Conflict("somebody was faster")

    assert isinstance(await run_action(spec(twice_unlucky), desk.database, REQUEST), Succeeded)
    assert (tries, await tickets(desk.database)) == (3, 1)


async def test_what_rides_along_is_committed_with_the_effect_or_not_at_all(desk: Desk) -> None:
    """Journal entries: also written when the key took effect before; gone when the action fails."""

    async def ride(session: TenantSession) -> None:
        count = await session.scalar(select(func.count()).select_from(Ticket)) or 0
        row = Ticket(no=f"ride-{count}", customer="c", category="x", lane="n", text="t", case_id="c", opened_at=AT)
        session.add(row)

    async def spoil(session: TenantSession) -> None:
        await ride(session)
        raise Refused("journal.gap")

    assert isinstance(await run_action(spec(nothing), desk.database, REQUEST, before_commit=spoil), Failed)
    assert await tickets(desk.database) == 0
    for written in (2, 3):
        assert isinstance(await run_action(spec(nothing), desk.database, REQUEST, before_commit=ride), Succeeded)
        assert await tickets(desk.database) == written


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_an_attempt_ends_at_its_timeout(desk: Desk) -> None:
    """What hangs is given up, rolled back, and worth another try."""

    async def hang(_ctx: ActionContext) -> None:
        await asyncio.sleep(60)

    outcome = await run_action(spec(hang, timeout=0.2), desk.database, REQUEST)
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.kind) == ("timeout", "transient")
    assert await tickets(desk.database) == 0


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_references_are_one_for_each_activation(desk: Desk) -> None:
    """The same activation always makes the same id; another visit, case or tenant makes another."""
    async with desk.database.read("demo") as session:

        def made(**changes: Any) -> str:
            return ActionContext(replace(REQUEST, **changes), session).reference("RSV")

        assert made() == made(attempt=2)
        assert len({made(), made(key="do#2"), made(case="d"), made(tenant="other")}) == 4


def test_an_action_says_what_it_takes_and_gives() -> None:
    """A function without models is a mistake of the programmer, told at once."""

    async def untyped(ctx: ActionContext, args: dict[str, Any]) -> Out:
        return Out(number=len(args))

    with pytest.raises(TypeError, match="a model"):
        action("test.bad", zh="坏", en="Bad")(untyped)


ACTIONS = [each for each in discover().values() if isinstance(each, Action)]


@pytest.mark.parametrize("spec", ACTIONS, ids=lambda each: each.name)
def test_every_shipped_action_is_presentable(spec: Action) -> None:
    """Titles in two languages, a group, schemas of both models, and errors of its own capability."""
    assert spec.card.title_zh
    assert spec.card.title_en
    assert spec.card.about_zh
    assert spec.card.about_en
    assert spec.takes.model_json_schema()["additionalProperties"] is False
    assert spec.gives is not None
    assert spec.gives.model_json_schema(mode="serialization")["type"] == "object"
    assert all(error.code.startswith(f"{spec.card.group}.") for error in spec.errors)


@pytest.mark.parametrize("spec", [each for each in ACTIONS if each.undo_of], ids=lambda each: each.name)
def test_an_undo_needs_only_what_the_action_knew(spec: Action) -> None:
    """Whatever an undo must be given was an argument of the action or is in its result."""
    forward = discover()[spec.undo_of or ""]
    assert forward.gives is not None
    known = {*forward.takes.model_fields, *forward.gives.model_fields}
    needed = {name for name, each in spec.takes.model_fields.items() if each.is_required()}
    assert needed - known <= {"state"}, "a mark's state is the `to` of the mark"


def test_every_code_that_is_raised_is_declared() -> None:
    """An author can catch only what an action declares."""
    declared = {error.code for each in ACTIONS for error in each.errors}
    for file in sorted((Path(__file__).parents[3] / "activities").glob("[a-z]*/*.py")):
        if file.parent.name == "notifications":
            continue
        raised = set(re.findall(r'Refused\(\s*"([a-z_]+\.[a-z_]+)"', file.read_text()))
        assert raised <= declared, file
