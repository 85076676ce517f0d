"""Differences in words: each with what it is about, the node it belongs to, and a sentence in zh and en."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from pydantic import BaseModel

from waystation.compiler.kinds import Kind
from waystation.compiler.mermaid import in_language
from waystation.compiler.process_shapes import ProcessShape
from waystation.contracts.catalog import Catalog
from waystation.contracts.problems import Path
from waystation.design.changes import MISSING, Conflict, Leaf
from waystation.design.checking import node_at
from waystation.design.form_schemas import form_schema
from waystation.design.value_words import value_words

Json = dict[str, Any]
Words = Mapping[str, tuple[str, str]]
_WHATS = {"data": "data", "forms": "form", "tables": "table", "access": "access", "nodes": "node"}
_NOUNS = {
    "process": ("流程", "the process"),
    "node": ("节点", "node"),
    "edge": ("节点", "node"),
    "data": ("数据字段", "data field"),
    "form": ("表单", "form"),
    "field": ("表单字段", "form field"),
    "table": ("决策表", "table"),
    "access": ("权限", "access"),
}
_SENTENCES = {
    "added": ("新增{thing}", "{thing} is new"),
    "removed": ("删除{thing}", "{thing} is gone"),
    "renamed": ("{thing}由 {before} 改名为 {after}", "{thing}: {before} is now called {after}"),
    "moved": ("{thing}的顺序改变", "{thing} has another order"),
    "changed": ("{thing}由 {before} 改为 {after}", "{thing} was {before}, is now {after}"),
}
_OWN_WORDS: Words = {
    "next": ("去向", "next"),
    "on": ("边界事件", "events"),
    "deadline": ("限时", "time limit"),
    "approved": ("同意", "approved"),
    "rejected": ("拒绝", "rejected"),
    "kind": ("类型", "kind"),
    "fields": ("字段", "fields"),
    "layout": ("布局", "layout"),
    "nodes": ("节点", "nodes"),
    "type": ("数据类型", "type"),
    "enum": ("选项", "options"),
    "widget": ("控件", "widget"),
    "show_if": ("显示条件", "shown if"),
    "required": ("必填", "required"),
    "value": ("公式", "formula"),
    "format": ("格式", "format"),
    "default": ("默认值", "default"),
    "minimum": ("最小值", "minimum"),
    "maximum": ("最大值", "maximum"),
    "zh": ("中文", "Chinese"),
    "en": ("英文", "English"),
}


def property_words(catalog: Catalog) -> Words:
    """Property name -> its title in zh and en, from the shapes of the language."""
    found: dict[str, tuple[str, str]] = {}
    models: list[type[BaseModel]] = [ProcessShape, *(cast("Kind[Any]", kind).Config for kind in catalog.kinds.values())]
    for model in models:
        schema = form_schema(model)["schema"]
        for part in (schema, *schema.get("$defs", {}).values()):
            for name, each in part.get("properties", {}).items():
                title = each.get("x-i18n", {}).get("title", {})
                found.setdefault(name, (title.get("zh", name), title.get("en", name).lower()))
    return {**found, **_OWN_WORDS}


def changes(leaves: Iterable[Leaf], before: Any, after: Any, words: Words) -> list[Json]:
    """The changes of a diff as JSON (docs/designer.md has the shape)."""
    return [_change(leaf, before, after, words) for leaf in leaves]


def _change(leaf: Leaf, before: Any, after: Any, words: Words) -> Json:
    tree = before if leaf.after is MISSING else after
    node, rest = node_at(tree, leaf.path)
    raw = _at(tree, leaf.path[: len(leaf.path) - len(rest)]) if node is not None else None
    what = _what(leaf.path, node, rest)
    title = raw.get("title") if isinstance(raw, dict) else None
    sides = (_side(leaf.before), _side(leaf.after))
    zh, en = (_sentence(leaf, language, (before, after), what, node, rest, title, words) for language in (0, 1))
    return {
        "op": leaf.op,
        "what": what,
        "node": node,
        "title": title,
        "path": list(leaf.path),
        "property": ".".join(map(str, rest)) or None,
        "before": sides[0],
        "after": sides[1],
        "zh": zh,
        "en": en,
    }


def conflict(found: Conflict, base: Any, words: Words) -> Json:
    """A conflict as JSON."""
    node, rest = node_at(base, found.path)
    what = _what(found.path, node, rest)
    raw = _at(base, found.path[: len(found.path) - len(rest)]) if node is not None else None
    title = raw.get("title") if isinstance(raw, dict) else None
    thing = [_thing(language, what, node, found.path, rest, title, words) for language in (0, 1)]
    place = rest if node is not None else found.path
    sides = {"base": found.base, "theirs": found.theirs, "mine": found.mine}
    said = {
        side: {"zh": value_words(value, place, base, 0), "en": value_words(value, place, base, 1)}
        for side, value in sides.items()
    }
    return {
        "path": list(found.path),
        "node": node,
        "of": {"zh": thing[0], "en": thing[1]},
        "base": _side(found.base),
        "theirs": _side(found.theirs),
        "mine": _side(found.mine),
        "said": said,
        "zh": f"{thing[0]}：对方改为 {said['theirs']['zh']}，您改为 {said['mine']['zh']}",
        "en": f"{thing[1]}: they have {said['theirs']['en']}, you have {said['mine']['en']}",
    }


def _what(path: Path, node: str | None, rest: Path) -> str:
    if node is not None:
        return "edge" if rest and rest[0] in ("next", "on") else "node"
    what = _WHATS.get(str(path[0]) if path else "", "process")
    return "field" if what == "form" and len(path) > 3 and path[2] == "fields" else what


def _sentence(
    leaf: Leaf, language: int, trees: tuple[Any, Any], what: str, node: str | None, rest: Path, title: Any, words: Words
) -> str:
    place = rest if node is not None else leaf.path
    before = value_words(leaf.before, place, trees[0], language)
    after = value_words(leaf.after, place, trees[1], language)
    thing = _thing(language, what, node, leaf.path, rest, title, words)
    if leaf.op in ("added", "removed") and rest and not isinstance(_side(leaf.before or leaf.after), dict):
        value = after if leaf.op == "added" else before
        thing = f"{thing}：{value}" if language == 0 else f"{thing}: {value}"
    return _SENTENCES[leaf.op][language].format(thing=thing, before=before, after=after)


def _thing(language: int, what: str, node: str | None, path: Path, rest: Path, title: Any, words: Words) -> str:
    noun = _NOUNS[what][language]
    if node is not None:
        name = in_language(title, ("zh", "en")[language]) if isinstance(title, (str, dict)) and title else node
        noun = f"{noun}「{name}」" if language == 0 else f"{noun} “{name}”"
    elif what in ("data", "form", "table") and len(path) > 1:
        noun, rest = f"{noun} {path[1]}", path[2:]
    elif what == "field":
        noun, rest = f"{noun} {path[3]}", path[4:]
    else:
        rest = path
    labels = [words.get(str(key), (str(key), str(key)))[language] for key in rest if not isinstance(key, int)]
    if not labels:
        return noun
    return f"{noun}的{' · '.join(labels)}" if language == 0 else f"{' · '.join(labels)} of {noun}"


def _side(value: Any) -> Any:
    return None if value is MISSING else value


def _at(tree: Any, path: Path) -> Any:
    for key in path:
        try:
            tree = tree[key]
        except (KeyError, IndexError, TypeError):
            return None
    return tree
