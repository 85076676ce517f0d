"""Random graphs that are sound by construction, and ways to break them.

`sound_graph(dice)` builds nodes out of blocks: tasks, choices that merge, forks that join in every manner, loops and
scopes. `FAULTS` are functions that put one fault into such a graph and say which finding must come of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from tests.support.plans import node
from waystation.contracts.plan import Edge, Node


@dataclass
class Fork:
    """A fork of the graph: its join, the first node of each branch, and what the join needs."""

    name: str
    join: str
    heads: list[str]
    manner: str
    outer: Fork | None


@dataclass
class Graph:
    """Nodes with what faults need to know of them."""

    nodes: dict[str, Node] = field(default_factory=dict)
    forks: list[Fork] = field(default_factory=list)
    merges: list[tuple[str, Fork | None]] = field(default_factory=list)
    loops: list[str] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)


class Fault(NamedTuple):
    """A broken graph: one of the codes must be found at one of the nodes."""

    nodes: dict[str, Node]
    code: str
    at: frozenset[str]


#: How many branches a join needs: of all n, of n - 1, or by words.
MANNERS = ("all", "all", "all", "every", "most", "any", "edge", "reachable", "condition")


def sound_graph(dice: Random, size: int = 14) -> Graph:
    """A graph of about `size` nodes."""
    return _Builder(dice, size).built()


class _Builder:
    def __init__(self, dice: Random, size: int) -> None:
        self.dice = dice
        self.left = size
        self.graph = Graph()

    def built(self) -> Graph:
        first = self.sequence("end", None)
        nodes = self.graph.nodes
        self.graph.nodes = {"start": node("task", first), **dict(reversed(nodes.items()))}
        return self.graph

    def name(self, kind: str) -> str:
        self.left -= 1
        return f"{kind}{len(self.graph.nodes)}"

    def put(self, name: str, made: Node) -> str:
        self.graph.nodes[name] = made
        return name

    def sequence(self, after: str, fork: Fork | None) -> str:
        for _ in range(self.dice.randint(1, 2)):
            makers = [self.task, self.choice, self.fork, self.fork, self.loop, self.scope]
            after = self.dice.choice(makers if self.left > 0 else makers[:1])(after, fork)
        return after

    def task(self, after: str, fork: Fork | None) -> str:
        name = self.put(self.name("task"), node("task", after))
        self.graph.tasks.append(name)
        return name

    def choice(self, after: str, fork: Fork | None) -> str:
        merge = self.put(self.name("merge"), node("merge", after))
        self.graph.merges.append((merge, fork))
        heads = [self.sequence(merge, fork) for _ in range(self.dice.randint(2, 3))]
        ways = [(f"data.x > {place}", head) for place, head in enumerate(heads[1:])]
        return self.put(self.name("choice"), node("choice", [*ways, (None, heads[0])]))

    def loop(self, after: str, fork: Fork | None) -> str:
        again = self.name("again")
        self.put(again, node("choice"))
        body = self.sequence(again, fork)
        head = self.put(self.name("head"), node("task", body))
        self.put(again, node("choice", [("data.x", head), (None, after)]))
        self.graph.loops.append(again)
        return head

    def scope(self, after: str, fork: Fork | None) -> str:
        inner = _Builder(self.dice, min(self.left, 4)).built()
        self.left -= len(inner.nodes)
        return self.put(self.name("scope"), node("scope", after, body=inner.nodes))

    def fork(self, after: str, fork: Fork | None) -> str:
        count, manner = self.dice.randint(2, 4), self.dice.choice(MANNERS)
        name, join = self.name("fork"), self.name("join")
        made = Fork(name, join, [], manner, fork)
        needs: dict[str, object] = {
            "every": count,
            "most": count - 1,
            "any": "any",
            "reachable": "reachable",
            "condition": {"$": "arrived > 1"},
        }
        params = {"count": "edge"} if manner == "edge" else {"need": needs.get(manner, "all")}
        self.put(join, node("join", after, **params))
        for _ in range(count):
            arriving = self.put(self.name("bring"), node("merge", join)) if manner == "edge" else join
            made.heads.append(self.branch(arriving, made))
        self.put(name, node("fork", made.heads))
        self.graph.forks.append(made)
        return name

    def branch(self, join: str, fork: Fork) -> str:
        """A branch of its own nodes. Where the join does not count, all but the first may also die."""
        head = self.sequence(join, fork)
        if fork.manner in ("every", "most", "edge") or not fork.heads or self.dice.random() < 0.6:
            return self.put(self.name("first"), node("task", head))
        return self.put(self.name("first"), node("task", {"on": head, "off": "end"}))


def _with(graph: Graph, **changed: Node) -> dict[str, Node]:
    return {**graph.nodes, **changed}


def _aimed(made: Node, old: str, new: str) -> Node:
    """The same node with its edges to one target leading to another."""
    edges = tuple(
        Edge(new if edge.to == old else edge.to, edge.outcome, edge.when, edge.otherwise) for edge in made.edges
    )
    kept = {name: getattr(made, name) for name in made.__struct_fields__}
    return Node(**{**kept, "edges": edges})


def join_without_fork(graph: Graph, dice: Random) -> Iterator[Fault]:
    """Exclusive branches meet in a join. Where the fork around goes on without them it does no harm."""
    for merge, fork in graph.merges:
        if fork is not None and fork.manner in ("most", "any", "condition"):
            continue
        around, outer = [], fork
        while outer is not None:
            around.append(outer.join)
            outer = outer.outer
        nodes = _with(graph, **{merge: node("join", graph.nodes[merge].edges[0].to)})
        yield Fault(nodes, "deadlock", frozenset((merge, *around)))


def needs_too_many(graph: Graph, dice: Random) -> Iterator[Fault]:
    """More branches are needed than there are."""
    for fork in graph.forks:
        join = node("join", graph.nodes[fork.join].edges[0].to, need=len(fork.heads) + 1)
        yield Fault(_with(graph, **{fork.join: join}), "deadlock", frozenset((fork.join,)))


def branch_may_end(graph: Graph, dice: Random) -> Iterator[Fault]:
    """A branch of a join that counts has a way to a plain end."""
    for fork in graph.forks:
        if fork.manner in ("every", "most", "edge"):
            head = dice.choice(fork.heads)
            nodes = _with(graph, **{head: node("task", {"on": graph.nodes[head].edges[0].to, "off": "end"})})
            yield Fault(nodes, "lost_token", frozenset((fork.join,)))


def branch_past_the_inner_join(graph: Graph, dice: Random) -> Iterator[Fault]:
    """A branch goes straight to the join of the fork around."""
    for fork in graph.forks:
        if fork.manner == "all" and fork.outer is not None and fork.outer.manner == "all":
            head = dice.choice(fork.heads)
            past = _aimed(graph.nodes[head], graph.nodes[head].edges[0].to, fork.outer.join)
            yield Fault(_with(graph, **{head: past}), "deadlock", frozenset((fork.join, fork.outer.join)))


def join_cut_in_two(graph: Graph, dice: Random) -> Iterator[Fault]:
    """Some branches meet in a join of their own before the join of all."""
    for fork in graph.forks:
        if fork.manner == "all" and len(fork.heads) > 2:
            halves = {"half": node("join", fork.join)}
            for head in fork.heads[:2]:
                halves[head] = node("task", "half")
            yield Fault(_with(graph, **halves), "deadlock", frozenset(("half", fork.join)))


def edges_of_exclusive_branches(graph: Graph, dice: Random) -> Iterator[Fault]:
    """A join that counts edges has two from one choice."""
    for fork in graph.forks:
        if fork.manner == "edge":
            pair = {"one": node("task", fork.join), "other": node("task", fork.join)}
            head = dice.choice(fork.heads)
            pair[head] = node("task", {"on": "one", "off": "other"})
            yield Fault(_with(graph, **pair), "deadlock", frozenset((fork.join,)))


def fork_of_another_branch(graph: Graph, dice: Random) -> Iterator[Fault]:
    """`of` names a fork that is not on every way to the join."""
    for fork in graph.forks:
        others = [each for each in graph.forks if each.outer is fork]
        if others and fork.manner not in ("edge", "reachable"):
            params = {**graph.nodes[fork.join].params, "of": dice.choice(others).name}
            join = node("join", graph.nodes[fork.join].edges[0].to, **params)
            yield Fault(_with(graph, **{fork.join: join}), "deadlock", frozenset((fork.join,)))


def loop_without_exit(graph: Graph, dice: Random) -> Iterator[Fault]:
    """The way out of a loop is gone."""
    for again in graph.loops:
        if _can_end_inside(graph, again):
            continue
        nodes = _with(graph, **{again: node("task", graph.nodes[again].edges[0].to)})
        yield Fault(nodes, "no_path_to_end", frozenset(nodes))


def _can_end_inside(graph: Graph, again: str) -> bool:
    """Whether a branch inside the loop may die, which is a way to an end."""
    seen, pending = {again}, [graph.nodes[again].edges[0].to]
    while pending:
        name = pending.pop()
        if name == "end":
            return True
        if name not in seen:
            seen.add(name)
            pending.extend(edge.to for edge in graph.nodes[name].edges)
    return False


def loop_without_pause(graph: Graph, dice: Random) -> Iterator[Fault]:
    """A task becomes two nodes that go round by themselves."""
    for task in graph.tasks:
        after = graph.nodes[task].edges[0].to
        pair = {task: node("set", "turn"), "turn": node("choice", [("data.x", task), (None, after)])}
        yield Fault(_with(graph, **pair), "unbounded_loop", frozenset((task,)))


def node_left_alone(graph: Graph, dice: Random) -> Iterator[Fault]:
    """A node that nothing leads to."""
    target = dice.choice(list(graph.nodes))
    yield Fault(_with(graph, alone=node("task", target)), "unreachable", frozenset(("alone",)))


FAULTS: tuple[Callable[[Graph, Random], Iterator[Fault]], ...] = (
    join_without_fork,
    needs_too_many,
    branch_may_end,
    branch_past_the_inner_join,
    join_cut_in_two,
    edges_of_exclusive_branches,
    fork_of_another_branch,
    loop_without_exit,
    loop_without_pause,
    node_left_alone,
)
