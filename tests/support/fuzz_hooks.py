"""Hooks that schemathesis loads where it runs: requests name what is there, and no key is used for two requests.

Beside it lies `real.json`: parameters of addresses and the values that they get. Where a request is to violate what the
document says of its address, the address stays as it was made.
"""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import Case, GenerationMode, HookContext
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import TestPhase

REAL: dict[str, Any] = json.loads(Path("real.json").read_text("utf-8"))
#: A key that was used before answers as before, also of what has been deleted since.
KEY = "idempotency-key"


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    meta = case.meta
    if meta is None:
        return
    address = meta.components.get(ParameterLocation.PATH)
    if address is not None and address.mode is GenerationMode.POSITIVE:
        case.path_parameters.update({name: REAL[name] for name in case.path_parameters if name in REAL})
    if meta.phase.name is TestPhase.STATEFUL:
        for name in [name for name in case.headers or () if name.lower() == KEY]:
            case.headers[name] = uuid.uuid4().hex
