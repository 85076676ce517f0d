"""The last finished cases of a tenant, played again on a design: how many go as they went, and which do not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from waystation.contracts.errors import Refused
from waystation.contracts.events import EntryKind
from waystation.design.drill_words import Names
from waystation.design.replays import Recorded, Replayed, replay
from waystation.design.trials import World
from waystation.scenario_files import PlanBook
from waystation.store.finished import finished_cases, journals
from waystation.store.session import Database

#: Cases whose journals are in memory at once.
_BATCH = 100
MOST_CASES = 100_000


@dataclass(slots=True)
class Replays:
    """What a replay has found. `items` has the cases that go otherwise, up to the number asked for."""

    cases: int = 0
    same: int = 0
    changed: int = 0
    stuck: int = 0
    left_out: int = 0
    seconds: float = 0.0
    items: list[Replayed] = field(default_factory=list)


async def replay_last(
    database: Database,
    tenant: str,
    world: World,
    process: str,
    last: int,
    *,
    told: int = 500,
    seconds: float = 600.0,
    progress: Callable[[Replays], None] = lambda _: None,
) -> Replays:
    """Play the last finished cases of a process again on the design of `world`.

    Args:
        told: how many cases that go otherwise are kept.
        seconds: after so long what is left is not played; it counts as left out.
    """
    found, began = Replays(), time.monotonic()
    async with database.read(tenant) as session:
        wanted = await finished_cases(session, process, min(last, MOST_CASES))
    book = PlanBook(world.plans)
    for start in range(0, len(wanted), _BATCH):
        part = wanted[start : start + _BATCH]
        if time.monotonic() - began > seconds:
            found.left_out += len(part)
            continue
        async with database.read(tenant) as session:
            entries = await journals(session, [case for case, _ in part])
        recorded = [Recorded(case, version, entries[case]) for case, version in part if _is_whole(entries.get(case))]
        found.left_out += len(part) - len(recorded)
        for row in await asyncio.to_thread(_play, recorded, world, book):
            _count(found, row, told)
        found.seconds = time.monotonic() - began
        progress(found)
    found.seconds = time.monotonic() - began
    return found


def _is_whole(entries: object) -> bool:
    return isinstance(entries, list) and bool(entries) and entries[0].kind is EntryKind.CASE_STARTED


def _play(recorded: list[Recorded], world: World, book: PlanBook) -> list[Replayed]:
    async def whole() -> list[Replayed]:
        return [await _one(each, world, book) for each in recorded]

    return asyncio.run(whole())


async def _one(recorded: Recorded, world: World, book: PlanBook) -> Replayed:
    try:
        return await replay(recorded, world.process, book, world.people, world.catalog)
    except Refused as refused:
        return Replayed(recorded.case, recorded.version, "stuck", (refused.zh, refused.en))


def _count(found: Replays, row: Replayed, told: int) -> None:
    found.cases += 1
    if row.verdict == "same":
        found.same += 1
        return
    if row.verdict == "changed":
        found.changed += 1
    else:
        found.stuck += 1
    if len(found.items) < told:
        found.items.append(row)


def in_words(row: Replayed, names: Names | None = None) -> tuple[str, str]:
    """What is otherwise in a case, in zh and en; nodes and people by their names where those are given."""
    if row.verdict == "stuck":
        return row.why

    def said(nodes: Iterable[str]) -> tuple[str, str]:
        found = [names.node(each) if names else (each, each) for each in dict.fromkeys(nodes)]
        return "、".join(each[0] for each in found), ", ".join(each[1] for each in found)

    zh, en = [], []
    if row.outcome_before != row.outcome_after:
        ends = [names.outcome(each) if names else (each, each) for each in (row.outcome_before, row.outcome_after)]
        zh.append(f"结果由 {ends[0][0]} 变为 {ends[1][0]}")
        en.append(f"it ends {ends[1][1]} instead of {ends[0][1]}")
    gone = said(node for node in row.path_before if node not in row.path_after)
    new = said(node for node in row.path_after if node not in row.path_before)
    late = said(node for node in row.breaches_after if node not in row.breaches_before)
    for found, words in ((gone, _GONE), (new, _NEW)):
        if found[0]:
            zh.append(words[0].format(found[0]))
            en.append(words[1].format(found[1]))
    for each in row.approvers:
        node, asked = said([each["node"]]), names.people(each["after"]) if names else _plain(each["after"])
        zh.append(f"{node[0]} 改由 {asked[0]} 处理")
        en.append(f"{node[1]} asks {asked[1]}")
    if late[0]:
        zh.append(f"{late[0]} 会超时")
        en.append(f"{late[1]} would be late")
    return "；".join(zh) or "顺序不同", "; ".join(en) or "in another order"


_GONE = ("不再经过 {}", "no longer by {}")
_NEW = ("新经过 {}", "now by {}")


def _plain(people: list[str]) -> tuple[str, str]:
    return "、".join(people) or "无人", ", ".join(people) or "nobody"
