"""Algorithms on plain directed graphs of numbered vertices: reach, components, dominators.

A graph is a list of successor lists. Everything here is near linear and without recursion, because the compiler
must answer for 10,000 nodes as readily as for ten, and an author's graph may be one long chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

#: Successors of each vertex.
Successors = Sequence[Sequence[int]]


def reverse(successors: Successors) -> list[list[int]]:
    """Predecessors of each vertex, in the order of the vertices."""
    predecessors: list[list[int]] = [[] for _ in successors]
    for vertex, targets in enumerate(successors):
        for target in targets:
            predecessors[target].append(vertex)
    return predecessors


def reach(successors: Successors, roots: Iterable[int], closed: Iterable[int] = ()) -> set[int]:
    """Vertices that a path from a root leads to, roots included. A `closed` vertex is not entered, even as a root."""
    barred = set(closed)
    seen = {root for root in roots if root not in barred}
    pending = list(seen)
    while pending:
        for target in successors[pending.pop()]:
            if target not in seen and target not in barred:
                seen.add(target)
                pending.append(target)
    return seen


def components(successors: Successors) -> list[list[int]]:
    """Strongly connected components (Tarjan), each after those it leads to; vertices in falling order of discovery."""
    order = [-1] * len(successors)
    low = [0] * len(successors)
    waiting: list[int] = []
    found: list[list[int]] = []
    count = 0
    for start in range(len(successors)):
        if order[start] >= 0:
            continue
        work = [(start, iter(successors[start]))]
        order[start] = low[start] = count
        count += 1
        waiting.append(start)
        while work:
            vertex, rest = work[-1]
            for target in rest:
                if order[target] < 0:
                    order[target] = low[target] = count
                    count += 1
                    waiting.append(target)
                    work.append((target, iter(successors[target])))
                    break
                low[vertex] = min(low[vertex], low[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[vertex])
                if low[vertex] == order[vertex]:
                    at = _rindex(waiting, vertex)
                    component = waiting[at:][::-1]
                    del waiting[at:]
                    for member in component:
                        low[member] = len(successors)
                    found.append(component)
    return found


def components_within(successors: Successors, allowed: Iterable[int]) -> list[list[int]]:
    """The components of the graph that is left when only `allowed` vertices stay; vertices in rising order."""
    vertices = sorted(set(allowed))
    number = {vertex: place for place, vertex in enumerate(vertices)}
    inside = [[number[target] for target in successors[vertex] if target in number] for vertex in vertices]
    return [sorted(vertices[place] for place in part) for part in components(inside)]


def cycles_within(successors: Successors, allowed: Iterable[int]) -> list[list[int]]:
    """Those of these components that hold a cycle, in rising order of their first vertex."""
    parts = components_within(successors, allowed)
    return sorted(part for part in parts if len(part) > 1 or part[0] in successors[part[0]])


class Dominators:
    """Which vertices lie on every path from the root to another (Lengauer and Tarjan, O(m log n)).

    Attributes:
        above: immediate dominator of each vertex; -1 for the root and for what it does not reach.
        order: reached vertices, each after its immediate dominator (preorder of the dominator tree).
    """

    __slots__ = ("_first", "_jump", "_last", "above", "depth", "order")

    def __init__(self, successors: Successors, root: int) -> None:
        self.above = _immediate_dominators(successors, root)
        below: list[list[int]] = [[] for _ in successors]
        for vertex, parent in enumerate(self.above):
            if parent >= 0:
                below[parent].append(vertex)
        self.order: list[int] = []
        self.depth = [0] * len(successors)
        self._first = [-1] * len(successors)
        self._last = [-2] * len(successors)
        self._jump = [root] * len(successors)
        self._number(below, root)

    def _number(self, below: list[list[int]], root: int) -> None:
        pending = [root]
        while pending:
            vertex = pending.pop()
            self._first[vertex] = self._last[vertex] = len(self.order)
            self.order.append(vertex)
            for child in reversed(below[vertex]):
                self.depth[child] = self.depth[vertex] + 1
                self._jump[child] = self._jump_from(vertex)
                pending.append(child)
        for vertex in reversed(self.order):
            parent = self.above[vertex]
            if parent >= 0:
                self._last[parent] = max(self._last[parent], self._last[vertex])

    def _jump_from(self, parent: int) -> int:
        """How far up to point beyond a parent, so that every climb takes O(log n) steps (Myers' skew numbers)."""
        near = self._jump[parent]
        far = self._jump[near]
        even = self.depth[parent] - self.depth[near] == self.depth[near] - self.depth[far]
        return far if even else parent

    def reaches(self, vertex: int) -> bool:
        """Whether the root leads to the vertex at all."""
        return self._first[vertex] >= 0

    def place(self, vertex: int) -> int:
        """Position in `order`: the vertices a vertex dominates are the ones right behind it."""
        return self._first[vertex]

    def dominates(self, vertex: int, other: int) -> bool:
        """Whether every path from the root to `other` passes `vertex`. A vertex dominates itself."""
        return self._first[vertex] <= self._first[other] <= self._last[vertex]

    def meet(self, one: int, other: int) -> int:
        """The nearest vertex that dominates both."""
        while not self.dominates(one, other):
            far = self._jump[one]
            one = self.above[one] if self.dominates(far, other) else far
        return one

    def child_towards(self, vertex: int, below: int) -> int:
        """The vertex directly under `vertex` in the tree that dominates `below`, which `vertex` strictly dominates."""
        while self.above[below] != vertex:
            far = self._jump[below]
            below = far if far != vertex and self.dominates(vertex, far) else self.above[below]
        return below


def _immediate_dominators(successors: Successors, root: int) -> list[int]:
    order, parent = _depth_first(successors, root)
    number = {vertex: place for place, vertex in enumerate(order)}
    entering: list[list[int]] = [[] for _ in order]
    for place, vertex in enumerate(order):
        for target in successors[vertex]:
            entering[number[target]].append(place)
    semi = list(range(len(order)))
    best = list(range(len(order)))
    ancestor = [-1] * len(order)
    above = [0] * len(order)
    bucket: list[list[int]] = [[] for _ in order]
    for place in range(len(order) - 1, 0, -1):
        for source in entering[place]:
            semi[place] = min(semi[place], semi[_best(source, ancestor, best, semi)])
        bucket[semi[place]].append(place)
        up = parent[place]
        ancestor[place] = up
        for waiting in bucket[up]:
            least = _best(waiting, ancestor, best, semi)
            above[waiting] = least if semi[least] < up else up
        bucket[up].clear()
    result = [-1] * len(successors)
    for place in range(1, len(order)):
        if above[place] != semi[place]:
            above[place] = above[above[place]]
        result[order[place]] = order[above[place]]
    return result


def _depth_first(successors: Successors, root: int) -> tuple[list[int], list[int]]:
    """Vertices in preorder, and for each place in it the place of its parent."""
    order = [root]
    parent = [0]
    seen = {root}
    work = [(0, iter(successors[root]))]
    while work:
        place, rest = work[-1]
        for target in rest:
            if target not in seen:
                seen.add(target)
                parent.append(place)
                work.append((len(order), iter(successors[target])))
                order.append(target)
                break
        else:
            work.pop()
    return order, parent


def _best(place: int, ancestor: list[int], best: list[int], semi: list[int]) -> int:
    """The place with the least semidominator on the linked path above, which is shortened on the way."""
    if ancestor[place] < 0:
        return place
    path = [place]
    while ancestor[ancestor[path[-1]]] >= 0:
        path.append(ancestor[path[-1]])
    path.pop()
    for step in reversed(path):
        up = ancestor[step]
        if semi[best[up]] < semi[best[step]]:
            best[step] = best[up]
        ancestor[step] = ancestor[up]
    return best[place]


def _rindex(items: list[int], item: int) -> int:
    at = len(items) - 1
    while items[at] != item:
        at -= 1
    return at
