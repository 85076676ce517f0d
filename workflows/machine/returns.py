"""Going back: return, jump, and the region of a visit, which is all that the visit caused (language.md 4.2)."""

from __future__ import annotations

from typing import Any

from waystation.contracts.events import EntryKind
from waystation.contracts.params import ReturnRule
from workflows.machine import failures, forks, tokens, undo
from workflows.machine.errors import NodeError
from workflows.machine.run import Run
from workflows.machine.state import Activation, AnswerRecord, Fork, Frame, Op, Token, UndoRecord
from workflows.panel import Panel, answers_of

START = "start"


# ------------------------------------------------------------------------------------------------- regions
def clear_region(run: Run, frame: Frame, node: str, visit: int, why: str) -> list[UndoRecord]:
    """Withdraw all that a visit of a node caused in its frame; the records to undo are cut out and returned."""

    def caused(token: Token) -> bool:
        return token.seen.get(node) == visit

    before = len(frame.undo)
    tokens.purge(run, frame, caused, why, with_undo=True)
    inside = frame.undo[before:]
    del frame.undo[before:]
    return undo.take_region(frame, lambda record: record.seen.get(node) == visit) + inside


def last_visit(frame: Frame, node: str) -> tuple[int, str, int] | None:
    """Number, fork and branch of the last visit of a node in a frame; the start counts as visit 0."""
    if node == START:
        return frame.last.get(node, (0, "", 0))
    return frame.last.get(node)


def frame_with(run: Run, act: Activation, node: str) -> Frame | None:
    """The frame around an activation (or its own) whose body has this node."""
    frame: Frame | None = run.frame(act)
    while frame is not None:
        if node == START and not frame.owner:
            return frame
        if node in run.program.bodies[frame.body].nodes:
            return frame
        frame = run.state.frames.get(frame.parent) if frame.owner else None
    return None


def holder_in(run: Run, act: Activation, frame: Frame) -> Activation:
    """The activation in `frame` that contains `act` (or is it)."""
    current = act
    while current.frame != frame.path:
        current = run.state.acts[run.state.frames[current.frame].owner]
    return current


# ------------------------------------------------------------------------------------------------ returning
def go_back(run: Run, act: Activation, target: str, rule: ReturnRule) -> None:
    """Send the token of `act` back to `target`, as the rule says about siblings, answers and resubmission."""
    frame = frame_with(run, act, target)
    if frame is None:
        raise NodeError("bad_return", f"there is no way back to {target}")
    holder = holder_in(run, act, frame)
    if rule.siblings == "wait" and rule.resubmit != "straight_back" and _siblings_alive(run, frame, holder):
        act.phase = "waiting"
        act.work["returning"] = [target, rule.answers]
        run.state.returning.append(act.path)
        run.journal(EntryKind.TASK_CLOSED, act.path, run.node(act).key, by="", why="returns when the others have come")
        return
    run.journal(
        EntryKind.RETURNED, act.path, run.node(act).key, to=target, siblings=rule.siblings, resubmit=rule.resubmit
    )
    if rule.answers == "keep":
        run.state.kept.update(_kept_answers(run, holder, target, frame))
    _forget_answers(run, frame, target, holder, keep=rule.siblings == "keep")
    if rule.resubmit == "straight_back":
        _straight_back(run, frame, holder, act, target)
    elif rule.siblings == "keep":
        _alone(run, frame, holder, target)
    else:
        _whole_region(run, frame, holder, target)


def _siblings_alive(run: Run, frame: Frame, holder: Activation) -> bool:
    """Does anything else still move in the holder's fork? What has come to a join does not, and of several who want to
    return none waits for the others."""
    key = holder.token.fork
    if key not in frame.forks:
        return False
    acts, jobs = run.state.acts, [job for job in (run.state.undo, *run.state.undo_queue) if job is not None]
    returning = [around for path in run.state.returning if path in acts for around in _around(run, acts[path])]
    still = {holder.path, *(act.path for act in returning)}
    moving = [act.token for act in acts.values() if act.frame == frame.path and act.path not in still]
    ops = [*run.ready, *(op for job in jobs for op in job.then)]
    moving += [op.token for op in ops if op.do == "enter" and op.frame == frame.path and op.token is not None]
    return any(forks.within(frame, token, key) for token in moving)


def _around(run: Run, act: Activation) -> list[Activation]:
    """An activation and those that it stands in."""
    found = [act]
    while owner := run.state.acts.get(run.frame(found[-1]).owner):
        found.append(owner)
    return found


def review_waiting(run: Run) -> None:
    """A return that waits for its siblings happens when they have arrived or died."""
    for path in list(run.state.returning):
        act = run.state.acts.get(path)
        if act is None or "returning" not in act.work:
            run.state.returning.remove(path)
            continue
        target, answers = act.work["returning"]
        frame = frame_with(run, act, target)
        if frame is not None and not _siblings_alive(run, frame, holder_in(run, act, frame)):
            del act.work["returning"]
            run.state.returning.remove(path)
            failures.guarded(run, act, go_back, target, ReturnRule((target,), "cancel", "replay", answers))


def _whole_region(run: Run, frame: Frame, holder: Activation, target: str) -> None:
    """Everything the target's last visit caused goes; one token enters the target again."""
    number, fork_key, branch = last_visit(frame, target) or (0, "", 0)
    seen = {node: visit for node, visit in holder.token.seen.items() if visit < number or node == START}
    token = Token(fork_key, branch, seen, came=holder.node)
    known = frame.forks.get(fork_key)
    frame.tokens += 1
    fork = frame.forks.get(fork_key)
    if fork is not None:
        fork.live[branch] += 1
    records = clear_region(run, frame, target, number, f"returned to {target}")
    if holder.path in run.state.acts:
        tokens.die(run, frame, tokens.withdraw(run, holder, f"returned to {target}", undo_inside=True, undo_late=True))
    if fork_key and fork_key not in frame.forks:
        _open_again(frame, token, known, fork_key)
    _enter_after(run, frame, target, token, records)


def _open_again(frame: Frame, token: Token, known: Fork | None, key: str) -> None:
    """The fork that the target stood in is closed: a new activation of it, with this branch only."""
    node = known.node if known is not None else key.rsplit("/", 1)[-1].split("#", 1)[0]
    visit, parent, parent_branch = frame.last.get(node, (0, "", 0))
    count = frame.counts.get(node, 0) + 1
    frame.counts[node] = count
    prefix = f"{frame.path}/" if frame.path else ""
    fork = Fork(f"{prefix}{node}#{count}", node, frame.path, visit)
    outer = frame.forks.get(parent)
    if outer is not None:
        fork.parent, fork.parent_branch = parent, parent_branch
        outer.live[parent_branch] += 1
    fork.live, fork.arrived, fork.counted = [1], [[]], [False]
    frame.forks[fork.key] = fork
    token.fork, token.branch = fork.key, 0


def _alone(run: Run, frame: Frame, holder: Activation, target: str) -> None:
    """Only the returning branch goes back; before its fork it moves as a part of that branch."""
    number, fork_key, _ = last_visit(frame, target) or (0, "", 0)
    token = holder.token
    records = undo.take_region(frame, lambda record: _on_way(frame, record, holder, target, number))
    tokens.withdraw(run, holder, f"returned to {target}", undo_inside=True, undo_late=True)
    moved = Token(token.fork, token.branch, dict(token.seen), {}, holder.node, dict(token.resume))
    current, at = token.fork, token.branch
    while current and current != fork_key:
        fork = frame.forks.get(current)
        if fork is None:
            break
        moved.resume[fork.node] = (current, at)
        current, at = fork.parent, fork.parent_branch
    moved.seen = {node: visit for node, visit in token.seen.items() if visit < number or node == START}
    _enter_after(run, frame, target, moved, records)


def _on_way(frame: Frame, record: UndoRecord, holder: Activation, target: str, number: int) -> bool:
    """Is this record of a node that led from the target to the returning node, on its own branch?"""
    node = record.node.removeprefix(f"{frame.body}/").split("/", 1)[0]
    visit = record.seen.get(node)
    return record.seen.get(target) == number and holder.token.seen.get(node) == visit and holder.node != node


def _straight_back(run: Run, frame: Frame, holder: Activation, act: Activation, target: str) -> None:
    """A task at the target; when it is done its token comes straight back here. Nothing is undone."""
    number, _, _ = last_visit(frame, target) or (0, "", 0)
    token = holder.token
    tokens.withdraw(run, holder, f"returned to {target}")
    way = {node: visit for node, visit in token.seen.items() if visit > number}
    back = Token(token.fork, token.branch, dict(token.seen), {}, holder.node, dict(token.resume))
    back.back = {
        "to": holder.node,
        "from": target,
        "people": _answering(act),
        "conditions": conditions_on(run, frame, [target, *way]),
    }
    _enter_after(run, frame, target, back, [])


def _answering(act: Activation) -> list[str]:
    returned_by = act.work.get("returned_by")
    return [returned_by] if isinstance(returned_by, str) else []


def conditions_on(run: Run, frame: Frame, nodes: list[str]) -> dict[str, list[bool | None]]:
    """What every condition on these nodes says now: has the data changed the way?"""
    found: dict[str, list[bool | None]] = {}
    names = run.names(frame)
    for node_id in nodes:
        node = run.program.bodies[frame.body].nodes.get(node_id)
        if node is None:
            continue
        sources = [node.plan.condition, *(edge.when for edge in node.edges)]
        answers = [_says(run, source, names) for source in sources if source is not None]
        if answers:
            found[node_id] = answers
    return found


def _says(run: Run, source: str, names: dict[str, Any]) -> bool | None:
    try:
        return run.holds(source, names)
    except NodeError:
        return None


def straight_back_target(run: Run, frame: Frame, node_id: str, token: Token) -> str | None:
    """Where a token that was sent back for a correction goes when it leaves: back, or None: the ordinary way."""
    back = token.back
    if back is None or back["from"] != node_id:
        return None
    token.back = None
    nodes = list(back["conditions"])
    if conditions_on(run, frame, nodes) != back["conditions"]:
        run.journal(
            EntryKind.VERB, "", node_id, by="", verb="resubmit", fallback="replay", why="a condition on the way changed"
        )
        return None
    if back["people"]:
        key = run.node_in(frame, back["to"]).key
        run.state.asked_again[key] = list(back["people"])
    return str(back["to"])


def _enter_after(run: Run, frame: Frame, target: str, token: Token, records: list[UndoRecord]) -> None:
    op = Op("enter", frame.path, target, token)
    if records or run.state.undo is not None:
        undo.start(run, records, f"returned to {target}", [op])
    else:
        undo.go_on(run, [op])


# ------------------------------------------------------------------------------------------------- answers
def _region_nodes(run: Run, frame: Frame, target: str, holder: Activation) -> list[str]:
    number, _, _ = last_visit(frame, target) or (0, "", 0)
    prefix = f"{frame.body}/" if frame.body else ""
    return [
        key
        for key, people in run.state.answers.items()
        if key.startswith(prefix) and any(record.visit >= number for record in people.values())
    ]


def _kept_answers(run: Run, holder: Activation, target: str, frame: Frame) -> dict[str, Any]:
    """Those between the target and here; what is done again at the target itself is answered anew."""
    again = f"{frame.body}/{target}" if frame.body else target
    kept = {key: dict(run.state.answers[key]) for key in _region_nodes(run, frame, target, holder) if key != again}
    number, _, _ = last_visit(frame, target) or (0, "", 0)
    for act in run.state.acts.values():
        if act.panel is not None and act.phase == "open" and act.visit > number:
            given = _given_so_far(run, act, act.panel)
            if given:
                kept[run.node(act).key] = given
    return kept


def _given_so_far(run: Run, act: Activation, panel: Panel) -> dict[str, AnswerRecord]:
    """Answers at a node that is not decided yet."""
    key, now = run.node(act).key, run.state.now
    return {
        person: AnswerRecord(key, act.path, person, answer.by or person, answer.answer, answer.at or now, act.visit)
        for person, answer in answers_of(panel).items()
        if answer.answer is not None
    }


def _forget_answers(run: Run, frame: Frame, target: str, holder: Activation, *, keep: bool) -> None:
    """Answers of the region are kept for the record (the journal) and dropped for the count."""
    for key in _region_nodes(run, frame, target, holder):
        if not keep or key == run.node(holder).key:
            for record in run.state.answers[key].values():
                record.dropped = True


def previous_approval(run: Run, act: Activation) -> str | None:
    """The node of the last answered approval before this one."""
    best: tuple[int, str] | None = None
    for people in run.state.answers.values():
        for record in people.values():
            node = record.node.rsplit("/", 1)[-1]
            if record.dropped or record.visit >= act.visit or frame_with(run, act, node) is None:
                continue
            kind = run.program.node_by_key(record.node)
            if kind is not None and kind.kind == "approval" and (best is None or record.visit > best[0]):
                best = (record.visit, node)
    return best[1] if best else None


# --------------------------------------------------------------------------------------------------- jumps
def jump(run: Run, act: Activation, target: str, why: str) -> None:
    """An operator moves a token. Back: the region of the target's last visit is undone. Forward: only it moves."""
    frame = frame_with(run, act, target)
    if frame is None:
        raise NodeError("bad_return", f"there is no way to {target}")
    holder = holder_in(run, act, frame)
    if target in holder.token.seen and target != holder.node:
        _whole_region(run, frame, holder, target)
        return
    token = tokens.withdraw(run, holder, why, undo_inside=True, undo_late=True)
    token.came = holder.node
    tokens.send(run, frame, target, token)


__all__ = ["clear_region", "go_back", "jump", "previous_approval", "review_waiting", "straight_back_target"]
