"""Which names an expression may use, and where (section 3)."""

from __future__ import annotations

import pytest

from tests.support.compiling import plan, problems

DATA = """
data:
  n: { type: integer, default: 1 }
  who: { type: string, default: bob }
  lines:
    type: array
    default: []
    items: { type: object, properties: { sku: { type: string } }, additionalProperties: false }
forms: { note: { fields: { text: { type: string } } } }
"""


def codes(nodes: str) -> list[str]:
    return [each.split()[1] for each in problems(f"{DATA}\nnodes:\n{nodes}") if "unused_field" not in each]


TASK = "kind: task, assign: { role: x }"
ACTION = "kind: action, do: stock.reserve, with: { sku: a, quantity: 1 }"


@pytest.mark.parametrize(
    "expression",
    [
        "data.n > 1",
        "case.initiator == 'bob' && case.key != '' && case.started_at < now()",
        "settings.limit > 1",
        "settings['a.b'] ?? 1 == 1",
    ],
)
def test_everywhere_there_are_data_case_and_settings(expression: str) -> None:
    """Settings are the tenant's, so nothing is known of them."""
    assert [] == codes(f'  a: {{ kind: merge, if: "{expression}", next: end }}')


@pytest.mark.parametrize("name", ["item", "index", "local", "result", "form", "actor", "message", "error", "arrived"])
def test_other_names_are_not_there_by_themselves(name: str) -> None:
    """An unknown name is a compile error."""
    assert ["expression"] == codes(f'  a: {{ kind: merge, title: "${{ {name} }}", next: end }}')


def test_a_field_of_case_that_is_none_is_refused() -> None:
    """`case` is closed."""
    assert ["unknown_field"] == codes('  a: { kind: merge, title: "${ case.owner }", next: end }')


def test_an_item_has_its_name_its_index_and_its_local() -> None:
    """Typed by the elements of `items`; inner bodies see the outer item's name too."""
    body = """
  each:
    kind: foreach
    items: "${ data.lines }"
    as: line
    body:
      nodes:
        a: { kind: set, save: { local.x: "${ line.sku + string(index) }", local.y: "${ item.sku }" }, next: b }
        b:
          kind: scope
          body: { nodes: { c: { kind: merge, if: "line.sku == local.x", next: end } } }
          next: end
    next: end
"""
    assert [] == codes(body)
    assert ["unknown_field"] == codes(body.replace("item.sku", "item.sky"))


def test_collect_sees_results() -> None:
    """What the items left in their `local`."""
    body = "body: { nodes: { a: { kind: set, save: { local.x: 1 }, next: end } } }"
    text = '  each: {{ kind: foreach, items: "${{ data.lines }}", {}, collect: {{ n: "${{ {} }}" }}, next: end }}'
    assert [] == codes(text.format(body, "sum(results.map(r, r.x))"))
    assert ["expression"] == codes(text.format(body, "size(item)"))


@pytest.mark.parametrize(
    ("node", "name", "code"),
    [
        (ACTION, "result.reservation", None),
        (ACTION, "result.left + 1 > 0 ? 'a' : 'b'", None),
        (ACTION, "result.nothing", "bad_save"),
        (f"{TASK}, form: note", "form.text", None),
        (f"{TASK}, form: note", "form.txt", "unknown_field"),
        (f"{TASK}, form: note", "actor + outcome", None),
        ("kind: receive, message: m, match: x", "message.who", None),
        ("kind: call, process: q", "result.who + outcome", None),
    ],
)
def test_save_sees_what_the_node_brought(node: str, name: str, code: str | None) -> None:
    """Result, form, actor, outcome or message, each typed where its type is known."""
    assert ([code] if code else []) == codes(f'  a: {{ {node}, save: {{ who: "${{ {name} }}" }}, next: end }}')


def test_only_save_and_undo_see_what_the_node_brought() -> None:
    """When a node is entered it has not brought anything yet."""
    assert ["expression"] == codes(f'  a: {{ {ACTION}, title: "${{ result.left }}", next: end }}')
    undo = 'undo: { do: stock.reserve, with: { sku: "${ result.reservation }", quantity: 1 } }'
    assert [] == codes(f"  a: {{ {ACTION}, {undo}, next: end }}")


def test_a_value_must_fit_what_it_is_saved_to() -> None:
    """A number is no text; a literal text may be a time."""
    assert ["bad_save"] == codes(f'  a: {{ {ACTION}, save: {{ who: "${{ result.left }}" }}, next: end }}')
    assert ["bad_save"] == codes("  a: { kind: set, save: { n: many }, next: end }")
    assert ["unknown_field"] == codes("  a: { kind: set, save: { m: 1 }, next: end }")


def test_error_is_there_where_only_an_error_leads() -> None:
    """In the node an error edge leads to, and in what only that node leads to."""
    text = f"""
  a: {{ {ACTION}, on: {{ error: rescue }}, next: end }}
  rescue: {{ kind: merge, if: "error.code == 'x.y'", next: after }}
  after: {{ {TASK}, title: "${{ error.title }}", next: NEXT }}
  other: {{ {TASK}, next: after }}
"""
    assert [] == [code for code in codes(text.replace("NEXT", "end")) if code != "unreachable"]
    shared = text.replace("NEXT", "end").replace("rescue }, next: end", "rescue }, next: other")
    assert ["expression"] == codes(shared)


def test_message_is_there_where_only_a_message_leads() -> None:
    """Also into the bodies of such nodes."""
    text = f"""
  a: {{ {TASK}, on: {{ message: {{ name: stop, match: "${{ data.who }}", to: stopped }} }}, next: end }}
  stopped:
    kind: scope
    body: {{ nodes: {{ b: {{ {TASK}, title: "${{ message.why }}", next: end }} }} }}
    next: end
"""
    assert [] == codes(text)


def test_need_sees_arrived_and_total() -> None:
    """And nothing else sees them."""
    text = f"""
  s: {{ kind: fork, next: [ a, b ] }}
  a: {{ {TASK}, next: j }}
  b: {{ {TASK}, next: j }}
  j: {{ kind: join, need: "arrived * 2 > total", next: end }}
"""
    assert [] == codes(text)


@pytest.mark.parametrize(
    ("match", "field", "condition"),
    [
        ("${ message.order_no == data.who }", "order_no", None),
        ("data.who == message.order_no", "order_no", None),
        ("message.kind == 'x' && data.n > 1", "kind", "(data.n > 1)"),
        (
            "message.n > 1 && message.a == data.who && (message.b || data.n > 1)",
            "a",
            "(message.n > 1) && (message.b || data.n > 1)",
        ),
        ("${ data.who }", "key", None),
        ("order 7", "key", None),
    ],
)
def test_a_match_is_a_field_a_value_and_the_rest(match: str, field: str, condition: str | None) -> None:
    """So that the store can look the waiting case up."""
    made = plan(f'{DATA}\nnodes: {{ a: {{ kind: receive, message: m, match: "{match}", next: end }} }}')
    found = made.body.nodes["a"].params["match"]
    assert (field, condition) == (found.get("field", "key"), found.get("condition"))


@pytest.mark.parametrize(
    "match",
    ["message.a != data.who", "message.a == data.who || data.n > 1", "message.a == message.b", "message.a.b == 1"],
)
def test_a_match_that_names_no_case_is_refused(match: str) -> None:
    """An equality must stand in every way of the condition holding."""
    assert "no_correlation" in codes(f'  a: {{ kind: receive, message: m, match: "{match}", next: end }}')
