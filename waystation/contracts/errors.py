"""Every exception that Waystation raises on purpose.

    WaystationError
    ├── DefinitionInvalid      the author's text is wrong; carries the problems
    ├── Refused                a rule said no (conflict, not found, not allowed); never retried
    └── Unavailable            the outside world is not answering; retried after `retry_after`

HTTP status and retryability are derived from this tree in two tables only: `designer_api/errors.py`
and `activities/_runtime.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from waystation.contracts.problems import Problem

#: Codes that a command may be refused with, in the order of the checks (docs/approvals.md): the first that applies.
#: The last four are the verb's own.
COMMAND_REFUSALS = (
    "suspended",
    "not_open",
    "not_yours",
    "claimed",
    "locked",
    "not_allowed",
    "four_eyes",
    "bad_form",
    "stale",
    "too_late",
    "too_soon",
    "would_be_empty",
)


class WaystationError(Exception):
    """Root of the tree. `code` is stable and machine-readable; zh and en are sentences for people."""

    def __init__(self, code: str, en: str = "", zh: str = "", detail: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {en}" if en else code)
        self.code = code
        self.en = en or code
        self.zh = zh or en or code
        self.detail: dict[str, Any] = dict(detail or {})


class DefinitionInvalid(WaystationError):
    """A definition has errors. `problems` holds all of them, warnings included."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        errors = [problem for problem in problems if problem.is_error]
        first = errors[0] if errors else None
        super().__init__(
            "definition_invalid",
            f"{len(errors)} error(s); first: {first}" if first else "the definition is invalid",
            f"定义有 {len(errors)} 处错误；第一处：{first.place} {first.zh}" if first else "定义无效",
        )
        self.problems = tuple(problems)


class Refused(WaystationError):
    """A business rule said no. The state is unchanged; trying again without changing anything is pointless."""


class Unavailable(WaystationError):
    """Something outside is not answering; worth trying again.

    Args:
        retry_after: seconds to wait before the next try.
    """

    def __init__(
        self,
        code: str,
        en: str = "",
        zh: str = "",
        detail: Mapping[str, Any] | None = None,
        *,
        retry_after: float = 1.0,
    ) -> None:
        super().__init__(code, en, zh, detail)
        self.retry_after = retry_after
