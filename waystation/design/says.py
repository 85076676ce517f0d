"""What a node does, in one short line for its card: 直属主管 · 会签."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from waystation.design.lengths import in_words
from waystation.design.model import Tree
from waystation.design.role_names import role_name

Pair = tuple[str, str]
_MODES: dict[str, Pair] = {
    "any": ("或签", "any one"),
    "all": ("会签", "all of them"),
    "sequence": ("依次审批", "one after another"),
    "all_then_any": ("全员表态后任一通过", "all answer, one agrees"),
    "need": ("至少 {} 人", "at least {}"),
    "percent": ("至少 {}%", "at least {}%"),
    "weight": ("票权至少 {}", "a weight of {}"),
}
_STRATEGIES: dict[str, Pair] = {
    "pool": ("认领", "anyone may claim"),
    "all": ("全员", "everybody"),
    "least_loaded": ("最闲的一位", "the least busy"),
    "round_robin": ("轮流", "in turn"),
    "random": ("随机一位", "any one at random"),
}
_OF: dict[str, Pair] = {"initiator": ("发起人", "the initiator"), "actor": ("上一处理人", "whoever acted last")}


def with_says(model: Tree) -> Tree:
    """The model with `says` on every node."""
    for node in model["nodes"]:
        zh, en = says(node)
        node["says"] = {"zh": zh, "en": en}
    return model


def says(node: Tree) -> Pair:
    """The rule of a node in zh and en; empty where nothing is set yet, or there is nothing to say."""
    config, say = node["config"], _SAYERS.get(str(node["kind"]))
    try:
        return say(config) if say is not None else ("", "")
    except (TypeError, ValueError, AttributeError, KeyError):  # a draft may hold anything
        return ("", "")


def who(rules: Any) -> Pair:
    """A list of rules."""
    found = [_rule(rule) for rule in (rules if isinstance(rules, list) else [rules]) if rule is not None]
    return _joined(found, "、", ", ")


def _joined(parts: list[Pair], zh: str = " · ", en: str = " · ") -> Pair:
    kept = [part for part in parts if part[0]]
    return zh.join(part[0] for part in kept), en.join(part[1] for part in kept)


def _rule(rule: Any) -> Pair:
    if isinstance(rule, str):
        way, _, name = rule.partition(":")
        if way in ("role", "group", "user") and name:
            return _rule({way: name.strip()})
        return _OF.get(rule, _expression(rule))
    if rule.get("manager_of") is not None:
        return _managers(rule)
    if rule.get("role") is not None:
        return role_name(rule["role"])
    if rule.get("group") is not None:
        return (f"组 {rule['group']}", f"group {rule['group']}")
    if rule.get("user") is not None:
        return (str(rule["user"]), str(rule["user"]))
    if rule.get("pick_by") is not None:
        initiator = rule["pick_by"] == "initiator"
        return ("发起人自选", "picked by the initiator") if initiator else ("上一处理人自选", "picked before")
    if rule.get("same_as") is not None:
        return (f"同节点 {rule['same_as']}", f"same as {rule['same_as']}")
    if rule.get("field") is not None:
        return (f"表单字段 {rule['field']}", f"form field {rule['field']}")
    if rule.get("skill") is not None:
        return (f"具备技能 {rule['skill']}", f"with skill {rule['skill']}")
    if rule.get("near") is not None:
        within = rule.get("within")
        return (f"附近{f' {within} 内' if within else ''}的人", f"nearby{f' within {within}' if within else ''}")
    return _expression(rule.get("expr", ""))


def _expression(text: Any) -> Pair:
    written = str(text).strip()
    if written.replace(" ", "") == "${case.initiator}":
        return _OF["initiator"]
    inside = written.removeprefix("${").removesuffix("}").strip()
    return (inside, inside)


def _managers(rule: Tree) -> Pair:
    of = _OF.get(str(rule["manager_of"]), _expression(rule["manager_of"]))
    direct = rule["manager_of"] == "initiator"
    if rule.get("up_to") is not None:
        return (f"{of[0]}的各级主管，直到 {rule['up_to']}", f"managers of {of[1]} up to {rule['up_to']}")
    if isinstance(rule.get("levels"), int) and rule["levels"] > 1:
        levels = rule["levels"]
        return (f"{'' if direct else of[0] + '的'}连续 {levels} 级主管", f"{levels} levels of managers")
    return ("直属主管", "direct manager") if direct else (f"{of[0]}的主管", f"manager of {of[1]}")


def _approval(config: Tree) -> Pair:
    mode = config.get("mode", "any")
    if isinstance(mode, dict):
        key, value = next(iter(mode.items()))
        words = _MODES.get(key, ("{}", "{}"))
        counted = (words[0].format(value), words[1].format(value))
    else:
        counted = _MODES.get(str(mode), (str(mode), str(mode)))
    return _joined([who(config.get("approvers")), counted, _deadline(config)])


def _task(config: Tree) -> Pair:
    strategy = _STRATEGIES.get(str(config.get("strategy", "pool")), ("", ""))
    people = who(config.get("assign"))
    several = str(config.get("strategy", "")) not in ("", "pool")
    return _joined([people, strategy if several else ("", ""), _deadline(config)])


def _deadline(config: Tree) -> Pair:
    clock = config.get("deadline")
    due = clock if isinstance(clock, str) else clock.get("in") if isinstance(clock, dict) else None
    if not due:
        return ("", "")
    zh, en = in_words(str(due))
    return (f"限时 {zh}", f"within {en}")


def _plain(key: str, zh: str, en: str) -> Callable[[Tree], Pair]:
    def say(config: Tree) -> Pair:
        value = config.get(key)
        return (zh.format(value), en.format(value)) if value not in (None, "", {}, []) else ("", "")

    return say


def _set(config: Tree) -> Pair:
    names = "、".join(config.get("save") or ())
    return (f"写入 {names}", f"sets {names.replace('、', ', ')}") if names else ("", "")


def _wait(config: Tree) -> Pair:
    if config.get("for"):
        zh, en = in_words(str(config["for"]))
        return (f"等待 {zh}", f"waits {en}")
    return _plain("until", "等到 {}", "until {}")(config)


def _notify(config: Tree) -> Pair:
    people = config.get("to")
    known = {"assignees": ("处理人", "those asked"), "initiator": _OF["initiator"]}
    listed = people if isinstance(people, list) else [people] if people else []
    told = _joined(
        [known[each] if isinstance(each, str) and each in known else _rule(each) for each in listed], "、", ", "
    )
    return (f"通知 {told[0]}", f"tells {told[1]}") if told[0] else ("", "")


def _end(config: Tree) -> Pair:
    if config.get("error"):
        return (f"报错 {config['error']}", f"fails with {config['error']}")
    outcome = config.get("outcome")
    return (f"结果 {outcome}", f"outcome {outcome}") if outcome else ("", "")


def _join(config: Tree) -> Pair:
    need = config.get("need", "all")
    words = {"all": ("全部分支到齐", "all branches"), "any": ("任一分支到达", "any branch")}
    return words.get(str(need), (f"需要 {need}", f"needs {need}"))


_SAYERS: dict[str, Callable[[Tree], Pair]] = {
    "approval": _approval,
    "task": _task,
    "action": _plain("do", "{}", "{}"),
    "set": _set,
    "wait": _wait,
    "notify": _notify,
    "end": _end,
    "join": _join,
    "table": _plain("table", "决策表 {}", "table {}"),
    "call": _plain("process", "调用流程 {}", "calls {}"),
    "receive": _plain("message", "等待消息 {}", "waits for {}"),
    "send": _plain("message", "发送消息 {}", "sends {}"),
    "foreach": _plain("items", "逐项：{}", "for each of {}"),
}
