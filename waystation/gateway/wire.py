"""The converter of this installation's clients and workers: `workflows.wire`, sealed where there are keys.

With keys, messages and stack traces of failures are sealed as well. What was written without keys is read all the same,
and so is what was sealed with a key that is no longer the first.
"""

from __future__ import annotations

import dataclasses

from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes

from waystation.sealing.payloads import PayloadSeal
from waystation.sealing.ring import KeyRing
from workflows.wire import WIRE


def converter(ring: KeyRing | None) -> DataConverter:
    """How values travel to Temporal and back, with this ring or without any."""
    if ring is None:
        return WIRE
    return dataclasses.replace(
        WIRE,
        payload_codec=PayloadSeal(ring),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
