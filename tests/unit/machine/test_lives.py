"""Random sound processes with random people, messages, failures, commands and migrations; many more in tests/prove.

Looked at after every step: frames and forks count the tokens that are there. Looked at after every refusal: the case is
as it was. At the end: the case could be brought to its end, undo ran newest first and once each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import lives

SEEDS = st.integers(0, 2**32 - 1)
#: Of each kind; a life takes 10 to 30 ms.
FEW = settings(max_examples=15, deadline=None)


@pytest.mark.parametrize("kind", [lives.meddled, lives.shuffled, lives.stored, lives.in_any_order, lives.migrated])
@FEW
@given(seed=SEEDS)
def test_a_case_lives_and_ends(kind: Callable[[int], Coroutine[Any, Any, Any]], seed: int) -> None:
    """What each kind promises stands there."""
    asyncio.run(kind(seed))
