"""Questions to the organisation: a node's rules with their expressions computed, and notices to people."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

import msgspec

from waystation.contracts.events import EntryKind, ResolvePeople, SendNotice
from waystation.contracts.people import Asked, Request
from waystation.contracts.plan import Assign, Notice, Rule
from workflows.machine.errors import NodeError
from workflows.machine.run import Run, node_key
from workflows.machine.state import Activation, AnswerRecord
from workflows.panel import answerers

_JSON = msgspec.json.Encoder(order="deterministic", decimal_format="number")


def data_hash(run: Run) -> str:
    """A fingerprint of the case's data: has anything changed since somebody agreed?"""
    return hashlib.sha256(_JSON.encode(run.state.data)).hexdigest()[:16]


def ask(run: Run, act: Activation, assign: Assign, *, mode: str = "any") -> None:
    """Ask who works on this node; the answer comes as PeopleResolved with the key `assign`."""
    rules = assign.rules
    key = run.node(act).key
    amended = run.state.asked_again.pop(key, None) or run.state.amended.get(key)
    if amended is not None:
        rules = tuple(Rule("user", person) for person in amended)
    request = Request(
        node=run.node(act).key,
        process=run.state.process,
        rules=tuple(_asked(run, act, rule) for rule in rules),
        initiator=run.state.initiator,
        strategy=assign.strategy,
        exclude=excluded(run, assign),
        when_empty=assign.when_empty,
        when_initiator=assign.when_initiator,
        repeated=_repeated(run, act, assign),
        replace_away=mode == "all_then_any",
        at=run.state.now,
    )
    run.effect(ResolvePeople(act.path, "assign", request))


def ask_again(run: Run, act: Activation, purpose: str, rules: tuple[Rule, ...], step: int) -> None:
    """Ask for the people of a deadline step; the answer's key is `purpose:step`."""
    asked = tuple(_asked(run, act, rule) for rule in rules)
    request = Request(
        run.node(act).key,
        run.state.process,
        asked,
        run.state.initiator,
        "all",
        exclude=excluded(run, run.node(act).params.assign),
        at=run.state.now,
    )
    run.effect(ResolvePeople(act.path, f"{purpose}:{step}", request))


def excluded(run: Run, assign: Assign) -> tuple[str, ...]:
    """Person ids that four eyes keep away from a node."""
    found: list[str] = []
    for rule in assign.exclude:
        if rule == "initiator":
            found.append(run.state.initiator)
        else:
            found += [record.person for record in answered_at(run, rule.removeprefix("same_as:"))]
            found += [record.by for record in answered_at(run, rule.removeprefix("same_as:"))]
    return tuple(dict.fromkeys(person for person in found if person))


def answered_at(run: Run, node: str) -> list[AnswerRecord]:
    """The last answers at a node (its key or its id), oldest first."""
    found = run.state.answers.get(node)
    if found is None:
        found = next((people for key, people in run.state.answers.items() if key.rsplit("/", 1)[-1] == node), {})
    counting = [record for record in found.values() if not record.dropped]
    return sorted(counting, key=lambda record: (record.visit, record.at))


def _repeated(run: Run, act: Activation, assign: Assign) -> tuple[str, ...]:
    """People who agreed before and need not be asked again, as long as the data is as it was then."""
    if assign.repeat == "ask":
        return ()
    now = data_hash(run)
    agreed = [
        record
        for people in run.state.answers.values()
        for record in people.values()
        if record.answer in ("approve", "approved") and record.data_hash == now and not record.dropped
    ]
    if assign.repeat == "skip_consecutive" and agreed:
        last = max(record.visit for people in run.state.answers.values() for record in people.values())
        agreed = [record for record in agreed if record.visit == last]
    return tuple(dict.fromkeys(record.person for record in agreed))


# ----------------------------------------------------------------------------------------- rules, computed
def _asked(run: Run, act: Activation, rule: Rule) -> Asked:
    names = run.names_of(act)
    value = run.value(rule.value, names)
    weight = int(_number(run.value(rule.weight, names)))
    within = _metres(rule.within) if rule.within else None
    people = tuple(_people(run, act, rule, value, names))
    return Asked(rule.by, value, people, rule.levels, rule.up_to, within, weight)


def _people(run: Run, act: Activation, rule: Rule, value: Any, names: dict[str, Any]) -> list[str]:
    match rule.by:
        case "user" | "expr":
            return _ids(value)
        case "same_as":
            return list(dict.fromkeys(record.person for record in answered_at(run, str(value))))
        case "field":
            local = names.get("local") or {}
            return _ids(local.get(str(value), run.state.data.get(str(value))))
        case "manager_of":
            return _manager_base(run, value)
        case "pick_by":
            return _ids(run.state.picked.get(run.node(act).key))
        case _:
            return []


def _manager_base(run: Run, value: Any) -> list[str]:
    if value == "initiator":
        return [run.state.initiator]
    if value == "actor":
        return [run.state.last_actor or run.state.initiator]
    return _ids(value)


def _ids(value: Any) -> list[str]:
    if value is None or value == "":
        return []
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return list(value)
    raise NodeError("expression", "people must be given as an id or a list of ids", {"value": str(value)})


def _number(value: Any) -> Decimal:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    raise NodeError("expression", "a weight must be a number", {"value": str(value)})


def _metres(text: str) -> float:
    """`3km`, `500m` or a plain number of metres."""
    if text.endswith("km"):
        return float(text[:-2]) * 1000
    return float(text.removesuffix("m"))


# ------------------------------------------------------------------------------------------------- notices
def notify(run: Run, act: Activation | None, notice: Notice) -> None:
    """Tell people. Words are `assignees` and `initiator`; rules are resolved first (key `notify:…`)."""
    people: list[str] = []
    rules: list[Rule] = []
    for target in notice.to:
        if isinstance(target, str):
            people += _word(run, act, target)
        else:
            rules.append(target)
    if not rules or act is None:
        tell(run, act, notice, people)
        return
    asked = tuple(_asked(run, act, rule) for rule in rules)
    request = Request(
        run.node(act).key, run.state.process, asked, run.state.initiator, "all", when_empty="skip", at=run.state.now
    )
    run.state.notices += 1
    key = f"notify:{run.state.notices}"
    act.work.setdefault("notices", {})[key] = [msgspec.to_builtins(notice), people]
    run.effect(ResolvePeople(act.path, key, request))


def _word(run: Run, act: Activation | None, word: str) -> list[str]:
    if word == "assignees":
        return desk_people(act)
    if word == "initiator":
        return [run.state.initiator] if run.state.initiator else []
    return [word.removeprefix("user:")]


def desk_people(act: Activation | None) -> list[str]:
    return answerers(act.panel) if act is not None and act.panel is not None else []


def notice_people_found(run: Run, act: Activation, key: str, found: list[str]) -> None:
    raw, people = act.work["notices"].pop(key)
    tell(run, act, msgspec.convert(raw, Notice), [*people, *found])


def tell(run: Run, act: Activation | None, notice: Notice, people: list[str]) -> None:
    """Journal a notice and hand it out. Each person once; nobody found is journaled too."""
    names = run.names_of(act) if act is not None else run.base
    to = tuple(dict.fromkeys(person for person in people if person))
    run.state.sent += 1
    path = act.path if act is not None else ""
    key = f"notice:{path}:{run.state.sent}"
    values = run.value(notice.values, names) if notice.values is not None else {}
    priority = run.value(notice.priority, names)
    shown = {"case_title": run.state.title, "node": node_key(path), **(values or {})}
    run.journal(
        EntryKind.NOTICE,
        path,
        node_key(path),
        by="",
        id=key,
        to=list(to),
        template=notice.template,
        channels=list(notice.channels),
        priority=priority,
        values=shown,
    )
    run.effect(SendNotice(path, key, to, notice.template, notice.channels, int(priority or 3), shown))


def remind(run: Run, act: Activation) -> None:
    tell(run, act, Notice(("assignees",), "reminder"), desk_people(act))
