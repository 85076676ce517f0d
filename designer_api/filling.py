"""Forms while they are filled in, and what a caller may do with a task. Nothing is changed."""

from __future__ import annotations

from typing import Any

import msgspec

from designer_api import drafting, form_bodies
from designer_api.auth import veil
from designer_api.auth.policy import Caller
from designer_api.deps import Parts, now
from designer_api.opening import note_plain
from designer_api.views import shown, visible_task
from waystation.contracts.events import Command
from waystation.contracts.plan import Form
from waystation.gateway import rehearsal
from waystation.store.exact_json import plain
from waystation.store.ids import new_id
from workflows.desk_offers import Desk, Offer
from workflows.machine.form_states import FieldState


async def start_form(held: Parts, caller: Caller, process: str, data: dict[str, Any]) -> form_bodies.StartForm:
    """The start form of what the caller would start.

    Raises:
        Refused: `unknown_process`, `not_allowed`.
    """
    await drafting.require_start(held, caller, process)
    number, program, fields = await rehearsal.start_form(
        held.gateway, caller.tenant, process, data, actor=caller.person, at=now()
    )
    name = program.plan.start.form
    form = _form_now(name, program.plan.forms[name], fields) if name is not None else None
    return form_bodies.StartForm(version=number, form=form)


async def task_desk(held: Parts, caller: Caller, task: str, asked: form_bodies.FilledTask) -> form_bodies.TaskDesk:
    """A task before the caller.

    Raises:
        Refused: `not_found`, `not_allowed`.
    """
    async with held.database.read(caller.tenant) as session:
        _, row = await visible_task(held, session, caller, task)
    command = Command(now(), new_id(), "read", caller.person, row.path)
    program, desk = await rehearsal.desk(held.gateway, caller.tenant, row.case_id, command, asked.form, asked.outcome)
    form = _form_now(desk.form, program.plan.forms[desk.form], desk.fields) if desk.form is not None else None
    told = {each.name: plain(each.value) for each in desk.fields}
    await note_plain(held, caller, row.case_id, program.hash, told, "task form")
    return form_bodies.TaskDesk(offers=[_offer(each) for each in desk.offers], outcomes=_outcomes(desk), form=form)


def _outcomes(desk: Desk) -> list[form_bodies.TaskOutcome]:
    return [
        form_bodies.TaskOutcome(id=each.id, title=each.title or None, has_form=each.has_form) for each in desk.outcomes
    ]


def _offer(offer: Offer) -> form_bodies.TaskOffer:
    why = offer.why
    return form_bodies.TaskOffer(
        verb=offer.verb,
        targets=list(offer.targets),
        why=form_bodies.WhyNot(code=why.code, zh=why.zh, en=why.en) if why is not None else None,
    )


def _form_now(name: str, form: Form, fields: list[FieldState]) -> form_bodies.FormNow:
    return form_bodies.FormNow(
        name=name,
        title=form.title or None,
        layout=list(form.layout),
        fields=[_field(each) for each in fields if not veil.is_hidden(each.name)],
    )


def _field(state: FieldState) -> form_bodies.FormField:
    """What the caller may not edit by the tenant's rules he reads, masked where they say so."""
    right = state.right if veil.may_edit(state.name) else "read"
    return form_bodies.FormField(
        name=state.name,
        field=msgspec.to_builtins(plain(state.schema)),
        right=right,
        shown=state.shown,
        required=state.required and right == "edit",
        computed=state.computed,
        value=shown({state.name: plain(state.value)})[state.name],
        options=shown({"options": plain(state.options)})["options"],
    )
