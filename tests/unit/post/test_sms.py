"""SMS through Aliyun: the wire format as its vendor documents it, checked by a program that knows the secret."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest

from activities.notifications.aliyun import AliyunSms, shortened, signed
from activities.notifications.letters import ApprovedText, Short, SmsAccount
from tests.support.web import Asked, Web, says, web
from waystation.contracts.errors import Refused, Unavailable, WaystationError
from waystation.outside import Networks, Reach
from waystation.settings import Settings

SHORT = Short("out-1", "+86 138 0013 8000", "SMS_1", {"title": "催办：报修单"})


@pytest.mark.parametrize(
    ("at", "nonce", "signature"),
    [
        ("2023-10-26T09:01:01", "d410180a5abf7fe235dd9b74aca91fc0",
         "e521358f7776c97df52e6b2891a8bc73026794a071b50c3323388c4e0df64804"),
        ("2023-10-26T10:22:32", "3156853299f313e23d1673dc12e1703d",
         "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"),
    ],
)  # fmt: skip
def test_the_vendors_own_examples(at: str, nonce: str, signature: str) -> None:
    """Its documents sign a call of another service; ours has the same signature."""
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    params = {"ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", "RegionId": "cn-shanghai"}
    host, version = "ecs.cn-shanghai.aliyuncs.com", "2014-05-26"
    made = signed("YourAccessKeyId", "YourAccessKeySecret", host, "RunInstances", params, moment, nonce, version)
    names = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"
    start = "ACS3-HMAC-SHA256 Credential=YourAccessKeyId"
    assert made["authorization"] == f"{start},SignedHeaders={names},Signature={signature}"


class Vendor:
    """The vendor's gateway: checks what it is sent as its documents say, and answers with `code`."""

    def __init__(self) -> None:
        self.code, self.message = "OK", "OK"
        self.params: list[dict[str, str]] = []

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        fault = self._fault(asked)
        if fault:
            answer: dict[str, Any] = {"Code": fault, "Message": "", "RequestId": "r"}
            await says(400, json.dumps(answer).encode())(asked, writer)
            return
        self.params.append(dict(parse_qsl(asked.target.partition("?")[2])))
        answer = {"Code": self.code, "Message": self.message, "RequestId": "r", "BizId": "biz-7"}
        await says(200, json.dumps(answer, ensure_ascii=False).encode())(asked, writer)

    def _fault(self, asked: Asked) -> str:
        path, _, query = asked.target.partition("?")
        head = asked.headers
        algorithm, _, rest = head["authorization"].partition(" ")
        parts = dict(one.split("=", 1) for one in rest.split(","))
        if parts["Credential"] != "key":
            return "InvalidAccessKeyId.NotFound"
        at = datetime.strptime(head["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        if abs((datetime.now(UTC) - at).total_seconds()) > 900:
            return "InvalidTimeStamp.Expired"
        names = parts["SignedHeaders"].split(";")
        wanted = {"host", *(name for name in head if name.startswith("x-acs-"))}
        lines = "".join(f"{name}:{head[name]}\n" for name in names)
        text = "\n".join([asked.method, path, query, lines, parts["SignedHeaders"], head["x-acs-content-sha256"]])
        whole = f"{algorithm}\n{hashlib.sha256(text.encode()).hexdigest()}"
        right = hmac.new(b"secret", whole.encode(), hashlib.sha256).hexdigest()
        signed_all = set(names) == wanted and names == sorted(names) and query == "&".join(sorted(query.split("&")))
        body = head["x-acs-content-sha256"] == hashlib.sha256(asked.body).hexdigest()
        ours = (head["x-acs-action"], head["x-acs-version"]) == ("SendSms", "2017-05-25")
        return "" if (parts["Signature"] == right and signed_all and body and ours) else "SignatureDoesNotMatch"


def sms(there: Web, secret: str = "secret", key: str = "key") -> AliyunSms:
    account = SmsAccount(there.url, key, secret, "驿站科技", {})
    return AliyunSms(account, Reach(Networks.read("127.0.0.1")))


async def failure(channel: AliyunSms, short: Short = SHORT) -> WaystationError:
    with pytest.raises((Refused, Unavailable)) as raised:
        await channel.send(short)
    return raised.value


async def test_a_message_is_sent() -> None:
    """The vendor finds the signature right, and the parameters as it wants them."""
    vendor = Vendor()
    async with web(vendor) as there:
        assert await sms(there).send(SHORT) == "biz-7"
    assert vendor.params == [
        {"PhoneNumbers": "8613800138000", "SignName": "驿站科技", "TemplateCode": "SMS_1",
         "TemplateParam": '{"title": "催办：报修单"}', "OutId": "out-1"}
    ]  # fmt: skip


async def test_wrong_credentials_can_be_mended() -> None:
    """So the message waits, and its failure does not tell the secret."""
    async with web(Vendor()) as there:
        for channel in (sms(there, secret="other"), sms(there, key="other")):
            failed = await failure(channel)
            assert (failed.code, isinstance(failed, Unavailable)) == ("sms.account", True)
            assert "other" not in f"{failed} {failed.detail}"


@pytest.mark.parametrize(
    ("code", "message", "ours", "wait"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1", "sms.limit", 60.0),
        ("isv.BUSINESS_LIMIT_CONTROL", "触发小时级流控Permits:5", "sms.limit", 3600.0),
        ("isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:10", "sms.limit", 21600.0),
        ("isv.AMOUNT_NOT_ENOUGH", "账户余额不足", "sms.account", 600.0),
        ("isp.SYSTEM_ERROR", "系统出现错误", "sms.unavailable", 30.0),
        ("isv.MOBILE_NUMBER_ILLEGAL", "非法手机号", "sms.bad_number", None),
        ("isv.SMS_TEMPLATE_ILLEGAL", "模板不合法", "sms.refused", None),
        ("isv.SOMETHING_NEW", "?", "sms.refused", None),
    ],
)
async def test_what_the_vendor_says_no_to(code: str, message: str, ours: str, wait: float | None) -> None:
    """Limits and its own troubles pass; what is wrong with the message does not."""
    vendor = Vendor()
    vendor.code, vendor.message = code, message
    async with web(vendor) as there:
        failed = await failure(sms(there))
    assert (failed.code, failed.zh != failed.en) == (ours, True)
    assert (failed.retry_after if isinstance(failed, Unavailable) else None) == wait


async def test_a_vendor_that_is_not_there() -> None:
    """No answer, and an answer that is none."""
    async with web(says(502, b"<html>")) as there:
        assert (await failure(sms(there))).code == "sms.unavailable"
    assert (await failure(sms(there))).code == "sms.unavailable"
    assert (await failure(sms(there), Short("a", "not a number", "SMS_1", {}))).code == "sms.bad_number"


def test_the_account_in_the_settings() -> None:
    """Texts by our template, with the names of their parameters; half a setting stops the start."""
    whole = {"sms_key": "k", "sms_secret": "s", "sms_sign": "驿站", "sms_texts": "urge=SMS_1:title+by, *=SMS_2"}
    account = SmsAccount.of(Settings(**whole))
    assert account is not None
    assert account.text_for("urge") == ApprovedText("SMS_1", ("title", "by"))
    assert account.text_for("other") == ApprovedText("SMS_2", ("title",))
    assert SmsAccount.of(Settings()) is None
    for wrong in ({"sms_secret": None}, {"sms_texts": "urge"}, {"sms_texts": "=SMS_1"}):
        with pytest.raises(Refused, match="bad_setting"):
            SmsAccount.of(Settings(**{**whole, **wrong}))


def test_parameters_are_short_lines() -> None:
    """The vendor takes 35 characters."""
    assert shortened(" 一\n二  三 ") == "一 二 三"
    assert len(shortened("长" * 99)) == 35
