"""People as authors write them, and organisations that are not fit to be saved."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from waystation.contracts.errors import DefinitionInvalid
from waystation.contracts.people import Organisation, Person, Proxy
from workflows.people import parse_people, roles_of, validate


class TestReading:
    """The shorthand of scenarios and the files of definitions/people/."""

    def test_a_list_or_a_word_are_roles(self) -> None:
        office = parse_people({"alice": ["customer", "vip"], "bob": "engineer", "cid": None})
        assert [person.roles for person in office.people.values()] == [("customer", "vip"), ("engineer",), ()]

    def test_a_map_says_everything(self) -> None:
        written = {
            "roles": ["region_manager"],
            "groups": ["night"],
            "manager": "bob",
            "title": "经理",
            "skills": {"weld": 2},
            "at": [31.2, 121.5],
            "proxy": {"person": "dave", "processes": ["repair"], "until": "2026-05-31"},
            "away": True,
            "region": "华东",
            "capacity": 3,
            "name": "卡罗",
        }
        assert parse_people({"carol": written}).people["carol"] == Person(
            "carol",
            "卡罗",
            ("region_manager",),
            ("night",),
            "bob",
            "经理",
            {"weld": 2},
            (31.2, 121.5),
            (Proxy("dave", ("repair",), until=datetime(2026, 5, 31, 16, tzinfo=UTC)),),
            away=True,
            capacity=3,
            region="华东",
        )

    def test_skills_may_be_a_list_and_proxies_a_word_or_a_list(self) -> None:
        office = parse_people(
            {"ann": {"skills": ["weld"], "proxy": ["bob", {"person": "cid"}]}, "bob": {"proxy": "ann"}}
        )
        assert office.people["ann"].skills == {"weld": 1}
        assert office.people["ann"].proxy == (Proxy("bob"), Proxy("cid"))
        assert office.people["bob"].proxy == (Proxy("ann"),)

    def test_a_file_has_roles_groups_and_admins_beside_its_people(self) -> None:
        office = parse_people(
            {
                "people": {"ann": ["regional_manager"], "bob": []},
                "roles": {"regional_manager": {"inherits": ["manager"]}},
                "groups": {"night": ["ann", "bob"]},
                "admins": ["bob"],
            }
        )
        assert roles_of(office, office.people["ann"]) == {"regional_manager", "manager"}
        assert [person.groups for person in office.people.values()] == [("night",), ("night",)]
        assert office.admins == ("bob",)

    def test_a_scenarios_map_may_carry_them_among_the_people(self) -> None:
        office = parse_people({"ann": ["boss"], "roles": {"boss": {"inherits": "manager"}}})
        assert list(office.people) == ["ann"]
        assert office.inherits == {"boss": ("manager",)}
        rest = parse_people({"ann": [], "groups": {"night": ["ann"]}, "admins": ["ann"]})
        assert (list(rest.people), rest.people["ann"].groups, rest.admins) == (["ann"], ("night",), ("ann",))

    def test_a_change_keeps_what_it_does_not_name(self) -> None:
        before = parse_people({"ann": {"roles": ["engineer"], "manager": "bob"}, "bob": ["manager"]})
        after = parse_people({"ann": {"manager": "cid"}, "bob": None, "cid": ["manager"]}, base=before)
        assert after.people["ann"] == Person("ann", roles=("engineer",), manager="cid")
        assert not after.people["bob"].active
        assert before.people["bob"].active

    def test_times_are_kept_in_utc_and_dates_of_yaml_are_understood(self) -> None:
        until = datetime(2026, 5, 31, 18, 0)  # noqa: DTZ001 - as YAML gives it
        office = parse_people({"ann": {"proxy": {"person": "bob", "since": date(2026, 5, 1), "until": until}}})
        (proxy,) = office.people["ann"].proxy
        assert proxy.since == datetime(2026, 4, 30, 16, tzinfo=UTC)
        assert proxy.until == datetime(2026, 5, 31, 10, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("written", "code", "path"),
        [
            ({"ann": {"role": "boss"}}, "unknown_key", ("ann", "role")),
            ({"ann": 3}, "bad_type", ("ann",)),
            ({"ann": {"at": [31.2]}}, "bad_type", ("ann", "at")),
            ({"ann": {"at": [90.5, 31.2]}}, "bad_type", ("ann", "at")),
            ({"ann": {"at": [90, 180.5]}}, "bad_type", ("ann", "at")),
            ({"ann": {"away": "yes"}}, "bad_type", ("ann", "away")),
            ({"ann": {"capacity": -1}}, "bad_type", ("ann", "capacity")),
            ({"ann": {"skills": {"weld": "much"}}}, "bad_type", ("ann", "skills", "weld")),
            ({"ann": {"proxy": {"person": "b", "until": "soon"}}}, "bad_type", ("ann", "proxy", 0, "until")),
            ({"ann": {"proxy": {"person": "b", "name": "b"}}}, "unknown_key", ("ann", "proxy", 0, "name")),
            ({"ann": {"proxy": {"processes": ["p"]}}}, "bad_type", ("ann", "proxy", 0, "person")),
            ({"ann": {"roles": [1]}}, "bad_type", ("ann", "roles")),
            ({"people": ["ann"]}, "bad_type", ("people",)),
            ({"people": {}, "groups": {"g": ["ann"]}}, "unknown_person", ("groups", "g")),
            ({"people": {}, "roles": {"a": {"is": "b"}}}, "unknown_key", ("roles", "a", "is")),
            ({"people": {}, "rolls": {}}, "unknown_key", ("rolls",)),
        ],
    )
    def test_what_cannot_be_read_is_said_with_its_place(self, written: Any, code: str, path: tuple[Any, ...]) -> None:
        with pytest.raises(DefinitionInvalid) as refused:
            parse_people(written)
        (problem,) = refused.value.problems
        assert (problem.code, problem.path) == (code, path)
        assert problem.zh != problem.en

    def test_all_problems_are_collected(self) -> None:
        with pytest.raises(DefinitionInvalid) as refused:
            parse_people({"ann": {"role": "x", "away": 1}, "bob": 3})
        assert len(refused.value.problems) == 3

    def test_an_organisation_survives_being_written_and_read(self) -> None:
        office = parse_people({"ann": {"proxy": {"person": "bob", "until": "2026-05-01"}, "at": [1, 2]}, "bob": []})
        assert msgspec.json.decode(msgspec.json.encode(office), type=Organisation) == office


class TestSoundness:
    """What is refused at save."""

    def codes(self, written: dict[str, Any]) -> list[str]:
        return [problem.code for problem in validate(parse_people(written))]

    def test_a_sound_organisation_has_no_problems(self) -> None:
        assert self.codes({"ann": {"manager": "bob", "proxy": "bob"}, "bob": []}) == []

    def test_a_loop_of_proxies_is_refused_once(self) -> None:
        loop = {"ann": {"proxy": "bob"}, "bob": {"proxy": "cid"}, "cid": {"proxy": "ann"}}
        (problem,) = validate(parse_people(loop))
        assert (problem.code, problem.path) == ("proxy_loop", ("people", "ann", "proxy"))
        assert "ann → bob → cid → ann" in problem.en

    def test_nobody_is_his_own_proxy(self) -> None:
        assert self.codes({"ann": {"proxy": "ann"}}) == ["proxy_loop"]

    def test_proxies_for_different_processes_make_no_loop(self) -> None:
        assert (
            self.codes(
                {
                    "ann": {"proxy": {"person": "bob", "processes": ["refund"]}},
                    "bob": {"proxy": {"person": "ann", "processes": ["repair"]}},
                }
            )
            == []
        )
        assert self.codes({"ann": {"proxy": {"person": "bob", "processes": ["refund"]}}, "bob": {"proxy": "ann"}}) == [
            "proxy_loop"
        ]

    def test_proxies_one_after_another_make_no_loop(self) -> None:
        may = {"person": "bob", "until": "2026-05-31"}
        june = {"person": "ann", "since": "2026-06-01"}
        assert self.codes({"ann": {"proxy": may}, "bob": {"proxy": june}}) == []
        june["since"] = "2026-05-31"
        assert self.codes({"ann": {"proxy": may}, "bob": {"proxy": june}}) == ["proxy_loop"]

    def test_a_circle_of_managers_is_refused_once(self) -> None:
        assert self.codes({"ann": {"manager": "bob"}, "bob": {"manager": "ann"}, "cid": {"manager": "ann"}}) == [
            "manager_cycle"
        ]

    def test_a_circle_of_roles_is_refused(self) -> None:
        roles = {"a": {"inherits": ["b"]}, "b": {"inherits": ["a"]}}
        assert self.codes({"people": {}, "roles": roles}) == ["role_cycle"]

    def test_people_who_are_not_there(self) -> None:
        written = {"people": {"ann": {"manager": "x", "proxy": "y"}}, "admins": ["z"]}
        problems = validate(parse_people(written))
        assert [(problem.code, problem.path) for problem in problems] == [
            ("unknown_person", ("admins", 0)),
            ("unknown_person", ("people", "ann", "manager")),
            ("unknown_person", ("people", "ann", "proxy", 0)),
        ]
