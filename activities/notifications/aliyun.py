"""阿里云短信: SendSms of dysmsapi (2017-05-25), signed by signature method V3 (ACS3-HMAC-SHA256).

Limits pass (a minute, an hour, a day, as the vendor says), and so do an empty account and wrong credentials, because an
operator can mend them; a bad number, template or parameter does not.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx

from activities.notifications.letters import Short, SmsAccount
from waystation.contracts.errors import Refused, Unavailable
from waystation.outside import Answer, Call, Reach

ALGORITHM = "ACS3-HMAC-SHA256"
VERSION = "2017-05-25"
#: Characters of one parameter that every kind of text allows.
LONGEST_PARAM = 35
#: What passes by itself, and seconds until then.
_LIMITS = {"minute": 60.0, "hour": 3600.0, "day": 6 * 3600.0}
_LIMIT_CODES = frozenset({"isv.BUSINESS_LIMIT_CONTROL", "isv.DAY_LIMIT_CONTROL", "isv.MONTH_LIMIT_CONTROL"})
_BUSY_CODES = frozenset({"isp.SYSTEM_ERROR", "isp.GATEWAY_ERROR", "ServiceUnavailable", "InternalError"})
#: What an operator has to mend.
_ACCOUNT_CODES = frozenset(
    "isv.AMOUNT_NOT_ENOUGH isv.OUT_OF_SERVICE isv.PRODUCT_UN_SUBSCRIPT isv.ACCOUNT_NOT_EXISTS isv.ACCOUNT_ABNORMAL "
    "isp.RAM_PERMISSION_DENY SignatureDoesNotMatch IncompleteSignature InvalidAccessKeyId.NotFound "
    "InvalidAccessKeyId.Inactive InvalidTimeStamp.Expired SignatureNonceUsed Forbidden.RAM".split()
)
_PHONE = re.compile(r"\+?[0-9]{5,20}")


class AliyunSms:
    """Sends short messages through one account."""

    def __init__(self, account: SmsAccount, reach: Reach) -> None:
        self._account = account
        self._reach = reach

    async def send(self, short: Short) -> str:
        """Have a message sent; the vendor's own id of it.

        Raises:
            Refused: `sms.bad_number`, `sms.refused`.
            Unavailable: `sms.limit`, `sms.account`, `sms.unavailable`.
        """
        phone = re.sub(r"[\s()-]", "", short.phone)
        if not _PHONE.fullmatch(phone):
            raise Refused("sms.bad_number", "this is no telephone number", "手机号码无效")
        params = {
            "PhoneNumbers": phone.removeprefix("+"),
            "SignName": self._account.sign,
            "TemplateCode": short.template,
            "TemplateParam": json.dumps(short.params, ensure_ascii=False),
            "OutId": short.id,
        }
        answer = await self._ask("SendSms", params)
        code = str(answer.get("Code", ""))
        if code != "OK":
            raise _failure(code, str(answer.get("Message", "")))
        return str(answer.get("BizId", ""))

    async def _ask(self, action: str, params: Mapping[str, str]) -> dict[str, Any]:
        url = httpx.URL(self._account.url)
        at, nonce = datetime.now(UTC), uuid.uuid4().hex
        headers = signed(self._account.key, self._account.secret, url.netloc.decode(), action, params, at, nonce)
        query = _query(params)
        whole = f"{self._account.url.rstrip('/')}/?{query}"
        try:
            answer = await self._reach.call(Call("POST", whole, headers, patience=15.0, most=64 * 1024))
        except Refused as refused:
            raise _unavailable(refused.code) from None
        except Unavailable as error:
            raise _unavailable(error.code) from None
        return _read(answer)


def signed(
    key: str, secret: str, host: str, action: str, params: Mapping[str, str], at: datetime, nonce: str,
    version: str = VERSION,
) -> dict[str, str]:  # fmt: skip
    """Headers of a call without a body, with its signature.

    Args:
        host: as the header `host` will say it.
        nonce: a text that no other call has.
    """
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        "x-acs-date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    request = "\n".join(["POST", "/", _query(params), lines, names, headers["x-acs-content-sha256"]])
    text = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    authorization = f"{ALGORITHM} Credential={key},SignedHeaders={names},Signature={signature}"
    return {**headers, "authorization": authorization}


def shortened(value: Any) -> str:
    """A value as a parameter: one line, and no longer than every kind of text allows."""
    line = " ".join(str(value).split())
    return line if len(line) <= LONGEST_PARAM else line[: LONGEST_PARAM - 1] + "…"


def _query(params: Mapping[str, str]) -> str:
    return "&".join(f"{quote(name, safe='-_.~')}={quote(params[name], safe='-_.~')}" for name in sorted(params))


def _read(answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body)
    except ValueError:
        found = None
    if not isinstance(found, dict) or "Code" not in found:
        raise _unavailable(str(answer.status))
    return found


def _failure(code: str, said: str) -> Refused | Unavailable:
    detail = {"vendor": "aliyun", "code": code, "said": said[:300]}
    if code in _LIMIT_CODES or code.startswith("Throttling"):
        span = next((span for span, word in _WORDS.items() if word in said), "minute")
        en, zh = f"the vendor's limit is reached ({code})", f"触发短信流控（{code}）"
        return Unavailable("sms.limit", en, zh, detail, retry_after=_LIMITS[span])
    if code in _ACCOUNT_CODES:
        en, zh = f"the account cannot send ({code})", f"短信账户异常（{code}）"
        return Unavailable("sms.account", en, zh, detail, retry_after=600.0)
    if code in _BUSY_CODES:
        return _unavailable(code)
    if code == "isv.MOBILE_NUMBER_ILLEGAL":
        return Refused("sms.bad_number", "this is no telephone number", "手机号码无效", detail)
    return Refused("sms.refused", f"the vendor refuses: {code}", f"短信服务拒绝发送：{code}", detail)


_WORDS = {"day": "天级", "hour": "小时级", "minute": "分钟级"}


def _unavailable(cause: str) -> Unavailable:
    en, zh = f"the vendor is not answering ({cause})", f"短信服务没有响应（{cause}）"
    return Unavailable("sms.unavailable", en, zh, {"vendor": "aliyun", "cause": cause}, retry_after=30.0)
