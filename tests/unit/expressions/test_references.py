"""Which names an expression reads, and which of these reads are guarded."""

from __future__ import annotations

import pytest

from waystation.expressions import compile_expression


def reads(source: str) -> list[str]:
    """The references in the order of the source, guarded ones with a question mark."""
    return [
        ".".join(reference.path) + ("?" if reference.guarded else "")
        for reference in compile_expression(source).references
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1 + 2", []),
        ("data.a.b", ["data.a.b"]),
        ("data['a'].b", ["data.a.b"]),
        ("data.金额 > item.x", ["data.金额", "item.x"]),
        ("data.lines[0].sku", ["data.lines"]),
        ("data.lines[data.i].sku", ["data.lines", "data.i"]),
        ("data[data.k].x", ["data", "data.k"]),
        ("data.a.size() + size(data.b)", ["data.a", "data.b"]),
        ("data.lines.all(x, x.qty > data.min)", ["data.lines", "data.min"]),
        ("data.lines.map(data, data.x)", ["data.lines"]),
        ("x.map(y, y).exists(z, z > y)", ["x", "y"]),
        ("[a, {'k': b}] + c", ["a", "b", "c"]),
        ("a ? b : c", ["a", "b", "c"]),
        ("-a * !b", ["a", "b"]),
        ("(a.b).c", ["a.b.c"]),
        ("(a + b).c", ["a", "b"]),
        ("a.b == a.b", ["a.b", "a.b"]),
    ],
)
def test_references_are_the_free_names(source: str, expected: list[str]) -> None:
    """Paths go as far as they are fixed; variables of macros are not free."""
    assert expected == reads(source)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("has(data.a)", ["data.a?"]),
        ("has(data.a.b)", ["data.a.b?"]),
        ("data.a ?? data.b", ["data.a?", "data.b"]),
        ("data.a ?? data.b ?? data.c", ["data.a?", "data.b?", "data.c"]),
        ("(data.a + data.b) ?? 0", ["data.a?", "data.b?"]),
        ("data.a?.b", ["data.a.b?"]),
        ("data.a?.b.c + data.d", ["data.a.b.c?", "data.d"]),
        ("data?.a", ["data.a?"]),
        ("data.a?.size()", ["data.a?"]),
        ("data.a == null", ["data.a?"]),
        ("null != data.a", ["data.a?"]),
        ("data.a + 1 == null", ["data.a"]),
        ("has(data.a) && data.a > 1", ["data.a?", "data.a?"]),
        ("has(data.a) && data.a.b > data.c", ["data.a?", "data.a.b?", "data.c"]),
        ("has(data.a.b) && data.a.c > 1", ["data.a.b?", "data.a.c"]),
        ("data.a > 1 && has(data.a)", ["data.a", "data.a?"]),
        ("has(data.a) || data.a > 1", ["data.a?", "data.a"]),
        ("!has(data.a) || data.a > 1", ["data.a?", "data.a?"]),
        ("data.a == null || data.a > 1", ["data.a?", "data.a?"]),
        ("data.a != null ? data.a : data.b", ["data.a?", "data.a?", "data.b"]),
        ("has(data.a) ? 1 : data.a", ["data.a?", "data.a"]),
        ("!has(data.a) ? 0 : data.a", ["data.a?", "data.a?"]),
        ("has(data.a) && has(data.b) ? data.a + data.b : 0", ["data.a?", "data.b?", "data.a?", "data.b?"]),
        ("!(has(data.a) && has(data.b)) ? 0 : data.a", ["data.a?", "data.b?", "data.a?"]),
        ("has(data.a) && data.l.all(x, x > data.a)", ["data.a?", "data.l", "data.a?"]),
        ("l.map(x, has(data.a), data.a)", ["l", "data.a?", "data.a?"]),
    ],
)
def test_guarded_references(source: str, expected: list[str]) -> None:
    """A read is guarded where its absence is provided for, also by a condition that was asked before."""
    assert expected == reads(source)


def test_references_have_places() -> None:
    """The place is the path as it is written."""
    source = "1 + data . a['b'] + item"
    first, second = compile_expression(source).references
    assert source[first.start : first.end] == "data . a['b']"
    assert source[second.start : second.end] == "item"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("message.no == data.no", [("no", "data.no")]),
        ("data.no == message.no", [("no", "data.no")]),
        ("message.no == data.no && message.kind == 'paid'", [("no", "data.no"), ("kind", "'paid'")]),
        ("message.body.no == string(data.no) + '-1' && data.x > 1", [("body.no", "string(data.no) + '-1'")]),
        ("message.no == data.no || true", []),
        ("message.no != data.no", []),
        ("message.no == message.other", []),
        ("message == data.no", []),
        ("data.a == data.b", []),
        ("(message.no == (data.a ?? data.b))", [("no", "data.a ?? data.b")]),
    ],
)
def test_correlations(source: str, expected: list[tuple[str, str]]) -> None:
    """What must be equal for a condition on a message to hold: its fields, and what they are compared with."""
    pairs = compile_expression(source).correlations("message")
    assert expected == [(".".join(path), expression.source) for path, expression in pairs]
