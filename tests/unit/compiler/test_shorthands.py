"""What may be written short means the same as what is written out: the plans are equal to the byte."""

from __future__ import annotations

import pytest

from tests.support.compiling import plan
from waystation.contracts.plan import plan_hash

DATA = """
data:
  n: { type: integer, default: 1 }
  who: { type: string, default: bob }
  lines: { type: array, default: [] }
"""


def around(node: str) -> str:
    form = "forms: { note: { fields: { text: { type: string } } } }"
    return f"{DATA}\n{form}\nnodes:\n  a: {{ {node}, next: end }}\n"


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("kind: task, assign: { role: x }", "kind: task, assign: [ { role: x } ]"),
        ('kind: task, assign: "${ data.who }"', 'kind: task, assign: [ { expr: "${ data.who }" } ]'),
        ("kind: task, assign: role:x", "kind: task, assign: [ { role: x } ]"),
        ("kind: task, assign: { role: x }", "kind: task, assign: { role: x }, outcomes: [ done ]"),
        ("kind: task, assign: { role: x }", "kind: task, assign: { role: x }, outcomes: { done: {} }"),
        (
            "kind: task, assign: { role: x }, form: note",
            "kind: task, assign: { role: x }, form: { use: note, fields: {} }",
        ),
        ("kind: task, assign: { role: x }, deadline: 2h", "kind: task, assign: { role: x }, deadline: { in: PT2H }"),
        ("kind: task, assign: { role: x }, lock: bench", "kind: task, assign: { role: x }, lock: { name: bench }"),
        (
            "kind: task, assign: { role: x }, exclude: initiator",
            "kind: task, assign: { role: x }, exclude: [initiator]",
        ),
        ("kind: task, assign: { role: x }, strategy: pool", "kind: task, assign: { role: x, weight: 1 }"),
        (
            "kind: task, assign: { role: x }, when_empty: { user: bob }",
            "kind: task, assign: { role: x }, when_empty: user:bob",
        ),
        (
            "kind: task, assign: { role: x }, open_while: data.n > 1",
            'kind: task, assign: { role: x }, open_while: "${ data.n > 1 }"',
        ),
        (
            'kind: task, assign: { role: x }, deadline: { in: 2h, steps: { at: "50%", escalate: { role: y } } }',
            (
                "kind: task, assign: { role: x },"
                ' deadline: { in: 120m, steps: [ { at: "50%", escalate: { to: [ { role: y } ] }, mark: breached } ] }'
            ),
        ),
        (
            "kind: task, assign: { role: x }, deadline: { in: 2h, steps: [ { at: 1d, remind: 4h } ] }",
            "kind: task, assign: { role: x }, deadline: { in: 2h, steps: [ { at: 1d, remind: { every: 4h } } ] }",
        ),
        (
            'kind: foreach, items: "${data.lines}", body: { nodes: { b: { kind: merge, next: end } } }',
            (
                'kind: foreach, items: "${data.lines}", as: item, mode: parallel, need: all,'
                " body: { at: b, nodes: { b: { kind: merge, next: end } } }"
            ),
        ),
        ("kind: merge, if: data.n > 1", 'kind: merge, if: "${data.n > 1}"'),
        ("kind: wait, for: 1h", "kind: wait, for: 60m"),
        ("kind: wait, until: data.n > 1", 'kind: wait, until: "${ data.n > 1 }"'),
        (
            "kind: notify, to: assignees, template: t",
            "kind: notify, to: [ assignees ], template: t, channels: [], priority: 3",
        ),
        (
            'kind: receive, message: m, match: "${ data.who == message.no }"',
            "kind: receive, message: m, match: message.no == data.who",
        ),
        (
            "kind: set, save: { n: 1 }, on: { error: end }",
            'kind: set, save: { n: 1 }, on: { error: [ { code: "*", to: end } ] }',
        ),
        (
            "kind: action, do: stock.reserve, with: { sku: a, quantity: 1 }",
            (
                "kind: action, do: stock.reserve, with: { sku: a, quantity: 1 }, timeout: 300s,"
                " retry: { max_attempts: 3, first: 1s, factor: 2, max: 1m }"
            ),
        ),
    ],
)
def test_short_and_long_forms_have_equal_plans(short: str, long: str) -> None:
    """Defaults that are said and defaults that are not make no difference either."""
    assert plan_hash(plan(around(long))) == plan_hash(plan(around(short)))


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("[ b, c ]", "[ { to: b }, { to: c } ]"),
        ("[ { when: data.n > 1, to: b }, c ]", '[ { when: "${ data.n > 1 }", to: b }, { to: c } ]'),
    ],
)
def test_branches_may_be_ids(short: str, long: str) -> None:
    """A list of ids is a list of entries without conditions."""
    rest = "b: { kind: merge, next: j }, c: { kind: merge, next: j }, j: { kind: join, next: end }"
    first, second = (f"{DATA}\nnodes: {{ a: {{ kind: fork, next: {each} }}, {rest} }}" for each in (short, long))
    assert plan_hash(plan(second)) == plan_hash(plan(first))


def test_a_process_has_defaults_that_may_be_said() -> None:
    """Title, family, priority, limits, timezone and the first node."""
    said = "family: other\npriority: 3\ntimezone: Asia/Shanghai\nlimits: { steps: 10000, depth: 8 }\nstart: { at: a }\n"
    node = "nodes: { a: { kind: merge, next: end } }"
    assert plan_hash(plan(said + node)) == plan_hash(plan(node))
