"""How long a page of a list takes with many open tasks, on PostgreSQL: inbox, pool, filter and order, search, counts.

`python -m bench.lists [OPEN…]` makes a database of its own on WAYSTATION_BENCH_POSTGRESQL (by default a server on
this machine), fills it through COPY, measures each question many times at random places of its list, prints JSON with
the plan of each, and drops the database. The last size is compared with the first.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy import event

from waystation.store import case_lists, list_counts, migrate, task_lists
from waystation.store.case_lists import CaseFilter
from waystation.store.filters import Sight
from waystation.store.session import Database, TenantSession
from waystation.store.tables.cases import NEVER
from waystation.store.task_lists import TaskFilter
from waystation.store.words import terms

SERVER = "postgresql://postgres@127.0.0.1:5432"
SIZES = (10_000, 100_000)
TENANT = "bench"
T0 = datetime(2026, 3, 1, tzinfo=UTC)
PROCESSES = ("repair", "order", "leave", "claim", "visit")
NODES = ("check", "approve", "dispatch", "visit", "pay")
PLACES = ("朝阳区", "海淀区", "浦东新区", "天河区", "南山区", "武侯区", "江干区", "鼓楼区")
THINGS = ("空调维修", "水管漏水", "电梯停运", "门锁更换", "网络中断", "发票申请", "退货换新", "锅炉保养")
#: Everybody of this pool may answer a fifth of all tasks; everybody else has about a hundred of his own.
POOL = tuple(f"pool{number}" for number in range(5))
ROUNDS = 300

Ask = Callable[[TenantSession, str | None], Awaitable[Any]]


def person(number: int, size: int) -> str:
    return f"user{number % max(10, size // 100)}"


def rows(size: int) -> Iterator[dict[str, list[tuple[Any, ...]]]]:
    """Rows of every table, in batches of cases. One case in ten is long done; every other has one open task."""
    chance = random.Random(1)
    for start in range(0, size * 10 // 9, 5_000):
        batch: dict[str, list[tuple[Any, ...]]] = {"cases": [], "tasks": [], "task_people": [], "search_terms": []}
        for number in range(start, min(start + 5_000, size * 10 // 9)):
            _case(number, size, chance, batch)
        yield batch


def _case(number: int, size: int, chance: random.Random, batch: dict[str, list[tuple[Any, ...]]]) -> None:
    process, node = chance.choice(PROCESSES), chance.choice(NODES)
    title, key = f"{chance.choice(PLACES)}{chance.choice(THINGS)}", f"WS{number:08}"
    started = T0 + timedelta(seconds=number % 5_000_000)
    case = _case_id(started, chance)
    due = started + timedelta(hours=chance.randint(1, 500)) if chance.random() < 0.8 else None
    done, priority, starter = number % 10 == 9, chance.randint(1, 5), person(number * 7, size)
    status = "done" if done else "open"
    batch["cases"].append(
        (TENANT, case, process, 1 + number % 3, f"{PROCESSES.index(process):064x}", f"{number:064x}", json.dumps(key),
         json.dumps(title), status, "", starter, None, "", json.dumps({"serial": number}), "{}", priority, due,
         due or NEVER, 0, 0, started, started if done else None, started, 5)
    )  # fmt: skip
    own = chance.random() < 0.8
    asked = [person(number, size)] if own else list(POOL)
    state = "closed" if done else "open"
    batch["tasks"].append(
        (TENANT, case, f"{node}#1", node, process, "task", '"处理"', '"f"', "{}", "[]", "[]", json.dumps(asked), None,
         "",
         priority, due, due or NEVER, False, state, started, started if done else None, started, "", "", 1)
    )  # fmt: skip
    for who in asked:
        seen = "done" if done else "open"
        batch["task_people"].append(
            (
                TENANT,
                case,
                f"{node}#1",
                who,
                process,
                seen,
                priority,
                due or NEVER,
                started,
                started,
                not own,
                None,
                None,
            )
        )
    found = terms([title, key, str(number)])
    batch["search_terms"] += [(TENANT, case, "", term) for term in found]


def _case_id(started: datetime, chance: random.Random) -> str:
    """As the store makes them: identifiers that sort by the time they were made."""
    milliseconds = int(started.timestamp() * 1000)
    return str(uuid.UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62 | chance.getrandbits(62)))


_COLUMNS = {
    "cases": "tenant case_id process version plan_hash key key_text title status outcome initiator parent_case "
    "parent_path data nodes priority due_at due_order incidents breaches started_at ended_at changed_at revision",
    "tasks": "tenant case_id path node process kind title form fields outcomes allow candidates seats claimer priority "
    "due_at due_order breached status opened_at closed_at changed_at outcome answered_by revision",
    "task_people": "tenant case_id path person process status priority due_at opened_at changed_at pooled answered_at "
    "draft",
    "search_terms": "tenant case_id part term",
}


async def fill(url: str, size: int) -> None:
    connection = await asyncpg.connect(url)
    try:
        for batch in rows(size):
            for table, records in batch.items():
                await connection.copy_records_to_table(table, records=records, columns=_COLUMNS[table].split())
        for table in _COLUMNS:
            await connection.execute(f"VACUUM ANALYZE {table}")
    finally:
        await connection.close()


def questions() -> dict[str, tuple[Ask, bool]]:
    """What is asked, and whether it has pages."""
    now = T0 + timedelta(days=3)
    admin, guest = Sight("admin"), Sight("user7", frozenset({f"{2:064x}"}))

    def inbox(who: str, wanted: TaskFilter | None = None, **more: Any) -> Ask:
        return lambda session, cursor: task_lists.inbox(session, who, wanted, cursor=cursor, **more)

    def tasks(wanted: TaskFilter, sight: Sight = admin, **more: Any) -> Ask:
        return lambda session, cursor: task_lists.everywhere(session, wanted, sight, cursor=cursor, **more)

    def cases(wanted: CaseFilter, sight: Sight = admin, **more: Any) -> Ask:
        return lambda session, cursor: case_lists.search(session, wanted, sight, cursor=cursor, **more)

    return {
        "inbox of a person, by due time": (inbox("user7"), True),
        "inbox of a person, overdue, newest first": (inbox("user7", TaskFilter(overdue_at=now), sort="updated"), True),
        "pool of a fifth of all tasks, by due time": (inbox("pool1", TaskFilter(pooled=True)), True),
        "pool, by priority": (inbox("pool1", sort="priority"), True),
        "pool, one node": (inbox("pool1", TaskFilter(node=["pay"])), True),
        "all tasks, one process, by due time": (tasks(TaskFilter(process=["repair"])), True),
        "all tasks, node, priorities and version, due descending": (
            tasks(TaskFilter(node=["pay"], priority=[1, 2], version=2), descending=True), True),
        "all tasks that a guest sees": (tasks(TaskFilter(), guest), True),
        "all tasks of one initiator": (tasks(TaskFilter(initiator="user7")), True),
        "all tasks that a person may answer": (tasks(TaskFilter(candidates=["user7"])), True),
        "cases, newest first": (cases(CaseFilter()), True),
        "cases, open, by due time": (cases(CaseFilter(status=["open"]), sort="due"), True),
        "cases, every status, by priority": (cases(CaseFilter(), sort="priority"), True),
        "cases that a guest sees": (cases(CaseFilter(), guest), True),
        "search, Chinese, common": (cases(CaseFilter(text="空调")), True),
        "search, two Chinese words": (cases(CaseFilter(text="朝阳 漏水")), True),
        "search, one Chinese character": (cases(CaseFilter(text="漏")), True),
        "search, a number's end": (cases(CaseFilter(text="0001234")), True),
        "search, nothing found": (cases(CaseFilter(text="消防演习")), True),
        "search, all tasks, by due time": (tasks(TaskFilter(text="电梯 海淀")), True),
        "search in the pool": (inbox("pool1", TaskFilter(text="锅炉")), True),
        "search in an inbox": (inbox("user7", TaskFilter(text="锅炉")), True),
        "counts of a person": (lambda session, _: list_counts.inbox_counts(session, "user7", at=now), False),
        "counts of the pool": (lambda session, _: list_counts.inbox_counts(session, "pool1", at=now), False),
        "open tasks by process and node": (lambda session, _: list_counts.node_counts(session, admin), False),
    }  # fmt: skip


async def _timed(database: Database, ask: Ask, *, paged: bool, rounds: int) -> list[float]:
    """Milliseconds of each round, in order of length. Pages follow one another, and begin again at the end."""
    taken: list[float] = []
    cursor: str | None = None
    for _ in range(rounds):
        began = time.perf_counter()
        async with database.read(TENANT) as session:
            answer = await ask(session, cursor)
        taken.append((time.perf_counter() - began) * 1000)
        cursor = answer.next if paged else None
        if sum(taken) > 20_000:
            break
    return sorted(taken)


async def _plans(database: Database, ask: Ask) -> list[list[str]]:
    """How PostgreSQL answers the statements of a question."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        seen.append((statement, parameters))

    engine = database.reader.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    async with database.read(TENANT) as session:
        await ask(session, None)
    event.remove(engine, "before_cursor_execute", note)
    found = []
    async with database.writer.connect() as connection:
        for statement, parameters in seen:
            result = await connection.exec_driver_sql("EXPLAIN (ANALYZE, COSTS OFF) " + statement, parameters)
            found.append([row[0] for row in result])
    return found


@asynccontextmanager
async def filled(size: int) -> AsyncIterator[Database]:
    server = os.environ.get("WAYSTATION_BENCH_POSTGRESQL", SERVER)
    name = f"bench_lists_{uuid.uuid4().hex[:8]}"
    await _administer(server, f"CREATE DATABASE {name}")
    try:
        await migrate.upgrade(f"{server}/{name}")
        await fill(f"{server}/{name}", size)
        database = Database(f"{server}/{name}")
        try:
            yield database
        finally:
            await database.close()
    finally:
        await _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


async def _administer(server: str, statement: str) -> None:
    connection = await asyncpg.connect(f"{server}/postgres")
    await connection.execute(statement)
    await connection.close()


async def measure_size(size: int, *, plans: bool) -> list[dict[str, Any]]:
    """One row a question: milliseconds at the median, of the slowest twentieth and hundredth."""
    found = []
    async with filled(size) as database:
        for what, (ask, paged) in questions().items():
            await _timed(database, ask, paged=paged, rounds=10)
            taken = await _timed(database, ask, paged=paged, rounds=ROUNDS)
            row: dict[str, Any] = {"what": what, "open": size, "rounds": len(taken)}
            row |= {"p50": round(statistics.median(taken), 1)}
            row |= {f"p{n}": round(taken[min(len(taken) - 1, len(taken) * n // 100)], 1) for n in (95, 99)}
            if plans:
                row["plans"] = await _plans(database, ask)
            found.append(row)
            print(
                json.dumps({key: value for key, value in row.items() if key != "plans"}, ensure_ascii=False),
                file=sys.stderr,
            )
    return found


def main(arguments: list[str]) -> int:
    sizes = [int(argument) for argument in arguments if argument.isdigit()] or list(SIZES)
    measured = [asyncio.run(measure_size(size, plans="--plans" in arguments)) for size in sizes]
    for first, last in zip(measured[0], measured[-1], strict=True):
        last["p99_ratio"] = round(last["p99"] / first["p99"], 2)
    print(json.dumps([row for rows_ in measured for row in rows_], ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
