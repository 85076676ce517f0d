"""Values of a definition as a difference tells them: ways by the names of nodes, times as people say them, no YAML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waystation.compiler.explain import shown
from waystation.compiler.mermaid import in_language
from waystation.contracts.problems import Path
from waystation.design.changes import MISSING
from waystation.design.lengths import in_words

_NOTHING = "—"
_LONGEST = 60
#: A list of ways may be as long as this: it is several sentences.
_LONGEST_WAYS = 240
_TIMES = frozenset(("deadline", "in", "every", "for", "within", "remind"))
_YES = {True: ("是", "yes"), False: ("否", "no")}
_USUAL = {
    "approved": ("同意", "approved"), "rejected": ("拒绝", "refused"), "done": ("完成", "done"),
    "returned": ("退回", "returned"), "end": ("结束", "end"),
}  # fmt: skip
_CODES = ("zh", "en")


def value_words(value: Any, rest: Path, tree: Any, language: int) -> str:
    """A value in a language (0: zh, 1: en). `rest`: where it stands in its node; `tree`: the definition that has it."""
    if value is MISSING or value is None:
        return _NOTHING
    if rest and rest[0] == "next":
        return _cut(_ways(value, _titles(tree), language), _LONGEST_WAYS)
    if isinstance(value, bool):
        return _YES[value][language]
    if isinstance(value, str) and rest and str(rest[-1]) in _TIMES:
        return in_words(value)[language]
    if isinstance(value, Mapping) and value and set(value) <= set(_CODES):
        return _cut(str(value.get(_CODES[language]) or next(iter(value.values()))), _LONGEST)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        titles = _titles(tree)
        return _cut(_listed([_title(titles, each, language) for each in value], language), _LONGEST)
    return _cut(shown(value), _LONGEST)


def _ways(value: Any, titles: Mapping[str, Any], language: int) -> str:
    """Where a node leads: to a node, by outcome, or by condition."""
    if isinstance(value, str):
        return _title(titles, value, language)
    if isinstance(value, Mapping) and "to" not in value:
        return _parted(
            [(_outcome(name, language), _ways(to, titles, language)) for name, to in value.items()], language
        )
    if isinstance(value, Mapping):
        return _parted([_way(value, titles, language)], language)
    if isinstance(value, list):
        return _parted([_way(each, titles, language) for each in value], language)
    return shown(value)


def _way(value: Any, titles: Mapping[str, Any], language: int) -> tuple[str, str]:
    if not isinstance(value, Mapping):
        return "", _ways(value, titles, language)
    when = value.get("when")
    bare = str(when).strip().removeprefix("${").removesuffix("}").strip()
    said = ("其他情况", "otherwise")[language] if when is None else bare
    return said, _title(titles, str(value.get("to")), language)


def _parted(ways: list[tuple[str, str]], language: int) -> str:
    said = [f"{when} → {to}" if when else to for when, to in ways]
    return ("；", "; ")[language].join(said)


def _outcome(name: Any, language: int) -> str:
    return _USUAL.get(str(name), (str(name), str(name)))[language]


def _titles(tree: Any) -> Mapping[str, Any]:
    """Ids of nodes, of all bodies, and what they are called."""
    found: dict[str, Any] = {}
    nodes = tree.get("nodes") if isinstance(tree, Mapping) else None
    for name, node in nodes.items() if isinstance(nodes, Mapping) else ():
        if isinstance(node, Mapping):
            found |= {**_titles(node), **_titles(node.get("body"))}
            found[str(name)] = node.get("title")
    return found


def _title(titles: Mapping[str, Any], name: str, language: int) -> str:
    title = titles.get(name)
    if isinstance(title, (str, dict)) and title:
        return f"「{in_language(title, 'zh')}」" if language == 0 else f"“{in_language(title, 'en')}”"
    return _outcome(name, language)


def _listed(words: list[str], language: int) -> str:
    return ("、", ", ")[language].join(words) or _NOTHING


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
