"""The static check: everything that is certainly wrong, all at once, and nothing that is only possible."""

from __future__ import annotations

import pytest

from waystation.contracts.problems import Severity
from waystation.expressions import ExpressionFinding, Type, check_expression, check_value, type_of_schema
from waystation.expressions.types import ANY, BOOL, DATE, DURATION, INT, NULL, NUMBER, STRING, TIMESTAMP

SCOPE = {
    "data": type_of_schema(
        {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "status": {"type": "string", "enum": ["new", "done"]},
                "name": {"type": "string"},
                "amount": {"type": "number"},
                "count": {"type": "integer"},
                "金额": {"format": "money"},
                "vip": {"type": ["boolean", "null"]},
                "day": {"type": "string", "format": "date"},
                "at": {"type": "string", "format": "date-time"},
                "took": {"type": "string", "format": "duration"},
                "tags": {"type": "array", "items": {"type": "string"}},
                "lines": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "additionalProperties": False,
                        "properties": {"sku": {"type": "string"}, "qty": {"type": "integer"}},
                    },
                },
                "extra": {"type": "object"},
                "scores": {"type": "object", "additionalProperties": {"type": "number"}},
            },
        }
    ),
    "result": ANY,
    "index": INT,
}


def findings(source: str, expected: Type | None = None) -> list[ExpressionFinding]:
    return check_expression(source, SCOPE, expected)[1]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("data.amount", NUMBER),
        ("data.金额 + 1", INT),
        ("data.count + data.amount", NUMBER),
        ("data.count / 2", NUMBER),
        ("data.count % 2", INT),
        ("-data.count", INT),
        ("data.name + '!'", STRING),
        ("data.at - now()", DURATION),
        ("data.at + days(1)", TIMESTAMP),
        ("data.day + days(1)", DATE),
        ("data.day - data.day", DURATION),
        ("data.took * 2", DURATION),
        ("data.took / minutes(1)", NUMBER),
        ("data.status == 'new'", BOOL),
        ("data.lines[0].sku", STRING),
        ("data.lines.map(l, l.qty)", Type.list_of(INT)),
        ("data.lines.filter(l, l.qty > 1)[0].sku", STRING),
        ("data.lines.map(l, l.qty).sum()", INT),
        ("avg(data.lines.map(l, l.qty))", NUMBER),
        ("data.lines.first().sku", STRING),
        ("data.tags.sort()", Type.list_of(STRING)),
        ("data.name.split(',')", Type.list_of(STRING)),
        ("data.scores.math", NUMBER),
        ("data.scores[data.name]", NUMBER),
        ("data.scores.map(k, k)", Type.list_of(STRING)),
        ("data.extra.anything.at.all", ANY),
        ("result.x + 1", NUMBER),
        ("result + 'a'", STRING),
        ("result - 1", NUMBER),
        ("result", ANY),
        ("data.vip ?? false", BOOL),
        ("data.amount ?? data.count", NUMBER),
        ("data.vip == true ? 1 : 2.5", NUMBER),
        ("data.amount > 1 ? 'a' : null", Type("string", nullable=True, values=("a",))),
        ("data?.count", Type("int", nullable=True)),
        ("{'a': 1, 'b': 'x'}.b + 'y'", STRING),
        ("[1, 2.5]", Type.list_of(NUMBER)),
        ("[]", Type.list_of(NULL)),
        ("data.tags ?? []", Type.list_of(Type("string", nullable=True))),
        ("(data.lines ?? []).map(l, l.qty)", Type.list_of(INT)),
        ("[][0]", ANY),
        ("min(data.count, 2.5)", NUMBER),
        ("round(data.amount)", INT),
        ("round(data.amount, 2)", NUMBER),
        ("has(data.name) && data.name != ''", BOOL),
        ("date(data.at) == data.day", BOOL),
        ("add_workdays(data.day, 1)", DATE),
        ("distance([1, 2], data.extra.point)", NUMBER),
        ("data.nothing_declared_here ?? 1", INT),
    ],
)
def test_types_of_expressions(source: str, expected: Type) -> None:
    """The checker infers what the evaluator would give."""
    found, faults = check_expression(source, SCOPE)
    if "nothing_declared" in source:
        assert [fault.code for fault in faults] == ["unknown_field"]
        return
    assert faults == []
    assert found.kind == expected.kind
    assert found.nullable == expected.nullable
    assert (found.item or ANY).kind == (expected.item or ANY).kind


@pytest.mark.parametrize(
    ("source", "code", "marked", "hint"),
    [
        ("data.statu", "unknown_field", "statu", "did you mean 'status'?"),
        ("data.金", "unknown_field", "金", "did you mean '金额'?"),
        ("data['nmae']", "unknown_field", "'nmae'", "did you mean 'name'?"),
        ("has(data.zzz)", "unknown_field", "zzz", ""),
        ("data.zzz ?? 1", "unknown_field", "zzz", ""),
        ("data?.zzz", "unknown_field", "zzz", ""),
        ("data.lines.all(l, l.skuu == 'a')", "unknown_field", "skuu", "did you mean 'sku'?"),
        ("data.lines[0].qt", "unknown_field", "qt", "did you mean 'qty'?"),
        ("(data.lines ?? []).all(l, l.qt > 1)", "unknown_field", "qt", "did you mean 'qty'?"),
        ("{'a': 1}.b", "unknown_field", "b", ""),
        ("dta.name", "expression", "dta", "did you mean 'data'?"),
        ("1 + foo", "expression", "foo", ""),
        ("contain(data.name, 'a')", "expression", "contain", ""),
        ("data.lines.all(l, true) && l.qty > 1", "expression", "l", ""),
        ("data.amount + 'a'", "expression", "data.amount + 'a'", "use string(x) to make a text"),
        ("data.amount + 1 - 'a'", "expression", "data.amount + 1 - 'a'", ""),
        ("data.day < now()", "expression", "data.day < now()", "use date(t) to compare by day"),
        ("data.day == '2024-01-01'", "expression", "data.day == '2024-01-01'", "write date(…) around the text"),
        ("data.took > '1h'", "expression", "data.took > '1h'", "write duration(…) around the text"),
        ("data.count == '1'", "expression", "data.count == '1'", ""),
        ("data.amount in data.tags", "expression", "data.amount in data.tags", ""),
        ("1 in data.name", "expression", "data.name", ""),
        ("!data.amount", "expression", "data.amount", ""),
        ("data.vip && data.name", "expression", "data.name", ""),
        ("data.count ? 1 : 2", "expression", "data.count", ""),
        ("-data.name", "expression", "-data.name", ""),
        ("data.name.size", "expression", "size", ""),
        ("data.name[0]", "expression", "data.name[0]", ""),
        ("data.lines['a']", "expression", "'a'", ""),
        ("data.lines.sku", "expression", "sku", ""),
        ("data.lines.filter(l, l.qty)", "expression", "l.qty", ""),
        ("data.count.map(x, x)", "expression", "data.count", ""),
        ("round(data.name)", "expression", "data.name", ""),
        ("size(data.count)", "expression", "size(data.count)", ""),
        ("size(null)", "expression", "null", ""),
        ("null + 1", "expression", "null + 1", ""),
        ("round(1, 2, 3)", "expression", "round(1, 2, 3)", ""),
        ("data.name.matches('(')", "expression", "'('", ""),
        ("format(data.at, 'YYYY')", "expression", "'YYYY'", ""),
        ("format(data.day, 'HH')", "expression", "'HH'", ""),
        ("format(data.amount, 'yyyy')", "expression", "'yyyy'", ""),
        ("data.at.getHours('Asia/Beijing')", "expression", "'Asia/Beijing'", ""),
        ("date('2024-13-01')", "expression", "'2024-13-01'", ""),
        ("{data.lines: 1}", "expression", "data.lines", ""),
        ("1 +", "expression", "", ""),
    ],
)
def test_what_is_certainly_wrong(source: str, code: str, marked: str, hint: str) -> None:
    """Each mistake is one finding with its code, its place, sentences in both languages and perhaps a hint."""
    (finding,) = findings(source)
    assert finding.code == code
    assert source[finding.start : finding.end] == marked
    assert finding.hint_en == hint
    assert bool(finding.hint_zh) == bool(hint)
    assert finding.severity is Severity.ERROR
    assert finding.en
    assert finding.zh
    assert finding.zh != finding.en


@pytest.mark.parametrize(
    "source",
    [
        "result.a.b[0] + result.c",
        "result < 1 || result == 'x'",
        "result.all(x, x.y)",
        "size(result)",
        "data.extra.x > 1 && data.extra.y == 'a'",
        "data.status == null || data.vip == null",
        "data.vip && true",
        "data.tags[data.count / 2]",
        "[1, 'a'][0] + 1",
        "data.status in data.tags",
        "data.count == 1.5",
        "format(result, 'yyyy-MM-dd') + format(result, '0.00')",
        "result ? result : result",
        "data.tags == [] || [].all(x, x > 1)",
    ],
)
def test_what_is_only_possible_is_let_pass(source: str) -> None:
    """Any is compatible with everything, and absence is the compiler's business."""
    assert findings(source) == []


def test_all_mistakes_are_found_at_once() -> None:
    """The findings are in the order of the source."""
    found = findings("data.x + foo(1) > 1.5 - data.y && bar")
    assert [(each.code, each.start) for each in found] == [
        ("unknown_field", 5),
        ("expression", 9),
        ("unknown_field", 29),
        ("expression", 34),
    ]


@pytest.mark.parametrize(
    ("source", "marked"),
    [
        ("data.status == 'dne'", "data.status == 'dne'"),
        ("'nwe' != data.status", "'nwe' != data.status"),
        ("data.status in ['new', 'don']", "'don'"),
    ],
)
def test_a_value_outside_of_an_enumeration_is_a_warning(source: str, marked: str) -> None:
    """The comparison can never come out otherwise, so its branch is dead."""
    (finding,) = findings(source)
    assert (finding.code, finding.severity) == ("dead_branch", Severity.WARNING)
    assert source[finding.start : finding.end] == marked
    assert finding.hint_en.startswith("did you mean")


@pytest.mark.parametrize(
    ("source", "count"), [("data.amount", 1), ("data.vip", 0), ("data.count > 1", 0), ("result", 0)]
)
def test_a_condition_must_be_true_or_false(source: str, count: int) -> None:
    """What an expression is used as is checked like any operand."""
    assert len(findings(source, BOOL)) == count


def test_texts_are_checked_piece_by_piece() -> None:
    """Places are characters of the whole text, and one broken piece does not hide another."""
    text = "单号 ${ data.nme } 共 ${ data.lines.sku } 行"
    found, faults = check_value(text, SCOPE)
    assert found.kind == "string"
    assert [text[fault.start : fault.end] for fault in faults] == ["nme", "sku"]


@pytest.mark.parametrize(
    ("text", "kind", "count"),
    [
        ("plain", "string", 0),
        ("${ data.count }", "int", 0),
        ("${ data.count }\n", "int", 0),
        ("no ${ data.count }", "string", 0),
        ("${ data.count", "any", 1),
        ("${ data.count + }", "any", 1),
        ("$${ data.zzz }", "string", 0),
        ("${ @ }", "any", 1),
    ],
)
def test_values_have_the_type_of_their_single_expression(text: str, kind: str, count: int) -> None:
    """Anything beside the expression makes the value a text."""
    found, faults = check_value(text, SCOPE)
    assert (found.kind, len(faults)) == (kind, count)


def test_a_single_expression_is_checked_against_what_is_expected() -> None:
    """A condition in a value is a condition."""
    assert len(check_value("${ data.count }", SCOPE, BOOL)[1]) == 1
    assert check_value("${ data.vip }", SCOPE, BOOL)[1] == []
