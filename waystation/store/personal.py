"""Personal data on their way into the store and out of it: sealed in journals, projections and states of cases.

Entries are sealed before they are chained and projected, so chains, projections and a rebuild know only envelopes and
agree whether or not these can still be opened. Reading opens them at the edge: in the API's answers, in a state that a
case goes on from, and where two entries are compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from waystation.contracts.events import Entry, EntryKind
from waystation.sealing.envelopes import ERASED, SEALED, Envelope, envelopes_in, put_in, replaced, take_out
from waystation.sealing.personal import INITIATOR, PersonalFields, personal_fields
from waystation.sealing.ring import KeyRing
from waystation.store import definitions, exact_json, person_keys, tenant_seal
from waystation.store.inserts import insert_all_new
from waystation.store.person_keys import CaseKey
from waystation.store.session import TenantSession
from waystation.store.tables.personal import PersonalTermRow

#: Where an entry's data hold those of the case, by the entry's kind.
_PLACES: Mapping[EntryKind, tuple[str, ...]] = {
    EntryKind.CASE_STARTED: ("data",),
    EntryKind.DATA_CHANGED: ("fields",),
    EntryKind.ANSWERED: ("form",),
    EntryKind.VERB: ("form", "args"),
    EntryKind.ACTION_DONE: ("result",),
    EntryKind.MESSAGE_TAKEN: ("fields",),
    EntryKind.MESSAGE_SENT: ("fields",),
    EntryKind.COMMANDED: ("args", "answer"),
    EntryKind.CALL_ENDED: ("data",),
}


#: What people write freely, wherever an entry says it, and the name that rules of access know it by.
FREE_TEXTS, COMMENT = ("comment", "text", "reason"), "comment"
#: The name that rules of access know files by.
FILE = "file"


@dataclass(slots=True)
class _Sealing:
    """The keys of one case while entries of it are sealed."""

    session: TenantSession
    ring: KeyRing
    case_id: str
    fields: PersonalFields
    keys: list[CaseKey]
    index: bytes
    terms: set[tuple[int, str]] = field(default_factory=set)

    async def bind(self, slot: str, subject: str = "") -> None:
        """Have a key for what a field says is a person's. In a case that lost one, what comes later stays erased."""
        bound = self._bound(slot)
        if bound is not None and (bound.secret is None or subject in ("", bound.subject)):
            return
        self.keys.append(await person_keys.bind(self.session, self.ring, self.case_id, slot, subject))

    def _bound(self, slot: str) -> CaseKey | None:
        return next((key for key in reversed(self.keys) if key.slot == slot), None)

    def key_for(self, name: str) -> CaseKey:
        declared = self.fields.fields[name]
        found = self._bound(declared.of)
        assert found is not None, "every slot is bound before"
        return found

    def seal(self, name: str, value: Any, *, found: bool = True) -> Any:
        """A value of a personal field, sealed; with `found`, what people are found by goes into the index."""
        key, kind = self.key_for(name), self.fields.fields[name].kind
        if found and person_keys.is_found_by(kind, value) and key.secret is not None:
            self.terms.add((key.number, person_keys.term_of(self.index, kind, value)))
        return self._put_in(key, name, value)

    async def seal_as(self, name: str, value: Any) -> Any:
        """What is no field, sealed as data of the person whom the case is mostly about."""
        await self.bind(self.fields.fields[self.fields.main].of)
        return self._put_in(self.key_for(self.fields.main), name, value)

    def _put_in(self, key: CaseKey, name: str, value: Any) -> Any:
        empty = Envelope(self.case_id, key.number, name, "")
        return put_in(key.secret, self.session.tenant, empty, exact_json.encode(value)).plain()

    def walk(self, value: Any) -> Any:
        """A JSON value with every personal field in it sealed."""
        if isinstance(value, Mapping):
            return {
                name: self.seal(name, item) if name in self.fields.fields and item is not None else self.walk(item)
                for name, item in value.items()
            }
        return [self.walk(item) for item in value] if isinstance(value, list | tuple) else value


async def sealed(
    session: TenantSession, case_id: str, entries: Sequence[Entry], plans: Sequence[str | None]
) -> list[Entry]:
    """Entries as they are kept: personal fields in envelopes.

    Args:
        plans: hashes of the plans that the case has by now; what one of them calls personal is.
    """
    work = await _begin(session, case_id, plans)
    if work is None:
        return list(entries)
    done = [await _seal_entry(work, entry) for entry in entries]
    rows = [{"case_id": case_id, "number": number, "term": term} for number, term in sorted(work.terms)]
    await insert_all_new(session, PersonalTermRow, rows)
    return done


async def _begin(session: TenantSession, case_id: str, plans: Sequence[str | None]) -> _Sealing | None:
    ring = session.ring
    fields = await fields_of(session, plans) if ring is not None else None
    if ring is None or fields is None:
        return None
    keys = await person_keys.of_case(session, case_id)
    return _Sealing(session, ring, case_id, fields, keys, await person_keys.index_key(session, ring))


async def fields_of(session: TenantSession, plans: Sequence[str | None]) -> PersonalFields | None:
    """What these plans call personal; None where they call nothing so."""
    found: PersonalFields | None = None
    for digest in dict.fromkeys(plan for plan in plans if plan):
        known = _KNOWN.get(digest)
        if known is None:
            text = await definitions.plan_by_hash(session, digest)
            known = _KNOWN.setdefault(digest, (personal_fields(text) if text is not None else None,))
            if len(_KNOWN) > _MOST_KNOWN:
                _KNOWN.pop(next(iter(_KNOWN)))
        found = _both(found, known[0])
    return found


#: What plans declare, by their hash: the same for ever and for everybody.
_KNOWN: dict[str, tuple[PersonalFields | None]] = {}
_MOST_KNOWN = 2_000


def _both(some: PersonalFields | None, others: PersonalFields | None) -> PersonalFields | None:
    if some is None or others is None:
        return some or others
    return PersonalFields(
        {**some.fields, **others.fields}, others.title or some.title, {**some.titles, **others.titles}
    )


async def _seal_entry(work: _Sealing, entry: Entry) -> Entry:
    await _bind_owners(work, entry)
    data = dict(entry.data)
    places = [place for place in _PLACES.get(entry.kind, ()) if place in data]
    whole = {place: name for place, name in _told(work.fields, entry).items() if data.get(place) is not None}
    for name in {*_names([data[place] for place in places], work.fields), *whole.values()}:
        await work.bind(work.fields.fields[name].of)
    for place in places:
        data[place] = work.walk(data[place])
    for place, name in whole.items():
        data[place] = work.seal(name, data[place], found=False)
    data = await _without_free_texts(work, data)
    if isinstance(data.get("args"), Mapping):
        data["args"] = await _without_free_texts(work, data["args"])
    return msgspec.structs.replace(entry, data=data)


async def _without_free_texts(work: _Sealing, said: Mapping[str, Any]) -> dict[str, Any]:
    """Comments and reasons sealed: they may say anything of the person."""
    return {
        name: await work.seal_as(COMMENT, text) if name in FREE_TEXTS and isinstance(text, str) and text else text
        for name, text in said.items()
    }


async def sealed_for_case(session: TenantSession, case_id: str, plan: str | None, values: Sequence[Any]) -> list[Any]:
    """Values that are no entry's, sealed under the name `file` as data of the person whom the case is mostly about;
    empty where its process calls nothing personal, or there are no keys."""
    work = await _begin(session, case_id, [plan])
    return [] if work is None else [await work.seal_as(FILE, value) for value in values]


def _told(fields: PersonalFields, entry: Entry) -> dict[str, str]:
    """Texts made of personal fields, sealed as a whole: where they stand -> such a field."""
    match entry.kind:
        case EntryKind.CASE_STARTED | EntryKind.CASE_TITLED:
            return {"title": fields.title} if fields.title else {}
        case EntryKind.TASK_OPENED:
            name = fields.titles.get(entry.node)
            return {"title": name} if name else {}
        case EntryKind.NOTICE:
            return {"values": fields.main}
        case EntryKind.ACTION_FAILED | EntryKind.INCIDENT_OPENED:  # a failure may repeat whatever it was given
            return dict.fromkeys(("title", "detail"), fields.main)
    return {}


async def _bind_owners(work: _Sealing, entry: Entry) -> None:
    """See whose data they are, where this entry says so."""
    for owner in sorted(work.fields.owners):
        if owner == INITIATOR:
            started = entry.kind is EntryKind.CASE_STARTED
            value = entry.data.get("initiator", entry.by) if started else None
        else:
            value = next(_values(entry.data, owner), None)
        kind = work.fields.kind_of(owner)
        if value is not None and person_keys.is_found_by(kind, value):
            await work.bind(owner, person_keys.term_of(work.index, kind, value))


def _values(value: Any, name: str) -> Iterator[Any]:
    """What a field holds, wherever it occurs."""
    if isinstance(value, Mapping):
        if value.get(name) is not None:
            yield value[name]
        value = list(value.values())
    for item in value if isinstance(value, list | tuple) else ():
        yield from _values(item, name)


def _names(value: Any, fields: PersonalFields) -> Iterator[str]:
    """The personal fields that occur in a JSON value."""
    if isinstance(value, Mapping):
        yield from (name for name in value if name in fields.fields)
        value = list(value.values())
    for item in value if isinstance(value, list | tuple) else ():
        yield from _names(item, fields)


async def opened(session: TenantSession, value: Any, *, erased: Any = ERASED) -> Any:
    """A JSON value with its envelopes opened; `erased` stands where that is not possible any more."""
    found = list(envelopes_in(value))
    if not found:
        return value
    keys = await person_keys.opened(session, (each.key for each in found))

    def taken_out(each: Envelope) -> Any:
        text = take_out(keys.get(each.key), session.tenant, each)
        return erased if text is None else exact_json.decode(text)

    return replaced(value, taken_out)


async def agree(session: TenantSession, mine: Any, stored: Any) -> bool:
    """Whether plain data are what is stored, as far as this can still be read."""
    gone = object()
    read = await opened(session, stored, erased=gone)
    return _same(exact_json.plain(mine), read, gone)


def _same(mine: Any, read: Any, gone: object) -> bool:
    if read is gone:
        return True
    if isinstance(read, dict) and isinstance(mine, dict):
        return read.keys() == mine.keys() and all(_same(mine[name], item, gone) for name, item in read.items())
    if isinstance(read, list) and isinstance(mine, list):
        return len(read) == len(mine) and all(_same(*pair, gone) for pair in zip(mine, read, strict=True))
    return exact_json.canonical(mine) == exact_json.canonical(read)


async def sealed_state(session: TenantSession, case_id: str, plan: str | None, state: bytes) -> bytes:
    """A machine's state as it is kept: personal fields in envelopes, and all of it sealed for the tenant."""
    if session.ring is None:
        return state
    work = await _begin(session, case_id, [plan])
    text = state
    if work is not None:
        read = exact_json.decode(state.decode())
        for name in sorted(set(_names(read, work.fields))):
            await work.bind(work.fields.fields[name].of)
        text = exact_json.encode(work.walk(read)).encode()
    return tenant_seal.sealed_bytes(session, text)


async def opened_state(session: TenantSession, kept: bytes) -> bytes:
    """A state that was kept; what was erased is null in it.

    Raises:
        Unavailable: `key_missing`.
    """
    text = tenant_seal.opened_bytes(session, kept)
    if SEALED.encode() not in text:
        return text
    return exact_json.encode(await opened(session, exact_json.decode(text.decode()), erased=None)).encode()
