"""Acting on tasks for a caller: one verb on one task, or on many tasks in one request.

What is sent twice takes effect once: the command's id comes from the request's, and a request that is refused changes
nothing, so it may be tried again.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any

from designer_api import desk_schemas, schemas, steering
from designer_api.auth.policy import Caller
from designer_api.deps import Parts, now
from designer_api.errors import status_of
from designer_api.verbs import VERBS, NewComment, Sent, Verb, arguments, read_body, verb_named
from designer_api.views import task_place
from waystation.contracts.errors import Refused, Unavailable, WaystationError
from waystation.contracts.events import Command
from waystation.store import exact_json, form_drafts, idempotency, people
from waystation.store.form_drafts import task_form
from waystation.store.ids import new_id
from waystation.store.session import TenantSession

#: Commands of one bulk request under way at a time; more would only wait for the cases.
_AT_ONCE = 8
_MOST_MENTIONS = 50
#: `@id`, not inside a word such as a mail address. Ids have no spaces; sentence marks do not belong to them.
_MENTION = re.compile(r"(?<![\w.@])@([A-Za-z0-9_][\w.-]{0,99})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a verb goes: its case, and the task as it is named in addresses and in the case."""

    case: str
    task: str
    path: str


def place(task: str) -> Place:
    """Raises Refused: `not_found`."""
    case, path = task_place(task)
    return Place(case, task, path)


# ------------------------------------------------------------------------------------------------- one task
async def act(held: Parts, caller: Caller, task: str, name: str, body: Sent, key: str | None) -> schemas.Answered:
    """Carry out a verb; the case as it is then.

    Raises:
        Refused: the case's refusal; `key_reused` when the Idempotency-Key came with another request.
    """
    where = place(task)
    command_id = body.id
    if key is not None:
        request = [task, name, body.model_dump(mode="json", by_alias=True)]
        command_id = (await begun(held, caller, "act", key, request))["seed"]
    answer = await _sent(held, caller, where, name, body, command_id or new_id())
    served = _Served(held, caller, where)
    answered = await steering.answered(held, caller, where.case, answer, served.look if _answers(name) else None)
    await served.drop()
    return answered


async def carry_out(
    held: Parts, caller: Caller, where: Place, name: str, body: Sent, command_id: str
) -> dict[str, Any]:
    """Send the command that a verb becomes; the case's answer. A draft of the form has served then."""
    answer = await _sent(held, caller, where, name, body, command_id)
    if _answers(name):
        served = _Served(held, caller, where)
        async with held.database.read(caller.tenant) as session:
            await served.look(session)
        await served.drop()
    return answer


async def _sent(held: Parts, caller: Caller, where: Place, name: str, body: Sent, command_id: str) -> dict[str, Any]:
    verb = verb_named(name)
    args = arguments(verb, body)
    if name == "comment":
        args["mention"] = await mentioned(held, caller, args)
    revision = getattr(body, "revision", None)
    command = Command(
        now(), command_id, verb.command or name, caller.person, _target(verb, where, args), args, {}, revision
    )
    return await steering.carry_out(held, caller, where.case, command)


def _answers(name: str) -> bool:
    """Does this verb give the task its answer?"""
    return verb_named(name).answers


async def comment_on_case(
    held: Parts, caller: Caller, case: str, body: NewComment, key: str | None
) -> schemas.Answered:
    """A comment on the case as a whole."""
    command_id = body.id
    if key is not None:
        command_id = (await begun(held, caller, "comment", key, [case, body.model_dump(mode="json")]))["seed"]
    args = arguments(VERBS["comment"], body)
    args["mention"] = await mentioned(held, caller, args)
    return await steering.command(held, caller, case, "comment", None, args, command_id)


def _target(verb: Verb, where: Place, args: dict[str, Any]) -> str | None:
    """What the command is aimed at: the task; or a node that the arguments name; or the whole case."""
    if verb.of_task:
        return where.path
    return str(args["node"]) if "node" in args else None


async def mentioned(held: Parts, caller: Caller, args: dict[str, Any]) -> list[str]:
    """Whom a comment mentions: the list, and every `@id` in its text that is somebody.

    Raises:
        Refused: `bad_request`, more than fifty.
    """
    found = list(args.get("mention") or ())
    tagged = [name.rstrip(".-") for name in _MENTION.findall(str(args.get("text") or ""))]
    if tagged:
        async with held.database.read(caller.tenant) as session:
            known = (await people.organisation(session)).people
        found += [name for name in tagged if name in known and known[name].active]
    found = list(dict.fromkeys(found))
    if len(found) > _MOST_MENTIONS:
        raise Refused("bad_request", f"at most {_MOST_MENTIONS} people are mentioned", f"最多提及 {_MOST_MENTIONS} 人")
    return found


@dataclass(slots=True)
class _Served:
    """What somebody has saved of a task's form, once the task has its answer."""

    held: Parts
    caller: Caller
    where: Place
    there: bool = False

    async def look(self, session: TenantSession) -> None:
        self.there = await form_drafts.draft(session, self.caller.person, self._subject) is not None

    async def drop(self) -> None:
        """Drop it, where there was something when it was looked for."""
        if not self.there:
            return

        async def work(session: TenantSession) -> None:
            _ = await form_drafts.drop(session, self.caller.person, self._subject)

        await self.held.database.transact(self.caller.tenant, work)

    @property
    def _subject(self) -> form_drafts.Subject:
        return task_form(self.where.case, self.where.path)


async def begun(held: Parts, caller: Caller, scope: str, key: str, request: Any) -> dict[str, Any]:
    """What is on record under an Idempotency-Key: a seed for command ids, and perhaps the whole answer.

    Raises:
        Refused: `key_reused`.
    """
    mine = {"seed": new_id()}

    async def work(session: TenantSession) -> dict[str, Any]:
        found = await idempotency.chosen(session, f"{scope}:{caller.person}", key, request, mine)
        return dict(found)

    return await held.database.transact(caller.tenant, work)


# ---------------------------------------------------------------------------------------------- many tasks
async def bulk(held: Parts, caller: Caller, asked: desk_schemas.Bulk, key: str | None) -> desk_schemas.BulkDone:
    """One verb on many tasks. A row that is refused does not stop the others; a repeat answers as the first time.

    A row that could not be reached (503) is tried again by a repeat; all others are then answered from the record.
    """
    body = read_body(verb_named(asked.verb), asked.args)
    if body.id is not None:
        raise Refused(
            "bad_request", "rows get ids of their own: send an Idempotency-Key", "批量操作请使用 Idempotency-Key"
        )
    record = {"seed": new_id()}
    if key is not None:
        record = await begun(held, caller, "bulk", key, asked.model_dump(mode="json"))
        if "items" in record:
            return desk_schemas.BulkDone.model_validate(record)
    few = asyncio.Semaphore(_AT_ONCE)

    async def row(task: str) -> desk_schemas.BulkRow:
        async with few:
            return await _row(held, caller, task, asked.verb, body, str(record["seed"]))

    rows = await asyncio.gather(*(row(task) for task in asked.tasks))
    done = desk_schemas.BulkDone(items=rows, done=sum(row.ok for row in rows), refused=sum(not row.ok for row in rows))
    if key is not None and all(row.status != 503 for row in rows):
        return await _settled(held, caller, key, done)
    return done


async def _row(held: Parts, caller: Caller, task: str, name: str, body: Sent, seed: str) -> desk_schemas.BulkRow:
    command_id = exact_json.digest([seed, task])
    try:
        answer = await carry_out(held, caller, place(task), name, body, command_id)
    except (Refused, Unavailable) as error:
        return _failed_row(task, error)
    return desk_schemas.BulkRow(
        task=task, ok=True, status=200, revision=answer["revision"], case_status=answer["status"]
    )


def _failed_row(task: str, error: WaystationError) -> desk_schemas.BulkRow:
    return desk_schemas.BulkRow(
        task=task, ok=False, status=status_of(error), code=error.code, zh=error.zh, en=error.en,
        detail=exact_json.plain(error.detail) or None,
    )  # fmt: skip


async def _settled(held: Parts, caller: Caller, key: str, done: desk_schemas.BulkDone) -> desk_schemas.BulkDone:
    """The answer on record: of two who carried out the same request at once, the first one's."""

    async def work(session: TenantSession) -> Any:
        return await idempotency.settle(session, f"bulk:{caller.person}", key, done.model_dump(mode="json"))

    return desk_schemas.BulkDone.model_validate(await held.database.transact(caller.tenant, work))
