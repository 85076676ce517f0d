"""Shapes for who is asked and who is told: rules, and the keys that stand beside a list of rules (section 4.1)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from waystation.compiler.shapes import (
    Distance,
    Expand,
    NameText,
    NumberValue,
    OneOrMany,
    Shape,
    Target,
    about,
    is_template,
    wrong,
)

#: Keys of a rule of which exactly one is there.
WAYS = ("user", "role", "group", "manager_of", "pick_by", "same_as", "field", "expr", "skill", "near")
Verb = Literal[
    "transfer",
    "delegate",
    "add_before",
    "add_after",
    "add_with",
    "remove",
    "return",
    "urge",
    "cc",
    "comment",
    "take_back",
]
_SHORT_WAYS = ("role", "user", "group")


class RuleShape(Shape):
    """One rule: one way of finding people, and what belongs to that way."""

    user: Any = about("人员的 id。", "A person's id.", default=None)
    role: Any = about("角色。", "A role.", default=None)
    group: Any = about("组。", "A group.", default=None)
    manager_of: Any = about(
        "谁的主管：initiator、actor 或表达式。", "Whose manager: initiator, actor or an expression.", default=None
    )
    pick_by: Literal["initiator", "previous"] | None = about("由谁自选。", "Who picks.", default=None)
    same_as: Target | None = about("与该节点的处理人相同。", "Those who answered that node.", default=None)
    field: NameText | None = about("表单的成员字段。", "A member field of the form.", default=None)
    expr: Any = about("给出人员 id 的表达式。", "An expression that gives ids.", default=None)
    skill: Any = about("所需技能。", "Skills that are needed.", default=None)
    near: Any = about("附近的地点。", "A point to be near to.", default=None)
    levels: int = about("连续几级主管。", "How many managers, one after another.", default=1)
    up_to: NameText | None = about("直到该职级。", "Up to this title.", default=None)
    within: Distance | None = about("距离以内。", "Within this distance.", default=None)
    weight: NumberValue = about("票数权重。", "Weight of the vote.", default=1)

    @property
    def way(self) -> str:
        """The one key that says how people are found."""
        return next(name for name in WAYS if getattr(self, name) is not None)


def _expand_rule(value: Any) -> Any:
    """`"${…}"` and `role:x` stand for a rule; a map is checked for having exactly one way."""
    if isinstance(value, str):
        if is_template(value):
            return {"expr": value}
        way, _, rest = value.partition(":")
        if way in _SHORT_WAYS and rest.strip():
            return {way: rest.strip()}
        raise wrong("rule")
    if isinstance(value, dict):
        ways = [name for name in value if name in WAYS]
        unknown = [name for name in value if name not in RuleShape.model_fields]
        if len(ways) != 1 and not unknown:
            raise PydanticCustomError(
                "bad_type", "one way", {"expected": "rule", "variant": "one_of", "known": list(WAYS)}
            )
        if len(ways) == 1 and value[ways[0]] is None:
            raise wrong("rule")
        return value if len(ways) == 1 else {name: value[name] for name in unknown}
    raise wrong("rule")


RuleLike = Annotated[RuleShape, Expand(_expand_rule, lambda _: {"type": "string"})]
Rules = Annotated[list[RuleLike], OneOrMany]


class SameAsShape(Shape):
    """Those who answered another node."""

    same_as: Target = about("该节点的处理人。", "Those who answered this node.")


def _expand_excluded(value: Any) -> Any:
    if value == "initiator":
        return value
    if isinstance(value, str) and value.startswith("same_as:"):
        return SameAsShape(same_as=value.partition(":")[2].strip())
    if isinstance(value, dict):
        return SameAsShape.model_validate(value)
    raise wrong("excluded")


Excluded = Annotated[
    Any,
    BeforeValidator(_expand_excluded),
    WithJsonSchema(
        {"anyOf": [{"const": "initiator"}, {"type": "object", "properties": {"same_as": {"type": "string"}}}]}
    ),
]


class UserShape(Shape):
    """One person."""

    user: NameText = about("人员的 id。", "A person's id.")


_EMPTY_WORDS = ("admin", "skip", "reject", "fail")


def _when_empty(value: Any) -> Any:
    if isinstance(value, str) and value in _EMPTY_WORDS:
        return value
    if isinstance(value, str) and value.startswith("user:") and value != "user:":
        return f"user:{value.removeprefix('user:').strip()}"
    if isinstance(value, dict):
        return f"user:{UserShape.model_validate(value).user}"
    raise PydanticCustomError(
        "bad_type", "choice", {"variant": "choice", "known": [*_EMPTY_WORDS, "user:<id>"], "got": str(value)}
    )


WhenEmpty = Annotated[
    str,
    BeforeValidator(_when_empty),
    WithJsonSchema(
        {"anyOf": [{"enum": list(_EMPTY_WORDS)}, {"type": "object", "properties": {"user": {"type": "string"}}}]}
    ),
]


class AskingKeys(Shape):
    """Keys beside `assign` and `approvers`."""

    strategy: Literal["pool", "all", "least_loaded", "round_robin", "random"] = about(
        "分配方式：pool 认领、all 全员、least_loaded 最闲、round_robin 轮流、random 随机。",
        "How one is chosen among those found: pool lets anyone claim.",
        default="pool",
    )
    exclude: Annotated[list[Excluded], OneOrMany] = about("排除的人。", "Who must not answer.", default=[])
    when_empty: WhenEmpty = about("找不到人时。", "When nobody is found.", default="admin")
    when_initiator: Literal["self", "skip", "manager"] = about(
        "处理人是发起人时。", "When the initiator would be asked.", default="self"
    )
    repeat: Literal["ask", "skip_consecutive", "skip_any"] = about(
        "同一人重复出现时。", "When somebody has agreed before.", default="ask"
    )
    allow: list[Verb] | None = about("允许的操作。", "Verbs that are open to those asked.", default=None)


def _told(value: Any) -> Any:
    return value if value in TOLD_WORDS else RuleShape.model_validate(_expand_rule(value))


TOLD_WORDS = ("assignees", "initiator")
Told = Annotated[
    Any,
    BeforeValidator(_told),
    WithJsonSchema({"anyOf": [{"enum": list(TOLD_WORDS)}, {"type": "object"}, {"type": "string"}]}),
]


class NoticeShape(Shape):
    """What a notification says, and to whom."""

    to: Annotated[list[Told], OneOrMany] = about(
        "通知谁：规则，或 assignees、initiator。", "Rules, or assignees or initiator."
    )
    template: NameText = about("模板。", "The template.")
    channels: Annotated[list[NameText], OneOrMany] = about("渠道。", "Channels.", default=[])
    priority: NumberValue = about("优先级 1 到 5。", "Priority, 1 to 5.", default=3)
    values: Any = about("模板的值。", "Values for the template.", default=None, alias="with")
