"""Random processes that are sound by construction, written as an author writes them, and random edits of them.

`write(dice)` gives a document made of blocks: people, actions that may fail and be undone, choices, forks that join in
every manner, loops, scopes, foreach, races, messages, timers, calls. Each node writes a field of its own, so nothing
depends on which branch is faster unless `races` says that joins may go on without a branch.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.support.compiling import CATALOG
from waystation.compiler import Library, compile_process
from waystation.contracts.plan import Plan

Document = dict[str, Any]
PEOPLE: dict[str, Any] = {
    "ann": ["staff"], "bob": ["boss"], "cat": ["boss"], "dan": ["staff", "boss"], "root": ["admin"],
}  # fmt: skip
#: The process that `call` nodes run.
CHILD = {
    "waystation": 1,
    "process": "child",
    "nodes": {"work": {"kind": "task", "assign": [{"role": "staff"}], "next": "end"}},
}
#: Needs of a join, with what `rest` may be; the second part goes on without some branch.
PATIENT = ("all", "all", "reachable")
HASTY = ("all", "any", "most", "condition", "edge")


@dataclass
class Written:
    """A process with the stubs of its actions, as a scenario has them."""

    document: Document
    actions: dict[str, Any] = field(default_factory=dict)

    def plan(self) -> Plan:
        """Compiled.

        Raises:
            DefinitionInvalid: it is not sound after all.
        """
        return plan_of(self.document, self.actions)


def plan_of(document: Document, actions: dict[str, Any]) -> Plan:
    library = Library(processes={"p": None, "child": None}, untyped_actions=frozenset(actions))
    return compile_process(json.dumps(document), CATALOG, library, file="random.yaml").ready()


def write(dice: Random, size: int = 12, *, races: bool = True, calm: bool = False) -> Written:
    """A process of about `size` nodes.

    Args:
        races: joins may go on without a branch, alternatives may race.
        calm: no deadlines that act by themselves, no action that fails, nothing that waits for a message.
    """
    return _Writer(dice, size, races=races, calm=calm).written()


class _Writer:
    def __init__(self, dice: Random, size: int, *, races: bool, calm: bool) -> None:
        self.dice, self.left, self.races, self.calm = dice, size, races, calm
        self.data: dict[str, Any] = {"n": {"type": "integer", "default": dice.randint(0, 3)}}
        self.made = Written({})
        self.count = 0
        self.nodes: dict[str, Any] = {}
        self.may_loop = True  # instances of a calm foreach would share the loop's counter

    def written(self) -> Written:
        first = self.sequence("end")
        nodes = {"begin": {"kind": "task", "assign": [{"role": "staff"}], "next": first}, **_turned(self.nodes)}
        self.made.document = {
            "waystation": 1, "process": "p", "data": self.data, "nodes": nodes, "limits": {"steps": 5_000},
        }  # fmt: skip
        if self.dice.random() < 0.3:
            self.made.document["withdraw"] = {"until": self.dice.choice(["end", "first_answer"])}
        return self.made

    # ------------------------------------------------------------------------------------------------- pieces
    def name(self, kind: str) -> str:
        self.left -= 1
        self.count += 1
        return f"{kind}{self.count}"

    def put(self, kind: str, keys: Document, name: str = "") -> str:
        name = name or self.name(kind)
        self.nodes[name] = {"kind": kind, **keys}
        return name

    def own_field(self, name: str, kind: str = "integer") -> str:
        self.data[name] = {"type": kind}
        return name

    def sequence(self, after: str) -> str:
        for _ in range(self.dice.randint(1, 3)):
            after = self.dice.choice(self.blocks() if self.left > 0 else self.leaves())(after)
        return after

    def leaves(self) -> list[Callable[[str], str]]:
        return [self.task, self.approval, self.action]

    def blocks(self) -> list[Callable[[str], str]]:
        many = [self.choice, self.fork, self.fork, self.scope, self.foreach, *([self.loop] if self.may_loop else [])]
        few = [self.set, self.wait, self.call, *([] if self.calm else [self.receive])]
        return [*self.leaves(), *self.leaves(), *many, *few, *([self.race] if self.races else [])]

    def who(self) -> list[Document]:
        return self.dice.choice([[{"role": "staff"}], [{"role": "boss"}], [{"user": "ann"}, {"user": "bob"}]])

    # ------------------------------------------------------------------------------------------------- leaves
    def task(self, after: str) -> str:
        keys: Document = {"assign": self.who(), "next": after}
        if self.dice.random() < 0.3:
            keys["lock"] = {"name": "desk", **({"take": "claim"} if self.dice.random() < 0.5 else {})}
        if not self.calm and self.dice.random() < 0.3:
            keys["deadline"] = {
                "in": "2h",
                "steps": [
                    {"at": "100%", "escalate": {"to": [{"role": "boss"}]}, "mark": "breached"},
                    {"at": "1d", "outcome": "done"},
                ],
            }
        if self.dice.random() < 0.2:
            keys["if"] = "${ data.n != 1 }"
        if self.dice.random() < 0.3:
            keys["on"] = {"message": [{"name": "stop", "to": after, "interrupt": True}]}
        return self.put("task", keys)

    def approval(self, after: str) -> str:
        mode = self.dice.choice(["any", "all", "sequence", {"need": 2}, {"percent": 50}, "all_then_any"])
        keys: Document = {
            "approvers": self.who(), "mode": mode, "next": {"approved": after, "rejected": after},
            "allow": ["transfer", "delegate", "comment", "urge", "cc", "add_with", "add_before", "add_after", "remove",
                      "take_back", "return"],
        }  # fmt: skip
        keys["return"] = {
            "to": ["initiator", "previous", "any"],
            "siblings": self.dice.choice(["cancel", "keep", "wait"]),
        }
        return self.put("approval", keys)

    def action(self, after: str) -> str:
        name = self.name("action")
        stub: Document = {"returns": {"v": self.count}}
        if not self.calm and self.dice.random() < 0.3:
            kind = self.dice.choice(["business", "transient"])
            stub |= {"fails": "x.bad", "times": self.dice.randint(1, 2), "kind": kind}
        self.made.actions[f"x.{name}"] = stub
        keys: Document = {"do": f"x.{name}", "save": {self.own_field(f"f_{name}"): "${ result.v }"}, "next": after}
        if self.dice.random() < 0.5:
            self.made.actions[f"u.{name}"] = {"returns": {}}
            keys["undo"] = {"do": f"u.{name}"}
        if self.dice.random() < 0.3:
            keys["on"] = {"error": [{"code": "*", "to": after}]}
        return self.put("action", keys, name)

    def set(self, after: str) -> str:
        name = self.name("set")
        return self.put("set", {"save": {self.own_field(f"f_{name}"): self.count}, "next": after}, name)

    def wait(self, after: str) -> str:
        return self.put("wait", {"for": self.dice.choice(["1h", "1d", "3d"]), "next": after})

    def receive(self, after: str) -> str:
        buffer = self.dice.choice(["keep", "none"])
        return self.put("receive", {"message": self.dice.choice(["bell", "paid"]), "buffer": buffer, "next": after})

    def call(self, after: str) -> str:
        return self.put("call", {"process": "child", "wait": self.dice.random() < 0.8, "next": after})

    # ------------------------------------------------------------------------------------------------- blocks
    def choice(self, after: str) -> str:
        heads = [self.sequence(after) for _ in range(self.dice.randint(2, 3))]
        ways: list[Document] = [
            {"when": f"${{ data.n > {place} }}", "to": head} for place, head in enumerate(heads[1:])
        ]
        return self.put("choice", {"next": [*ways, {"to": heads[0]}]})

    def loop(self, after: str) -> str:
        name = self.name("loop")
        turns = self.own_field(f"f_{name}")
        self.data[turns]["default"] = 0
        again = f"again_{name}"
        body = self.sequence(again)
        more = f"${{ data.{turns} < {self.dice.randint(1, 3)} }}"
        self.put("set", {"save": {turns: f"${{ data.{turns} + 1 }}"}, "next": body}, name)
        self.put("choice", {"next": [{"when": more, "to": name}, {"to": after}]}, again)
        return name

    def body(self) -> Document:
        outer, self.nodes = self.nodes, {}
        kept, self.left = self.left, min(self.left, 4)
        first = self.sequence("end")
        inner, self.nodes = self.nodes, outer
        self.left = kept - len(inner)
        return {"at": first, "nodes": _turned(inner)}

    def scope(self, after: str) -> str:
        keys: Document = {"body": self.body(), "next": after}
        if self.dice.random() < 0.5:
            keys["on"] = {"message": [{"name": "stop", "to": after, "interrupt": True}]}
        if self.dice.random() < 0.5:
            keys.setdefault("on", {})["error"] = [{"code": "*", "to": after}]
        return self.put("scope", keys)

    def foreach(self, after: str) -> str:
        outer, self.may_loop = self.may_loop, self.may_loop and not self.calm
        keys: Document = {
            "items": list(range(self.dice.randint(0, 3))),
            "as": "one",
            "body": self.body(),
            "next": after,
        }
        self.may_loop = outer
        if self.races and len(keys["items"]) > 1 and self.dice.random() < 0.4:
            keys |= {"need": len(keys["items"]) - 1, "rest": self.dice.choice(["keep", "cancel"])}
        return self.put("foreach", keys)

    def race(self, after: str) -> str:
        of: Document = {
            "heard": {"kind": "receive", "message": "bell", "next": after},
            "late": {"kind": "wait", "for": "1d", "next": after},
            "asked": {"kind": "task", "assign": [{"role": "boss"}], "next": after},
        }
        return self.put("race", {"of": dict(self.dice.sample(sorted(of.items()), 2))})

    def fork(self, after: str) -> str:
        manner = self.dice.choice(HASTY if self.races else PATIENT)
        name, join = self.name("fork"), f"join{self.count}"
        count = self.dice.randint(2, 3)
        need: Any = {"most": count - 1, "condition": "${ arrived > 1 }", "edge": "all"}.get(manner, manner)
        keys: Document = {"need": need, "next": after}
        if manner == "edge":
            keys["count"] = "edge"
        elif manner in ("any", "most"):
            keys |= {"rest": self.dice.choice(["keep", "cancel"]), "block": self.dice.random() < 0.3}
        else:
            keys["of"] = name
        self.put("join", keys, join)
        arrive = [self.put("merge", {"next": join}, f"{join}_{place}") for place in range(count)]
        heads = [
            self.branch(place, dies=manner in ("all", "reachable") and index > 0) for index, place in enumerate(arrive)
        ]
        return self.put("fork", {"next": heads}, name)

    def branch(self, arrive: str, *, dies: bool) -> str:
        if dies and self.dice.random() < 0.3:
            keys = {"assign": self.who(), "outcomes": ["on", "off"], "next": {"on": arrive, "off": "end"}}
            return self.put("task", keys)
        return self.sequence(arrive)


def _turned(nodes: Document) -> Document:
    """Blocks are written from the end; an author begins at the beginning."""
    return dict(reversed(nodes.items()))


# ------------------------------------------------------------------------------------------------------- edits
def edited(dice: Random, document: Document) -> Document:
    """The next version: one to three changes such as authors make. It need not be sound; the compiler says."""
    new = copy.deepcopy(document)
    for _ in range(dice.randint(1, 3)):
        dice.choice(_EDITS)(dice, new)
    return new


def _some(dice: Random, document: Document, *kinds: str) -> tuple[Document, str] | None:
    """A node with the map it stands in; nodes of bodies as well."""
    found: list[tuple[Document, str]] = []
    places = [document["nodes"]]
    while places:
        nodes = places.pop()
        for name, node in nodes.items():
            if not kinds or node["kind"] in kinds:
                found.append((nodes, name))
            if "body" in node:
                places.append(node["body"]["nodes"])
    return dice.choice(found) if found else None


def _put_between(dice: Random, document: Document) -> None:
    found = _some(dice, document, "task", "action", "set", "wait", "receive", "scope", "foreach", "join", "merge")
    if found is not None and isinstance(found[0][found[1]].get("next"), str):
        nodes, name = found
        new = f"new{dice.randint(0, 10**6)}"
        nodes[new] = {"kind": "task", "assign": [{"role": "staff"}], "next": nodes[name]["next"]}
        nodes[name]["next"] = new


def _renamed(dice: Random, document: Document) -> None:
    """Of a node by name, wherever it is aimed at: quite literally."""
    found = _some(dice, document, "task", "approval")
    if found is not None and found[1] != "begin":
        text = json.dumps(document).replace(f'"{found[1]}"', f'"{found[1]}x"')
        document.clear()
        document.update(json.loads(text))


def _other_people(dice: Random, document: Document) -> None:
    found = _some(dice, document, "task")
    if found is not None:
        found[0][found[1]]["assign"] = [{"user": "dan"}]


def _removed(dice: Random, document: Document) -> None:
    """A node goes, and whoever aimed at it aims at what came after it."""
    found = _some(dice, document, "task", "set", "wait", "merge")
    kept = ("begin", "loop")  # the first node, and what counts the turns of a loop
    if found is not None and not found[1].startswith(kept) and isinstance(found[0][found[1]].get("next"), str):
        nodes, name = found
        after = nodes.pop(name)["next"]
        text = json.dumps(document).replace(f'"{name}"', f'"{after}"')
        document.clear()
        document.update(json.loads(text))


def _new_field(dice: Random, document: Document) -> None:
    document["data"][f"g{dice.randint(0, 10**6)}"] = {"type": "string", "default": "x"}


def _other_deadline(dice: Random, document: Document) -> None:
    found = _some(dice, document, "task")
    if found is not None:
        found[0][found[1]]["deadline"] = {"in": dice.choice(["1h", "3d"])}


_EDITS = (
    _put_between,
    _put_between,
    _renamed,
    _renamed,
    _removed,
    _removed,
    _other_people,
    _new_field,
    _other_deadline,
)
