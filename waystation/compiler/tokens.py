"""The token game: every way the tokens of one region can move, as far as joins are concerned.

Joins wait for one another only where several of them belong to one fork, or where a branch leaves its fork sideways.
For those few forks the game is played out: nodes between forks, joins and ends are passed in one step, and only one
movable token is moved at a time, because a token never disables another; withdrawals are the exception, and a region
with `cancels` is not judged. What the game cannot finish within its bounds is not judged either, so whatever it
reports is a run that the graph allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple

from waystation.compiler.board import Board
from waystation.compiler.budget import OutOfBounds

#: Bounds of one game: states seen, tokens in one state, and activations of one fork at once.
MAX_STATES = 5_000
MAX_TOKENS = 48
_MAX_ACTIVATIONS = 4


class Step(NamedTuple):
    """One activation of a fork that a token is in: the fork, which activation of it, and the branch."""

    fork: int
    serial: int
    branch: int


Chain = tuple[Step, ...]


class Token(NamedTuple):
    """A token about to enter `vertex`, or waiting in the join there. `source` is the node it came from."""

    vertex: int
    chain: Chain
    source: int = -1
    waits: bool = False


class State(NamedTuple):
    """Tokens, and the joins that have fired and now absorb the rest of an activation."""

    tokens: frozenset[Token]
    fired: frozenset[tuple[int, Chain]]


@dataclass
class Verdict:
    """What a game found.

    Args:
        crossed: groups of joins that wait for each other, each with the state's other waiting joins.
        hungry: joins with `count: edge` that keep tokens and never fire, with the nodes that bring nothing.
    """

    crossed: set[tuple[int, ...]] = field(default_factory=set)
    hungry: dict[int, set[int]] = field(default_factory=dict)


class Game:
    """All runs of one activation of `home`, or of the whole body where that is None."""

    def __init__(self, board: Board, home: int | None) -> None:
        self.board = board
        self.graph = board.graph
        self.home = home
        self.verdict = Verdict()

    def play(self) -> Verdict:
        """Raises OutOfBounds when the bounds are passed; what was found until then stays in `verdict`."""
        pending = list(self._starts())
        seen: set[State] = set()
        while pending:
            state = pending.pop()
            if state in seen:
                continue
            seen.add(state)
            if len(seen) > MAX_STATES or len(state.tokens) > MAX_TOKENS:
                raise OutOfBounds
            self.board.budget.charge(4 + len(state.tokens))
            pending.extend(_settled(after) for after in self._next(state))
        return self.verdict

    def _starts(self) -> Iterator[State]:
        if self.home is not None:
            start = Token(self.home, ())
            yield from self._split(State(frozenset({start}), frozenset()), start)
        elif self.graph.entry is not None:
            yield State(frozenset({Token(self.graph.entry, ())}), frozenset())

    def _next(self, state: State) -> Iterator[State]:
        """What is left of inner activations goes first, so that it is gone before a loop opens another."""
        for join in sorted({token.vertex for token in state.tokens if token.waits}):
            fired = list(self._fire_waiting(state, join))
            if fired:
                yield from fired
                return
        movable = [token for token in state.tokens if not token.waits]
        if movable:
            yield from self._move(state, min(movable, key=lambda token: (-len(token.chain), token)))
        else:
            self._judge(state)

    def _move(self, state: State, token: Token) -> Iterator[State]:
        """The states that one token's next step may lead to."""
        if token.vertex >= self.graph.end:
            yield _swap(state, token)
            return
        node = self.graph.nodes[token.vertex]
        if node.cancels:
            raise OutOfBounds
        if node.kind == "end":
            withdraws = node.params.get("terminate") or node.params.get("error")
            yield State(frozenset(), frozenset()) if withdraws else _swap(state, token)
        elif node.kind == "fork":
            yield from self._split(state, token) if token.vertex != self.home else [_swap(state, token)]
        elif node.kind == "join":
            yield from self._arrive(state, token)
        else:
            yield from self._pass(state, token)

    def _pass(self, state: State, token: Token) -> Iterator[State]:
        """Through plain nodes; boundary events that do not interrupt may each put a token beside the node."""
        if not self.board.is_stop(token.vertex):
            for stop, source in self.board.stops(token.vertex):
                yield _swap(state, token, Token(stop, token.chain, source))
            return
        ways = [(way, Token(target, token.chain, token.vertex)) for way, target in self.graph.ways[token.vertex]]
        beside = [after for way, after in ways if way.beside]
        extras = [(), *((one,) for one in beside), tuple(beside)]
        for way, after in ways:
            if not way.beside:
                yield from (_swap(state, token, after, *extra) for extra in extras)

    def _split(self, state: State, token: Token) -> Iterator[State]:
        """A fork: a token for each chosen branch, in a new activation. Entering it again from inside leaves the old."""
        fork = token.vertex
        outer = next((token.chain[:at] for at, step in enumerate(token.chain) if step.fork == fork), token.chain)
        serial = _free_serial(state, fork, outer)
        targets = [target for way, target in self.graph.ways[fork] if way.edge is not None]
        for chosen in self._choices(fork):
            tokens = (Token(targets[branch], (*outer, Step(fork, serial, branch)), fork) for branch in chosen)
            yield _swap(state, token, *tokens)

    def _choices(self, fork: int) -> list[tuple[int, ...]]:
        """The sets of branches a fork may choose; of many conditional ones single branches, pairs and all."""
        edges = [way.edge for way, _ in self.graph.ways[fork] if way.edge is not None]
        asked = [branch for branch, edge in enumerate(edges) if edge.when is not None]
        if not asked:
            return [tuple(range(len(edges)))]
        sizes = range(1, len(asked) + 1) if len(asked) <= 4 else (1, 2, len(asked))
        default = [(branch,) for branch, edge in enumerate(edges) if edge.when is None]
        return [*(chosen for size in sizes for chosen in combinations(asked, size)), *default]

    def _arrive(self, state: State, token: Token) -> Iterator[State]:
        join, count = token.vertex, self.board.count(token.vertex)
        if count == "token":
            yield from self._leave(state, [token], join, token.chain)
        elif not self._inside(join):
            yield from self._arrive_outside(state, token)
        elif count == "edge" and join not in self.board.open:
            yield _swap(state, token, token._replace(waits=True))
        else:
            yield from self._arrive_in_branch(state, token)

    def _arrive_outside(self, state: State, token: Token) -> Iterator[State]:
        """A join of an outer fork that needs all branches, or all that can come, holds the token fast."""
        join = token.vertex
        holds = self.board.count(join) == "branch" and self.board.need(join) in ("all", "reachable")
        yield _swap(state, token, Token(join, token.chain, waits=True)) if holds else _swap(state, token)

    def _arrive_in_branch(self, state: State, token: Token) -> Iterator[State]:
        join, need = token.vertex, self.board.need(token.vertex)
        activation = self._activation(join, token.chain)
        if activation is None and need == "reachable" and self.graph.joins.get(join) is None:
            yield _swap(state, token, Token(join, token.chain, waits=True))
        elif activation is None:
            # A token that has left the fork, or came around it, has nothing to wait for.
            yield from self._leave(state, [token], join, token.chain)
        elif (join, activation) in state.fired:
            yield _swap(state, token)
        elif need in ("all", "reachable"):
            yield _swap(state, token, Token(join, token.chain, waits=True))
        else:
            waiting = _swap(state, token, Token(join, token.chain, waits=True))
            arrived = [one for one in waiting.tokens if one.waits and one.vertex == join and _within(one, activation)]
            branches = {one.chain[len(activation) - 1].branch for one in arrived}
            enough = need == "any" or (isinstance(need, int) and len(branches) >= need)
            yield from self._fire(waiting, join, activation) if enough else [waiting]

    def _inside(self, join: int) -> bool:
        """Whether the join closes a fork of this game."""
        fork = self.graph.joins.get(join)
        if self.home is None or fork == self.home:
            return True
        return fork is not None and self.graph.dominators.dominates(self.home, fork)

    def _activation(self, join: int, chain: Chain) -> Chain | None:
        """The innermost activation, in a chain, of the fork that a join closes; its own branch is left open as -1."""
        fork = self.graph.joins.get(join)
        for at in range(len(chain) - 1, -1, -1):
            if chain[at].fork == fork:
                return (*chain[:at], chain[at]._replace(branch=-1))
        return None

    def _fire_waiting(self, state: State, join: int) -> Iterator[State]:
        """The join fires, if nothing that it waits for is elsewhere; else nothing."""
        waiting = sorted(token for token in state.tokens if token.vertex == join and token.waits)
        if not self._inside(join):
            return
        if self.board.count(join) == "edge":
            yield from self._fire_edges(state, join, waiting)
            return
        if isinstance(self.board.need(join), int):
            return
        for token in waiting:
            if not self._awaited(state, token):
                activation = self._activation(join, token.chain)
                if activation is not None:
                    yield from self._fire(state, join, activation)
                else:
                    yield from self._leave(state, waiting, join, _common(waiting))
                return

    def _fire(self, state: State, join: int, activation: Chain) -> Iterator[State]:
        params = self.graph.nodes[join].params
        taken = [token for token in state.tokens if token.waits and token.vertex == join and _within(token, activation)]
        if params.get("rest") == "cancel":
            taken = [token for token in state.tokens if _within(token, activation)]
        fired = state.fired if params.get("reset") == "at_once" else state.fired | {(join, activation)}
        yield from self._leave(State(state.tokens, fired), taken, join, activation[:-1])

    def _fire_edges(self, state: State, join: int, waiting: list[Token]) -> Iterator[State]:
        """One token of every edge. That it fired is remembered for the run: what stays behind then is queued."""
        first = {token.source: token for token in reversed(waiting)}
        need = self.board.need(join)
        needed = len(self._sources(join)) if need == "all" else need if isinstance(need, int) else 1
        if len(first) >= needed:
            marked = State(state.tokens, state.fired | {(join, ())})
            yield from self._leave(marked, list(first.values()), join, _common(list(first.values())))

    def _sources(self, join: int) -> list[int]:
        return [source for source in self.graph.predecessors[join] if source in self.graph.reachable]

    def _leave(self, state: State, taken: Iterable[Token], join: int, chain: Chain) -> Iterator[State]:
        rest = State(state.tokens.difference(taken), state.fired)
        if not chain and self.home is not None:
            yield rest  # it has left the fork
            return
        for way, target in self.graph.ways[join]:
            if way.edge is not None:
                yield State(rest.tokens | {Token(target, chain, join)}, rest.fired)

    def _judge(self, state: State) -> None:
        """Nothing moves and nothing fires: say which joins wait for ever, and for which others."""
        inside = [token for token in sorted(state.tokens) if self._inside(token.vertex)]
        if any(self._may_be_freed(state, token) for token in inside):
            return
        for token in inside:
            join = token.vertex
            if self.board.count(join) != "edge":
                others = {one.vertex for one in self._awaited(state, token)}
                if others:
                    self.verdict.crossed.add((join, *sorted(others)))
            elif (join, ()) not in state.fired:
                present = {one.source for one in state.tokens if one.vertex == join}
                missing = set(self._sources(join)) - present
                self.verdict.hungry.setdefault(join, set()).update(missing)

    def _awaited(self, state: State, token: Token) -> list[Token]:
        """The tokens elsewhere that this waiting token's join is waiting for."""
        join = token.vertex
        activation = self._activation(join, token.chain)
        others = [one for one in state.tokens if one.vertex != join or not one.waits]
        if activation is not None:
            others = [one for one in others if _within(one, activation)]
        if self.board.need(join) == "reachable":
            others = [one for one in others if one.vertex in self.board.leading(join)]
        return others

    def _may_be_freed(self, state: State, token: Token) -> bool:
        """Whether a join outside the game holds what the token's join is waiting for, but need not hold it for ever:
        one that waits for whatever can come, while nothing can come from here."""
        if self.board.count(token.vertex) == "edge":
            return False
        outside = (one.vertex for one in self._awaited(state, token) if not self._inside(one.vertex))
        patient = (join for join in outside if self.board.need(join) == "reachable")
        return any(token.vertex not in self.board.leading(join) for join in patient)


def _swap(state: State, old: Token, *new: Token) -> State:
    return State((state.tokens - {old}) | frozenset(new), state.fired)


def _settled(state: State) -> State:
    """Without the marks of activations that have no token left."""
    if not state.fired:
        return state
    alive = {mark for mark in state.fired if not mark[1] or any(_within(one, mark[1]) for one in state.tokens)}
    return State(state.tokens, frozenset(alive))


def _within(token: Token, activation: Chain) -> bool:
    """Whether a token belongs to an activation, in whichever branch."""
    last = len(activation) - 1
    if len(token.chain) <= last or token.chain[:last] != activation[:last]:
        return False
    step = token.chain[last]
    return step.fork == activation[last].fork and step.serial == activation[last].serial


def _common(tokens: list[Token]) -> Chain:
    """What the chains of several tokens begin with."""
    chain = tokens[0].chain
    for token in tokens[1:]:
        size = next((at for at, step in enumerate(chain) if token.chain[at : at + 1] != (step,)), len(chain))
        chain = chain[:size]
    return chain


def _free_serial(state: State, fork: int, outer: Chain) -> int:
    """The first number that no other activation of the fork in the same place has. Raises OutOfBounds beyond a few."""
    for serial in range(_MAX_ACTIVATIONS):
        if not any(_within(token, (*outer, Step(fork, serial, -1))) for token in state.tokens):
            return serial
    raise OutOfBounds
