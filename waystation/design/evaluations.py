"""Expressions tried on sample data: what the engine would make of each, or why it would not. Nothing else happens.

The compiler's check comes first, as no process is published that fails it; then the expression is evaluated with the
names that the machine gives at its place, within the bounds of `waystation.expressions.limits`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from waystation.compiler import Unit
from waystation.compiler.expression_use import unwrap
from waystation.contracts.problems import Severity
from waystation.design.exact import shown
from waystation.design.examples import Examples
from waystation.design.scopes import Place, names_in, scope_at
from waystation.expressions import (
    Environment,
    Expression,
    ExpressionError,
    Type,
    check_expression,
    check_value,
    compile_expression,
    compile_value,
    plain,
)
from waystation.expressions.findings import ExpressionFinding, finding_of
from waystation.expressions.template import pieces_of, text_of
from waystation.expressions.values import kind_of, named

#: `condition` must be true or false; both it and `expression` may stand without `${ }`; `value` is a text as written.
How = Literal["value", "condition", "expression"]
#: Characters of a result that are shown.
MOST_SHOWN = 2_000
#: Seconds for all expressions of one request.
SECONDS = 2.0
_BOOL = Type("bool")


@dataclass(frozen=True, slots=True)
class Asked:
    """One expression, or text with expressions in it."""

    text: str
    how: How
    place: Place


@dataclass(frozen=True, slots=True)
class Found:
    """What came of one: a value with its kind (as `waystation.expressions.values` lists them) and its text, or a fault.

    Attributes:
        text: the value as it reads inside a text, cut at `MOST_SHOWN` characters.
        value: as JSON; None also where it is too large to be shown.
        fault: its place counts characters of the text that was asked about, from 0.
    """

    kind: str = ""
    zh: str = ""
    en: str = ""
    text: str = ""
    value: Any = None
    is_cut: bool = False
    fault: ExpressionFinding | None = None


def evaluate_all(
    unit: Unit, asked: Iterable[Asked], sample: Mapping[str, Any], at: datetime, person: str
) -> list[Found]:
    """Evaluate each on the same sample at the same moment.

    Raises:
        Refused: `bad_sample`.
    """
    plan = unit.plan
    calendar = plan.calendars.get(plan.calendar) if plan.calendar else None
    env, until = Environment(at, plan.timezone, calendar), time.monotonic() + SECONDS
    names: dict[Place, dict[str, Any]] = {}
    found = []
    for each in asked:
        if time.monotonic() > until:
            found.append(Found(fault=_too_long(each)))
            continue
        try:
            if each.place not in names:
                names[each.place] = names_in(unit, each.place, sample, Examples(at, person))
            found.append(_evaluated(each, scope_at(unit, each.place), names[each.place], env))
        except ExpressionError as error:
            found.append(Found(fault=finding_of(error)))
    return found


def _evaluated(asked: Asked, scope: Mapping[str, Type], names: Mapping[str, Any], env: Environment) -> Found:
    if asked.how == "value":
        faults = check_value(asked.text, scope)[1]
        prepared, offset = (None, 0) if _errors(faults) else (compile_value(asked.text), 0)
    else:
        source, offset = unwrap(asked.text)
        faults = check_expression(source, scope, _BOOL if asked.how == "condition" else None)[1]
        prepared = None if _errors(faults) else compile_expression(source)
    if prepared is None:
        return Found(fault=_errors(faults)[0].moved(offset))
    try:
        value = prepared if isinstance(prepared, str) else prepared.evaluate(names, env)
    except ExpressionError as error:
        # An expression that is the whole text has places of its own source, a template those of the text.
        alone = asked.how == "value" and isinstance(prepared, Expression)
        begins = pieces_of(asked.text)[0].start if alone else offset
        return Found(fault=finding_of(error).moved(begins))
    if asked.how == "condition" and not isinstance(value, bool):
        return Found(fault=_no_condition(value, offset, len(asked.text)))
    return _shown(value, env)


def _errors(faults: list[ExpressionFinding]) -> list[ExpressionFinding]:
    return [fault for fault in faults if fault.severity is Severity.ERROR]


def _shown(value: Any, env: Environment) -> Found:
    """Raises ExpressionError for a value that is too large for a case."""
    en, zh = named(value)
    made, text = shown(plain(value)), text_of(value, env)
    cut = len(text) > MOST_SHOWN
    return Found(kind_of(value), zh, en, text[:MOST_SHOWN], None if cut else made, cut)


def _no_condition(value: Any, start: int, end: int) -> ExpressionFinding:
    en, zh = named(value)
    return ExpressionFinding(
        "expression", start, end, f"a condition must be true or false, not {en}", f"条件必须是布尔值，而不是{zh}"
    )


def _too_long(asked: Asked) -> ExpressionFinding:
    return ExpressionFinding(
        "too_long", 0, len(asked.text), "evaluating took too long and was stopped", "求值超出时间上限，已停止"
    )
