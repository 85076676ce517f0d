"""What the channels send, and the settings of each channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Self
from urllib.parse import unquote, urlsplit

from waystation.contracts.errors import Refused
from waystation.settings import Settings

#: Ways to keep a connection to a mail server secret: from the first byte, by STARTTLS, or not at all.
Security = Literal["tls", "starttls", "none"]
_SCHEMES: dict[str, tuple[Security, int]] = {
    "smtps": ("tls", 465), "smtp": ("starttls", 587), "smtp+plain": ("none", 25),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one address. `id` is the same for every try, so that a repetition is recognised."""

    id: str
    to: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Short:
    """A short message to one telephone. What it says is a text that the vendor has approved, with parameters."""

    id: str
    phone: str
    template: str
    params: dict[str, str]


@dataclass(frozen=True, slots=True)
class MailServer:
    """How mail goes out. `smtp://` insists on STARTTLS, `smtps://` is TLS at once, `smtp+plain://` is neither."""

    host: str
    port: int
    security: Security
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """The mail server of an installation; None where there is none.

        Raises:
            Refused: `bad_setting`.
        """
        if settings.smtp_url is None:
            return None
        try:
            url = urlsplit(settings.smtp_url)
            security, port = _SCHEMES[url.scheme]
            host, port = url.hostname or "", url.port or port
        except (KeyError, ValueError):
            host = ""
        if not host or not settings.mail_from:
            raise _bad("WAYSTATION_SMTP_URL, WAYSTATION_MAIL_FROM")
        user, password = unquote(url.username or ""), unquote(url.password or "")
        return cls(host, port, security, settings.mail_from, user, password)


@dataclass(frozen=True, slots=True)
class ApprovedText:
    """A text that the vendor has approved: its code there, and the names of its parameters."""

    code: str
    params: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SmsAccount:
    """How short messages go out. `texts` are by our template; `*` stands for all others."""

    url: str
    key: str
    secret: str = field(repr=False)
    sign: str
    texts: dict[str, ApprovedText]

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """The account of an installation; None where there is none.

        Raises:
            Refused: `bad_setting`.
        """
        if settings.sms_key is None:
            return None
        if not settings.sms_secret or not settings.sms_sign or not settings.sms_texts:
            raise _bad("WAYSTATION_SMS_SECRET, WAYSTATION_SMS_SIGN, WAYSTATION_SMS_TEXTS")
        return cls(
            settings.sms_url, settings.sms_key, settings.sms_secret, settings.sms_sign, _texts(settings.sms_texts)
        )

    def text_for(self, template: str) -> ApprovedText | None:
        """The vendor's text for one of our templates or messages."""
        return self.texts.get(template) or self.texts.get("*")


@dataclass(frozen=True, slots=True)
class ChatApp:
    """The application of a company that tells its people. `key` is the corpid of WeCom, the AppKey of DingTalk."""

    url: str
    key: str
    secret: str = field(repr=False)
    agent: int

    @classmethod
    def all_of(cls, settings: Settings) -> dict[str, Self]:
        """The applications of an installation, by vendor.

        Raises:
            Refused: `bad_setting`.
        """
        given = {
            "wecom": (settings.wecom_url, settings.wecom_corp_id, settings.wecom_agent_secret, settings.wecom_agent_id),
            "dingtalk": (
                settings.dingtalk_url, settings.dingtalk_app_key, settings.dingtalk_app_secret,
                settings.dingtalk_agent_id,
            ),
        }  # fmt: skip
        found: dict[str, Self] = {}
        for vendor, (url, key, secret, agent) in given.items():
            if agent is None and (vendor == "dingtalk" or secret is None):
                continue
            if not key or not secret or agent is None:
                raise _bad(_CHAT_NAMES[vendor])
            found[vendor] = cls(url, key, secret, agent)
        return found


_CHAT_NAMES = {
    "wecom": "WAYSTATION_WECOM_CORP_ID, WAYSTATION_WECOM_AGENT_ID, WAYSTATION_WECOM_AGENT_SECRET",
    "dingtalk": "WAYSTATION_DINGTALK_APP_KEY, WAYSTATION_DINGTALK_APP_SECRET, WAYSTATION_DINGTALK_AGENT_ID",
}


def _texts(given: str) -> dict[str, ApprovedText]:
    """`urge=SMS_1:title+by,*=SMS_2`: what is not said is `title`."""
    found: dict[str, ApprovedText] = {}
    for part in given.split(","):
        name, equals, rest = part.strip().partition("=")
        code, colon, params = rest.partition(":")
        if not name or not equals or not code:
            raise _bad("WAYSTATION_SMS_TEXTS")
        found[name] = ApprovedText(code, tuple(filter(None, params.split("+"))) if colon else ("title",))
    return found


def _bad(names: str) -> Refused:
    return Refused("bad_setting", f"bad setting: {names}", f"设置有误：{names}", {"names": names.split(", ")})
