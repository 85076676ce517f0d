"""What a node kind is given to lower its keys, first part: problems, values, expressions, and names of other nodes.

Every method takes the author's text together with where it stands below the node, reports what is wrong with it, and
answers with what the plan holds; with something harmless where the text is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from waystation.compiler.expression_use import quiet_type
from waystation.compiler.findings import Moment
from waystation.compiler.ways import ends_of
from waystation.contracts.plan import Text, Value
from waystation.contracts.problems import Path
from waystation.expressions import Type

if TYPE_CHECKING:
    from waystation.compiler.compilation import Compilation
    from waystation.compiler.drafts import Draft

ANY = Type("any")
BOOL = Type("bool")
NUMBER = Type("number")
STRING = Type("string")
NO_NAMES: Mapping[str, Type] = {}
#: Wall clock, said explicitly where the process has a calendar.
NO_CALENDAR = "none"


class ValueLowering:
    """One node (or the process itself, with `draft` None) while it is lowered."""

    def __init__(self, compilation: Compilation, draft: Draft | None, path: Path, scope: Mapping[str, Type]) -> None:
        self.compilation = compilation
        self.draft = draft
        self.path = path
        self.scope = scope
        self.address = draft.address if draft is not None else ""

    # Saying what is wrong

    def report(self, code: str, *path: str | int, key: bool = False, variant: str = "", **args: Any) -> None:
        """Report a problem at a place below the node. `known` with `name` gives a "did you mean"."""
        missing = code == "missing_key" or variant == "no_next"
        if missing and self.draft is not None and self.draft.pruned:  # it is there, and wrong: that has been said
            return
        where = self.path + path
        self.compilation.report.add(code, where, node=self.address or None, key=key, variant=variant, **args)

    # Values and expressions

    def value(
        self,
        raw: Any,
        *path: str | int,
        moment: Moment = Moment.ENTER,
        names: Mapping[str, Type] = NO_NAMES,
        wanted: Type | None = None,
    ) -> Value:
        """JSON in which texts may hold expressions; those become `{"$": text}`."""
        if raw is None or (type(raw) is str and wanted is None and "${" not in raw):
            return raw
        return self.typed_value(raw, *path, moment=moment, names=names, wanted=wanted)[0]

    def typed_value(
        self,
        raw: Any,
        *path: str | int,
        moment: Moment = Moment.ENTER,
        names: Mapping[str, Type] = NO_NAMES,
        wanted: Type | None = None,
    ) -> tuple[Value, Type]:
        """The same, with its type."""
        scope = {**self.scope, **names} if names else self.scope
        return self.compilation.expressions.value(raw, self.path + path, self.address, scope, moment, wanted)

    def values(
        self,
        raw: Mapping[str, Any],
        *path: str | int,
        moment: Moment = Moment.ENTER,
        names: Mapping[str, Type] = NO_NAMES,
    ) -> dict[str, Value]:
        """A map of values."""
        return {name: self.value(each, *path, name, moment=moment, names=names) for name, each in raw.items()}

    def condition(
        self,
        raw: str | None,
        *path: str | int,
        moment: Moment = Moment.ENTER,
        names: Mapping[str, Type] = NO_NAMES,
        wanted: Type | None = BOOL,
    ) -> str | None:
        """A condition with or without `${ }`, as bare source."""
        if raw is None:
            return None
        scope = {**self.scope, **names} if names else self.scope
        return self.compilation.expressions.bare(raw, self.path + path, self.address, scope, moment, wanted)[0]

    def bare(
        self, raw: str, *path: str | int, moment: Moment = Moment.ENTER, names: Mapping[str, Type] = NO_NAMES
    ) -> tuple[str, Type]:
        """An expression with or without `${ }`, as bare source and with its type."""
        scope = {**self.scope, **names} if names else self.scope
        return self.compilation.expressions.bare(raw, self.path + path, self.address, scope, moment)

    def type_of(self, raw: Any) -> Type:
        """The type of a value, without saying again what is wrong with it."""
        return quiet_type(raw, self.scope)

    def text(self, raw: Text, *path: str | int, moment: Moment = Moment.ENTER) -> Text:
        """A text that may hold expressions; it stays a text, in each language."""
        if not raw:
            return raw
        if isinstance(raw, dict):
            for locale, each in raw.items():
                self.value(each, *path, locale, moment=moment)
        else:
            self.value(raw, *path, moment=moment)
        return raw

    def priority(self, raw: Any, *path: str | int) -> Value:
        """1 (first) to 5, or an expression."""
        if raw is not None and not isinstance(raw, str) and raw not in (1, 2, 3, 4, 5):
            self.report("bad_type", *path, variant="limit", what=("优先级是 1 到 5", "a priority is 1 to 5"))
            return None
        return self.value(raw, *path, wanted=NUMBER)

    # Names of other things

    def node(self, name: str, *path: str | int, answered: bool = False) -> str:
        """A node of this body or of one around it."""
        found = self.draft.visible(name) if self.draft is not None else self.compilation.nodes.get(name)
        if found is None:
            self.report("unknown_node", *path, name=name, known=self.visible_names())
        elif answered and found.kind is not None and not found.kind.answered:
            self.report("unknown_node", *path, variant="not_answered", got=name)
        return name

    def find(self, name: str) -> Draft | None:
        """A node: of this body, of one around it, or else of any body by its address or its id."""
        seen = self.draft.visible(name) if self.draft is not None else self.compilation.nodes.get(name)
        return seen or self.compilation.anywhere(name)

    def sees(self, found: Draft) -> bool:
        """Whether a node is in this body or in one around it."""
        return self.draft is not None and self.draft.visible(found.id) is found

    def visible_names(self) -> Iterable[str]:
        """Ids of the nodes of this body and of those around it."""
        return self.draft.visible_names() if self.draft is not None else self.compilation.nodes

    def beside(self, name: str, *path: str | int) -> Draft | None:
        """A node of this body; a problem where there is none."""
        around = self.draft.beside if self.draft is not None else self.compilation.nodes
        if name not in around:
            self.report("unknown_node", *path, name=name, known=around)
        return around.get(name)

    def members(self) -> Mapping[str, Draft]:
        """The nodes inside this one."""
        return self.draft.members if self.draft is not None else {}

    def incoming(self) -> tuple[str, ...]:
        """Ids of the nodes of this body that have an edge to this one, in display order."""
        if self.draft is None:
            return ()
        return self.compilation.incoming(self.draft)

    def ends_inside(self) -> tuple[tuple[str, ...], bool]:
        """The outcomes that ends inside this node name, and whether a token can end there without one."""
        return ends_of(self.members())

    def calendar(self, name: str | None, *path: str | int, default: bool = True) -> str | None:
        """The calendar of a clock: the one it names, else the process's; None is the wall clock."""
        if name == NO_CALENDAR:
            return None
        if name is not None:
            return self.compilation.use_calendar(name, self.path + path, self.address)
        return self.compilation.calendar if default else None
