"""What an installation may set from outside: one frozen value, read once by an entry point and then passed in.

Names are `WAYSTATION_` and the field's name in capitals; `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE` and `DATABASE_URL`
keep the names that operators know. Nothing else in the product reads the environment. A wrong or misspelt variable
is refused with one line, because a setting that is silently ignored is found only in production.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from waystation.contracts.errors import Refused

PREFIX = "WAYSTATION_"

Days = Annotated[int, Field(ge=1, le=3650)]
Port = Annotated[int, Field(ge=1, le=65535)]
LogLevel = Literal["debug", "info", "warning", "error"]


class Settings(BaseModel):
    """All settings with their defaults. `Settings(port=0, …)` never looks at the environment; `read` does."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)

    data_dir: Path = Path("var")
    host: str = "127.0.0.1"
    port: Port = 8080
    log_level: LogLevel = "info"
    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL", repr=False)
    temporal_address: str | None = Field(default=None, validation_alias="TEMPORAL_ADDRESS")
    temporal_namespace: str = Field(default="default", validation_alias="TEMPORAL_NAMESPACE", min_length=1)
    temporal_port: Port = 7233
    temporal_ui_port: Port = 8233
    objects_url: str | None = Field(default=None, pattern=r"^s3://[a-z0-9.-]{3,63}(/[\w./-]*)?$")
    objects_endpoint: str | None = Field(default=None, pattern=r"^https?://")
    objects_region: str = Field(default="us-east-1", min_length=1)
    objects_key: str | None = Field(default=None, repr=False)
    objects_secret: str | None = Field(default=None, repr=False)
    scanner: str | None = Field(default=None, pattern=r"^\S+:\d{1,5}$")
    scanner_patience: Annotated[float, Field(gt=0, le=300)] = 30.0
    public_url: str | None = Field(default=None, pattern=r"^https?://[^/\s]+/?$")
    temporal_page: str | None = Field(default=None, pattern=r"^https?://[^/\s]+/?$")
    keys: str | None = Field(default=None, repr=False)
    keys_file: Path | None = None
    requests_per_minute: Annotated[int, Field(ge=1)] = 3_000
    sign_ins_per_minute: Annotated[int, Field(ge=1)] = 60
    oidc_issuer: str | None = Field(default=None, pattern=r"^https?://\S+$")
    oidc_client: str | None = None
    oidc_secret: str | None = Field(default=None, repr=False)
    oidc_tenant: str | None = None
    oidc_match: Literal["external", "email"] = "external"
    oidc_create: bool = False
    tidy_minutes: Annotated[int, Field(ge=1, le=1440)] = 10
    keep_done_days: Days = 7
    keep_keys_days: Days = 30
    pull_contacts: str | None = Field(default=None, pattern=r"^\s*((wecom|dingtalk):[^\s:]{1,64}(\s+|$))+$")
    pull_contacts_minutes: Annotated[int, Field(ge=5, le=10_080)] = 1_440
    wecom_url: str = "https://qyapi.weixin.qq.com"
    wecom_corp_id: str | None = None
    wecom_contacts_secret: str | None = Field(default=None, repr=False)
    wecom_agent_id: Annotated[int, Field(ge=1)] | None = None
    wecom_agent_secret: str | None = Field(default=None, repr=False)
    dingtalk_url: str = "https://oapi.dingtalk.com"
    dingtalk_app_key: str | None = None
    dingtalk_app_secret: str | None = Field(default=None, repr=False)
    dingtalk_agent_id: Annotated[int, Field(ge=1)] | None = None
    smtp_url: str | None = Field(default=None, repr=False)
    mail_from: str | None = None
    sms_url: str = Field(default="https://dysmsapi.aliyuncs.com", pattern=r"^https?://[^/\s]+/?$")
    sms_key: str | None = None
    sms_secret: str | None = Field(default=None, repr=False)
    sms_sign: str | None = None
    sms_texts: str | None = None
    http_allow: str | None = None
    private_networks: str | None = None
    secrets_dir: Path | None = None
    drafting_url: str | None = Field(default=None, pattern=r"^https?://[^\s?#@]+$")
    drafting_model: str = Field(default="default", min_length=1, max_length=200)
    drafting_key: str | None = Field(default=None, repr=False)
    metrics_key: str | None = Field(default=None, min_length=16, repr=False)
    otlp_endpoint: str | None = Field(default=None, pattern=r"^https?://[^\s?#]+$")
    mcp_token: str | None = Field(default=None, repr=False)
    trace_share: Annotated[float, Field(ge=0, le=1)] = 1.0

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None) -> Self:
        """The settings of this process.

        Args:
            environ: variables by name; default: those of the process.
        Raises:
            Refused: `unknown_setting` for a `WAYSTATION_…` name that nothing reads, `bad_setting` for a value.
        """
        given = os.environ if environ is None else environ
        names = cls.variables()
        unknown = sorted(name for name in given if name.upper().startswith(PREFIX) and name not in names)
        if unknown:
            raise _unknown(unknown, list(names))
        values: dict[str, Any] = {field: given[name] for name, field in names.items() if given.get(name)}
        try:
            return cls(**values)
        except ValidationError as wrong:
            raise _bad(wrong, {field: name for name, field in names.items()}) from None

    @classmethod
    def variables(cls) -> dict[str, str]:
        """Environment variable -> field, for every setting."""
        return {
            str(info.validation_alias or f"{PREFIX}{field.upper()}"): field for field, info in cls.model_fields.items()
        }

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the API: demo people are allowed only then."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def url(self) -> str:
        """Where a browser on this machine finds the API; a bind to every address is reached by loopback."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return f"http://{f'[{host}]' if ':' in host and host[0] != '[' else host}:{self.port}"


def _unknown(names: Sequence[str], known: Sequence[str]) -> Refused:
    hints = {name: difflib.get_close_matches(name.upper(), known, n=1) for name in names}
    en = "; ".join(f"{name}{f' (did you mean {near[0]}?)' if near else ''}" for name, near in hints.items())
    zh = "；".join(f"{name}{f'（是否应为 {near[0]}？）' if near else ''}" for name, near in hints.items())
    return Refused("unknown_setting", f"unknown setting: {en}", f"未知的设置：{zh}", {"names": list(names)})


def _bad(wrong: ValidationError, names: Mapping[str, str]) -> Refused:
    """One line for all wrong values. Values are not repeated: a database URL holds a password."""
    faults: dict[str, Any] = {}
    for error in wrong.errors(include_input=False, include_url=False):
        field = str(error["loc"][0]) if error["loc"] else ""
        faults[names.get(field, field)] = error["msg"]
    said = "; ".join(f"{name}: {message}" for name, message in faults.items())
    return Refused("bad_setting", f"bad setting: {said}", f"设置有误：{said}", {"names": list(faults)})
