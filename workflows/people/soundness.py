"""Is an organisation fit to be saved? Proxy loops, circles of command and references to nobody, all collected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from waystation.contracts.people import Organisation, Proxy
from waystation.contracts.problems import Path, Place, Problem


def validate(organisation: Organisation) -> list[Problem]:
    """Everything wrong with the organisation; `path` says where, from `people` or `roles` on.

    Codes: `unknown_person` (a manager, proxy or admin who is not there), `proxy_loop`, `manager_cycle`, `role_cycle`.
    """
    return [
        *_unknown(organisation),
        *_proxy_loops(organisation),
        *_manager_cycles(organisation),
        *_role_cycles(organisation),
    ]


def _unknown(organisation: Organisation) -> Iterator[Problem]:
    named: list[tuple[Path, str]] = [(("admins", index), one) for index, one in enumerate(organisation.admins)]
    for person in organisation.people.values():
        if person.manager is not None:
            named.append((("people", person.id, "manager"), person.manager))
        named += [(("people", person.id, "proxy", index), one.person) for index, one in enumerate(person.proxy)]
    for path, wanted in named:
        if wanted not in organisation.people:
            yield _problem("unknown_person", path, f"没有人员 {wanted}", f"there is no person {wanted}")


def _proxy_loops(organisation: Organisation) -> Iterator[Problem]:
    """A loop counts only if all its proxies can hold at once: a common process, and periods that overlap."""

    def onward(person: str) -> Iterable[tuple[str, Proxy]]:
        found = organisation.people.get(person)
        return [(proxy.person, proxy) for proxy in found.proxy] if found else []

    reported: set[frozenset[str]] = set()
    for start in organisation.people:
        loop = _loop_from(start, start, onward, ())
        if loop and frozenset(loop) not in reported:
            reported.add(frozenset(loop))
            line = " → ".join([*loop, loop[0]])
            path = ("people", start, "proxy")
            yield _problem("proxy_loop", path, f"代理形成循环：{line}", f"the proxies form a loop: {line}")


def _loop_from(
    start: str, here: str, onward: Callable[[str], Iterable[tuple[str, Proxy]]], taken: tuple[tuple[str, Proxy], ...]
) -> list[str] | None:
    """The people of a loop of proxies through `start`, or None."""
    for person, proxy in onward(here):
        line = (*taken, (here, proxy))
        if not _together([one for _, one in line]):
            continue
        if person == start:
            return [name for name, _ in line]
        if all(person != name for name, _ in line) and (loop := _loop_from(start, person, onward, line)):
            return loop
    return None


def _together(proxies: list[Proxy]) -> bool:
    """Is there a process and a moment for which all of these hold?"""
    begins = [proxy.since for proxy in proxies if proxy.since is not None]
    ends = [proxy.until for proxy in proxies if proxy.until is not None]
    if begins and ends and max(begins) >= min(ends):
        return False
    named = [frozenset(proxy.processes) for proxy in proxies if proxy.processes]
    return not named or bool(frozenset.intersection(*named))


def _manager_cycles(organisation: Organisation) -> Iterator[Problem]:
    above = {one.id: (one.manager,) for one in organisation.people.values() if one.manager is not None}
    for cycle in _cycles(above):
        line = " → ".join([*cycle, cycle[0]])
        path = ("people", cycle[0], "manager")
        yield _problem("manager_cycle", path, f"上级关系形成循环：{line}", f"the managers form a circle: {line}")


def _role_cycles(organisation: Organisation) -> Iterator[Problem]:
    for cycle in _cycles(organisation.inherits):
        line = " → ".join([*cycle, cycle[0]])
        path = ("roles", cycle[0], "inherits")
        yield _problem("role_cycle", path, f"角色继承形成循环：{line}", f"the roles inherit in a circle: {line}")


def _cycles(onward: Mapping[str, tuple[str, ...]]) -> Iterator[list[str]]:
    """One cycle through each strongly entangled start, each cycle once."""
    reported: set[frozenset[str]] = set()
    for start in onward:
        cycle = _cycle_from(start, onward)
        if cycle and frozenset(cycle) not in reported:
            reported.add(frozenset(cycle))
            yield cycle


def _cycle_from(start: str, onward: Mapping[str, tuple[str, ...]]) -> list[str] | None:
    """The shortest way from `start` back to itself."""
    came_from: dict[str, str] = {}
    waiting = [start]
    while waiting:
        here = waiting.pop(0)
        for there in onward.get(here, ()):
            if there == start:
                return _way(start, here, came_from)
            if there not in came_from:
                came_from[there] = here
                waiting.append(there)
    return None


def _way(start: str, last: str, came_from: Mapping[str, str]) -> list[str]:
    way = [last]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return way[::-1]


def _problem(code: str, path: Path, zh: str, en: str) -> Problem:
    return Problem(code=code, place=Place(), zh=zh, en=en, path=path)
