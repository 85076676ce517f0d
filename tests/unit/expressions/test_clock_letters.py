"""`format` takes the letters of C and Python too."""

from __future__ import annotations

from datetime import UTC, datetime

from waystation.expressions import Environment, compile_expression

AT = Environment(now=datetime(2026, 3, 2, 1, 5, 9, tzinfo=UTC), timezone="Asia/Shanghai")


def test_both_spellings_say_the_same() -> None:
    """`%Y-%m-%d %H:%M:%S` is `yyyy-MM-dd HH:mm:ss`, in the process's time zone."""
    ours = compile_expression("format(now(), 'yyyy-MM-dd HH:mm:ss')").evaluate({}, AT)
    assert ours == "2026-03-02 09:05:09"
    assert ours == compile_expression("format(now(), '%Y-%m-%d %H:%M:%S')").evaluate({}, AT)
