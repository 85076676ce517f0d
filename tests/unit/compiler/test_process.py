"""What lowering makes of a process: defaults resolved, names looked up, everything the machine needs embedded."""

from __future__ import annotations

import pytest

from tests.support.compiling import CATALOG, compiled, plan, problems, process
from waystation.compiler import Library, Signature, compile_process, read_source
from waystation.contracts.calendars import parse_calendar
from waystation.contracts.errors import Unavailable
from waystation.contracts.plan import Boundary, Edge, Form, canonical_json, read_plan

CALENDAR = parse_calendar({"calendar": "cn", "timezone": "Asia/Shanghai", "week": {"mon": ["09:00-18:00"]}})
TASK = "kind: task, assign: { role: x }"


def test_a_plan_survives_its_canonical_form() -> None:
    """What is stored is what was compiled."""
    made = plan(
        f"""
        data: {{ p: {{ type: number, default: 1.50 }} }}
        nodes: {{ a: {{ {TASK}, title: "${{data.p}}", deadline: 2h, next: end }} }}
        """
    )
    assert made == read_plan(canonical_json(made))


def test_a_plan_of_a_newer_release_is_not_guessed_at() -> None:
    """With a key that this release does not know, it may mean anything: who asks is told to ask again."""
    made = canonical_json(plan(f"nodes: {{ a: {{ {TASK}, next: end }} }}"))
    with pytest.raises(Unavailable, match="plan_of_newer_release") as refused:
        read_plan(made[:-1] + b',"invented_later":1}')
    assert "invented_later" in refused.value.en


def test_the_first_node_is_where_it_starts() -> None:
    """Unless `start.at` says otherwise."""
    text = f"nodes: {{ a: {{ {TASK}, next: end }}, b: {{ {TASK}, next: a }} }}"
    unit = compiled(text).unit
    assert unit is not None
    assert "a" == unit.plan.start.at
    assert "b" == plan("start: { at: b }\n" + text).start.at


def test_a_deadline_runs_on_the_calendar_of_the_process() -> None:
    """Its own goes first; `none` is the wall clock; both calendars are embedded."""
    library = Library(calendars={"cn": CALENDAR, "us": CALENDAR})
    made = plan(
        f"""
        calendar: cn
        deadline: 10d
        nodes:
          a: {{ {TASK}, deadline: 2 workdays, next: b }}
          b: {{ {TASK}, deadline: {{ in: 2h, calendar: us }}, next: c }}
          c: {{ {TASK}, deadline: {{ in: 2h, calendar: none }}, on: {{ deadline: {{ in: 1d, to: end }} }}, next: end }}
        """,
        library,
    )
    clocks = [node.params["deadline"].get("calendar") for node in made.body.nodes.values()]
    assert ["cn", "us", None] == clocks
    assert made.deadline is not None
    assert "cn" == made.deadline.calendar
    assert Boundary("deadline", "end", due="1d", calendar="cn") == made.body.nodes["c"].on[0]
    assert {"cn", "us"} == set(made.calendars)


def test_a_wait_is_wall_clock_unless_it_needs_a_calendar() -> None:
    """Two hours are two hours; two workdays are the calendar's."""
    library = Library(calendars={"cn": CALENDAR})
    text = "calendar: cn\nnodes: { a: { kind: wait, for: 2h, next: b }, b: { kind: wait, for: 2 workdays, next: end } }"
    first, second = plan(text, library).body.nodes.values()
    assert (None, "cn") == (first.params.get("calendar"), second.params.get("calendar"))


def test_a_join_names_the_fork_it_closes() -> None:
    """Inner joins close inner forks; a join that counts edges has its edges instead."""
    made = plan(
        f"""
        nodes:
          outer: {{ kind: fork, next: [ inner, c ] }}
          inner: {{ kind: fork, next: [ a, b ] }}
          a: {{ {TASK}, next: meet }}
          b: {{ {TASK}, next: meet }}
          c: {{ {TASK}, next: all }}
          meet: {{ kind: join, next: all }}
          all: {{ kind: join, next: end }}
        """
    )
    assert ("inner", "outer") == (made.body.nodes["meet"].params["of"], made.body.nodes["all"].params["of"])


def test_a_join_that_counts_edges_knows_them() -> None:
    """Its incoming nodes, in display order."""
    made = compiled(
        f"""
        nodes:
          split: {{ kind: fork, next: [ b, a ] }}
          a: {{ {TASK}, next: meet }}
          b: {{ {TASK}, next: meet }}
          meet: {{ kind: join, count: edge, next: end }}
        """
    ).ready()
    assert ["a", "b"] == made.body.nodes["meet"].params["incoming"]


def test_only_used_forms_are_embedded_and_their_fields_become_data() -> None:
    """A field that is declared keeps its declaration; a form's condition is no part of the data."""
    forms = {
        "note": Form(fields={"text": {"type": "string", "required": True}, "n": {"type": "integer"}}),
        "other": Form(),
    }
    made = plan(
        f"data: {{ n: {{ type: integer, minimum: 1 }} }}\nnodes: {{ a: {{ {TASK}, form: note, next: end }} }}",
        Library(forms=forms),
    )
    assert {"note"} == set(made.forms)
    assert {"n": {"type": "integer", "minimum": 1}, "text": {"type": "string"}} == made.data


def test_a_form_inside_an_item_is_no_data_of_the_case() -> None:
    """It saves to the item's `local`."""
    made = plan(
        f"""
        data: {{ lines: {{ type: array, default: [] }} }}
        forms: {{ note: {{ fields: {{ text: {{ type: string }} }} }} }}
        nodes:
          each:
            kind: foreach
            items: "${{ data.lines }}"
            body: {{ nodes: {{ a: {{ {TASK}, form: note, next: end }} }} }}
            next: end
        """
    )
    assert ["lines"] == list(made.data)


def test_a_form_field_of_another_type_than_its_data_is_refused() -> None:
    """One name cannot be a text here and a number there."""
    text = f"""
    data: {{ n: {{ type: integer, default: 1 }} }}
    forms: {{ note: {{ fields: {{ n: {{ type: string }} }} }} }}
    nodes: {{ a: {{ {TASK}, form: note, title: "${{ data.n }}", next: end }} }}
    """
    assert ["5:54 bad_type"] == problems(text)


def test_the_alternatives_of_a_race_lead_to_nodes_beside_it() -> None:
    """One without `next` goes where the race's own says; the race itself has no edge then."""
    made = plan(
        f"""
        nodes:
          first:
            kind: race
            of:
              paid: {{ kind: receive, message: paid, match: x }}
              late: {{ kind: wait, for: 1h, next: tell }}
            next: tell
          tell: {{ {TASK}, next: end }}
        """
    )
    race = made.body.nodes["first"]
    assert race.body is not None
    assert ((), [(Edge("tell"),), (Edge("tell"),)]) == (race.edges, [node.edges for node in race.body.nodes.values()])


def test_a_boundary_that_needs_no_more_is_short() -> None:
    """Retries are in seconds, arguments are values."""
    made = plan(
        """
        data: { sku: { type: string, default: a } }
        nodes:
          a:
            kind: action
            do: stock.reserve
            with: { sku: "${ data.sku }", quantity: 2 }
            retry: { max_attempts: 5, first: 2s, factor: 1.5, max: 2m }
            timeout: 1h
            on: { error: { code: stock.shortage, to: end } }
            next: end
        """
    )
    params = made.body.nodes["a"].params
    assert {"max_attempts": 5, "first": 2.0, "factor": 1.5, "max": 120.0} == params["retry"]
    assert (3600.0, {"sku": {"$": "${ data.sku }"}, "quantity": 2}) == (params["timeout"], params["args"])
    assert {"stock.reserve"} == set(made.actions)


def test_an_untyped_action_takes_and_gives_anything() -> None:
    """A scenario's stub need not exist."""
    node = "nodes: { a: { kind: action, do: any.thing, with: { x: 1 }, save: { y: '${ result.z }' }, next: end } }"
    text = f"{node}\ndata: {{ y: {{}} }}"
    assert [] == [
        each for each in problems(text, Library(untyped_actions=frozenset(["any.thing"]))) if "unused" not in each
    ]
    assert ["3:33 unknown_action"] == problems(text)


def test_a_called_process_is_checked_where_it_is_known() -> None:
    """Its data, what it needs, and its outcomes."""
    known = {"pay": Signature(("paid", "refused"), {"amount": {"type": "integer"}}, ("amount",))}
    call = "nodes: {{ a: {{ kind: call, process: pay, with: {}, next: {} }} }}"
    good = call.format("{ amount: 1 }", "{ paid: end, refused: end }")
    bad = call.format("{ amuont: 1 }", "{ paid: end, denied: end }")
    assert [] == problems(good, Library(processes=known))
    assert ["bad_with", "bad_with", "unknown_outcome", "unknown_outcome"] == sorted(
        each.split()[1] for each in problems(bad, Library(processes=known))
    )
    assert [] == problems(bad)


def test_the_organisation_is_checked_where_it_is_known() -> None:
    """An unknown role is no approver; None means that nothing is known."""
    text = "nodes: { a: { kind: task, assign: [ { role: boss }, { user: ann } ], next: end } }"
    assert ["3:45 no_approver"] == problems(text, Library(roles=frozenset(["chief"])))
    assert [] == problems(text)


def test_a_process_inside_another_file_has_places_in_that_file() -> None:
    """Scenario files hold processes."""
    source = read_source(
        "scenario: s\nprocesses:\n  - waystation: 1\n    process: p\n    nodes: { a: { kind: tsk } }\n", file="s"
    )
    (problem,) = compile_process(source, CATALOG, at=("processes", 0)).problems
    assert ("s:5:25", "unknown_kind", ("nodes", "a", "kind")) == (str(problem.place), problem.code, problem.path)


def test_a_broken_node_does_not_hide_what_is_wrong_with_others() -> None:
    """Every problem that is certain is said at once."""
    text = """
    nodes:
      a: { kind: tsk, next: b }
      b: { kind: task, next: c }
      c: { kind: wait, for: soon, next: d }
      d: { kind: set, save: { n: 1 }, next: e }
    """
    assert ["unknown_kind", "missing_key", "bad_duration", "unknown_field", "unknown_node"] == [
        each.split()[1] for each in problems(text)
    ]


def test_a_damaged_file_says_nothing_that_the_damage_may_have_caused() -> None:
    """No missing nodes and no unreachable ones, but misspelt keys elsewhere."""
    text = process("nodes:\n  a: { kind: task, assign: [ { role: x }, next: b }\n  b: { kind: merge, nxt: end }\n")
    codes = [problem.code for problem in compile_process(text, CATALOG).problems]
    assert "syntax" in codes
    assert {"syntax", "unknown_key"} >= set(codes)
