"""Expressions tried on sample data over HTTP: values, located faults, the names of the place, bounds, rights."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.support.office import Office, open_office
from waystation.compiler.files import shipped_calendars
from waystation.compiler.library import Library

pytestmark = pytest.mark.asyncio(loop_scope="module")

ORDER = """
waystation: 1
process: order
title: 订单
data:
  amount: { format: money, minimum: 100, title: 金额 }
  due: { type: string, format: date }
  rate: { type: number }
  lines: { type: array, items: { type: object, properties: { sku: { type: string }, qty: { type: integer } } } }
  seen: { type: integer }
  note: { type: string }
required: [amount]
calendar: cn
start: { form: order }
forms:
  order:
    fields:
      amount: { format: money, minimum: 100, required: true }
      due: { type: string, format: date }
      lines: { type: array, items: { type: object, properties: { sku: { type: string }, qty: { type: integer } } } }
  check:
    fields: { remark: { type: string } }
nodes:
  count: { kind: set, save: { seen: "${ size(data.lines ?? []) }" }, next: check }
  check:
    kind: approval
    approvers: [role:lead]
    form: check
    save: { note: "${ form.remark }" }
    next: { approved: each, rejected: end }
  each:
    kind: foreach
    items: "${ data.lines }"
    as: line
    body:
      nodes:
        pick: { kind: set, save: { "local.done": "${ line.qty }" }, next: end }
    next: way
  way:
    kind: choice
    next:
      - { when: "${ data.amount > 5000 }", to: big }
      - { to: end }
  big: { kind: end, outcome: big }
"""
SCENARIOS = """
process: order
people: { amy: {}, lea: { roles: [lead] } }
scenarios:
  - scenario: 小单
    start: { as: amy, data: { amount: 900 } }
    steps: [{ reject: { task: check, as: lea } }]
  - scenario: 大单
    start: { as: amy, data: { amount: 9900, due: "2026-05-06", lines: [{ sku: A, qty: 2 }, { sku: B, qty: 5 }] } }
    steps: [{ approve: { task: check, as: lea, form: { remark: 可以 } } }, { expect: { ended: big } }]
"""
SAMPLE = {"data": {"amount": 9900, "due": "2026-05-06", "rate": 0.1, "lines": [{"sku": "A", "qty": 2}]}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    library = Library(calendars=shipped_calendars())
    async with open_office(tmp_path_factory.mktemp("evaluating"), library=library, requests_per_minute=10**6) as made:
        yield made


async def made(office: Office, text: str = ORDER, scenarios: str = SCENARIOS) -> str:
    source = {"from": {"text": text, "scenarios": scenarios}}
    answer = await office.ask("dee", "POST", "/designs", json=source)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def ask(office: Office, design: str, *items: Any, **more: Any) -> list[dict[str, Any]]:
    """Each item is a text, or a whole item."""
    asked = [{"text": item} if isinstance(item, str) else item for item in items]
    body = {"names": SAMPLE, "now": "2026-03-02T01:00:00Z", "items": asked, **more}
    answer = await office.ask("dee", "POST", f"/designs/{design}/evaluate", json=body)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def one(office: Office, design: str, item: Any, **more: Any) -> dict[str, Any]:
    return (await ask(office, design, item, **more))[0]


async def samples(office: Office, design: str, **asked: Any) -> list[dict[str, Any]]:
    answer = await office.ask("dee", "POST", f"/designs/{design}/samples", json=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


@pytest.mark.parametrize(
    ("text", "how", "kind", "shown"),
    [
        ("${ data.amount > 5000 }", "condition", "bool", "true"),
        ("data.amount > 5000 && data.rate < 0.1", "condition", "bool", "false"),
        ("${ data.amount * data.rate }", "value", "number", "990"),
        ("data.amount + 1", "expression", "int", "9901"),
        ("共 ${ data.amount } 分，${ data.due } 前", "value", "string", "共 9900 分，2026-05-06 前"),
        ("${ data.due }", "value", "date", "2026-05-06"),
        ("${ add_workdays(now(), 1) }", "value", "timestamp", "2026-03-03 09:00:00"),
        ("${ data.lines.map(x, x.qty) }", "value", "list", "[2]"),
        ("${ data.note }", "value", "null", ""),
        ("$${ data.amount }", "value", "string", "${ data.amount }"),
    ],
)
async def test_an_expression_gives_its_value_with_its_kind(
    office: Office, text: str, how: str, kind: str, shown: str
) -> None:
    """Conditions, formulas and templates give what the engine would compute, with exact decimals and dates as dates."""
    found = await one(office, await made(office), {"text": text, "how": how})
    assert (found["problem"], found["kind"], found["text"]) == (None, kind, shown)


@pytest.mark.parametrize(
    ("text", "how", "at", "zh"),
    [
        ("${ data.note + 'x' }", "value", (1, 4), "'data.note' 缺失"),
        ("共\n${ data.amount } 和 ${ data.amuont }", "value", (2, 28), "没有字段 'data.amuont'"),
        ("data.amount", "condition", (1, 1), "此处需要布尔值，而不是整数"),
        ("  data.amount >", "condition", (1, 16), None),
        ("${ data.amount", "value", (1, 1), "'${' 没有对应的 '}'"),
        ("${ form.remark }", "value", (1, 4), "此处没有名称 'form'"),
    ],
)
async def test_what_is_wrong_is_told_where_it_is(
    office: Office, text: str, how: str, at: tuple[int, int], zh: str | None
) -> None:
    """A fault has its line and column in the text as it was typed, and a sentence in both languages."""
    problem = (await one(office, await made(office), {"text": text, "how": how}))["problem"]
    assert (problem["line"], problem["column"]) == at
    assert problem["en"]
    assert zh is None or zh in problem["zh"]


async def test_a_near_name_is_offered(office: Office) -> None:
    """A field that is not there comes with the field that was probably meant."""
    problem = (await one(office, await made(office), "${ data.amuont }"))["problem"]
    assert (problem["code"], problem["hint_en"]) == ("unknown_field", "did you mean 'amount'?")


async def test_the_names_are_those_of_the_place(office: Office) -> None:
    """`save` sees the form, the body of a foreach its item, a form its fields; elsewhere they are unknown."""
    design = await made(office)
    names = {**SAMPLE, "form": {"remark": "好"}, "line": {"sku": "A", "qty": 2}, "index": 0}
    found = await ask(
        office,
        design,
        {"text": "${ form.remark }", "node": "check", "field": "save.note"},
        {"text": "${ line.qty + index }", "node": "each/pick", "field": "save.local.done"},
        {"text": "${ form.remark }", "node": "way", "field": "next"},
        {"text": "${ arrived > total }", "node": "each", "field": "need", "how": "expression"},
        names=names,
    )
    assert [each["text"] for each in found[:2]] == ["好", "2"]
    assert found[2]["problem"]["zh"] == "此处没有名称 'form'"
    assert found[3]["kind"] == "bool"
    formula = {"text": "form.amount * 2", "how": "expression", "form": "order"}
    assert (await one(office, design, formula))["text"] == "19800"


async def test_mistakes_elsewhere_keep_no_expression_from_being_tried(office: Office) -> None:
    """A draft that does not compile still has its names; a text that is no YAML has none and says so."""
    broken = ORDER.replace("data.amount > 5000", "data.amuont > 5000").replace("role:lead", "rule:lead")
    design = await made(office, broken)
    assert (await office.ask("dee", "POST", f"/designs/{design}/check", json={})).json()["ok"] is False
    assert (await one(office, design, "${ data.amount }"))["text"] == "9900"
    unread = await made(office, "a: [")
    body = {"items": [{"text": "${ 1 }"}]}
    answer = await office.ask("dee", "POST", f"/designs/{unread}/evaluate", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "definition_invalid")


async def test_samples_are_what_the_engine_had_at_the_node(office: Office) -> None:
    """The data of each scenario at its first coming to the node, not what came later; else that of its end."""
    design = await made(office)
    small, big, example = await samples(office, design, node="check")
    assert [each["source"] for each in (small, big, example)] == ["scenario", "scenario", "made"]
    assert (small["name"], small["reached"], small["names"]["data"]) == ("小单", True, {"amount": 900, "seen": 0})
    assert big["names"]["data"]["seen"] == 2
    assert "note" not in big["names"]["data"]
    assert big["names"]["case"]["initiator"] == "amy"
    assert big["now"] == "2026-03-02T01:00:00Z"

    small, big, _ = await samples(office, design, node="check", field="save.note")
    assert [each["names"]["form"] for each in (small, big)] == [{}, {"remark": "可以"}]
    assert [each["names"]["outcome"] for each in (small, big)] == ["rejected", "approved"]
    small, big, _ = await samples(office, design, node="way")
    assert (small["reached"], big["reached"], big["names"]["data"]["note"]) == (False, True, "可以")
    big = (await samples(office, design, node="each/pick"))[1]
    assert big["names"]["line"] == big["names"]["item"] == {"sku": "A", "qty": 2}
    assert (big["names"]["index"], big["names"]["local"]) == (0, {})


async def test_samples_of_a_draft_with_errors_are_read_and_not_played(office: Office) -> None:
    """What cannot be run still says what the data may be: the start's, with the fields of the answers."""
    design = await made(office, ORDER.replace("data.amount > 5000", "data.amuont > 5000"))
    small, big, example = await samples(office, design, node="way")
    assert not small["ran"]
    assert big["names"]["data"]["amount"] == 9900
    assert big["names"]["data"]["remark"] == "可以"
    assert example["names"]["data"]["amount"] == 10_000


async def test_what_was_played_is_the_first_sample(office: Office) -> None:
    """The simulator's case as far as it has come; a step that is refused leaves what was before it."""
    design = await made(office)
    played = {"start": {"as": "ann", "data": {"amount": 700}}, "steps": []}
    first = (await samples(office, design, node="check", played=played))[0]
    assert (first["source"], first["reached"]) == ("played", True)
    assert first["names"]["data"] == {"amount": 700, "seen": 0}
    assert first["names"]["case"]["initiator"] == "ann"


async def test_made_up_data_is_what_the_fields_take(office: Office) -> None:
    """A draft without scenarios has examples of every field, so that its expressions can be tried at once."""
    design = await made(office, scenarios="")
    [example] = await samples(office, design)
    data = example["names"]["data"]
    assert (data["amount"], data["lines"], data["rate"]) == (10_000, [{"sku": "示例", "qty": 1}], 1)
    found = await ask(office, design, "${ data.lines[0].qty + data.rate }", "${ data.due }", names=example["names"])
    assert [each["kind"] for each in found] == ["int", "date"]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("${ " + "[" * 400 + "]" * 400 + " }", 200),
        ("x" * 20_001, 400),
    ],
)
async def test_what_is_written_may_be_as_deep_as_it_likes(office: Office, text: str, status: int) -> None:
    """Depth is a fault of the expression, length a fault of the request; neither is a fault of the server."""
    answer = await office.ask(
        "dee", "POST", f"/designs/{await made(office)}/evaluate", json={"items": [{"text": text}]}
    )
    assert answer.status_code == status


async def test_endless_work_is_stopped(office: Office) -> None:
    """Loops in loops meet the budget of the engine, large texts its size; the others of the request still answer."""
    tens = "[1,2,3,4,5,6,7,8,9,10]"
    loops = "${ " + f"{tens}.all(a, " * 7 + "true" + ")" * 7 + " }"
    large = "${ " + "[" + ", ".join(["data.big"] * 400) + "] }"
    found = await ask(office, await made(office), loops, large, "${ 1 + 1 }", names={"data": {"big": "长" * 90_000}})
    assert "200000" in found[0]["problem"]["en"]
    assert found[1]["problem"] is not None
    assert found[2]["text"] == "2"


async def test_a_long_result_is_cut(office: Office) -> None:
    """What is shown is bounded; that there is more is said."""
    found = await one(office, await made(office), "${ data.note }", names={"data": {"note": "长" * 5_000}})
    assert (found["cut"], len(found["text"]), found["value"]) == (True, 2_000, None)


async def test_a_sample_of_another_shape_is_refused(office: Office) -> None:
    """Names that are maps must be maps, and a sample is no warehouse."""
    design = await made(office)
    for names, status, code in (
        ({"data": [1]}, 422, "bad_sample"),
        ({"data": {"note": "x" * 600_000}}, 413, "too_large"),
    ):
        body = {"items": [{"text": "${ 1 }"}], "names": names}
        answer = await office.ask("dee", "POST", f"/designs/{design}/evaluate", json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("what", ["evaluate", "samples"])
async def test_only_who_may_see_a_design_may_try_it(office: Office, what: str) -> None:
    """To others the design is not there, nor to another tenant, whatever the sample names; nothing is changed by it."""
    design = await made(office)
    body: dict[str, Any] = {"items": [{"text": "${ case.tenant }"}]} if what == "evaluate" else {}
    path = f"/designs/{design}/{what}"
    assert (await office.ask("ann", "POST", path, json=body)).status_code == 404
    assert (await office.ask("dee", "POST", path, tenant="other", json=body)).status_code == 404
    before = (await office.ask("dee", "GET", f"/designs/{design}")).headers["ETag"]
    assert (await office.ask("dee", "POST", path, json=body)).status_code == 200
    assert (await office.ask("dee", "GET", f"/designs/{design}")).headers["ETag"] == before
