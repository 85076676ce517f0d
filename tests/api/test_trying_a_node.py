"""One node run alone over HTTP: what it decides, asks, changes and gives, where it goes, and what it refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.support.office import Office, open_office
from waystation.compiler.files import shipped_calendars
from waystation.compiler.library import Library

pytestmark = pytest.mark.asyncio(loop_scope="module")

PEOPLE = {"amy": {"manager": "bob"}, "bob": {"roles": ["lead"]}, "carol": {"roles": ["hr"]}}
LONG = {"kind": "annual", "from": "2026-05-06", "days": 4, "reason": "探亲"}
KINDS = """\
waystation: 1
process: kinds
limits: { steps: 5000 }
data:
  n: { type: integer, default: 0 }
  lines: { type: array, items: { type: object, properties: { sku: { type: string }, qty: { type: integer } } } }
  text: { type: string }
  rate: { type: number }
  s: { type: string }
forms: { f: { fields: { note: { type: string, required: true } } } }
tables:
  rates:
    hit: first
    inputs: [{ name: n, value: data.n }]
    outputs: [rate]
    rules:
      - { when: { n: "< 10" }, then: { rate: 0.5 } }
      - { when: { n: ">= 10" }, then: { rate: 0.25 } }
nodes:
  again: { kind: set, save: { n: "${ data.n + 1 }" }, next: more }
  more: { kind: choice, next: [{ when: "${ data.n < 3 }", to: more2 }, { to: rate }] }
  more2: { kind: choice, next: [{ when: "${ data.n < 2 }", to: more2 }, { to: rate }] }
  rate: { kind: table, table: rates, save: { rate: "${ result.rate }" }, next: each }
  each:
    kind: foreach
    items: "${ data.lines }"
    as: line
    body:
      at: big
      nodes:
        big: { kind: choice, next: [{ when: "${ line.qty > 5 }", to: pick }, { to: end }] }
        pick:
          kind: task
          if: "${ line.qty > 1 }"
          assign: [{ user: bob }]
          form: f
          save: { local.note: "${ form.note }" }
          next: end
    next: pay
  pay:
    kind: action
    do: tickets.classify
    with: { text: "${ data.text }" }
    save: { s: "${ result.category }" }
    on: { error: { to: oops } }
    next: call
  oops: { kind: end, outcome: bad }
  call: { kind: action, do: http.request, with: { method: GET, url: "https://example.com" }, next: split }
  split: { kind: fork, next: [left, right] }
  left: { kind: set, save: { rate: 1 }, next: both }
  right: { kind: wait, for: 3d, next: both }
  both: { kind: join, of: split, next: which }
  which:
    kind: race
    of:
      msg: { kind: receive, message: paid, match: "${ data.s }", next: done }
      late: { kind: wait, for: 2h, next: again }
  done: { kind: end, outcome: ok }
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    library = Library(calendars=shipped_calendars())
    async with open_office(tmp_path_factory.mktemp("nodes"), library=library, requests_per_minute=10**6) as made:
        yield made


async def made(office: Office, text: str | None = None) -> str:
    source = {"template": "leave"} if text is None else {"text": text}
    answer = await office.ask("dee", "POST", "/designs", json={"from": source})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def alone(office: Office, design: str, node: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
    body = {"node": node, "data": data or {}, "initiator": "amy", "people": PEOPLE, **more}
    answer = await office.ask("dee", "POST", f"/designs/{design}/nodes/try", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def line(quantity: int) -> dict[str, Any]:
    return {"each": {"item": {"sku": "a", "qty": quantity}, "index": 3}}


async def test_an_approval_says_who_is_asked_why_and_by_when_and_is_answered(office: Office) -> None:
    """Nothing before it has run; its clock is explained; the answer says which edge the case would take."""
    design = await made(office)
    asked = await alone(office, design, "manager", LONG)
    [task] = asked["tasks"]
    assert (asked["state"], task["who"], task["why"][0]["zh"]) == ("open", ["bob"], "直属主管")
    [clock] = asked["clocks"]
    assert clock["due"] == task["due"]
    assert "7.5 小时" in clock["why"]["zh"]
    assert asked["why"] == {"zh": "等待 bob 处理", "en": "waits for bob"}
    answered = await alone(office, design, "manager", LONG, steps=[{"reject": {"task": "manager", "as": "bob"}}])
    assert [each["edge"] for each in answered["exits"]] == ["manager:outcome:rejected"]
    assert (answered["state"], answered["output"]["outcome"], answered["output"]["by"]) == ("done", "rejected", "bob")
    wrong = await alone(office, design, "manager", LONG, steps=[{"approve": {"task": "manager", "as": "carol"}}])
    assert (wrong["refused"]["code"], wrong["refused"]["step"], wrong["state"]) == ("not_yours", 1, "open")


async def test_a_decision_says_what_each_condition_says(office: Office) -> None:
    """Which branch and why; a condition that cannot be computed is located in the node's properties."""
    design = await made(office)
    long = await alone(office, design, "long", LONG)
    assert [(each["holds"], each["taken"]) for each in long["branches"]] == [(True, True), (None, False)]
    assert [each["edge"] for each in long["exits"]] == ["long:branch:0"]
    bare = await alone(office, design, "long", {})
    [problem] = bare["problems"]
    assert (bare["state"], bare["exits"]) == ("failed", [])
    assert (problem["node"], problem["field"], problem["code"]) == ("long", "next.0.when", "expression")
    assert (problem["zh"], "data.days" in problem["title"]) == ("表达式无法计算，值缺失或类型不符", True)
    wrong = await alone(office, design, "long", {"days": "four", "typo": 1})
    assert (wrong["state"], wrong["refused"]["code"], wrong["refused"]["step"]) == ("not_entered", "bad_form", 0)
    assert wrong["refused"]["detail"]["fields_zh"].keys() == {"days", "typo"}


async def test_a_table_says_which_rules_fit_and_what_changes(office: Office) -> None:
    """Inputs, the rules that fit, and the data before and after."""
    design = await made(office, KINDS)
    found = await alone(office, design, "rate", {"n": 10, "rate": 0.5})
    assert found["rules"] == {"table": "rates", "inputs": {"n": 10}, "fit": [1], "gives": {"rate": 0.25}}
    assert found["changes"] == [{"field": "rate", "new": False, "before": 0.5, "after": 0.25}]
    assert found["output"]["values"] == {"rate": 0.25}


async def test_a_node_that_leads_to_itself_is_left_once(office: Office) -> None:
    """The case would come again; alone, it is told and stops there."""
    design = await made(office, KINDS)
    found = await alone(office, design, "more2", {"n": 1})
    assert ([each["edge"] for each in found["exits"]], found["state"]) == (["more2:branch:0"], "done")
    assert found["exits"][0]["to"] == "more2"


async def test_two_branches_to_one_node_are_told_apart(office: Office) -> None:
    """The edge is that of the branch which holds, not of the first that leads there."""
    text = """\
waystation: 1
process: apart
data: { n: { type: integer } }
nodes:
  way:
    kind: choice
    next: [{ when: "${ data.n > 9 }", to: there }, { when: "${ data.n > 1 }", to: there }, { to: end }]
  there: { kind: end }
"""
    found = await alone(office, await made(office, text), "way", {"n": 5})
    assert ([each["edge"] for each in found["exits"]], [each["taken"] for each in found["branches"]]) == (
        ["way:branch:1"],
        [False, True, False],
    )


async def test_a_node_inside_a_foreach_has_its_item(office: Office) -> None:
    """The item, its index and its own values are given; the foreach around it does nothing of its own."""
    design = await made(office, KINDS)
    big = await alone(office, design, "each/big", items=line(9))
    assert [each["edge"] for each in big["exits"]] == ["each/big:branch:0"]
    passed = await alone(office, design, "each/pick", items=line(1))
    assert (passed["state"], [each["to"] for each in passed["exits"]]) == ("skipped", ["each/end"])
    asked = await alone(office, design, "each/pick", items=line(9))
    assert asked["tasks"][0]["task"] == "each[3]/pick"
    step = {"complete": {"task": "each/pick", "as": "bob", "outcome": "done", "form": {"note": "好"}}}
    answered = await alone(office, design, "each/pick", items=line(9), steps=[step])
    assert answered["changes"] == [{"field": "local.note", "new": True, "before": None, "after": "好"}]
    assert answered["output"]["form"] == {"note": "好"}
    whole = await alone(office, design, "each", {"lines": [{"qty": 9}, {"qty": 1}, {"qty": 7}]})
    assert [each["task"] for each in whole["tasks"]] == ["each[0]/pick", "each[2]/pick"]


async def test_what_computes_runs_and_what_reaches_outside_is_stubbed(office: Office) -> None:
    """Sorting a ticket has no effect and runs; a request goes nowhere, answers an example, and may be made to fail."""
    design = await made(office, KINDS)
    sorted_ = await alone(office, design, "pay", {"text": "要求退款"})
    assert (sorted_["output"]["result"]["category"], sorted_["actions"][0]["stub"]) == ("complaint", False)
    assert sorted_["stubs"] == {}
    outside = await alone(office, design, "call")
    assert (outside["state"], list(outside["stubs"])) == ("done", ["http.request"])
    said = {"http.request": {"returns": {"status": 503, "body": None}}}
    assert (await alone(office, design, "call", actions=said))["output"]["result"]["status"] == 503
    caught = await alone(office, design, "pay", {"text": "x"}, actions={"tickets.classify": {"fails": "boom"}})
    assert (caught["state"], [each["edge"] for each in caught["exits"]]) == ("event", ["pay:error:0"])
    assert (caught["output"], caught["problems"][0]["code"]) == (
        {**NOTHING, "kind": "action", "failed": "boom"},
        "boom",
    )


NOTHING = dict.fromkeys(("result", "failed", "outcome", "form", "by", "message", "values", "to"))


async def test_waits_say_when_they_are_due_and_races_who_was_first(office: Office) -> None:
    """Time is moved by hand, a message is sent by hand; both say where the case goes then."""
    design = await made(office, KINDS)
    wait = await alone(office, design, "right")
    assert (wait["state"], wait["clocks"][0]["due"]) == ("open", wait["next_due"])
    assert [each["to"] for each in (await alone(office, design, "right", steps=[{"advance": "3d"}]))["exits"]] == [
        "both"
    ]
    late = await alone(office, design, "which", {"s": "A"}, steps=[{"advance": "2h"}])
    assert [each["edge"] for each in late["exits"]] == ["which/late:next"]
    message = {"message": {"name": "paid", "with": {"key": "A", "amount": 5}}}
    paid = await alone(office, design, "which/msg", {"s": "A"}, steps=[message])
    assert ([each["to"] for each in paid["exits"]], paid["output"]["message"]["amount"]) == (["done"], 5)
    assert len((await alone(office, design, "split"))["exits"]) == 2
    assert (await alone(office, design, "done"))["ended"] == "ok"


async def test_earlier_answers_count_where_a_node_asks_about_them(office: Office) -> None:
    """Four eyes keep away who answered the node before, as a case that came here would."""
    text = """\
waystation: 1
process: eyes
nodes:
  first: { kind: task, assign: [{ user: bob }, { user: ann }], next: second }
  second: { kind: task, assign: [{ user: bob }, { user: ann }], exclude: [{ same_as: first }], next: end }
"""
    design = await made(office, text)
    both = await alone(office, design, "second", people=None)
    assert both["tasks"][0]["who"] == ["bob", "ann"]
    answers = [{"node": "first", "person": "bob", "answer": "done"}]
    eyes = await alone(office, design, "second", people=None, answers=answers)
    assert eyes["tasks"][0]["who"] == ["ann"]


async def test_what_cannot_be_tried_alone_is_refused_in_words(office: Office) -> None:
    """A join is nothing without its fork; what is not there is not found; a design with errors has their places."""
    design = await made(office, KINDS)
    path = f"/designs/{design}/nodes/try"
    join = await office.ask("dee", "POST", path, json={"node": "both"})
    assert (join.status_code, join.json()["code"]) == (409, "not_alone")
    assert "汇合" in join.json()["zh"]
    for node in ("nobody", "rate/nobody", "each/nobody", "/", "trial begin", "start"):
        gone = await office.ask("dee", "POST", path, json={"node": node})
        assert (gone.status_code, gone.json()["code"]) == (404, "not_found"), node
    broken = await office.ask(
        "dee", "POST", path, json={"node": "rate", "text": KINDS.replace("next: pay", "next: no")}
    )
    assert (broken.status_code, broken.json()["code"]) == (422, "definition_invalid")
    assert broken.json()["problems"]


async def test_bounds_hold(office: Office) -> None:
    """Large data, long lists of steps and endless bodies are refused, whoever sends them."""
    design = await made(office, KINDS)
    path = f"/designs/{design}/nodes/try"
    for wrong in (
        {"data": {"text": "x" * 300_000}},
        {"brought": {"error": {"detail": "x" * 300_000}}},
        {"items": {"each": {"item": ["x" * 300_000]}}},
        {"actions": {"http.request": {"returns": "x" * 300_000}}},
        {"steps": [{"advance": "1h"}] * 201},
        {"typo": 1},
    ):
        answer = await office.ask("dee", "POST", path, json={"node": "rate", **wrong})
        assert answer.status_code in (400, 422), wrong.keys()
    endless = KINDS.replace("process: kinds", "process: kinds_on").replace(
        "limits: { steps: 5000 }", "limits: { steps: 1000000 }"
    )
    endless = endless.replace(
        '        big: { kind: choice, next: [{ when: "${ line.qty > 5 }", to: pick }, { to: end }] }',
        '        big: { kind: choice, next: [{ when: "${ line.qty > 5 }", to: pick }, { to: big }] }',
    )
    slow = await office.ask(
        "dee", "POST", path, json={"node": "each", "data": {"lines": [{"qty": 1}]}, "text": endless}
    )
    assert (slow.status_code, slow.json()["code"]) == (409, "too_long")


async def test_only_who_may_see_the_design_may_try_its_nodes(office: Office) -> None:
    """Another tenant finds nothing, nor does who designs nothing; an anonymous caller has to sign in."""
    design = await made(office)
    for part in ("try", "sample"):
        path = f"/designs/{design}/nodes/{part}"
        other = await office.ask("dee", "POST", path, tenant="other", json={"node": "manager"})
        agent = await office.ask("ann", "POST", path, json={"node": "manager"})
        nobody = await office.http.post(f"/api/v1{path}", json={"node": "manager"})
        assert (other.status_code, agent.status_code, nobody.status_code) == (404, 404, 401), part


async def sampled(office: Office, design: str, node: str, **more: Any) -> Any:
    answer = await office.ask("dee", "POST", f"/designs/{design}/nodes/sample", json={"node": node, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_sample_data_are_those_that_a_simulation_brought_to_the_node(office: Office) -> None:
    """As they were when it was entered: with what came before it, and who answered; nothing later is in it."""
    design = await made(office)
    steps = [{"approve": {"task": "manager", "as": "bob"}}]
    simulation = {"people": PEOPLE, "start": {"as": "amy", "data": LONG}, "steps": steps}
    found = await sampled(office, design, "personnel", simulation=simulation)
    assert (found["source"], found["reached"], found["initiator"]) == ("simulation", True, "amy")
    assert found["data"] == LONG
    assert ("manager", "bob") in {(each["node"], each["person"]) for each in found["answers"]}
    given = {key: found[key] for key in ("initiator", "items", "brought", "answers", "picked")}
    again = await alone(office, design, "personnel", found["data"], **given)
    assert again["tasks"][0]["who"] == ["carol"]
    early = await sampled(office, design, "personnel", simulation={**simulation, "steps": []})
    assert early["source"] == "scenario"


async def test_without_a_simulation_a_saved_scenario_gives_the_sample_else_examples(office: Office) -> None:
    """The first scenario that comes to the node, with its people; a design without any has examples that fit."""
    design = await made(office)
    found = await sampled(office, design, "personnel")
    assert (found["source"], found["scenario"], found["reached"]) == ("scenario", "四天还要人事", True)
    assert found["people"]
    bare = await made(office, KINDS)
    example = await sampled(office, bare, "rate")
    assert (example["source"], example["initiator"]) == ("example", "dee")
    assert (await alone(office, bare, "rate", example["data"]))["state"] == "done"


async def test_the_item_of_a_foreach_comes_with_the_sample(office: Office) -> None:
    """A simulation that came to a node in a body gives the item it came with last."""
    design = await made(office, KINDS)
    start = {"as": "amy", "data": {"n": 5, "lines": [{"sku": "a", "qty": 9}, {"sku": "b", "qty": 7}]}}
    found = await sampled(office, design, "each/pick", simulation={"people": PEOPLE, "start": start})
    assert found["items"] == {"each": {"item": {"sku": "b", "qty": 7}, "index": 1, "local": {}}}
