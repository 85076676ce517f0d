"""Checking the expressions of a document and writing them as plans hold them; each is noted for later checks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from waystation.compiler.findings import Moment, Read
from waystation.compiler.reporting import Report
from waystation.contracts.plan import Value
from waystation.contracts.problems import Path
from waystation.expressions import (
    ExpressionError,
    ExpressionFinding,
    Type,
    check_value,
    compile_expression,
)
from waystation.expressions import check_expression as judge
from waystation.expressions.template import pieces_of
from waystation.expressions.types import fits

ANY = Type("any")
STRING = Type("string")
_WHOLE = re.compile(r"\s*\$\{")
_BEFORE = 200  # characters that are looked at for it
_LONGEST_TEXT = 100_000
_LITERALS: dict[type, str] = {bool: "bool", int: "int", Decimal: "number", str: "string"}
#: What stands before a field of `result`, however deep.
_RESULT = re.compile(r"\bresult(\s*(\.\s*\w+|\[[^\]]*\]))*\s*(\?\s*)?(\.|\[)\s*$")
Judgement = tuple[Type, list[ExpressionFinding]]


class Expressions:
    """The expressions of one document. `reads` collects them."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.reads: list[Read] = []
        self._known: dict[tuple[str, int, str], tuple[Judgement, Mapping[str, Type]]] = {}

    def value(
        self, raw: Any, path: Path, node: str, scope: Mapping[str, Type], moment: Moment, wanted: Type | None = None
    ) -> tuple[Value, Type]:
        """A value in which texts at any depth may hold expressions."""
        if isinstance(raw, str):
            return self._text(raw, path, node, scope, moment, wanted) if "${" in raw else (raw, literal(raw))
        if isinstance(raw, dict):
            if "$" in raw:
                self._report.add("unknown_key", (*path, "$"), node=node or None, key=True, name="$")
            parts = {key: self.value(each, (*path, key), node, scope, moment) for key, each in raw.items()}
            return {key: value for key, (value, _) in parts.items()}, Type.object_of(
                {key: found for key, (_, found) in parts.items()}
            )
        if isinstance(raw, list):
            items = [self.value(each, (*path, index), node, scope, moment) for index, each in enumerate(raw)]
            return [value for value, _ in items], Type("list")
        if wanted is not None and raw is not None:
            self._expect(literal(raw), wanted, path, node)
        return raw, literal(raw)

    def _text(
        self, raw: str, path: Path, node: str, scope: Mapping[str, Type], moment: Moment, wanted: Type | None
    ) -> tuple[Value, Type]:
        if len(raw) > _LONGEST_TEXT:
            reason = (f"文本超过 {_LONGEST_TEXT} 个字符", f"the text is longer than {_LONGEST_TEXT} characters")
            self._report.add("expression", path, node=node or None, reason=reason)
            return raw, STRING
        try:
            pieces = pieces_of(raw)
        except ExpressionError:
            self._tell(check_value(raw, scope, wanted)[1], path, node, raw)
            return {"$": raw}, ANY
        alone = len(pieces) == 1
        found = STRING
        for piece in pieces:
            if piece.is_expression:
                inner, findings = self._judged(piece.text, scope, wanted if alone else None)
                if findings:
                    self._tell([finding.moved(piece.start) for finding in findings], path, node, raw)
                self._note(piece.text, path, node, moment, sure=not findings)
                found = inner if alone else STRING
        return {"$": raw}, found

    def _note(self, source: str, path: Path, node: str, moment: Moment, *, sure: bool) -> None:
        """Keep the expression for the checks, unless it cannot even be read."""
        if not sure:
            try:
                compile_expression(source)
            except ExpressionError:
                return
        self.reads.append(Read(node, source, path, moment))

    def bare(
        self, raw: str, path: Path, node: str, scope: Mapping[str, Type], moment: Moment, wanted: Type | None = None
    ) -> tuple[str, Type]:
        """An expression with or without `${ }` around it, as bare source and with its type."""
        source, offset = unwrap(raw)
        found, findings = self._judged(source, scope, wanted)
        if findings:
            self._tell([finding.moved(offset) for finding in findings], path, node, raw)
        self._note(source, path, node, moment, sure=not findings)
        return source, found

    def _judged(self, source: str, scope: Mapping[str, Type], wanted: Type | None) -> Judgement:
        """The type of an expression and what is wrong with it. The same text in the same scope is looked at once."""
        key = (source, id(scope), wanted.kind if wanted is not None else "")
        known = self._known.get(key)
        if known is None:
            # The scope is kept with the judgement, so that its id is not given to another.
            known = self._known[key] = (judge(source, scope, wanted), scope)
        return known[0]

    def _tell(self, findings: list[ExpressionFinding], path: Path, node: str, text: str) -> None:
        for finding in findings:
            code = finding.code
            if code == "unknown_field" and _RESULT.search(text, max(0, finding.start - _BEFORE), finding.start):
                code = "bad_save"  # a field that the action, table or process does not give
            self._report.add(
                code,
                path,
                node=node or None,
                variant="" if code == "expression" else "expression",
                offset=finding.start,
                reason=(finding.zh, finding.en),
                hint=(finding.hint_zh, finding.hint_en),
            )

    def _expect(self, found: Type, wanted: Type, path: Path, node: str) -> None:
        if not fits(found, wanted):
            (en, zh), (wanted_en, wanted_zh) = found.named(), wanted.named()
            what = (f"此处需要{wanted_zh}，而不是{zh}", f"{wanted_en} is needed here, not {en}")
            self._report.add("bad_type", path, node=node or None, variant="what", what=what)

    @staticmethod
    def fits(found: Type, wanted: Type) -> bool:
        """Whether a value may be of the wanted type; a literal text may also be a time."""
        if found.kind == "string" and found.values and wanted.kind in ("date", "timestamp", "duration"):
            return True
        return fits(found, wanted)


def unwrap(raw: str) -> tuple[str, int]:
    """The source inside `${ … }`, or the whole of a text without it, and where in the text the source begins."""
    opening = _WHOLE.match(raw)
    if opening is None:
        return raw.strip(), len(raw) - len(raw.lstrip())
    try:
        pieces = pieces_of(raw.strip())
    except ExpressionError:
        inner = raw.rstrip()
        return (inner[opening.end() : -1] if inner.endswith("}") else inner[opening.end() :]), opening.end()
    if len(pieces) == 1:
        source = pieces[0].text
        return source.strip(), opening.end() + len(source) - len(source.lstrip())
    return raw, 0


def literal(raw: Any) -> Type:
    """The type of plain JSON that is neither a list nor a map."""
    kind = _LITERALS.get(type(raw))
    if kind is None:
        return Type("null", nullable=True) if raw is None else ANY
    return Type(kind, values=(raw,)) if kind in ("string", "int") else Type(kind)


def quiet_type(raw: Any, scope: Mapping[str, Type]) -> Type:
    """The type of a value, whatever is wrong with it."""
    if isinstance(raw, str):
        return check_value(raw, scope)[0]
    if isinstance(raw, list):
        return Type("list")
    return Type("map") if isinstance(raw, dict) else literal(raw)
