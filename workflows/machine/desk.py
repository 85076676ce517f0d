"""A human node from opening to closing: people are found, the task is offered, answers are counted, data is stored."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from waystation.contracts.events import EntryKind
from waystation.contracts.params import ApprovalParams, FormUse, TaskParams
from waystation.contracts.people import Resolution, Seat
from waystation.expressions import typed
from workflows.machine import asking, clocks, failures, take_back, tokens
from workflows.machine.errors import NodeError
from workflows.machine.run import Run
from workflows.machine.state import Activation, AnswerRecord
from workflows.panel import (
    Answer,
    PanelSettings,
    answerers,
    convene,
    deserted,
    enlarge,
    keep_answers,
    replace,
    reseat,
    revise,
    verdict,
    viewers,
)

Params = TaskParams | ApprovalParams


# ------------------------------------------------------------------------------------------------- opening
def open_or_wait(run: Run, act: Activation) -> None:
    params: Params = run.node(act).params
    if params.deadline is not None and f"{act.path}|deadline" not in run.state.clocks:
        clocks.arm_deadline(run, act, params.deadline)
    if params.open_while is not None and not run.holds(params.open_while, run.names_of(act)):
        close_door(run, act)
        return
    act.phase = "resolving"
    asking.ask(run, act, params.assign, mode=getattr(params, "mode", "any"))


def close_door(run: Run, act: Activation) -> None:
    """`open_while` is false: nobody sees the task and its clocks stand."""
    was_open = act.phase == "open" and act.panel is not None
    act.phase = "closed"
    clocks.pause_all(run, act.path, "open_while")
    if was_open:
        run.journal(EntryKind.TASK_CLOSED, act.path, run.node(act).key, by="", why="open_while")


def review_shown(run: Run, act: Activation) -> None:
    """The data that people are asked about has changed: commands that name the task's older revision become stale."""
    if act.panel is not None and act.phase == "open" and revise(act.panel, asking.data_hash(run)):
        show(run, act)


def review_open_while(run: Run, act: Activation) -> None:
    """Data has changed: offer the task again, or take it from sight."""
    params: Params = run.node(act).params
    if params.open_while is None or act.phase not in ("open", "closed"):
        return
    try:
        wanted = run.holds(params.open_while, run.names_of(act))
    except NodeError as error:
        failures.fail(run, act, error)
        return
    if act.phase == "open" and not wanted:
        close_door(run, act)
    elif act.phase == "closed" and wanted:
        clocks.resume_all(run, act.path, "open_while")
        if act.panel is None:
            act.phase = "resolving"
            failures.guarded(run, act, open_or_wait)
        else:
            act.phase = "open"
            show(run, act, opened=True)


def resolved(run: Run, path: str, key: str, resolution: Resolution) -> None:
    """People were found for an activation that may be gone by now."""
    act = run.state.acts.get(path)
    if act is None:
        return
    purpose = key.split(":", 1)[0]
    if purpose in ("assign", "reseat") and run.state.handed:
        resolution = _handed_over(run, act, resolution)
    run.journal(
        EntryKind.PEOPLE_FOUND,
        path,
        run.node(act).key,
        by="",
        rules=list(resolution.fired),
        fallback=resolution.empty,
        purpose=purpose,
    )
    if purpose == "notify":
        found = [seat.person for seat in resolution.seats]
        asking.notice_people_found(run, act, key, found)
        if run.node(act).kind == "notify" and not act.work.get("notices"):
            failures.guarded(run, act, tokens.leave)
    elif purpose == "assign" and act.panel is None:
        failures.guarded(run, act, _seat, resolution)
    elif act.panel is not None:
        _change_people(run, act, purpose, resolution)


def _handed_over(run: Run, act: Activation, resolution: Resolution) -> Resolution:
    """Somebody whose work was handed over is found again: it goes to the one who has his work, if he may have it."""
    seats: dict[str, Seat] = {}
    barred = asking.excluded(run, run.node(act).params.assign)
    for seat in resolution.seats:
        person = run.state.handed.get(seat.person, seat.person)
        if person != seat.person and person not in barred:
            seat = structs.replace(seat, person=person, proxies=())  # noqa: PLW2901 - the seat as it is now
        seats.setdefault(seat.person, seat)
    return structs.replace(resolution, seats=tuple(seats.values()))


def _change_people(run: Run, act: Activation, purpose: str, resolution: Resolution) -> None:
    panel = act.panel
    if panel is None or (not resolution.seats and purpose != "reseat"):
        return
    if purpose in ("escalate", "transfer"):
        changes = replace(panel, resolution.seats, run.state.now)
    elif purpose == "add":
        changes = enlarge(panel, resolution.seats, run.state.now)
    elif deserted(panel, resolution, run.state.gone):
        failures.guarded(run, act, _go_on_without, resolution)
        return
    else:
        changes = reseat(panel, resolution, run.state.now, gone=run.state.gone)
    for change in changes:
        run.journal(EntryKind.VERB, act.path, run.node(act).key, by="", **{"purpose": purpose, **change.data})
    after_change(run, act)


def _seat(run: Run, act: Activation, resolution: Resolution) -> None:
    """The people are known: offer the task, or go on at once where nobody needs to be asked.

    While they were looked for the data may have changed: behind a closed door they are looked for again when it opens.
    """
    params: Params = run.node(act).params
    if params.open_while is not None and not run.holds(params.open_while, run.names_of(act)):
        close_door(run, act)
        return
    if resolution.empty in ("skip", "reject", "fail") or not resolution.seats:
        _go_on_without(run, act, resolution)
        return
    act.panel = convene(_settings(run, act, params), resolution, run.state.now)
    act.phase = "open"
    kept = run.state.kept.pop(run.node(act).key, None)
    if kept:
        keep_answers(
            act.panel, {person: Answer(record.answer, record.at, record.by) for person, record in kept.items()}
        )
    show(run, act, opened=True)
    decide(run, act)


def _go_on_without(run: Run, act: Activation, resolution: Resolution) -> None:
    """There is nobody to ask: what `when_empty` says."""
    if resolution.empty == "skip":
        close(run, act, _first_outcome(run.node(act).params), "nobody to ask: skip")
    elif resolution.empty == "reject":
        close(run, act, "rejected", "nobody to ask: reject")
    else:
        raise NodeError("no_approver", "nobody was found to work on this", {"node": act.node})


def _first_outcome(params: Params) -> str:
    return "approved" if isinstance(params, ApprovalParams) else next(iter(params.outcomes))


def _settings(run: Run, act: Activation, params: Params) -> PanelSettings:
    common: dict[str, Any] = {
        "allow": params.allow,
        "strategy": params.assign.strategy,
        "initiator": run.state.initiator,
        "when_initiator": params.assign.when_initiator,
        "shown": asking.data_hash(run),
    }
    if isinstance(params, TaskParams):
        return PanelSettings(judge=False, outcomes=tuple(params.outcomes), **common)
    quota = run.value(params.quota, run.names_of(act))
    return PanelSettings(
        judge=True, mode=params.mode, quota=quota, refusals=params.refusals, decide=params.decide, **common
    )


# ------------------------------------------------------------------------------------------------- showing
def show(run: Run, act: Activation, *, opened: bool = False) -> None:
    """Journal who may answer now, so that inboxes follow."""
    panel, node = act.panel, run.node(act)
    if panel is None:
        return
    seen = {
        "candidates": answerers(panel),
        "viewers": viewers(panel),
        "claimer": panel.claimer,
        "revision": panel.revision,
    }
    if not opened:
        run.journal(EntryKind.TASK_CHANGED, act.path, node.key, by="", **seen)
        return
    params: Params = node.params
    names = run.names_of(act)
    use = params.form
    priority = params.priority if params.priority is not None else run.state.priority
    run.journal(
        EntryKind.TASK_OPENED,
        act.path,
        node.key,
        by="",
        kind=node.kind,
        title=run.text(node.plan.title or node.id, names),
        summary=run.text(node.plan.summary, names),
        form=use.name if use else None,
        fields=use.rights if use else {},
        outcomes=outcomes_of(run, act),
        allow=list(params.allow),
        priority=_priority(run, priority, names),
        **seen,
    )


def _priority(run: Run, value: Any, names: dict[str, Any]) -> int:
    found = run.value(value, names)
    return min(5, max(1, int(found))) if isinstance(found, int) and not isinstance(found, bool) else 3


def outcomes_of(run: Run, act: Activation) -> list[dict[str, Any]]:
    """The answers a task offers: id and title."""
    params: Params = run.node(act).params
    if isinstance(params, ApprovalParams):
        return [
            {"id": "approved", "title": {"zh": "同意", "en": "Approve"}},
            {"id": "rejected", "title": {"zh": "拒绝", "en": "Reject"}},
        ]
    return [{"id": name, "title": outcome.title or name} for name, outcome in params.outcomes.items()]


def form_for(params: Params, outcome: str | None) -> FormUse | None:
    """The form of an answer: an outcome's own, else the node's."""
    if isinstance(params, TaskParams) and outcome is not None:
        own = params.outcomes.get(outcome)
        if own is not None and own.form is not None:
            return own.form
    return params.form


# ------------------------------------------------------------------------------------------------ deciding
def after_change(run: Run, act: Activation) -> None:
    """People or answers changed: close the node if it is decided, else show who is asked now."""
    if not decide(run, act):
        show(run, act)


def decide(run: Run, act: Activation) -> bool:
    found = verdict(act.panel) if act.panel is not None else None
    if found is None:
        return False
    close(run, act, found, "answered")
    return True


def close(run: Run, act: Activation, outcome: str, why: str) -> None:
    """The node is decided: close the task, store the form, go on."""
    act.work["outcome"], act.work["why"] = outcome, why
    failures.guarded(run, act, _leave)


def _leave(run: Run, act: Activation) -> None:
    node, outcome = run.node(act), act.work["outcome"]
    form = merged_form(act)
    names = {
        "form": typed({"properties": _form_fields(run, node.params)}, form),
        "actor": run.state.last_actor,
        "outcome": outcome,
    }
    snapshot = take_back.snapshot(run, act)
    if not act.work.get("form_stored"):
        _store_form(run, act, form)
        act.work["form_stored"] = True
    run.journal(EntryKind.TASK_CLOSED, act.path, node.key, by="", outcome=outcome, why=act.work["why"])
    _remember_answers(run, act)
    tokens.leave(run, act, outcome, **names)
    _stamp_answers(run, node.key, act.visit)
    if snapshot is not None:
        run.state.take_back[act.path] = snapshot


def merged_form(act: Activation) -> dict[str, Any]:
    """The fields of all answers, later ones over earlier ones."""
    merged: dict[str, Any] = {}
    for form in act.work.get("forms", {}).values():
        merged.update(form)
    return merged


def _form_fields(run: Run, params: Params) -> dict[str, Any]:
    return dict(run.program.plan.forms[params.form.name].fields) if params.form is not None else {}


def _store_form(run: Run, act: Activation, form: dict[str, Any]) -> None:
    """Fields are stored under their own names, unless `save` maps them."""
    node, frame = run.node(act), run.frame(act)
    mapped = run.program.mapped_form_fields(node)
    inside_item = run.names(frame).get("local") is not None and frame.owner != ""
    values: dict[str, Any] = {}
    for name, value in form.items():
        if name in mapped:
            continue
        if inside_item:
            values[f"local.{name}"] = value
        elif name in run.program.schemas:
            values[name] = value
    if values:
        run.assign(values, frame, act.path)


def _remember_answers(run: Run, act: Activation) -> None:
    """Keep each person's last answer at this node, for same_as, repeat, previous and answers: keep. Advice is none."""
    panel, node = act.panel, run.node(act)
    if panel is None:
        return
    people = run.state.answers.setdefault(node.key, {})
    for chair in panel.chairs:
        if chair.state == "answered" and chair.answer is not None and chair.relation != "delegate":
            people[chair.person] = AnswerRecord(
                node.key,
                act.path,
                chair.person,
                chair.by or chair.person,
                chair.answer,
                chair.at or run.state.now,
                act.visit,
            )


def _stamp_answers(run: Run, key: str, visit: int) -> None:
    """The data that they agreed to is the data as the node left it."""
    stamp = asking.data_hash(run)
    for record in run.state.answers.get(key, {}).values():
        if record.visit == visit:
            record.data_hash = stamp


def retry(run: Run, act: Activation) -> None:
    if "outcome" in act.work:
        act.phase = "open"
        _leave(run, act)
    elif act.panel is not None:
        act.phase = "open"
        show(run, act, opened=True)
    else:
        open_or_wait(run, act)


def withdrawn(run: Run, act: Activation) -> None:
    if act.panel is not None and act.phase == "open":
        run.journal(EntryKind.TASK_CLOSED, act.path, run.node(act).key, by="", why="withdrawn")
