"""What differs between two documents, property by property, and what becomes of two changes of one document."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from waystation.contracts.problems import Path
from waystation.design.model import Tree
from waystation.design.places import put
from waystation.design.rewriting import same

#: Beyond so many comparisons two sets of changes count as touching one thing.
_MOST_COMPARED = 1_000_000


class _Missing:
    """Stands for a value that is not there."""

    def __repr__(self) -> str:
        return "missing"


MISSING: Any = _Missing()


@dataclass(frozen=True, slots=True)
class Leaf:
    """One property that differs. `moved` says that only the order of its entries does."""

    path: Path
    before: Any
    after: Any
    moved: bool = False
    renamed: bool = False

    @property
    def op(self) -> str:
        if self.moved or self.renamed:
            return "moved" if self.moved else "renamed"
        if self.before is MISSING:
            return "added"
        return "removed" if self.after is MISSING else "changed"


def leaves(before: Any, after: Any, path: Path = ()) -> Iterator[Leaf]:
    """Every difference, as far down as both sides are maps. A node that only has another id is `renamed`."""
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        if not same(before, after):
            yield Leaf(path, before, after)
        return
    renamed = _renamed(before, after) if _are_nodes(path) else {}
    for old, new in renamed.items():
        yield Leaf((*path, new), old, new, renamed=True)
    for key in dict.fromkeys((*before, *after)):
        if key in renamed or key in renamed.values():
            continue
        if key not in after:
            yield Leaf((*path, key), before[key], MISSING)
        elif key not in before:
            yield Leaf((*path, key), MISSING, after[key])
        else:
            yield from leaves(before[key], after[key], (*path, key))
    common = [key for key in before if key in after]
    if (_are_nodes(path) or (path and path[-1] == "fields")) and common != [key for key in after if key in before]:
        yield Leaf(path, list(before), list(after), moved=True)


def _are_nodes(path: Path) -> bool:
    return bool(path) and path[-1] in ("nodes", "of") and (len(path) == 1 or path[-2] == "body" or path[-1] == "of")


def _renamed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    """Nodes that are gone and nodes that are new which are the same but for their id."""
    gone = [key for key in before if key not in after]
    new = [key for key in after if key not in before]
    found: dict[str, str] = {}
    for old in gone:
        alike = [key for key in new if isinstance(after[key], dict) and same(before[old], after[key])]
        if len(alike) == 1 and alike[0] not in found.values():
            found[old] = alike[0]
    return found


@dataclass(frozen=True, slots=True)
class Conflict:
    """A place that two people have changed to different things."""

    path: Path
    base: Any
    theirs: Any
    mine: Any


@dataclass(slots=True)
class ThreeWay:
    """Two changes of one document. `merged` has both; where both changed one thing, mine."""

    theirs: list[Leaf] = field(default_factory=list)
    mine: list[Leaf] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    merged: Tree = field(default_factory=dict)


def three_way(base: Tree, theirs: Tree, mine: Tree) -> ThreeWay:
    """Compare two changes of `base`."""
    found = ThreeWay(list(leaves(base, theirs)), list(leaves(base, mine)))
    few = len(found.theirs) * len(found.mine) <= _MOST_COMPARED
    for leaf in found.mine if few else ():
        for other in found.theirs:
            if _meet(leaf, other) and not _agree(leaf, other):
                path = leaf.path if len(leaf.path) >= len(other.path) else other.path
                sides = (_at(base, path), _at(theirs, path), _at(mine, path))
                found.conflicts.append(Conflict(path, *sides))
    found.merged = merged(theirs, found.mine, mine)
    return found


def overlaps(theirs: Sequence[Leaf], mine: Sequence[Leaf]) -> bool:
    """Whether two sets of changes touch one thing."""
    if len(theirs) * len(mine) > _MOST_COMPARED:
        return True
    return any(_meet(leaf, other) and not _agree(leaf, other) for leaf in mine for other in theirs)


def contains(theirs: Sequence[Leaf], mine: Sequence[Leaf]) -> bool:
    """Whether all of my changes have been made already: an edit that is sent once more is none."""
    if not mine or len(theirs) * len(mine) > _MOST_COMPARED:
        return False
    return all(any(_agree(leaf, other) and leaf.moved == other.moved for other in theirs) for leaf in mine)


def _meet(one: Leaf, other: Leaf) -> bool:
    """Whether two changes are of one place, or one is inside the other. Orders meet only each other."""
    if one.moved or other.moved:
        return one.moved and other.moved and one.path == other.path
    return any(_within(a, b) or _within(b, a) for a in _places(one) for b in _places(other))


def _places(leaf: Leaf) -> list[Path]:
    return [leaf.path, (*leaf.path[:-1], leaf.before)] if leaf.renamed else [leaf.path]


def _within(outer: Path, inner: Path) -> bool:
    return inner[: len(outer)] == outer


def _agree(one: Leaf, other: Leaf) -> bool:
    if one.path != other.path or one.renamed != other.renamed:
        return False
    if one.after is MISSING or other.after is MISSING:
        return one.after is other.after
    return same(one.after, other.after)


def merged(onto: Tree, changes: Sequence[Leaf], mine: Tree) -> Tree:
    """A document with the changes that led to `mine`."""
    result = copy.deepcopy(onto)
    for leaf in changes:
        if leaf.renamed:
            _set(result, (*leaf.path[:-1], leaf.before), MISSING, mine)
            _set(result, leaf.path, _at(mine, leaf.path), mine)
        elif not leaf.moved:
            _set(result, leaf.path, leaf.after, mine)
    for leaf in changes:
        if leaf.moved:
            _reorder(result, leaf)
    return result


def _set(tree: Tree, path: Path, value: Any, mine: Tree) -> None:
    """Put a value where it stands in `mine`: after the entry that it follows there."""
    here: Any = tree
    for key in path[:-1]:
        if not isinstance(here, dict):
            return
        if not isinstance(here.get(key), dict):
            if value is MISSING:
                return
            here[key] = {}
        here = here[key]
    if not isinstance(here, dict):
        return
    name = str(path[-1])
    if value is MISSING:
        here.pop(name, None)
    elif name in here:
        here[name] = copy.deepcopy(value)
    else:
        siblings = list(_at(mine, path[:-1]) or ())
        place = siblings.index(name) if name in siblings else len(siblings)
        before = next((key for key in reversed(siblings[:place]) if key in here), None)
        put(here, name, copy.deepcopy(value), after=before)


def _reorder(tree: Tree, leaf: Leaf) -> None:
    here = _at(tree, leaf.path)
    if isinstance(here, dict):
        order = [key for key in leaf.after if key in here]
        items = {key: here[key] for key in (*order, *(key for key in here if key not in order))}
        here.clear()
        here.update(items)


def _at(tree: Any, path: Path) -> Any:
    for key in path:
        if not isinstance(tree, Mapping) or key not in tree:
            return None
        tree = tree[key]
    return tree
