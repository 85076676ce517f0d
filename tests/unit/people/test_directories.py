"""Contact lists of WeCom and DingTalk: tokens, pages, limits and refusals, as the vendors document them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from activities.people.contracts import Department
from activities.people.dingtalk import DingTalk
from activities.people.wecom import WeCom, parents_first
from tests.support.directories import (
    KEY,
    SECRET,
    Company,
    dingtalk,
    dingtalk_company,
    running,
    wecom,
    wecom_company,
)
from waystation.contracts.errors import Refused, Unavailable
from waystation.outside.vendor import Access, Vendor

LIST = "/cgi-bin/department/list"


class Waits:
    """A sleep that only counts."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


async def ask(
    company: Company, what: Any, *, secret: str = SECRET, kind: Any = WeCom, waits: Waits | None = None
) -> Any:
    """What this question answers, of a new directory on the running company."""
    async with httpx.AsyncClient(trust_env=False) as http:
        access = Access(company.url, KEY, secret, per_second=1000)
        vendor: Vendor = kind(access, http, waits or Waits())
        return await what(vendor)


async def departments(vendor: Any) -> Any:
    return await vendor.departments()


async def everything(vendor: Any) -> Any:
    found = await vendor.departments()
    return found, await vendor.members(found)


async def test_wecom_departments_and_members() -> None:
    """Parents come first, everybody once, the main department first; one token serves all calls."""
    with running(wecom_company(), wecom) as company:
        found, members = await ask(company, everything)
    assert [(one.id, one.parent, one.leaders) for one in found] == [
        ("1", None, ("boss",)),
        ("2", "1", ()),
        ("3", "2", ("lisi",)),
    ]
    assert [member.id for member in members] == ["boss", "wang", "lisi", "zhao"]
    by_id = {member.id: member for member in members}
    assert by_id["wang"].departments == ("3", "2")
    assert (by_id["lisi"].phone, by_id["lisi"].title) == ("13800000001", "lead")
    assert [member.id for member in members if not member.active] == ["zhao"]
    assert (by_id["zhao"].manager, by_id["boss"].leads) == ("boss", ("1",))
    assert company.tokens == ["token1"]


async def test_dingtalk_goes_from_page_to_page() -> None:
    """Departments from the root down; 250 people are three pages; who leads is noted."""
    with running(dingtalk_company(), dingtalk) as company:
        found, members = await ask(company, everything, kind=DingTalk)
    assert [(one.id, one.parent) for one in found] == [("1", None), ("10", "1"), ("20", "10")]
    assert len(members) == 251
    assert [member.leads for member in members[:2]] == [("1",), ("20",)]
    assert company.calls.count("/topapi/v2/user/list") == 5


@pytest.mark.parametrize(
    ("kind", "vendor", "make"), [(WeCom, wecom, wecom_company), (DingTalk, dingtalk, dingtalk_company)]
)
async def test_an_expired_token_is_fetched_again(kind: Any, vendor: Any, make: Any) -> None:
    """The vendor forgets it in the middle: 40014, plain or inside 88. One new token, and the call goes on."""

    async def forgotten(directory: Any) -> Any:
        await directory.departments()
        company.valid.clear()
        return await directory.departments()

    with running(make(), vendor) as company:
        assert len(await ask(company, forgotten, kind=kind)) == 3
    assert company.tokens == ["token1", "token2"]


async def test_a_token_that_is_never_accepted_is_refused() -> None:
    """Once fetched again is enough."""
    bad = {"errcode": 42001, "errmsg": "access_token expired"}
    company = wecom_company()
    company.troubles[LIST] = [bad, bad]
    with running(company, wecom), pytest.raises(Refused) as refused:
        await ask(company, departments)
    assert refused.value.code == "directory_credentials"
    assert len(company.tokens) == 2


async def test_too_frequent_is_waited_for() -> None:
    """45009 twice, then an answer; the pauses grow. Without an end it is unavailable, not refused."""
    busy = {"errcode": 45009, "errmsg": "api freq out of limit"}
    company, waits = wecom_company(), Waits()
    company.troubles[LIST] = [busy, busy]
    with running(company, wecom):
        assert len(await ask(company, departments, waits=waits)) == 3
        assert [pause for pause in waits.seconds if pause >= 0.5] == [0.5, 1.0]
        company.troubles[LIST] = [busy] * 10
        with pytest.raises(Unavailable) as error:
            await ask(company, departments)
    assert (error.value.code, error.value.detail["code"]) == ("directory_busy", "45009")


@pytest.mark.parametrize(
    ("kind", "vendor", "path", "answer", "code"),
    [
        (WeCom, wecom, LIST, {"errcode": 60011, "errmsg": "no privilege"}, "directory_forbidden"),
        (WeCom, wecom, LIST, {"errcode": 60020, "errmsg": "not allow to access from your ip"}, "directory_forbidden"),
        (WeCom, wecom, LIST, {"errcode": 40003, "errmsg": "invalid userid"}, "directory_refused"),
        (WeCom, wecom, LIST, 502, "directory_unavailable"),
        (WeCom, wecom, LIST, [], "directory_unavailable"),
        (
            DingTalk,
            dingtalk,
            "/topapi/v2/department/listsub",
            {"errcode": 88, "sub_code": "60011", "sub_msg": "没有调用该接口的权限", "errmsg": "ding talk error"},
            "directory_forbidden",
        ),
    ],
)
async def test_refusals_are_named(kind: Any, vendor: Any, path: str, answer: Any, code: str) -> None:
    """The vendor's code and words, in a sentence of both languages; never the secret."""
    company = Company(troubles={path: [answer]})
    with running(company, vendor), pytest.raises((Refused, Unavailable)) as refused:
        await ask(company, departments, kind=kind)
    assert refused.value.code == code
    assert SECRET not in f"{refused.value.en}{refused.value.zh}{refused.value.detail}"
    assert refused.value.en != refused.value.zh


@pytest.mark.parametrize(("kind", "vendor", "number"), [(WeCom, wecom, "40001"), (DingTalk, dingtalk, "40089")])
async def test_wrong_credentials(kind: Any, vendor: Any, number: str) -> None:
    with running(Company(), vendor) as company, pytest.raises(Refused) as refused:
        await ask(company, departments, kind=kind, secret="wrong")
    assert (refused.value.code, refused.value.detail["code"]) == ("directory_credentials", number)


async def test_nobody_there() -> None:
    """A server that cannot be reached says nothing of its address, which holds the secret."""
    with pytest.raises(Unavailable) as error:
        await ask(Company(url="http://127.0.0.1:9"), departments)
    assert error.value.code == "directory_unavailable"
    assert SECRET not in str(error.value.detail)


def test_departments_in_a_circle_have_a_top() -> None:
    """Bad data does not keep us for ever."""
    found = parents_first({"1": Department("1", "a", "2"), "2": Department("2", "b", "1")})
    assert {one.id for one in found} == {"1", "2"}
