"""Whom each rule of section 4.1 finds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from waystation.contracts.people import Asked, Organisation, Request, Resolution
from workflows.people import Load, parse_people, resolve

OFFICE = parse_people(
    {
        "roles": {"regional_manager": {"inherits": ["manager"]}, "director": {"inherits": ["regional_manager"]}},
        "people": {
            "ann": {
                "roles": ["engineer"],
                "manager": "mia",
                "skills": {"weld": 2, "paint": 1},
                "at": [31.2304, 121.4737],
            },
            "bob": {"roles": ["engineer"], "groups": ["night"], "skills": ["weld"], "at": [31.24, 121.48]},
            "gone": {"roles": ["engineer"], "groups": ["night"], "active": False, "skills": {"weld": 9}},
            "mia": {"roles": ["manager"], "manager": "left", "title": "经理"},
            "left": {"roles": ["manager"], "manager": "rex", "title": "高级经理", "active": False},
            "rex": {"roles": ["regional_manager"], "manager": "dee", "title": "总监"},
            "dee": {"roles": ["director"], "title": "总经理"},
            "root": ["admin"],
        },
    }
)


def ask(*rules: Asked, organisation: Organisation = OFFICE, load: Load | None = None, **request: Any) -> Resolution:
    return resolve(organisation, Request(node="check", process="repair", rules=rules, **request), load or Load())


def people(resolution: Resolution) -> list[str]:
    return [seat.person for seat in resolution.seats]


def stages(resolution: Resolution) -> list[tuple[str, int]]:
    return [(seat.person, seat.stage) for seat in resolution.seats]


def test_user_is_that_person() -> None:
    """`user: id`."""
    assert people(ask(Asked("user", "ann"))) == ["ann"]


def test_role_finds_holders_in_the_order_of_the_organisation() -> None:
    """`role: name`; inactive people are never asked."""
    assert people(ask(Asked("role", "engineer"))) == ["ann", "bob"]


def test_a_role_is_also_held_by_those_whose_role_inherits_it() -> None:
    """Roles inherit, over any number of levels."""
    assert people(ask(Asked("role", "manager"))) == ["mia", "rex", "dee"]
    assert people(ask(Asked("role", "director"))) == ["dee"]


def test_group_finds_its_members() -> None:
    """`group: name`."""
    assert people(ask(Asked("group", "night"))) == ["bob"]


@pytest.mark.parametrize("by", ["pick_by", "same_as", "field", "expr"])
def test_people_already_known_are_taken_as_they_are(by: str) -> None:
    """Picked, same as elsewhere, in a field or computed: ids that exist and are active, each once."""
    assert people(ask(Asked(by, people=("bob", "gone", "nobody", "ann", "bob")))) == ["bob", "ann"]


class TestManagerOf:
    """manager_of with levels or up_to."""

    def test_the_direct_manager(self) -> None:
        assert people(ask(Asked("manager_of", people=("ann",)))) == ["mia"]

    def test_several_levels_are_asked_one_after_another(self) -> None:
        """连续多级主管. Somebody who left is stepped over and is no level."""
        found = ask(Asked("manager_of", people=("ann",), levels=3))
        assert stages(found) == [("mia", 0), ("rex", 1), ("dee", 2)]

    def test_up_to_a_title_includes_it(self) -> None:
        assert people(ask(Asked("manager_of", people=("ann",), up_to="总监"))) == ["mia", "rex"]

    def test_up_to_a_title_that_nobody_has_goes_to_the_top(self) -> None:
        assert people(ask(Asked("manager_of", people=("ann",), up_to="皇帝"))) == ["mia", "rex", "dee"]

    def test_the_line_may_be_shorter_than_the_levels(self) -> None:
        assert people(ask(Asked("manager_of", people=("rex",), levels=5))) == ["dee"]

    def test_who_has_no_manager_leaves_nobody(self) -> None:
        assert ask(Asked("manager_of", people=("dee",))).empty == "admin"

    def test_a_circle_of_command_ends(self) -> None:
        circle = parse_people({"a": {"manager": "b"}, "b": {"manager": "a"}})
        assert people(ask(Asked("manager_of", people=("a",), levels=9), organisation=circle)) == ["b"]


class TestSkill:
    """skill: everybody who has all skills, each at least at its level."""

    def test_any_level_will_do_unless_one_is_asked_for(self) -> None:
        assert people(ask(Asked("skill", "weld"))) == ["ann", "bob"]

    def test_levels_are_at_least(self) -> None:
        assert people(ask(Asked("skill", {"weld": 2}))) == ["ann"]
        assert people(ask(Asked("skill", {"weld": 3}))) == ["root"]

    def test_several_skills_are_all_needed(self) -> None:
        assert people(ask(Asked("skill", ["weld", "paint"]))) == ["ann"]

    def test_no_skill_named_finds_nobody(self) -> None:
        assert ask(Asked("skill", [])).empty == "admin"


class TestNear:
    """near within: nearest first, the distance inclusive and along the earth."""

    def test_those_within_the_distance(self) -> None:
        assert people(ask(Asked("near", [31.2304, 121.4737], within_m=1000))) == ["ann"]
        assert people(ask(Asked("near", [31.2304, 121.4737], within_m=3000))) == ["ann", "bob"]

    def test_nearest_first(self) -> None:
        assert people(ask(Asked("near", {"lat": 31.241, "lng": 121.48}))) == ["bob", "ann"]

    def test_without_a_place_nobody_is_near(self) -> None:
        assert ask(Asked("near", None, within_m=1000)).empty == "admin"


class TestSeveralRules:
    """Rules of one list add up; each person once."""

    def test_a_person_found_twice_keeps_the_first_seat_and_the_larger_weight(self) -> None:
        found = ask(Asked("user", "bob", weight=1), Asked("role", "engineer", weight=3))
        assert [(seat.person, seat.rule, seat.weight) for seat in found.seats] == [("bob", 0, 3), ("ann", 1, 3)]

    def test_every_rule_is_recorded_with_whom_it_found(self) -> None:
        found = ask(Asked("user", "bob"), Asked("group", "day"), Asked("role", "engineer"))
        assert found.fired == (
            {"rule": 0, "by": "user", "people": ["bob"]},
            {"rule": 1, "by": "group", "people": []},
            {"rule": 2, "by": "role", "people": ["ann", "bob"]},
        )


class TestWhenEmpty:
    """nobody found: the journal names the rule."""

    def test_admin_by_default(self) -> None:
        found = ask(Asked("role", "pilot"))
        assert (people(found), found.empty, found.seats[0].rule) == (["root"], "admin", -1)
        assert found.fired[-1] == {"rule": -1, "by": "when_empty", "people": ["root"], "how": "admin"}

    def test_admins_named_by_the_organisation_come_first(self) -> None:
        office = parse_people({"people": {"ann": [], "root": ["admin"]}, "admins": ["ann"]})
        assert people(ask(Asked("role", "pilot"), organisation=office)) == ["ann"]

    @pytest.mark.parametrize("rule", ["skip", "reject", "fail"])
    def test_rules_that_ask_nobody(self, rule: str) -> None:
        found = ask(Asked("role", "pilot"), when_empty=rule)
        assert (people(found), found.empty) == ([], rule)

    def test_a_named_user(self) -> None:
        found = ask(Asked("role", "pilot"), when_empty="user:bob")
        assert (people(found), found.empty) == (["bob"], "user")

    def test_a_named_user_who_left_falls_to_the_admins(self) -> None:
        found = ask(Asked("role", "pilot"), when_empty="user:gone")
        assert (people(found), found.empty) == (["root"], "admin")

    def test_without_admins_the_node_fails(self) -> None:
        found = ask(Asked("role", "pilot"), organisation=parse_people({"ann": []}))
        assert (people(found), found.empty) == ([], "fail")

    def test_excluded_people_do_not_come_back_as_admins(self) -> None:
        found = ask(Asked("role", "pilot"), exclude=("root",))
        assert (people(found), found.empty) == ([], "fail")


class TestStrategy:
    """pool and all ask everybody found; the others allocate to one."""

    ENGINEERS = Asked("role", "engineer")

    @pytest.mark.parametrize("strategy", ["pool", "all"])
    def test_pool_and_all_take_everybody(self, strategy: str) -> None:
        assert people(ask(self.ENGINEERS, strategy=strategy)) == ["ann", "bob"]

    def test_least_loaded_has_the_fewest_open_tasks(self) -> None:
        load = Load(open={"ann": 3, "bob": 1})
        assert people(ask(self.ENGINEERS, strategy="least_loaded", load=load)) == ["bob"]

    def test_of_equally_loaded_the_longest_idle(self) -> None:
        last = {"ann": datetime(2026, 1, 2, tzinfo=UTC), "bob": datetime(2026, 1, 1, tzinfo=UTC)}
        assert people(ask(self.ENGINEERS, strategy="least_loaded", load=Load(last=last))) == ["bob"]
        assert people(ask(self.ENGINEERS, strategy="least_loaded", load=Load(last={"ann": last["ann"]}))) == ["bob"]

    def test_who_is_at_capacity_is_passed_over_unless_all_are(self) -> None:
        office = parse_people({"ann": {"roles": ["e"], "capacity": 1}, "bob": ["e"]})
        load = Load(open={"ann": 1, "bob": 5})
        rule = Asked("role", "e")
        assert people(ask(rule, organisation=office, strategy="least_loaded", load=load)) == ["bob"]
        only = parse_people({"ann": {"roles": ["e"], "capacity": 1}})
        assert people(ask(rule, organisation=only, strategy="least_loaded", load=load)) == ["ann"]

    def test_round_robin_goes_round_per_process_and_node(self) -> None:
        turns = [
            people(ask(self.ENGINEERS, strategy="round_robin", load=Load(cursor={"repair/check": turn, "x/check": 1})))
            for turn in range(3)
        ]
        assert turns == [["ann"], ["bob"], ["ann"]]

    def test_random_is_the_same_for_the_same_seed_and_reaches_everybody(self) -> None:
        def drawn(seed: str) -> list[str]:
            return people(ask(self.ENGINEERS, strategy="random", load=Load(seed=seed)))

        assert drawn("case-1") == drawn("case-1")
        assert {drawn(f"case-{number}")[0] for number in range(20)} == {"ann", "bob"}

    def test_people_out_of_office_are_not_allocated_while_others_are_in(self) -> None:
        office = parse_people({"ann": {"roles": ["e"], "away": True}, "bob": ["e"]})
        load = Load(open={"bob": 9})
        assert people(ask(Asked("role", "e"), organisation=office, strategy="least_loaded", load=load)) == ["bob"]

    def test_the_choice_is_recorded(self) -> None:
        fired = ask(self.ENGINEERS, strategy="round_robin").fired
        assert fired[-1] == {"rule": 0, "by": "strategy", "people": ["ann"], "how": "round_robin"}
