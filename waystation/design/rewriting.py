"""A text changed so that it says something else, where only the lines that have to change do.

The new meaning is given as plain data. Old and new are walked together: what is the same keeps its characters, with
comments, quotes and line breaks; what differs is written anew, as small a part as possible. The result is read back;
were it to say anything else than what was asked for, a larger part is written anew, in the end all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from waystation.compiler.source import Source, read_source
from waystation.contracts.errors import Refused
from waystation.design import emitting
from waystation.design.spans import Entry, Span, column_of, line_end, line_start, spans_of

#: How deep the small changes go, in the order in which they are tried: nodes are two keys deep.
_DEPTHS = (64, 3, 2, 1, 0)


def rewritten(source: Source, tree: dict[str, Any]) -> str:
    """The text that says `tree` now.

    Raises:
        Refused: `not_editable`, the text has flaws; `bad_edit`, the data cannot stand in YAML (too deep, too large).
    """
    if source.flaws or not isinstance(source.tree, dict):
        raise Refused("not_editable", "the text has to be mended first", "请先修正文本中的语法错误")
    if same(source.tree, tree):
        return source.text
    root = spans_of(source.text)
    for depth in _DEPTHS:
        text = _Rewriting(source.text, depth).whole(root, tree)
        read = read_source(text)
        if not read.flaws and same(read.tree, tree):
            return text
    raise Refused("bad_edit", "this cannot be written as YAML", "无法写成 YAML：嵌套过深或内容过大")


def written(tree: dict[str, Any]) -> str:
    """A document as a new text."""
    return emitting.block(tree, 0) + "\n"


def same(one: Any, other: Any) -> bool:
    """Whether two values mean the same: numbers by value, maps with their order."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(other, float):
        other = Decimal(repr(other))
    return bool(one == other)


@dataclass(slots=True)
class _Piece:
    """An entry of a block as it stands: the lines above it, and from its own line to the end of its last one."""

    entry: Entry
    above: str
    text_end: int
    tail: str


class _Rewriting:
    def __init__(self, text: str, depth: int) -> None:
        self._text = text
        self._depth = depth

    def whole(self, root: Span | None, tree: dict[str, Any]) -> str:
        if root is None or root.what != "map" or root.flow or self._depth == 0:
            return written(tree)
        end = line_end(self._text, root.end)
        return self._block(root, tree, 0, 0, 1) + self._text[end:]

    def _after_key(self, entry: Entry, value: Any, indent: int, depth: int) -> str:
        """What follows a key (its colon too) or a dash, when the value has changed."""
        old, text = entry.value, self._text
        colon = ":" if entry.key is not None else ""
        if old.block and _alike(old, value) and value and depth < self._depth:
            column = column_of(text, old.start)
            head = text[entry.key_end : old.start]
            if "\n" not in head:  # it begins on the line of the dash
                return head + self._block(old, value, old.start, column, depth + 1, beside=True)
            begin = line_end(text, entry.key_end)
            return text[entry.key_end : begin] + "\n" + self._block(old, value, begin + 1, column, depth + 1)
        if old.flow and _alike(old, value) and value and depth < self._depth:
            flow = self._flow(old, value)
            if len(flow) + indent <= emitting.WIDTH + 40:
                return f"{colon} {flow}"
        after = emitting.item_after_dash if entry.key is None else emitting.value_after_key
        return colon + after(value, indent)

    def _block(self, old: Span, new: Any, begin: int, indent: int, depth: int, *, beside: bool = False) -> str:
        """A block whose entries have changed, from `begin`, the start of the first line that belongs to it."""
        pieces = self._pieces(old, begin, beside=beside)
        lines = [self._entry(piece, key, value, indent, depth) for piece, key, value in _matched(pieces, new, self)]
        text = "\n".join(lines)
        return text[indent:] if beside and text[:indent].isspace() else text

    def _entry(self, piece: _Piece | None, key: str | None, value: Any, indent: int, depth: int) -> str:
        if piece is None:
            return emitting.entry(key, value, indent)
        entry, text = piece.entry, self._text
        space = " " * indent
        if entry.key == key and same(entry.value.data, value):
            return piece.above + space + text[entry.start : piece.text_end] + piece.tail
        name = text[entry.start : entry.key_end]
        if key is not None and key != entry.key:
            name = emitting.plain(key, key=True)
        if same(entry.value.data, value):
            return piece.above + space + name + text[entry.key_end : piece.text_end] + piece.tail
        after = self._after_key(entry, value, indent, depth)
        tail = piece.tail if "\n" not in after or entry.value.block else ""
        return piece.above + space + name + after + tail

    def _pieces(self, old: Span, begin: int, *, beside: bool) -> list[_Piece]:
        """The entries with the lines above them: comments and blank lines go with what follows them."""
        pieces: list[_Piece] = []
        at = begin
        for entry in old.entries:
            start = line_start(self._text, entry.start)
            above = "" if beside and not pieces else self._text[at:start]
            content_end = max(entry.value.end, entry.key_end)
            end = line_end(self._text, content_end)
            if entry.key is not None and content_end == entry.key_end:  # nothing after the colon
                content_end = self._text.index(":", entry.key_end) + 1
                end = line_end(self._text, content_end)
            pieces.append(_Piece(entry, above, content_end, self._text[content_end:end]))
            at = end + 1
        return pieces

    def _flow(self, old: Span, new: Any) -> str:
        """A map or list on one line; what has not changed keeps its characters, if those are on one line."""
        known = {entry.key: entry for entry in old.entries} if old.what == "map" else {}
        parts = []
        for index, (key, value) in enumerate(emitting.pairs(new)):
            entry = known.get(key) if key is not None else next(iter(old.entries[index : index + 1]), None)
            shown = self._flow_value(entry.value, value) if entry is not None else emitting.in_flow(value)
            if key is None:
                parts.append(shown)
            else:
                name = self._text[entry.start : entry.key_end] if entry is not None else ""
                parts.append(f"{name or emitting.plain(key, flow=True, key=True)}: {shown}")
        inside = ", ".join(parts)
        return f"{{ {inside} }}" if old.what == "map" else f"[{inside}]"

    def _flow_value(self, old: Span, value: Any) -> str:
        text = self._text[old.start : old.end]
        if text and "\n" not in text and same(old.data, value):
            return text
        return self._flow(old, value) if old.flow and value and _alike(old, value) else emitting.in_flow(value)

    def kept_when_removed(self, piece: _Piece) -> str:
        """Of the lines above an entry that goes, those that are set off from it by a blank line: they head a part."""
        lines = piece.above.split("\n")[:-1]
        blank = max((index for index, line in enumerate(lines) if not line.strip()), default=-1)
        loose = lines[: blank + 1]
        return "\n".join([*loose, ""]) if any(line.strip() for line in loose) else ""


def _alike(old: Span, value: Any) -> bool:
    return isinstance(value, dict if old.what == "map" else list) and old.what != "scalar"


def _matched(pieces: list[_Piece], new: Any, rewriting: _Rewriting) -> list[tuple[_Piece | None, str | None, Any]]:
    """Each new entry with the old one that it continues. What heads an entry that goes is left to the next."""
    wanted = emitting.pairs(new)
    found = _by_key(pieces, wanted) if isinstance(new, dict) else _by_place(pieces, wanted)
    used = {id(piece) for piece in found if piece is not None}
    carried = ""
    after: dict[int, str] = {}
    for piece in pieces:
        if id(piece) not in used:
            carried += rewriting.kept_when_removed(piece)
        elif carried:
            after[id(piece)], carried = carried, ""
    for piece in pieces:
        if id(piece) in after:
            piece.above = after[id(piece)] + piece.above
    return [(piece, key, value) for piece, (key, value) in zip(found, wanted, strict=True)]


def _by_key(pieces: list[_Piece], wanted: list[tuple[str | None, Any]]) -> list[_Piece | None]:
    known = {piece.entry.key: piece for piece in pieces}
    names = {key for key, _ in wanted}
    gone = [piece for piece in pieces if piece.entry.key not in names]
    found: list[_Piece | None] = []
    for key, value in wanted:
        piece = known.get(key)
        if piece is None:
            piece = next((each for each in gone if _renamed(each.entry.value.data, value)), None)
            if piece is not None:
                gone.remove(piece)
        found.append(piece)
    return found


def _renamed(old: Any, new: Any) -> bool:
    """Whether a value under a new key is what stood under one that is gone."""
    if isinstance(old, dict) and isinstance(new, dict) and "kind" in old:
        common = sum(1 for key, value in new.items() if key in old and same(old[key], value))
        return old["kind"] == new.get("kind") and 2 * common > len(old)
    return bool(old) and isinstance(old, dict) and same(old, new)


def _by_place(pieces: list[_Piece], wanted: list[tuple[str | None, Any]]) -> list[_Piece | None]:
    """Items that are the same keep their place in the text; between them others are taken one by one."""
    left = list(pieces)
    found: list[_Piece | None] = [None] * len(wanted)
    for index, (_, value) in enumerate(wanted):
        match = next((piece for piece in left if same(piece.entry.value.data, value)), None)
        if match is not None:
            found[index] = match
            left.remove(match)
    for index, piece in enumerate(found):
        if piece is None and left and len(pieces) == len(wanted):
            found[index] = left.pop(0)
    return found
