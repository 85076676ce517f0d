"""What turns a typed function into an action: `@action` reads its types and makes an `Action` of it."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, get_type_hints

from pydantic import BaseModel

from activities._runtime.context import ComputeContext, OutsideContext
from waystation.contracts.catalog import ActionError, ActionSpec, Card


@dataclass(frozen=True, slots=True)
class Action(ActionSpec):
    """An action of this product. `undo_of` names the action whose effect this one takes back exactly; one that is
    `apart` runs outside any transaction."""

    undo_of: str | None = None
    apart: bool = False


def action(  # noqa: PLR0913 - a declaration: one line each, all but the name by keyword
    name: str,
    *,
    zh: str,
    en: str,
    about_zh: str = "",
    about_en: str = "",
    icon: str = "bolt",
    errors: tuple[ActionError, ...] = (),
    outside: bool = False,
    undo_of: str | None = None,
    timeout: float = 60.0,
) -> Callable[[Callable[[Any, Any], Awaitable[Any]]], Action]:
    """Make an action of `async def verb(ctx: ActionContext, args: SomeIn) -> SomeOut`.

    With an `OutsideContext` it runs apart from any transaction, may reach the outside, and writes nothing. With a
    `ComputeContext` it only computes: nothing is written for it, and its journal entries wait for company.

    Args:
        zh, en: title on the palette; `about_…` one sentence, default the function's docstring.
        errors: every error that the function raises on purpose.
        outside: its success has an effect that no transaction rolls back (a message sent, a parcel gone).
        timeout: seconds one attempt may take.

    Raises:
        TypeError: the function's types do not say what it takes and gives.
    """

    def make(function: Callable[[Any, Any], Awaitable[Any]]) -> Action:
        takes, gives, context = _signature(function)
        apart, computes = context is OutsideContext, context is ComputeContext
        about = inspect.getdoc(function) or ""
        card = Card(zh, en, about_zh, about_en or about.partition("\n")[0], icon, name.partition(".")[0])
        return Action(name, takes, gives, function, card, errors, outside or apart, timeout, computes, undo_of, apart)

    return make


def _signature(function: Callable[..., Any]) -> tuple[type[BaseModel], type[BaseModel] | None, Any]:
    hints = get_type_hints(function)
    answer = hints.pop("return", None)
    takes = [hint for hint in hints.values() if isinstance(hint, type) and issubclass(hint, BaseModel)]
    if len(takes) != 1 or len(hints) != 2 or not inspect.iscoroutinefunction(function):
        raise TypeError(f"{function.__qualname__} must be async and take (ctx: ActionContext, args: a model)")
    if answer is not None and answer is not type(None) and not issubclass(answer, BaseModel):
        raise TypeError(f"{function.__qualname__} must give a model or nothing")
    context = next(hint for hint in hints.values() if hint is not takes[0])
    return takes[0], answer if answer is not type(None) else None, context
