"""Shapes that nodes share: the common keys, edges, boundary events, bodies, forms at a node and deadlines."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, TypeAdapter, WithJsonSchema

from waystation.compiler.people_shapes import NoticeShape, Rules
from waystation.compiler.shapes import (
    Arguments,
    Condition,
    DurationText,
    Expand,
    FieldName,
    FixedDuration,
    JsonValue,
    NameText,
    OneOrMany,
    Save,
    Shape,
    StepTime,
    Target,
    Text,
    about,
    short,
    wrong,
)


class FormUseShape(Shape):
    """A form at a node, and the rights of its fields there."""

    use: NameText = about("表单。", "The form.")
    fields: dict[FieldName, Literal["edit", "read", "hide"]] = about(
        "字段权限：edit 可改、read 只读、hide 隐藏。", "Rights by field; a field not named may be edited.", default={}
    )


FormUseLike = Annotated[FormUseShape, short("use")]


class BranchShape(Shape):
    """An entry of a conditional list of edges."""

    to: Target = about("目标节点。", "The node it leads to.")
    when: Condition | None = about("条件。", "The condition.", default=None)


_BRANCHES = TypeAdapter(list[Annotated[BranchShape, short("to")]])


def _next(value: Any) -> Any:
    if isinstance(value, str) and value:
        return value
    if isinstance(value, dict):
        if all(isinstance(target, str) and target for target in value.values()):
            return value
        raise wrong("edges")
    if isinstance(value, list):
        return _BRANCHES.validate_python(value)
    raise wrong("edges")


_BRANCH = {"type": "object", "properties": {"to": {"type": "string"}, "when": {"type": ["string", "boolean"]}}}
Next = Annotated[
    Any,
    BeforeValidator(_next),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "object", "additionalProperties": {"type": "string"}},
                {"type": "array", "items": {"anyOf": [{"type": "string"}, _BRANCH]}},
            ]
        }
    ),
]


class LockShape(Shape):
    """A shared resource."""

    name: JsonValue = about("名称，可含表达式。", "Its name; may hold expressions.")
    scope: Literal["case", "process", "tenant"] = about("范围。", "Among whom it is shared.", default="case")
    take: Literal["enter", "claim"] = about("何时取得。", "When it is taken.", default="enter")


class ErrorEventShape(Shape):
    """An edge that an error takes."""

    code: NameText = about("错误码；* 表示任何。", "The error's code; * for any.", default="*")
    to: Target = about("目标节点。", "The node it leads to.")


class DeadlineEventShape(Shape):
    """An edge that is taken when time is up."""

    due: DurationText = about("时限。", "The time.", alias="in")
    to: Target = about("目标节点。", "The node it leads to.")
    interrupt: bool = about("是否中断本节点。", "Whether it withdraws what is active here.", default=True)
    calendar: NameText | None = about("日历。", "The calendar.", default=None)


class MessageEventShape(Shape):
    """An edge that a message takes."""

    name: NameText = about("消息名。", "The message.")
    match: JsonValue = about(
        "匹配：与 message.key 比较的值，或条件。", "A value for message.key, or a condition.", default=None
    )
    to: Target = about("目标节点。", "The node it leads to.")
    interrupt: bool = about("是否中断本节点。", "Whether it withdraws what is active here.", default=True)


class BoundaryShape(Shape):
    """Events that take a token out of a node, a body or the case."""

    error: Annotated[list[Annotated[ErrorEventShape, short("to")]], OneOrMany] = about("错误。", "Errors.", default=[])
    deadline: Annotated[list[DeadlineEventShape], OneOrMany] = about("到期。", "Deadlines.", default=[])
    message: Annotated[list[MessageEventShape], OneOrMany] = about("消息。", "Messages.", default=[])


class UndoShape(Shape):
    """How the node's effect is taken back."""

    do: NameText = about("补偿动作。", "The action that takes it back.")
    args: Arguments = about(
        "参数，在节点完成时计算。", "Its arguments, computed when the node is done.", default={}, alias="with"
    )


class NodeShape(Shape):
    """Keys that every node may have."""

    kind: NameText = about("节点类型。", "The node's kind.")
    title: Text = about("标题。", "A title.", default="")
    description: Text = about("说明。", "A description.", default="")
    summary: Text = about("给操作员看的一行摘要。", "A line shown to operators.", default="")
    next: Next = about("完成后去向。", "Where the token goes when the node is done.", default=None)
    if_: Condition | None = about("为假时跳过本节点。", "False: the node is passed.", default=None, alias="if")
    lock: Annotated[LockShape, short("name")] | None = about("共享资源锁。", "A shared resource.", default=None)
    cancels: Annotated[list[Target], OneOrMany] = about(
        "完成时撤下的节点。", "Nodes withdrawn when this is done.", default=[]
    )
    on: BoundaryShape | None = about("边界事件。", "Boundary events.", default=None)
    undo: Annotated[UndoShape, short("do")] | None = about("补偿。", "How its effect is taken back.", default=None)
    save: Save = about("完成时写入的数据。", "Data written when the node is done.", default={})


class BodyShape(Shape):
    """A graph inside a node. The nodes are checked one by one, each by its kind."""

    at: Target | None = about("第一个节点。", "Its first node; default: the first in the text.", default=None)
    nodes: dict[str, Any] = about("节点。", "Its nodes.")


class StepToShape(Shape):
    """Others whom a task goes to."""

    to: Rules = about("交给谁。", "Whom it goes to.")


def _to(value: Any) -> Any:
    rules = isinstance(value, (list, str)) or (isinstance(value, dict) and "to" not in value)
    return {"to": value} if rules else value


_StepTo = Annotated[StepToShape, Expand(_to, lambda _: {"type": ["array", "object", "string"]})]


class RemindShape(Shape):
    """Reminders again and again."""

    every: FixedDuration = about("间隔。", "How long between two of them.")
    times: int = about("次数。", "How many at most.", default=1, ge=1, le=1000)


class StepShape(Shape):
    """One step of a deadline."""

    at: StepTime = about("时刻：期限的百分比，或到期之后多久。", "Percent of the way to due, or a time after due.")
    notify: NoticeShape | None = about("通知。", "Tell people.", default=None)
    escalate: _StepTo | None = about("升级给他人，并记为超时。", "Hand it to others and mark a breach.", default=None)
    transfer: _StepTo | None = about("转交他人。", "Hand it to others.", default=None)
    add: _StepTo | None = about("增加处理人。", "Ask others too.", default=None)
    remind: Annotated[RemindShape, short("every")] | None = about("催办。", "Remind those asked.", default=None)
    outcome: NameText | None = about("以该结果结束。", "Close the task with this outcome.", default=None)
    error: NameText | None = about("抛出错误。", "Raise this error.", default=None)
    mark: NameText | None = about("标记。", "A mark, such as breached.", default=None)


class DeadlineShape(Shape):
    """A clock."""

    due: DurationText = about("时限，从进入节点起算。", "How long, from entering the node.", alias="in")
    calendar: NameText | None = about(
        "工作日历；默认用流程的；none 表示自然时间。",
        "Calendar; default: the process's; none: wall clock.",
        default=None,
    )
    pause_when: Condition | None = about("暂停计时的条件。", "When the clock stands still.", default=None)
    steps: Annotated[list[StepShape], OneOrMany] = about("到点动作。", "What happens when.", default=[])


DeadlineLike = Annotated[DeadlineShape, short("in")]
