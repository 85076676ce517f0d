"""Second part of lowering: who is asked and who is told (section 4.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from waystation.compiler.people_shapes import AskingKeys, NoticeShape, RuleShape, SameAsShape
from waystation.compiler.value_lowering import NUMBER, ValueLowering
from waystation.contracts.plan import Assign, Notice, Rule, Value


class PeopleLowering(ValueLowering):
    """Rules, with the people, roles and nodes they name looked up."""

    def assign(self, rules: Sequence[RuleShape], keys: AskingKeys, *path: str | int) -> Assign:
        """Who is asked, with the keys that stand beside the rules."""
        return Assign(
            rules=self.rules(rules, *path),
            strategy=keys.strategy,
            exclude=tuple(self._excluded(each, index) for index, each in enumerate(keys.exclude)),
            when_empty=self._when_empty(keys.when_empty),
            when_initiator=keys.when_initiator,
            repeat=keys.repeat,
        )

    def rules(self, rules: Iterable[RuleShape], *path: str | int) -> tuple[Rule, ...]:
        return tuple(self.rule(shape, *path, index) for index, shape in enumerate(rules))

    def rule(self, shape: RuleShape, *path: str | int) -> Rule:
        """One rule, with the people, roles and nodes it names looked up."""
        way = shape.way
        raw = getattr(shape, way)
        if way == "same_as":
            value: Value = self.node(str(raw), *path, way, answered=True)
        elif way == "manager_of" and raw in ("initiator", "actor"):
            value = raw
        else:
            value = self.value(raw, *path, way)
            if way in ("user", "role", "group"):
                self.known_person(way, value, *path, way)
            elif way == "field":
                self._member_field(str(raw), *path, way)
        weight = self.value(shape.weight, *path, "weight", wanted=NUMBER)
        return Rule(way, value, shape.levels, shape.up_to, shape.within, weight)  # type: ignore[arg-type]

    def known_person(self, way: str, value: Value, *path: str | int) -> None:
        """A problem for a role, group or user that the organisation does not have."""
        names = value if isinstance(value, list) else [value]
        for name in names:
            if not isinstance(name, str):
                if not isinstance(name, dict):
                    self.report("bad_type", *path, expected="who")
                continue
            known = self.compilation.people(way)
            if known is not None and name not in known:
                self.report("no_approver", *path, variant=way, name=name, known=sorted(known))

    def _member_field(self, name: str, *path: str | int) -> None:
        if self.compilation.data.get(name) is None:
            self.report("unknown_field", *path, name=name, known=self.compilation.data)

    def _excluded(self, shape: Any, index: int) -> str:
        if isinstance(shape, SameAsShape):
            return f"same_as:{self.node(shape.same_as, 'exclude', index, 'same_as', answered=True)}"
        return str(shape)

    def _when_empty(self, word: str) -> str:
        if word.startswith("user:"):
            self.known_person("user", word.removeprefix("user:"), "when_empty", "user")
        return word

    def notice(self, shape: NoticeShape, *path: str | int) -> Notice:
        """A notification."""
        self.compilation.know_template(shape.template, (*self.path, *path, "template"), self.address)
        to = tuple(
            each if isinstance(each, str) else self.rule(each, *path, "to", index)
            for index, each in enumerate(shape.to)
        )
        return Notice(
            to,
            shape.template,
            tuple(shape.channels),
            self.priority(shape.priority, *path, "priority"),
            self.value(shape.values, *path, "with"),
        )
