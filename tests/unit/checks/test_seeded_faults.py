"""Graphs that are sound have no findings; a fault put into one is found."""

from __future__ import annotations

from itertools import islice
from random import Random

import pytest

from tests.support.graphs import FAULTS, sound_graph
from tests.support.plans import node, process, said
from waystation.compiler.board import Board
from waystation.compiler.budget import Budget, OutOfBounds
from waystation.compiler.checks import soundness, structure
from waystation.compiler.tokens import Game

SEEDS = range(50)
#: Of one fault, the places tried in one graph.
MOST_PLACES = 3


def findings(nodes):
    unit = process(nodes)
    return [*structure.check(unit), *soundness.check(unit)]


@pytest.mark.parametrize("seed", SEEDS)
def test_sound_graphs_have_no_findings(seed):
    """However blocks are nested, and in whatever manner forks join."""
    assert said(findings(sound_graph(Random(seed), 30).nodes)) == []


@pytest.mark.parametrize("put_in", FAULTS, ids=lambda fault: fault.__name__)
def test_every_fault_that_is_put_in_is_found(put_in):
    """In several places of every graph where the fault can be put, at a node that has to do with it."""
    tried = 0
    for seed in SEEDS:
        dice = Random(seed)
        for fault in islice(put_in(sound_graph(dice, 24), dice), MOST_PLACES):
            tried += 1
            found = said(findings(fault.nodes))
            assert any(code == fault.code and where in fault.at for code, where in found), (seed, fault.at, found)
    assert tried >= 8


class EveryOrder(Game):
    """The same game without its short cuts: any token may move next, any join fire."""

    def _next(self, state):
        moving = [token for token in state.tokens if not token.waits]
        after = [moved for token in moving for moved in self._move(state, token)]
        for join in sorted({token.vertex for token in state.tokens if token.waits}):
            after.extend(self._fire_waiting(state, join))
        if not after:
            self._judge(state)
        return iter(after)


def tangle(dice):
    """Nodes with edges wherever they fall; forks only lead on, so that no token multiplies for ever."""
    count = dice.randint(4, 9)
    names = [f"n{place}" for place in range(count)]

    def target(place, *, back=True):
        if dice.random() < 0.08:
            return "end"
        if back and dice.random() < 0.1:
            return dice.choice(names)
        return names[min(count - 1, place + dice.randint(1, 4))] if place < count - 1 else "end"

    return {name: _tangled(dice, place, target) for place, name in enumerate(names)}


def _tangled(dice, place, target):
    kind = "fork" if place == 0 else dice.choices(["fork", "join", "choice", "task"], [2, 3, 2, 3])[0]
    match kind:
        case "fork":
            return node("fork", list(dict.fromkeys(target(place, back=False) for _ in range(dice.randint(2, 3)))))
        case "join":
            return node("join", target(place), need=dice.choice(["all", "all", "all", "any", "reachable"]))
        case "choice":
            return node("choice", [("data.x", target(place)), (None, target(place))])
    return node("task", target(place))


@pytest.mark.parametrize("block", range(6))
def test_short_cuts_of_the_game_lose_and_invent_nothing(block):
    """Against playing the whole body in every order, wherever that can be played out."""
    compared = faulty = 0
    for seed in range(block * 50, block * 50 + 50):
        unit = process(tangle(Random(seed)))
        if any(finding.code == "no_path_to_end" for finding in structure.check(unit)):
            continue
        told = list(soundness.check(unit))
        graph = unit.graphs[""]
        board = Board(graph, {}, Budget(10_000))
        joins = [finding.node or "" for finding in told if finding.variant in ("no_fork", "outside")]
        board.open = {at for join in joins if (at := graph.vertex(join)) is not None}
        game = EveryOrder(board, None)
        try:
            game.play()
        except OutOfBounds:
            continue
        compared += 1
        expected = bool(game.verdict.crossed)
        faulty += expected
        assert expected == any(finding.variant == "crossed" for finding in told), seed
    assert compared > 20
    assert faulty
