"""The policy: who may do what with cases, tasks, files and fields, also where rules of access narrow it."""

from __future__ import annotations

import pytest

from designer_api.auth import veil
from designer_api.auth.access_rules import AccessRules, Right
from designer_api.auth.entrance import unit_of
from designer_api.auth.policy import (
    Action,
    Caller,
    CaseRights,
    FieldRights,
    FileRights,
    TaskRights,
    can,
    reaches_all,
    require,
)
from designer_api.views import shown
from waystation.contracts.errors import Refused
from waystation.contracts.people import Organisation, Person
from waystation.contracts.plan import Access

RULES = AccessRules.model_validate(
    {
        "rows": [
            {"process": "repair", "reach": {"agent": "own", "lead": "unit", "head": "all"}},
            {"process": "*", "reach": {"*": "all"}},
        ],
        "fields": [
            {"field": "phone", "rights": {"*": "mask", "agent": "read", "lead": "edit"}},
            {"field": "id_number", "rights": {"lead": "mask", "admin": "mask"}},
        ],
    }
)


def caller(*roles: str, rules: AccessRules = RULES, unit: tuple[str, ...] = ()) -> Caller:
    return Caller("t", "ann", "Ann", {"roles": list(roles)}, None, rules, frozenset(unit))


def case(process: str = "repair", *, initiator: str = "bob", involved: bool = False, **access: object) -> CaseRights:
    return CaseRights(process, Access(**access), initiator, involved)  # type: ignore[arg-type]


def test_rows_reach_own_unit_or_all() -> None:
    """Each role sees as far as its rule says; whom no entry names sees his own; the widest of several counts."""
    assert not can(caller("agent"), Action.SEE, case())
    assert can(caller("agent"), Action.SEE, case(initiator="ann"))
    assert can(caller("agent"), Action.SEE, case(involved=True))
    assert not can(caller("lead"), Action.SEE, case())
    assert can(caller("lead", unit=("bob",)), Action.SEE, case())
    assert not can(caller("agent", unit=("bob",)), Action.SEE, case())
    assert can(caller("agent", "head"), Action.SEE, case())
    assert not can(caller(), Action.SEE, case())
    assert can(caller("admin"), Action.SEE, case())


def test_rules_for_a_process_go_before_those_for_all() -> None:
    """Another process falls under `*`; without any rule everything that the process shows is seen."""
    assert can(caller("agent"), Action.SEE, case("leave"))
    assert can(caller("agent", rules=AccessRules()), Action.SEE, case())


def test_rules_never_widen_what_a_process_allows() -> None:
    """Who sees all rows still sees nothing of a process that is closed to him."""
    closed = case(see=("role:finance",))
    assert not can(caller("head"), Action.SEE, closed)
    assert can(caller("head", "finance"), Action.SEE, closed)


def test_operating_reaches_as_far_as_seeing() -> None:
    """An operator with a narrow reach does not operate what he may not see."""
    assert not can(caller("operator", "agent"), Action.OPERATE, case())
    assert can(caller("operator", "head"), Action.OPERATE, case(operate=("role:nobody",)))


def test_many_at_once_needs_every_row() -> None:
    """Who sees only his own of one process steers no batch over it, nor one over all processes."""
    assert reaches_all(caller("head"), "repair")
    assert not reaches_all(caller("agent"), "repair")
    assert reaches_all(caller("agent"), "leave")
    assert not reaches_all(caller("agent"), None)
    assert reaches_all(caller("head"), None)
    assert reaches_all(caller("agent", rules=AccessRules()), None)


def test_tasks_and_files_are_seen_with_their_case() -> None:
    """Who is asked sees his task; who stored a file sees it; all others as far as they see the case."""
    hidden = case(see=("role:finance",))
    assert can(caller(), Action.SEE, TaskRights(hidden, ("ann",)))
    assert not can(caller(), Action.SEE, TaskRights(hidden, ("bob",)))
    assert can(caller(), Action.SEE, FileRights("ann"))
    assert not can(caller(), Action.SEE, FileRights("bob"))
    assert not can(caller(), Action.SEE, FileRights("bob", hidden))
    assert can(caller("finance", "head"), Action.SEE, FileRights("bob", hidden))


def test_fields_are_hidden_masked_read_or_edited() -> None:
    """The highest right of one's roles counts; a field with a rule is hidden from whom it does not name."""
    assert RULES.rights(("clerk",)) == {"phone": Right.MASK, "id_number": Right.HIDE}
    assert RULES.rights(("agent", "lead")) == {"phone": Right.EDIT, "id_number": Right.MASK}
    assert can(caller("agent"), Action.SEE, FieldRights("phone"))
    assert not can(caller("agent"), Action.EDIT, FieldRights("phone"))
    assert not can(caller("agent"), Action.SEE, FieldRights("id_number"))
    assert can(caller("agent"), Action.EDIT, FieldRights("colour"))


def test_an_admin_may_edit_unless_a_rule_names_him() -> None:
    """Whoever keeps the system need not see what he keeps."""
    assert RULES.rights(("admin",)) == {"phone": Right.EDIT, "id_number": Right.MASK}


def test_data_is_shown_through_the_veil() -> None:
    """Wherever a field stands in what is answered, it is left out or masked; nothing else changes."""
    veil.look_through(RULES.rights(("clerk",)))
    data = {"n": 1, "phone": "13812341234", "id_number": "x", "lines": [{"phone": ["13812341234"], "id_number": 2}]}
    assert shown(data) == {"n": 1, "phone": "138****1234", "lines": [{"phone": ["138****1234"]}]}
    veil.look_through({})
    assert shown(data) == data


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ("13812341234", "138****1234"),
        (13812341234, "138****1234"),
        ("11010519491231002X", "110***********002X"),
        ("ann@example.com", "a***@example.com"),
        ("王小明", "王**"),
        ("", "*"),
        (None, None),
        (True, None),
        ({"a": "12345"}, {"a": "1****"}),
    ],
)
def test_masks(value: object, seen: object) -> None:
    """Telephone and identity numbers keep both ends, mail its domain, anything short its first letter."""
    assert veil.masked(value) == seen


def test_what_one_may_not_edit_one_may_not_send() -> None:
    """At any depth; the refusal names the fields."""
    veil.look_through(RULES.rights(("agent",)))
    veil.check_writable({"form": {"colour": "red"}})
    with pytest.raises(Refused) as refused:
        veil.check_writable({"form": {"lines": [{"phone": "1"}]}})
    assert (refused.value.code, refused.value.detail) == ("not_allowed", {"fields": ["phone"]})
    veil.look_through({})


def test_a_unit_is_a_group_with_those_below_and_who_reports() -> None:
    """The first group counts, not what it belongs to; circles of managers end."""
    people = {
        "ann": Person("ann", groups=("north", "company"), manager="dan"),
        "bob": Person("bob", groups=("shop", "north", "company")),
        "cem": Person("cem", groups=("south", "company"), manager="ann"),
        "dan": Person("dan", manager="cem"),
        "eve": Person("eve", groups=("company",)),
    }
    assert unit_of(Organisation(people), "ann") == {"ann", "bob", "cem", "dan"}
    assert unit_of(Organisation(people), "eve") == {"ann", "bob", "cem", "eve"}


def test_a_refusal_names_the_action() -> None:
    with pytest.raises(Refused) as refused:
        require(caller("agent"), Action.SEE, case())
    assert (refused.value.code, refused.value.detail) == ("not_allowed", {"action": "see"})
