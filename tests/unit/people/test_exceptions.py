"""Exclusion, the initiator's own request, 去重 and proxies: the exceptions to the rules of section 4.1."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from waystation.contracts.people import Asked, Organisation, Request, Resolution
from workflows.people import Load, acts_for, parse_people, proxies_of, resolve

NOON = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
FINANCE = Asked("role", "finance")


def ask(organisation: Organisation, *rules: Asked, **request: Any) -> Resolution:
    return resolve(organisation, Request(node="pay", process="refund", rules=rules, at=NOON, **request), Load())


def seats(resolution: Resolution) -> list[tuple[str, tuple[str, ...]]]:
    return [(seat.person, seat.proxies) for seat in resolution.seats]


class TestExclude:
    """exclude, also through proxies."""

    OFFICE = parse_people(
        {
            "ann": {"roles": ["finance"], "proxy": "bob"},
            "bob": {"roles": ["finance"], "proxy": ["ann", "cid"]},
            "cid": [],
        }
    )

    def test_excluded_people_are_not_asked(self) -> None:
        assert seats(ask(self.OFFICE, FINANCE, exclude=("ann",))) == [("bob", ("cid",))]

    def test_nor_may_they_act_as_proxies(self) -> None:
        assert seats(ask(self.OFFICE, Asked("user", "ann"), exclude=("bob",))) == [("ann", ())]

    def test_it_is_recorded(self) -> None:
        fired = ask(self.OFFICE, FINANCE, exclude=("ann",)).fired
        assert {"rule": -1, "by": "exclude", "people": ["ann"]} in fired

    def test_if_that_leaves_nobody_when_empty_applies(self) -> None:
        assert ask(self.OFFICE, FINANCE, exclude=("ann", "bob"), when_empty="reject").empty == "reject"


class TestInitiator:
    """initiator is approver: self, skip, manager."""

    OFFICE = parse_people(
        {
            "ivy": {"roles": ["finance"], "manager": "max", "proxy": "pia"},
            "ann": {"roles": ["finance"], "proxy": ["ivy", "pia"]},
            "max": {"manager": "top"},
            "top": [],
            "pia": [],
            "root": ["admin"],
        }
    )

    def test_self_asks_him(self) -> None:
        assert seats(ask(self.OFFICE, FINANCE, initiator="ivy")) == [("ivy", ("pia",)), ("ann", ("ivy", "pia"))]

    def test_skip_lets_him_pass(self) -> None:
        found = ask(self.OFFICE, FINANCE, initiator="ivy", when_initiator="skip")
        assert [(seat.person, seat.passes) for seat in found.seats] == [("ivy", "initiator"), ("ann", None)]
        assert {"rule": 0, "by": "when_initiator", "people": ["ivy"], "how": "skip"} in found.fired

    def test_manager_asks_his_manager_instead(self) -> None:
        found = ask(self.OFFICE, FINANCE, initiator="ivy", when_initiator="manager")
        assert [seat.person for seat in found.seats] == ["max", "ann"]

    def test_the_next_manager_if_the_first_is_excluded(self) -> None:
        found = ask(self.OFFICE, Asked("user", "ivy"), initiator="ivy", when_initiator="manager", exclude=("max",))
        assert [seat.person for seat in found.seats] == ["top"]

    def test_without_a_manager_nobody_is_found(self) -> None:
        found = ask(self.OFFICE, Asked("user", "top"), initiator="top", when_initiator="manager")
        assert ([seat.person for seat in found.seats], found.empty) == (["root"], "admin")

    def test_a_manager_asked_anyway_sits_once(self) -> None:
        found = ask(self.OFFICE, Asked("user", "ivy"), Asked("user", "max"), initiator="ivy", when_initiator="manager")
        assert [seat.person for seat in found.seats] == ["max"]

    def test_his_proxy_is_not_asked_in_his_place(self) -> None:
        """also when a proxy acts for the initiator: the rule is about whose seat it is."""
        away = parse_people({"ivy": {"away": True}}, base=self.OFFICE)
        found = ask(away, Asked("user", "ivy"), initiator="ivy", when_initiator="skip", replace_away=True)
        assert [(seat.person, seat.passes) for seat in found.seats] == [("ivy", "initiator")]

    def test_nor_does_he_act_for_others(self) -> None:
        for rule in ("skip", "manager"):
            assert seats(ask(self.OFFICE, Asked("user", "ann"), initiator="ivy", when_initiator=rule)) == [
                ("ann", ("pia",))
            ]

    def test_an_admin_who_is_the_initiator_falls_under_the_rule_too(self) -> None:
        found = ask(self.OFFICE, Asked("role", "nobody"), initiator="root", when_initiator="manager")
        assert (found.seats, found.empty) == ((), "fail")


class TestRepeat:
    """去重: who agreed before passes by himself."""

    OFFICE = parse_people({"ann": ["finance"], "bob": ["finance"]})

    def test_he_passes(self) -> None:
        found = ask(self.OFFICE, FINANCE, repeated=("ann",))
        assert [(seat.person, seat.passes) for seat in found.seats] == [("ann", "repeat"), ("bob", None)]
        assert {"rule": -1, "by": "repeat", "people": ["ann"]} in found.fired

    def test_who_must_be_asked_is_chosen_before_who_passes(self) -> None:
        found = ask(self.OFFICE, FINANCE, repeated=("ann",), strategy="round_robin")
        assert [seat.person for seat in found.seats] == ["bob"]


class TestProxies:
    """代理: standing, for a period and for named processes; no chains."""

    def test_for_named_processes_only(self) -> None:
        office = parse_people({"ann": {"proxy": {"person": "bob", "processes": ["refund"]}}, "bob": []})
        assert proxies_of(office, "ann", "refund", NOON) == ("bob",)
        assert proxies_of(office, "ann", "repair", NOON) == ()

    def test_within_its_period_only(self) -> None:
        period = {"person": "bob", "since": NOON.isoformat(), "until": (NOON + timedelta(hours=1)).isoformat()}
        office = parse_people({"ann": {"proxy": period}, "bob": []})
        moments = [NOON - timedelta(seconds=1), NOON, NOON + timedelta(minutes=59), NOON + timedelta(hours=1)]
        assert [proxies_of(office, "ann", "refund", moment) for moment in moments] == [(), ("bob",), ("bob",), ()]

    def test_a_day_counts_whole_in_china(self) -> None:
        office = parse_people({"ann": {"proxy": {"person": "bob", "until": "2026-05-01"}}, "bob": []})
        late = datetime(2026, 5, 1, 15, 59, tzinfo=UTC)
        assert proxies_of(office, "ann", "refund", late) == ("bob",)
        assert proxies_of(office, "ann", "refund", late + timedelta(minutes=1)) == ()

    def test_no_chains(self) -> None:
        office = parse_people({"ann": {"proxy": "bob"}, "bob": {"proxy": "cid"}, "cid": []})
        assert proxies_of(office, "ann", "refund", NOON) == ("bob",)
        assert acts_for(office, "cid", "refund", NOON) == ("bob",)

    def test_people_who_left_are_no_proxies(self) -> None:
        office = parse_people({"ann": {"proxy": ["bob", "nobody"]}, "bob": {"active": False}})
        assert proxies_of(office, "ann", "refund", NOON) == ()
        assert acts_for(office, "bob", "refund", NOON) == ()

    def test_acts_for_is_the_other_side_of_it(self) -> None:
        office = parse_people({"ann": {"proxy": "cid"}, "bob": {"proxy": "cid"}, "cid": []})
        assert acts_for(office, "cid", "refund", NOON) == ("ann", "bob")


class TestAway:
    """all_then_any: a person out of office is replaced by the proxy, not waited for."""

    def test_the_first_proxy_at_work_takes_the_seat(self) -> None:
        office = parse_people(
            {"ann": {"roles": ["finance"], "away": True, "proxy": ["out", "bob"]}, "out": {"away": True}, "bob": []}
        )
        found = ask(office, FINANCE, replace_away=True)
        assert [seat.person for seat in found.seats] == ["bob"]
        assert {"rule": 0, "by": "proxy", "people": ["bob"], "for": "ann"} in found.fired

    def test_a_proxy_asked_anyway_sits_once(self) -> None:
        office = parse_people({"ann": {"roles": ["finance"], "away": True, "proxy": "bob"}, "bob": ["finance"]})
        assert [seat.person for seat in ask(office, FINANCE, replace_away=True).seats] == ["bob"]

    def test_without_a_proxy_he_keeps_his_seat(self) -> None:
        office = parse_people({"ann": {"roles": ["finance"], "away": True}})
        assert [seat.person for seat in ask(office, FINANCE, replace_away=True).seats] == ["ann"]

    def test_an_excluded_proxy_does_not_take_it(self) -> None:
        office = parse_people(
            {"ann": {"roles": ["finance"], "away": True, "proxy": ["eve", "bob"]}, "eve": [], "bob": []}
        )
        assert [seat.person for seat in ask(office, FINANCE, replace_away=True, exclude=("eve",)).seats] == ["bob"]

    def test_in_other_modes_his_proxy_acts_beside_him(self) -> None:
        office = parse_people({"ann": {"roles": ["finance"], "away": True, "proxy": "bob"}, "bob": []})
        assert seats(ask(office, FINANCE)) == [("ann", ("bob",))]
