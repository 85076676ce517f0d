"""How values travel between the client, the server and the worker: JSON through msgspec, numbers with a fraction exact.

Client, worker and workflow use the same converter, so a decimal that an author computes with is the same decimal in an
action, also after a replay.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    BinaryNullPayloadConverter,
    BinaryPlainPayloadConverter,
    BinaryProtoPayloadConverter,
    CompositePayloadConverter,
    DataConverter,
    EncodingPayloadConverter,
    JSONProtoPayloadConverter,
)

_ENCODER = msgspec.json.Encoder(decimal_format="number")


class ExactJson(EncodingPayloadConverter):
    """JSON in which 0.10 stays 0.10. Types are read by their hints; without one, as plain data."""

    @property
    def encoding(self) -> str:
        return "json/plain"

    def to_payload(self, value: Any) -> Payload | None:
        return Payload(metadata={"encoding": b"json/plain"}, data=_ENCODER.encode(value))

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        return decoder(type_hint if type_hint is not None else Any).decode(payload.data)


class WirePayloadConverter(CompositePayloadConverter):
    """Nothing, bytes, Temporal's own messages, and exact JSON for everything else."""

    def __init__(self) -> None:
        super().__init__(
            BinaryNullPayloadConverter(),
            BinaryPlainPayloadConverter(),
            JSONProtoPayloadConverter(),
            BinaryProtoPayloadConverter(),
            ExactJson(),
        )


@lru_cache(maxsize=256)
def decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    """A decoder of JSON into a type; fractions of untyped numbers become exact decimals."""
    return msgspec.json.Decoder(kind, float_hook=Decimal)


#: What clients and workers of this product are given.
WIRE = DataConverter(payload_converter_class=WirePayloadConverter)
