"""The answer to somebody whose edit came second: what each has changed, and both together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from waystation.contracts.catalog import Catalog
from waystation.contracts.errors import Refused
from waystation.design.change_words import changes, conflict, property_words
from waystation.design.changes import three_way
from waystation.design.checking import read_text
from waystation.design.exact import shown
from waystation.design.per_catalog import once
from waystation.design.rewriting import rewritten
from waystation.store.designs import Content

if TYPE_CHECKING:
    from designer_api.designs.keeping import Opened

#: Changes that are told of each side.
_MOST = 200


def changed_meanwhile(found: Opened, seen: int | None, mine: Content, catalog: Catalog) -> Refused:
    """The refusal, with the three-way comparison of docs/designer.md."""
    design = found.design
    detail: dict[str, Any] = {
        "revision": design.revision,
        "base": seen if found.seen is not None else None,
        "by": design.changed_by,
        "at": design.changed_at,
        "theirs": [],
        "mine": [],
        "conflicts": [],
        "text": design.content.text,
        "merged": None,
    }
    if found.seen is not None:
        detail |= shown(_compared(found.seen, design.content, mine, catalog))
    return Refused("changed_meanwhile", "somebody else has saved since", "该设计稿已被他人保存", detail)


def _compared(base: Content, theirs: Content, mine: Content, catalog: Catalog) -> dict[str, Any]:
    sources = [read_text(each.text) for each in (base, theirs, mine)]
    if any(source.flaws or not isinstance(source.tree, dict) for source in sources):
        return {}
    trees = [source.tree for source in sources]
    found, words = three_way(*trees), once(catalog, property_words)
    return {
        "theirs": changes(found.theirs[:_MOST], trees[0], trees[1], words),
        "mine": changes(found.mine[:_MOST], trees[0], trees[2], words),
        "conflicts": [conflict(each, trees[0], words) for each in found.conflicts[:_MOST]],
        "merged": _merged(sources[1], found.merged),
    }


def _merged(theirs: Any, tree: dict[str, Any]) -> str | None:
    try:
        return rewritten(theirs, tree)
    except Refused:
        return None
