"""From the author's nodes to drafts: each node with its kind and its checked keys, and the nodes inside it below it.

This is the first of two passes. It asks nothing of names or expressions, so that the second can: when it begins, all
nodes, forms and data of the process are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from waystation.compiler.kinds import Inside, Kind
from waystation.compiler.node_shapes import NodeShape
from waystation.compiler.reporting import Report
from waystation.compiler.shape_faults import read_shape
from waystation.compiler.shapes import is_identifier
from waystation.compiler.ways import Way, written_ways
from waystation.contracts.catalog import Catalog
from waystation.contracts.plan import END
from waystation.contracts.problems import Path


@dataclass(slots=True, eq=False)
class Draft:
    """A node whose keys have the right shape. `config` is None where they have not; its id is known all the same.

    `members` are the nodes of its own body, `beside` those that its edges may lead to. `pruned` says that keys with
    something wrong in them were left out, so that nothing can be said about what is missing.
    """

    id: str
    address: str
    path: Path
    kind: Kind[Any] | None
    config: NodeShape | None
    owner: Draft | None
    beside: Mapping[str, Draft]
    inside: Inside | None = None
    members: dict[str, Draft] = field(default_factory=dict)
    ways: tuple[Way, ...] = ()
    pruned: bool = False

    def visible(self, name: str) -> Draft | None:
        """A node of this body or of one around it."""
        around: Draft | None = self
        while around is not None:
            if name in around.beside:
                return around.beside[name]
            around = around.owner
        return None

    def visible_names(self) -> Iterator[str]:
        around: Draft | None = self
        while around is not None:
            yield from around.beside
            around = around.owner


class Drafting:
    """Makes the drafts of one process."""

    def __init__(self, report: Report, catalog: Catalog) -> None:
        self._report = report
        self._catalog = catalog

    def nodes(self, raw: Mapping[str, Any], path: Path, owner: Draft | None = None) -> dict[str, Draft]:
        """The drafts of one body, in the order of the text."""
        found: dict[str, Draft] = {}
        free = owner is not None and owner.inside is not None and owner.inside.free
        beside = owner.beside if owner is not None and free else found
        for name in raw:
            self._check_id(name, (*path, name), owner)
            address = f"{owner.address}/{name}" if owner is not None else name
            found[name] = Draft(name, address, (*path, name), None, None, owner, beside)
        for name, node in raw.items():
            self._read(found[name], node)
        return found

    def _check_id(self, name: str, path: Path, owner: Draft | None) -> None:
        node = f"{owner.address}/{name}" if owner is not None else name
        if name == END:
            self._report.graph_broken = True
            self._report.add("bad_id", path, node=node, key=True, variant="reserved", id=name)
        elif not is_identifier(name):
            self._report.add("bad_id", path, node=node, key=True, id=name)

    def _read(self, draft: Draft, raw: Any) -> None:
        kind = self._kind(draft, raw)
        if kind is None:
            self._report.graph_broken = True
            return
        draft.kind = kind
        found = len(self._report.findings)
        shape = read_shape(kind.Config, raw, self._report, draft.path, node=draft.address)
        draft.pruned = len(self._report.findings) > found
        if shape is None:
            self._report.graph_broken = True
            return
        assert isinstance(shape, NodeShape)
        draft.config = shape
        draft.inside = kind.inside(shape)
        draft.ways = tuple(written_ways(draft))
        if draft.inside is not None:
            draft.members = self.nodes(draft.inside.nodes, draft.path + draft.inside.path, draft)

    def _kind(self, draft: Draft, raw: Any) -> Kind[Any] | None:
        if not isinstance(raw, dict):
            self._report.add("bad_type", draft.path, node=draft.address, expected="node")
            return None
        name = raw.get("kind")
        if name is None:
            self._report.add("missing_key", draft.path, node=draft.address, key=True, name="kind")
            return None
        if not isinstance(name, str) or name not in self._catalog.kinds:
            known = list(self._catalog.kinds)
            self._report.add("unknown_kind", (*draft.path, "kind"), node=draft.address, name=str(name), known=known)
            return None
        return cast("Kind[Any]", self._catalog.kinds[name])
