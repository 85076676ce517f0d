"""What tasks and approvals have in common: the names that the `save` of an answered node sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waystation.compiler.forms import types_of
from waystation.compiler.lowering import ANY, STRING, NodeLowering
from waystation.expressions import Type


def names_of_answer(lowering: NodeLowering, forms: Sequence[str], outcomes: tuple[str, ...]) -> Mapping[str, Type]:
    """`form` with the fields of all forms the node shows, `actor` and `outcome`."""
    known: dict[str, Type] = {}
    for name in forms:
        form = lowering.form(name)
        if form is None:
            return {"form": ANY, "actor": STRING, "outcome": Type("string", values=outcomes)}
        known.update(types_of(form.fields))
        for region in form.by_region.values():
            known.update(types_of(region.get("add", {})))
    answer = Type.object_of(known) if forms else ANY
    return {"form": answer, "actor": STRING, "outcome": Type("string", values=outcomes)}
