"""What a node kind is given to make its part of the plan: the last part, and the whole.

Values and names come from `value_lowering`, people from `people_lowering`, clocks from `clock_lowering`; here are
actions, forms, messages, locks, undo and what a node saves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waystation.compiler.arguments import check_arguments
from waystation.compiler.clock_lowering import ClockLowering
from waystation.compiler.correlation import match_of
from waystation.compiler.findings import Moment, Write
from waystation.compiler.node_shapes import BoundaryShape, FormUseShape, LockShape, UndoShape
from waystation.compiler.value_lowering import ANY, BOOL, NO_NAMES, NUMBER, STRING
from waystation.contracts.catalog import ActionSpec
from waystation.contracts.params import FormUse
from waystation.contracts.plan import Boundary, Form, Lock, Match, Table, Undo, Value
from waystation.contracts.problems import Path
from waystation.expressions import Type

__all__ = ["ANY", "BOOL", "NUMBER", "STRING", "NodeLowering"]


class NodeLowering(ClockLowering):
    """One node (or the process itself, with `draft` None) while it is lowered."""

    # Actions, tables, forms

    def action(self, name: str, *path: str | int) -> ActionSpec | None:
        """An action of the catalogue; None where it is unknown or untyped."""
        return self.compilation.use_action(name, self.path + path, self.address)

    def arguments(
        self,
        action: str,
        spec: ActionSpec | None,
        args: Mapping[str, Any],
        *path: str | int,
        moment: Moment = Moment.ENTER,
        names: Mapping[str, Type] = NO_NAMES,
    ) -> dict[str, Value]:
        """The arguments of an action, checked against its input model."""
        typed = {name: self.typed_value(raw, *path, name, moment=moment, names=names) for name, raw in args.items()}
        if spec is not None:
            check_arguments(self, action, spec, args, {name: found for name, (_, found) in typed.items()}, path)
        return {name: value for name, (value, _) in typed.items()}

    def check_table(self, name: str, table: Table, *path: str | int) -> None:
        """A table of the library reads the data of whoever uses it: look at its inputs with this node's names."""
        if name in self.compilation.local_tables:
            return
        for column in table.inputs:
            if column.value:
                self.condition(column.value, *path, wanted=None)

    def form(self, name: str) -> Form | None:
        """A form the process knows."""
        return self.compilation.forms.get(name)

    def form_use(self, shape: FormUseShape | None, *path: str | int) -> FormUse | None:
        """A form at this node, with the rights of its fields."""
        if shape is None:
            return None
        written_short = not isinstance(self.compilation.value_at(self.path + path), dict)
        form = self.compilation.use_form(
            shape.use, self.path + path + (() if written_short else ("use",)), self.address
        )
        if form is not None:
            for name in shape.fields:
                if name not in form.fields:
                    self.report("unknown_field", *path, "fields", name, key=True, name=name, known=form.fields)
        return FormUse(shape.use, dict(shape.fields))

    # Events, messages, locks, undo

    def match(self, raw: Any, *path: str | int) -> Match | None:
        """How a message finds its waiter."""
        if raw is None:
            return None
        return match_of(self, raw, path)

    def boundaries(self, shape: BoundaryShape | None) -> tuple[tuple[Boundary, ...], tuple[Path, ...]]:
        """The boundary events, with the place of each."""
        if shape is None:
            return (), ()
        found: list[Boundary] = []
        paths: list[Path] = []
        for index, error in enumerate(shape.error):
            found.append(Boundary("error", error.to, code=error.code))
            paths.append((*self.path, "on", "error", index, "to"))
        for index, due in enumerate(shape.deadline):
            where = ("on", "deadline", index)
            calendar = self.calendar(due.calendar, *where, "calendar")
            length = self.duration(due.due, calendar, *where, "in")
            found.append(Boundary("deadline", due.to, due.interrupt, due=length, calendar=calendar))
            paths.append((*self.path, *where, "to"))
        for index, message in enumerate(shape.message):
            match = self.match(message.match, "on", "message", index, "match")
            found.append(Boundary("message", message.to, message.interrupt, message=message.name, match=match))
            paths.append((*self.path, "on", "message", index, "to"))
        return tuple(found), tuple(paths)

    def lock(self, shape: LockShape | None) -> Lock | None:
        if shape is None:
            return None
        return Lock(self.value(shape.name, "lock", "name", wanted=STRING), shape.scope, shape.take)

    def undo(self, shape: UndoShape | None, names: Mapping[str, Type]) -> Undo | None:
        """How the node's effect is taken back; its arguments see what its `save` sees."""
        if shape is None:
            return None
        spec = self.action(shape.do, "undo", "do")
        args = self.arguments(shape.do, spec, shape.args, "undo", "with", moment=Moment.DONE, names=names)
        return Undo(shape.do, args)

    # Saving

    def save(self, raw: Mapping[str, Any], names: Mapping[str, Type]) -> dict[str, Value]:
        """The node's `save`: every target checked against the data, every value against its target."""
        return {target: self._save_one(target, each, "save", names) for target, each in raw.items()}

    def collect(self, raw: Mapping[str, Any], names: Mapping[str, Type]) -> dict[str, Value]:
        """A foreach's `collect`: as `save`."""
        return {target: self._save_one(target, each, "collect", names) for target, each in raw.items()}

    def _save_one(self, target: str, raw: Any, key: str, names: Mapping[str, Type]) -> Value:
        value, found = self.typed_value(raw, key, target, moment=Moment.DONE, names=names)
        root, _, rest = target.partition(".")
        local = root == "local" and "local" in self.scope and bool(rest)
        if not local:
            self._check_target(target, raw, found, key)
        name = rest if local else root
        self.compilation.writes.append(Write(self.address, name, (*self.path, key, target), local=local))
        return value

    def _check_target(self, target: str, raw: Any, found: Type, key: str) -> None:
        wanted = self.compilation.data.get(target)
        if wanted is None:
            self.report("unknown_field", key, target, key=True, name=target, known=self.compilation.data)
        elif not self.compilation.expressions.fits(found, wanted):
            given, needed = found.named(), wanted.named()
            what = (
                f"{target} 是{needed[1]}，不能写入{given[1]}",
                f"{target} is {needed[0]} and cannot take {given[0]}",
            )
            self.report("bad_save", key, target, variant="type", what=what)
