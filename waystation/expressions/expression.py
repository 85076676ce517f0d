"""Compiled expressions: parsed once, evaluated many times. Pure: the same names and environment give the same value."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any

from waystation.expressions.access import ChainEnd
from waystation.expressions.correlation import correlated
from waystation.expressions.environment import Environment, Frame
from waystation.expressions.errors import ExpressionError, failure
from waystation.expressions.evaluate import compile_tree
from waystation.expressions.lexer import too_long
from waystation.expressions.limits import MAX_SOURCE
from waystation.expressions.nodes import Node
from waystation.expressions.parser import parse, too_deep
from waystation.expressions.references import Reference, references_of

_CACHED = 4_096


class Expression:
    """One expression, immutable. Made by `compile_expression`.

    Attributes:
        source: the text that it was compiled from.
        tree: its nodes, for the checker.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.tree: Node = parse(source)
        self._run, self._slots = compile_tree(self.tree)

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and other.source == self.source

    def __hash__(self) -> int:
        return hash(self.source)

    def __reduce__(self) -> tuple[Any, ...]:
        return compile_expression, (self.source,)

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """The free names that it reads, in the order of the source."""
        return references_of(self.tree)

    def correlations(self, root: str) -> tuple[tuple[tuple[str, ...], Expression], ...]:
        """What the condition demands of `root`: for `message.no == data.no && …` the pair `("no",)` and `data.no`.

        Each pair is the path of a field below `root` and the expression that it must equal for the condition to hold;
        the expression does not read `root`. Empty when the condition demands nothing of the kind.
        """
        pairs = correlated(self.tree, root)
        return tuple((path, compile_expression(self.source[node.start : node.end])) for path, node in pairs)

    def evaluate(self, names: Mapping[str, Any], env: Environment) -> Any:
        """The value, of a type listed in `values.py`.

        Args:
            names: what each name in scope stands for; data as `typed` gives it (floats are read as exact decimals).
            env: the case's time, zone and calendar.

        Raises:
            ExpressionError: whatever goes wrong; nothing else leaves this method.
        """
        frame = Frame(names, env, self._slots)
        try:
            return self._run(frame)
        except ExpressionError as error:
            self._place(error)
            raise
        except (ArithmeticError, AttributeError, ChainEnd, LookupError, RecursionError, TypeError, ValueError) as error:
            # Every operator refuses what it cannot take. Should one not, the case must see a node error and never a
            # failed workflow task, which would be tried again for ever.
            raise _unforeseen(error, self.source) from error

    def _place(self, error: ExpressionError) -> None:
        if error.start < 0:
            error.start, error.end = 0, len(self.source)


def _unforeseen(error: Exception, source: str) -> ExpressionError:
    what = type(error).__name__
    en, zh = f"the expression has no value ({what})", f"表达式无法求值（{what}）"
    return failure("unforeseen", en, zh, 0, len(source))


def compile_expression(source: str) -> Expression:
    """The compiled form of a source without its `${ }`.

    Raises:
        ExpressionError: syntax, unknown functions, wrong numbers of arguments, bounds of size and depth.
    """
    if len(source) > MAX_SOURCE:
        raise too_long(0)
    try:
        return _compiled(source)
    except RecursionError:
        raise too_deep(0, len(source)) from None


@lru_cache(maxsize=_CACHED)
def _compiled(source: str) -> Expression:
    return Expression(source)
