"""The way out: HTTP calls to addresses that may be reached, and secrets that are known by name.

Reach       calls over HTTP: one look-up of a name, private addresses refused, sizes and times bounded
AllowList   hosts that processes may call
Secrets     files with secrets, one folder a tenant
Outside     the three together, as an entry point makes them
"""

from __future__ import annotations

from waystation.outside.addresses import AllowList, Networks
from waystation.outside.reach import Answer, Call, Reach
from waystation.outside.secrets import Secrets
from waystation.outside.way import Outside

__all__ = ["AllowList", "Answer", "Call", "Networks", "Outside", "Reach", "Secrets"]
