"""Messages through WeCom and DingTalk: their wire format, checked by servers that know secret, token and agent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from activities.notifications.chat import LONGEST, Chat, ChatVendor, text_of
from activities.notifications.dingtalk import DingTalkChat
from activities.notifications.letters import ChatApp
from activities.notifications.wecom import WeComChat
from tests.support import chats
from tests.support.chats import AGENT, Told
from tests.support.directories import KEY, SECRET, running
from waystation.contracts.errors import Refused, Unavailable, WaystationError
from waystation.outside.vendor import Access
from waystation.settings import Settings

AT = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
NOTE = Chat("zhangsan", "催办：报修 7 号", "请您尽快处理。", AT)
TEXT = "催办：报修 7 号\n请您尽快处理。\n2026-05-12 09:30:00"
BOTH = pytest.mark.parametrize("vendor", ["wecom", "dingtalk"])
MAKES: dict[str, Callable[..., Any]] = {"wecom": WeComChat, "dingtalk": DingTalkChat}
SEND = {"wecom": "/cgi-bin/message/send", "dingtalk": "/topapi/message/corpconversation/asyncsend_v2"}
TOKEN = {"wecom": "/cgi-bin/gettoken", "dingtalk": "/gettoken"}


async def at_once(_: float) -> None:
    """Waits for nothing."""


def channel(vendor: str, company: Told, *, secret: str = SECRET, agent: int = AGENT) -> Any:
    return MAKES[vendor](Access(company.url, KEY, secret, per_second=10_000), agent, at_once)


async def failure(one: Any, message: Chat = NOTE) -> WaystationError:
    with pytest.raises((Refused, Unavailable)) as raised:
        await one.tell(message)
    assert raised.value.zh != raised.value.en
    assert SECRET not in f"{raised.value} {raised.value.detail}"
    return raised.value


@BOTH
async def test_a_message_is_sent_and_a_repeated_try_is_not_told_twice(vendor: str) -> None:
    """The vendor takes token, application and text; the same message again succeeds, and the person has it once."""
    with running(Told(), getattr(chats, vendor)) as company:
        one = channel(vendor, company)
        assert [(await one.tell(NOTE)).note for _ in range(2)] == ["", ""]
        await one.tell(replace(NOTE, at=AT.replace(second=1)))
    told = dict.fromkeys(company.sent)  # DingTalk itself holds the repetition back
    assert list(told) == [("zhangsan", TEXT), ("zhangsan", TEXT.replace(":00", ":01"))]
    assert company.tokens == ["token1"]


@BOTH
async def test_a_token_that_has_ended_is_fetched_again(vendor: str) -> None:
    """Once per call; one that is never taken is for an operator to mend."""
    with running(Told(), getattr(chats, vendor)) as company:
        one = channel(vendor, company)
        await one.tell(NOTE)
        company.valid = set()
        await one.tell(NOTE)
        assert company.tokens == ["token1", "token2"]
        company.troubles[SEND[vendor]] = [{"errcode": 42001, "errmsg": "access_token expired"}] * 2
        assert (await failure(one)).code == f"{vendor}.account"


@BOTH
async def test_what_an_operator_can_mend_is_tried_again(vendor: str) -> None:
    """Wrong credentials, a wrong application."""
    with running(Told(), getattr(chats, vendor)) as company:
        for one in (channel(vendor, company, secret="other"), channel(vendor, company, agent=7)):
            failed = await failure(one)
            assert (failed.code, isinstance(failed, Unavailable)) == (f"{vendor}.account", True)


@BOTH
async def test_somebody_who_is_not_there(vendor: str) -> None:
    """Is never there: the message is given up."""
    with running(Told(), getattr(chats, vendor)) as company:
        failed = await failure(channel(vendor, company), replace(NOTE, to="nobody"))
    assert (failed.code, isinstance(failed, Refused)) == (f"{vendor}.bad_user", True)


@pytest.mark.parametrize(
    ("vendor", "code", "ours", "passes"),
    [
        ("wecom", 45009, "limit", True),
        ("wecom", 60020, "account", True),
        ("wecom", 301002, "account", True),
        ("wecom", 44004, "refused", False),
        ("dingtalk", 1430003, "limit", True),
        ("dingtalk", 50002, "account", True),
        ("dingtalk", 400002, "refused", False),
    ],
)
async def test_what_the_vendor_says_no_to(vendor: str, code: int, ours: str, passes: bool) -> None:
    """Limits and its rights pass; what is wrong with the message does not."""
    with running(Told(), getattr(chats, vendor)) as company:
        company.troubles[SEND[vendor]] = [{"errcode": code, "errmsg": "no"}]
        failed = await failure(channel(vendor, company))
    assert (failed.code, isinstance(failed, Unavailable)) == (f"{vendor}.{ours}", passes)


@pytest.mark.parametrize(("code", "wait"), [("143103", 60.0), ("143105", 6 * 3600.0)])
async def test_a_limit_that_dingtalk_says_in_its_result(code: str, wait: float) -> None:
    """Of a minute or of a day: later."""
    with running(Told(held_back={"zhangsan": code}), chats.dingtalk) as company:
        failed = await failure(channel("dingtalk", company))
    assert (failed.code, isinstance(failed, Unavailable) and failed.retry_after) == ("dingtalk.limit", wait)


async def test_a_result_that_comes_late() -> None:
    """Is waited for a little; then the message counts as taken, and its row says that nobody has confirmed it."""
    with running(Told(late=2), chats.dingtalk) as company:
        assert (await channel("dingtalk", company).tell(NOTE)).note == ""
        company.late = 99
        assert (await channel("dingtalk", company).tell(replace(NOTE, at=AT.replace(hour=2)))).note == "unconfirmed"


@BOTH
async def test_a_vendor_that_is_busy_or_not_there(vendor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Busy is waited for; an error of its own, silence and nobody at the address are for later."""
    with running(Told(), getattr(chats, vendor)) as company:
        one = channel(vendor, company)
        company.troubles[SEND[vendor]] = [{"errcode": -1, "errmsg": "busy"}] * 2
        await one.tell(NOTE)
        company.troubles[SEND[vendor]] = [{"errcode": -1, "errmsg": "busy"}] * 9
        assert (await failure(one)).code == f"{vendor}.busy"
        company.troubles = {TOKEN[vendor]: [502]}
        assert (await failure(channel(vendor, company))).code == f"{vendor}.unavailable"
        company.troubles, company.pause = {}, 30.0
        monkeypatch.setattr(ChatVendor, "patience", 0.2)
        assert (await failure(channel(vendor, company))).code == f"{vendor}.unavailable"
    assert (await failure(channel(vendor, company))).code == f"{vendor}.unavailable"


def test_texts_are_cut_within_what_vendors_take() -> None:
    """2,048 bytes, whole characters, the moment always there."""
    text = text_of(replace(NOTE, body="长" * 2000))
    assert len(text.encode()) <= LONGEST
    assert text.endswith("长…\n2026-05-12 09:30:00")


def test_the_applications_in_the_settings() -> None:
    """Half of one stops the start; credentials for contact lists alone are none."""
    whole: dict[str, Any] = {
        "wecom_corp_id": "c", "wecom_agent_id": 7, "wecom_agent_secret": "s",
        "dingtalk_app_key": "k", "dingtalk_app_secret": "t", "dingtalk_agent_id": 8,
    }  # fmt: skip
    found = ChatApp.all_of(Settings(**whole))
    assert [(name, app.key, app.secret, app.agent) for name, app in found.items()] == [
        ("wecom", "c", "s", 7), ("dingtalk", "k", "t", 8),
    ]  # fmt: skip
    lists_only = {
        "wecom_corp_id": "c",
        "wecom_contacts_secret": "x",
        "dingtalk_app_key": "k",
        "dingtalk_app_secret": "t",
    }
    assert ChatApp.all_of(Settings(**lists_only)) == {}
    for gone in ("wecom_corp_id", "wecom_agent_id", "wecom_agent_secret", "dingtalk_app_secret"):
        with pytest.raises(Refused, match="bad_setting"):
            ChatApp.all_of(Settings(**{**whole, gone: None}))
