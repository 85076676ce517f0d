"""The bounds of an expression: whatever a person writes ends soon and stays small.

A step is roughly one round of a loop, one function call or a few hundred characters of text. Every bound has
its own sentence, so that an author learns which one was met.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_HALF_UP, Context, DivisionByZero, InvalidOperation, Overflow

MAX_SOURCE = 20_000
MAX_DEPTH = 60
MAX_STEPS = 200_000
MAX_TEXT = 100_000
MAX_LIST = 10_000
MAX_NAME = 200
MAX_PATTERN = 1_000

#: Integers are exact and do not overflow, but stay below this.
MAX_INTEGER = 1 << 200

#: A decimal with more digits before its point is not looked at as an integer.
MAX_DIGITS = 70

#: Durations lie within ten thousand years, as in CEL.
MAX_DURATION = timedelta(days=3_652_500)

#: Nesting of data that comparison, text and conversion walk through.
MAX_DATA_DEPTH = 120

#: Elements that a value may hold in total when it leaves an expression; sixteen characters of text are one more.
MAX_ELEMENTS = 200_000

#: The arithmetic of decimals: 34 digits, half-up, never a silent infinity.
DECIMALS = Context(
    prec=34,
    rounding=ROUND_HALF_UP,
    Emin=-6143,
    Emax=6144,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
