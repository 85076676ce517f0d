"""Third part of lowering: durations, calendars and deadlines (section 4.3)."""

from __future__ import annotations

from collections.abc import Sequence

from waystation.compiler.findings import Moment
from waystation.compiler.node_shapes import DeadlineShape, StepShape
from waystation.compiler.people_lowering import PeopleLowering
from waystation.compiler.shapes import needs_calendar
from waystation.contracts.plan import Deadline, Rule, Step, Value


class ClockLowering(PeopleLowering):
    """Clocks: what they run on, and what happens when."""

    def duration(self, raw: str, calendar: str | None, *path: str | int, moment: Moment = Moment.ENTER) -> Value:
        """A length of time: canonical text, or a value with an expression."""
        if "${" in raw:
            return self.value(raw, *path, moment=moment)
        if calendar is None and needs_calendar(raw):
            self.report("bad_duration", *path, variant="calendar", text=raw)
        return raw

    def deadline(
        self, shape: DeadlineShape | None, *path: str | int, outcomes: Sequence[str] | None = None
    ) -> Deadline | None:
        """A clock. `outcomes` are those that its steps may close the task with; None: none at all."""
        if shape is None:
            return None
        calendar = self.calendar(shape.calendar, *path, "calendar")
        return Deadline(
            due=self.duration(shape.due, calendar, *path, "in"),
            calendar=calendar,
            pause_when=self.condition(shape.pause_when, *path, "pause_when", moment=Moment.OPEN),
            steps=tuple(
                self._step(step, calendar, outcomes, *path, "steps", index) for index, step in enumerate(shape.steps)
            ),
        )

    def _step(self, shape: StepShape, calendar: str | None, outcomes: Sequence[str] | None, *path: str | int) -> Step:
        percent = shape.at[:-1] if shape.at.endswith("%") else None
        if percent is None:
            self.duration(shape.at, calendar, *path, "at")
        if shape.outcome is not None and shape.outcome not in (outcomes or ()):
            self.report("unknown_outcome", *path, "outcome", name=shape.outcome, known=outcomes or ())
        if not any(
            (
                shape.notify,
                shape.escalate,
                shape.transfer,
                shape.add,
                shape.remind,
                shape.outcome,
                shape.error,
                shape.mark,
            )
        ):
            self.report("bad_type", *path, variant="idle_step")
        if shape.remind is not None:
            self.duration(shape.remind.every, calendar, *path, "remind", "every")
        moment: dict[str, tuple[Rule, ...]] = {}
        for name in ("escalate", "transfer", "add"):
            others = getattr(shape, name)
            moment[name] = self.rules(others.to, *path, name, "to") if others is not None else ()
        return Step(
            percent=percent,
            after=None if percent is not None else shape.at,
            notify=self.notice(shape.notify, *path, "notify") if shape.notify is not None else None,
            remind_every=shape.remind.every if shape.remind is not None else None,
            remind_times=shape.remind.times if shape.remind is not None else 0,
            outcome=shape.outcome,
            error=shape.error,
            mark=shape.mark or ("breached" if shape.escalate is not None else None),
            **moment,
        )
