"""The codec of Temporal's page: opens sealed payloads for whoever may see everything that runs in his tenant."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from fastapi import APIRouter, Header
from pydantic import BaseModel, Field
from temporalio.api.common.v1 import Payload

from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed, now
from waystation.contracts.errors import Refused, Unavailable
from waystation.sealing.payloads import PayloadSeal
from waystation.sealing.ring import KeyRing
from waystation.store import audit

router = APIRouter(tags=["operations"])

#: Characters of a payload in base64 that are looked at; the body has a limit of its own.
Text = Annotated[str, Field(max_length=4 * 1024 * 1024)]
Name = Annotated[str, Field(max_length=200)]


class PayloadBody(BaseModel):
    """A payload as Temporal's page spells it: metadata and data in base64."""

    metadata: Annotated[dict[Name, Text], Field(max_length=20)] = {}
    data: Text = ""


class PayloadsBody(BaseModel):
    payloads: Annotated[list[PayloadBody], Field(max_length=2_000)]


@router.post("/codec/decode", dependencies=[needs("payloads.open")])
async def decode(
    body: PayloadsBody, held: Held, caller: Signed, namespace: Annotated[str | None, Header(alias="X-Namespace")] = None
) -> PayloadsBody:
    """Open payloads of the caller's tenant; the audit log notes who did. Those of others are refused, all of them."""
    if namespace not in (None, held.settings.temporal_namespace):
        raise Refused("not_found", "there is no such namespace here", "没有此命名空间")
    ring = KeyRing.of(held.settings)
    sealed = [_payload(each) for each in body.payloads]
    opened = sealed if ring is None else _opened(PayloadSeal(ring, caller.tenant), sealed)
    async with held.database.write(caller.tenant) as session:
        await audit.record(session, caller.person, "payloads.open", at=now(), detail={"count": len(opened)})
    return PayloadsBody(payloads=[_body(each) for each in opened])


def _opened(seal: PayloadSeal, payloads: list[Payload]) -> list[Payload]:
    try:
        return [seal.open(payload) for payload in payloads]
    except Unavailable:
        en = "these payloads are not your tenant's, or were sealed with a key that is gone"
        raise Refused("not_allowed", en, "数据不属于您的租户，或其密钥已不存在") from None


def _payload(body: PayloadBody) -> Payload:
    try:
        metadata = {name: base64.b64decode(value, validate=True) for name, value in body.metadata.items()}
        return Payload(metadata=metadata, data=base64.b64decode(body.data, validate=True))
    except (binascii.Error, ValueError):
        raise Refused("bad_request", "payloads are not in base64", "payload 不是 base64") from None


def _body(payload: Payload) -> PayloadBody:
    metadata = {name: base64.b64encode(value).decode() for name, value in payload.metadata.items()}
    return PayloadBody(metadata=metadata, data=base64.b64encode(payload.data).decode())
