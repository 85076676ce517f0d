"""Thousands of random lives of random processes: in memory, in any order, stored at every step, moved, on a server."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from tests.support import lives
from tests.support.proofs import TOLD
from tests.support.two_engines import compared
from waystation.bootstrap import build_catalog
from waystation.scenario_temporal import TemporalRuns

pytestmark = pytest.mark.slow

SHARE = float(os.environ.get("PROVE_SHARE", "1"))
#: Other lives with another number.
SEED = int(os.environ.get("PROVE_SEED", "0")) * 1_000_000
LIVES = max(20, int(2_000 * SHARE))
MIGRATIONS = max(20, int(1_000 * SHARE))
COMPARED = max(5, int(100 * SHARE))


@pytest.mark.parametrize("kind", [lives.meddled, lives.shuffled, lives.stored, lives.in_any_order])
async def test_every_case_lives_and_ends(kind: Callable[[int], Coroutine[Any, Any, Any]]) -> None:
    """What each kind promises stands there; a failure names its number."""
    for seed in range(SEED, SEED + LIVES):
        try:
            await kind(seed)
        except Exception as error:
            raise AssertionError(f"{kind.__name__}({seed}): {error}") from error


async def test_no_case_called_clean_gets_stuck() -> None:
    """A thousand cases over as many random edits, moved in the middle of their lives."""
    said: Counter[str] = Counter()
    seed = SEED
    while said.total() - said["unsound"] < MIGRATIONS:
        try:
            said[await lives.migrated(seed)] += 1
        except Exception as error:
            raise AssertionError(f"migrated({seed}): {error}") from error
        seed += 1
    print(
        f"{TOLD}{MIGRATIONS} cases over edits: " + ", ".join(f"{count} {what}" for what, count in sorted(said.items()))
    )
    assert said["clean"] > MIGRATIONS // 4


async def test_the_lives_are_lively() -> None:
    """They contain what they are meant to try: undo, returns, refusals, migrations, incidents and their mending."""
    many = [await lives.meddled(seed) for seed in range(300)]
    accepted = {done.what for life in many for done in life.done if not done.code}
    assert {"return", "jump", "cancel_node", "skip", "retry", "suspend", "transfer", "add", "cancel"} <= accepted
    assert len({done.code for life in many for done in life.done}) >= 8
    said = [await lives.migrated(seed) for seed in range(300)]
    assert {"clean", "needs_map", "over"} <= set(said)


@pytest.mark.temporal
def test_both_engines_agree() -> None:
    """The same things done in memory and on a Temporal server show the same after each of them."""
    asyncio.run(_both_engines_agree())


async def _both_engines_agree() -> None:
    places = asyncio.Semaphore(4)
    async with TemporalRuns(build_catalog()) as runs:

        async def one(seed: int) -> None:
            async with places:
                await compared(runs, seed)

        done = await asyncio.gather(*(one(SEED + seed) for seed in range(COMPARED)), return_exceptions=True)
    assert [f"{seed}: {each}" for seed, each in enumerate(done, SEED) if each is not None] == []
