"""Personal data in the rows of capabilities: sealed with the key of whom they are of, and gone with it.

A column says by `schema.personal_of` that it holds such data, and which other column says whose. Who writes it seals
first, and who reads it opens. Rows that were stored before there were keys are sealed by `seal_some`. The keys stand
with those of cases: what a case has written into rows goes with the case's own data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select, type_coerce
from sqlalchemy.orm import Mapper

from waystation.sealing.envelopes import SEALED, Envelope, envelope_of, put_in
from waystation.sealing.ring import KeyRing
from waystation.store import exact_json, person_keys, personal
from waystation.store.inserts import insert_all_new
from waystation.store.person_keys import CaseKey
from waystation.store.schema import PERSONAL, Base, LongText
from waystation.store.session import TenantSession
from waystation.store.tables.personal import PersonalTermRow

#: Who these rows are of, as people are found by it, and where it stands among what a case knows people by. No field of
#: a process has such a name.
KIND, _SLOT = "customer", "row/customer"
#: Cases that one statement looks for.
_AT_ONCE = 50
_OPENING = f'{{"{SEALED}":'


async def sealed(
    session: TenantSession, place: str, whose: str, value: Any, *, also: Mapping[str, Any] | None = None
) -> Any:
    """A JSON value as it is kept; as it is where there are no keys.

    Args:
        place: the case that writes it.
        whose: the customer; empty: only the case knows.
        also: what he is found by too: kind -> value.
    """
    ring = session.ring
    if ring is None or value in (None, "", {}, []):
        return value
    index = await person_keys.index_key(session, ring)
    key = await _key(session, ring, place, person_keys.term_of(index, KIND, whose) if whose else "")
    if key.secret is not None:
        known = {kind: found for kind, found in (also or {}).items() if person_keys.is_found_by(kind, found)}
        terms = [person_keys.term_of(index, kind, found) for kind, found in known.items()]
        rows = [{"case_id": place, "number": key.number, "term": term} for term in terms]
        await insert_all_new(session, PersonalTermRow, rows)
    empty = Envelope(place, key.number, _SLOT, "")
    return put_in(key.secret, session.tenant, empty, exact_json.encode(value)).plain()


async def sealed_text(session: TenantSession, place: str, whose: str, text: str) -> str:
    """A text as a column of texts keeps it."""
    kept = await sealed(session, place, whose, text)
    return kept if isinstance(kept, str) else exact_json.encode(kept)


async def opened(session: TenantSession, kept: Any, *, erased: Any) -> Any:
    """What was sealed; `erased` where it was erased since."""
    return await personal.opened(session, kept, erased=erased)


async def opened_text(session: TenantSession, kept: str, *, erased: str) -> str:
    """The text of a column of texts."""
    found = _envelope(kept)
    return kept if found is None else str(await personal.opened(session, found.plain(), erased=erased))


async def _key(session: TenantSession, ring: KeyRing, place: str, subject: str) -> CaseKey:
    """In a case that has lost the key of its customer, what comes later stays erased."""
    known = [key for key in await person_keys.of_case(session, place) if key.slot == _SLOT]
    if known and (known[-1].secret is None or subject in ("", known[-1].subject)):
        return known[-1]
    return await person_keys.bind(session, ring, place, _SLOT, subject)


async def rows_of(session: TenantSession, cases: Mapping[str, Sequence[int]]) -> list[dict[str, Any]]:
    """What rows hold of somebody, opened: table, key and columns.

    Args:
        cases: ids of cases -> numbers of his keys there.
    """
    mine, found = {(case, number) for case, numbers in cases.items() for number in numbers}, []
    for mapper, columns in _tables():
        for row in await _written_by(session, mapper, columns, sorted(cases)):
            held = {name: each for name in columns if (each := _envelope(getattr(row, name))) and each.key in mine}
            if held:
                told = {name: await personal.opened(session, each.plain()) for name, each in held.items()}
                key = list(mapper.primary_key_from_instance(row)[1:])
                found.append({"table": str(mapper.local_table), "key": key, **told})
    return found


async def _written_by(
    session: TenantSession, mapper: Mapper[Any], columns: Sequence[str], cases: Sequence[str]
) -> list[Any]:
    found: list[Any] = []
    for start in range(0, len(cases), _AT_ONCE):
        begins = [f'{_OPENING}["{case}",' for case in cases[start : start + _AT_ONCE]]
        texts = [type_coerce(getattr(mapper.class_, name), LongText()) for name in columns]
        where = or_(*(text.startswith(begin, autoescape=True) for text in texts for begin in begins))
        found += await session.scalars(select(mapper.class_).where(where))
    return found


# ------------------------------------------------------------------------------ what was stored before
async def seal_some(session: TenantSession, *, limit: int = 500) -> int:
    """Seal rows that are stored in the clear, in every table that this process knows; how many there were."""
    done = 0
    for mapper, columns in _tables():
        if session.ring is not None and done < limit:
            done += await _seal_some(session, mapper, columns, limit - done)
    return done


def _tables() -> Iterator[tuple[Mapper[Any], list[str]]]:
    """Tables with personal columns, and these."""
    for mapper in sorted(Base.registry.mappers, key=lambda each: str(each.local_table)):
        columns = [each.key for each in mapper.column_attrs if PERSONAL in each.columns[0].info]
        if columns:
            yield mapper, columns


async def _seal_some(session: TenantSession, mapper: Mapper[Any], columns: Sequence[str], limit: int) -> int:
    clear = or_(*(_in_clear(getattr(mapper.class_, name)) for name in columns))
    rows = (await session.scalars(select(mapper.class_).where(clear).limit(limit).with_for_update())).all()
    for row in rows:
        place = f"row/{hashlib.sha256(repr(mapper.primary_key_from_instance(row)).encode()).hexdigest()[:40]}"
        for name in columns:
            value = getattr(row, name)
            if _envelope(value) is None:
                seal = sealed_text if isinstance(value, str) else sealed
                whose = getattr(row, mapper.columns[name].info[PERSONAL])
                setattr(row, name, await seal(session, place, whose, value))
    await session.flush()
    return len(rows)


def _in_clear(column: Any) -> Any:
    """What no envelope is, and not nothing."""
    text = type_coerce(column, LongText())
    return text.not_in(("", "null", "{}", "[]")) & ~text.startswith(_OPENING, autoescape=True)


def _envelope(kept: Any) -> Envelope | None:
    """What a column holds, as an envelope."""
    is_text = isinstance(kept, str) and kept.startswith(_OPENING)
    return envelope_of(exact_json.decode(kept) if is_text else kept)
