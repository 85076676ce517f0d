"""What one does to a design, as values: each is a change of the document, checked when it is applied.

The designer sends lists of them; all are applied or none. Names and meanings stand in docs/designer.md.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from waystation.contracts.catalog import Catalog
from waystation.contracts.errors import Refused
from waystation.design import edge_edits, node_edits
from waystation.design.layouts import Layout, arranged
from waystation.design.model import Tree
from waystation.design.node_types import new_config
from waystation.design.places import bad_edit, find, put, rename_key

MOST_OPERATIONS = 500
#: Seconds that a list of operations may take.
_SECONDS = 5.0
Key = str | int
PathTo = Annotated[list[Key], Field(min_length=1, max_length=40)]
Name = Annotated[str, Field(max_length=400)]


@dataclass(slots=True)
class Edit:
    """A document while it is changed. `made` collects the addresses of new nodes."""

    tree: Tree
    layout: Layout
    catalog: Catalog
    made: list[str] = field(default_factory=list)


class _Operation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    def apply(self, edit: Edit) -> None:
        raise NotImplementedError


class SetValue(_Operation):
    """Any value of the document by its path; missing maps on the way are made."""

    op: Literal["set"]
    path: PathTo
    value: Any

    def apply(self, edit: Edit) -> None:
        parent = _parent(edit.tree, self.path, make=True)
        _put(parent, self.path[-1], exact(self.value))


class Remove(_Operation):
    """Take away what stands at a path."""

    op: Literal["remove"]
    path: PathTo

    def apply(self, edit: Edit) -> None:
        parent, last = _parent(edit.tree, self.path), self.path[-1]
        _ = _inside(parent, last)
        del parent[last]


class RenameKey(_Operation):
    """Another key for an entry of a map, in its place."""

    op: Literal["rename_key"]
    path: PathTo
    to: Name

    def apply(self, edit: Edit) -> None:
        parent, last = _parent(edit.tree, self.path), self.path[-1]
        _ = _inside(parent, last)
        if not isinstance(parent, dict) or (self.to in parent and self.to != last):
            raise bad_edit(f"不能改名为 {self.to}", f"it cannot be called {self.to}")
        rename_key(parent, str(last), self.to)


class MoveItem(_Operation):
    """Another place for an entry in its list or map, counted from 0."""

    op: Literal["move_item"]
    path: PathTo
    to: Annotated[int, Field(ge=0)]

    def apply(self, edit: Edit) -> None:
        parent, last = _parent(edit.tree, self.path), self.path[-1]
        value = _inside(parent, last)
        if isinstance(parent, list):
            assert isinstance(last, int)
            del parent[last]
            parent.insert(self.to, value)
            return
        others = [key for key in parent if key != last]
        put(parent, str(last), value, before=others[self.to] if self.to < len(others) else None)


class SetNode(_Operation):
    """Several keys of a node at once."""

    op: Literal["set_node"]
    id: Name
    values: dict[str, Any] = Field(default_factory=dict)
    unset: list[str] = Field(default_factory=list)

    def apply(self, edit: Edit) -> None:
        raw = find(edit.tree, self.id).raw
        for key, value in self.values.items():
            raw[key] = exact(value)
        for key in self.unset:
            raw.pop(key, None)


class AddNode(_Operation):
    """A new node, between two others where `on_edge` names an edge."""

    op: Literal["add_node"]
    kind: Annotated[str, Field(min_length=1, max_length=100)]
    id: Name | None = None
    in_: Name | None = Field(default=None, alias="in")
    title: Any = None
    config: dict[str, Any] = Field(default_factory=dict)
    after: Name | None = None
    on_edge: Name | None = None
    next: Name | None = None

    def apply(self, edit: Edit) -> None:
        config = self.config or new_config(edit.catalog, self.kind)
        given = {**({} if self.title is None else {"title": self.title}), **config}
        edit.made.append(
            node_edits.add(
                edit.tree, edit.catalog, self.kind, exact(given), name=self.id, around=self.in_, after=self.after,
                on_edge=self.on_edge, leads_to=self.next,
            )
        )  # fmt: skip


class CopyNode(_Operation):
    """A copy beside a node."""

    op: Literal["copy_node"]
    id: Name
    to: Name | None = None

    def apply(self, edit: Edit) -> None:
        edit.made.append(node_edits.duplicate(edit.tree, self.id, self.to))


class RemoveNode(_Operation):
    """A node goes, with all inside it."""

    op: Literal["remove_node"]
    id: Name
    heal: bool = True

    def apply(self, edit: Edit) -> None:
        node_edits.remove(edit.tree, self.id, heal=self.heal)
        edit.layout = arranged(edit.layout, gone=self.id)


class RenameNode(_Operation):
    """Another id, with every reference."""

    op: Literal["rename_node"]
    id: Name
    to: Name

    def apply(self, edit: Edit) -> None:
        new = node_edits.rename(edit.tree, self.id, self.to)
        edit.layout = arranged(edit.layout, renamed=(self.id, new))
        edit.made.append(new)


class ChangeKind(_Operation):
    """Another kind; keys that both kinds have stay."""

    op: Literal["change_kind"]
    id: Name
    kind: Name

    def apply(self, edit: Edit) -> None:
        node_edits.change_kind(edit.tree, edit.catalog, self.id, self.kind)


class MoveNode(_Operation):
    """Another place in the order of display; None: the first."""

    op: Literal["move_node"]
    id: Name
    after: Name | None = None

    def apply(self, edit: Edit) -> None:
        node_edits.move(edit.tree, self.id, self.after)


class Connect(_Operation):
    """A new edge."""

    op: Literal["connect"]
    from_: Name = Field(alias="from")
    to: Name
    way: Literal["start", "next", "outcome", "branch", "error", "deadline", "message"] | None = None
    outcome: Name | None = None
    when: Any = None
    event: dict[str, Any] | None = None

    def apply(self, edit: Edit) -> None:
        edge_edits.connect(
            edit.tree, edit.catalog, self.from_, self.to, self.way,
            outcome=self.outcome, when=self.when, event=exact(self.event),
        )  # fmt: skip


class Disconnect(_Operation):
    """An edge goes."""

    op: Literal["disconnect"]
    edge: Name

    def apply(self, edit: Edit) -> None:
        edge_edits.disconnect(edit.tree, self.edge)


class SetEdge(_Operation):
    """Another target, condition, outcome or event for an edge. Only what is given changes."""

    op: Literal["set_edge"]
    edge: Name
    to: Name | None = None
    when: Any = None
    outcome: Name | None = None
    event: dict[str, Any] | None = None

    def apply(self, edit: Edit) -> None:
        given = self.model_fields_set & {"when", "outcome", "event"}
        changes = {key: exact(getattr(self, key)) for key in given if key == "when" or getattr(self, key) is not None}
        edge_edits.set_edge(edit.tree, self.edge, to=self.to, changes=changes)


class OrderEdges(_Operation):
    """The order in which conditions are tried."""

    op: Literal["order_edges"]
    from_: Name = Field(alias="from")
    edges: list[Name]

    def apply(self, edit: Edit) -> None:
        edge_edits.order_edges(edit.tree, self.from_, self.edges)


class Place(_Operation):
    """Positions on the canvas; null removes one."""

    op: Literal["layout"]
    nodes: dict[Name, dict[str, Any] | None] = Field(default_factory=dict)
    edges: dict[Name, dict[str, Any] | None] = Field(default_factory=dict)

    def apply(self, edit: Edit) -> None:
        edit.layout = arranged(edit.layout, nodes=self.nodes, edges=self.edges)


Operation = Annotated[
    SetValue | Remove | RenameKey | MoveItem | SetNode | AddNode | CopyNode | RemoveNode | RenameNode | ChangeKind
    | MoveNode | Connect | Disconnect | SetEdge | OrderEdges | Place,
    Field(discriminator="op"),
]  # fmt: skip
Operations = Annotated[list[Operation], Field(max_length=MOST_OPERATIONS)]


def applied(tree: Mapping[str, Any], layout: Layout, operations: Sequence[_Operation], catalog: Catalog) -> Edit:
    """The document after all operations; the one that was given stays as it is.

    Raises:
        Refused: `bad_edit`, with `index` of the operation that makes no sense; `too_long`.
    """
    edit, until = Edit(copy.deepcopy(dict(tree)), layout, catalog), time.monotonic() + _SECONDS
    for index, operation in enumerate(operations):
        if time.monotonic() > until:
            raise Refused("too_long", "these edits take too long; send fewer", "修改过多，请分批提交")
        try:
            operation.apply(edit)
        except Refused as refused:
            detail = {**(refused.detail or {}), "index": index}
            raise Refused(refused.code, refused.en, refused.zh, detail) from None
    return edit


def exact(value: Any) -> Any:
    """JSON data as the reader gives it: fractions are exact decimals."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {str(key): exact(each) for key, each in value.items()}
    return [exact(each) for each in value] if isinstance(value, list) else value


def _parent(tree: Tree, path: Sequence[Key], *, make: bool = False) -> Any:
    here: Any = tree
    for index, key in enumerate(path[:-1]):
        if make and isinstance(here, dict) and (key not in here or here[key] is None):
            here[str(key)] = [] if path[index + 1] == 0 else {}
        here = _inside(here, key)
    if not isinstance(here, (dict, list)):
        raise bad_edit("路径不存在", "there is nothing at this path")
    return here


def _inside(here: Any, key: Key) -> Any:
    if isinstance(here, dict) and isinstance(key, str) and key in here:
        return here[key]
    if isinstance(here, list) and isinstance(key, int) and 0 <= key < len(here):
        return here[key]
    raise bad_edit(f"路径不存在：{key}", f"there is nothing at this path: {key}")


def _put(parent: Any, key: Key, value: Any) -> None:
    if isinstance(parent, dict) and isinstance(key, str):
        parent[key] = value
    elif isinstance(parent, list) and isinstance(key, int) and 0 <= key <= len(parent):
        parent[key : key + 1] = [value]
    else:
        raise bad_edit(f"此处不能写入：{key}", f"nothing can be put here: {key}")
