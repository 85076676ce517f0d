"""Shapes of whole files: processes, forms, decision tables. Nodes and fields are looked at one by one."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from waystation.compiler.node_shapes import BoundaryShape, DeadlineLike
from waystation.compiler.shapes import (
    FieldName,
    FixedDuration,
    Id,
    JsonValue,
    NameText,
    NumberValue,
    OneOrMany,
    Save,
    Shape,
    Target,
    Text,
    Timezone,
    Who,
    about,
    short,
)

Family = Literal["ticket", "approval", "fulfilment", "visit", "settlement", "campaign", "other"]


class StartMessageShape(Shape):
    """A message that starts a case."""

    name: NameText = about("消息名。", "The message.")
    key: JsonValue = about("业务键，默认 message.key。", "Business key; default: message.key.", default=None)
    data: Save = about("由消息得到的数据。", "Data made from the message.", default={})


class StartEveryShape(Shape):
    """A timetable that starts cases."""

    cron: NameText = about("cron 表达式，按流程时区。", "Cron text, in the process's timezone.")
    calendar: NameText | None = about(
        "只在该日历的工作日触发。", "Only on working days of this calendar.", default=None
    )


class StartShape(Shape):
    """How cases begin."""

    form: NameText | None = about("发起表单。", "The start form.", default=None)
    key: JsonValue = about("业务键。", "Business key: at most one open case for each.", default=None)
    at: Target | None = about("第一个节点。", "First node; default: the first in the file.", default=None)
    message: StartMessageShape | None = about("由消息发起。", "Started by a message.", default=None)
    every: StartEveryShape | None = about("定时发起。", "Started by a timetable.", default=None)


class AfterEndShape(Shape):
    """A time after the end."""

    after_end: FixedDuration = about("结束之后多久以内。", "So long after the end.")


def _until(value: Any) -> Any:
    if value in ("first_answer", "end"):
        return value
    if isinstance(value, dict):
        return AfterEndShape.model_validate(value)
    context = {"variant": "choice", "known": ["first_answer", "end", "{after_end: 31d}"], "got": str(value)}
    raise PydanticCustomError("bad_type", "choice", context)


_Until = Annotated[
    Any, BeforeValidator(_until), WithJsonSchema({"anyOf": [{"enum": ["first_answer", "end"]}, {"type": "object"}]})
]


class WithdrawShape(Shape):
    """Until when the initiator may withdraw the case."""

    until: _Until = about("撤回期限。", "Until when.", default="first_answer")


class AccessShape(Shape):
    """Who may do what with cases."""

    start: Annotated[list[Who], OneOrMany] = about("谁可发起。", "Who may start cases.", default=[])
    see: Annotated[list[Who], OneOrMany] = about("谁可查看。", "Who may see them.", default=[])
    operate: Annotated[list[Who], OneOrMany] = about("谁可干预。", "Who may use commands on them.", default=[])


class RegionsShape(Shape):
    """What overlays of regions may have otherwise. It is no part of the plan."""

    may: Annotated[list[Literal["approvers", "deadlines", "forms"]], OneOrMany] = about(
        "地区可以修改的部分。", "What regions may change.", default=["approvers", "deadlines", "forms"]
    )
    places: Annotated[list[Target], OneOrMany] = about(
        "地区可在这些节点之前插入节点。", "Nodes before which regions may put nodes of their own.", default=[]
    )


class LimitsShape(Shape):
    """Guards against runaway loops and recursion."""

    steps: int = about("最多步数。", "Most steps of a case.", default=10_000, ge=1, le=1_000_000)
    depth: int = about("调用最多层数。", "Most levels of calls.", default=8, ge=1, le=64)


class FormBodyShape(Shape):
    """A form without its id."""

    title: Text = about("标题。", "A title.", default="")
    description: Text = about("说明。", "A description.", default="")
    fields: dict[FieldName, Any] = about("字段。", "The fields.")
    layout: list[Any] = about("布局：行，或行的列表。", "Rows: a field or a list of fields.", default=[])
    by_region: dict[NameText, Any] = about("按地区增加的字段。", "Fields added by region.", default={})


class FormShape(FormBodyShape):
    """A form file."""

    form: Id = about("表单的 id。", "The form's id.")


class RegionShape(Shape):
    """What a region adds to a form."""

    add: dict[FieldName, Any] = about("增加的字段。", "Fields that it adds.", default={})


class InputShape(Shape):
    """An input column."""

    name: FieldName = about("列名。", "The column's name.")
    value: Any = about(
        "取值表达式；缺省时由节点的 with 给出。",
        "Its expression; without one the node's `with` gives it.",
        default=None,
    )
    title: Text = about("标题。", "A title.", default="")
    schema_: dict[str, Any] = about(
        "取值范围（JSON Schema）。", "What it can be, as JSON Schema.", default={}, alias="schema"
    )


class OutputShape(Shape):
    """An output column."""

    name: FieldName = about("列名。", "The column's name.")
    title: Text = about("标题。", "A title.", default="")
    values: list[Any] = about("取值，优先者在前。", "Its values, most important first.", default=[])


class TableRuleShape(Shape):
    """A row."""

    when: dict[str, Any] = about("条件单元格；缺省为全匹配。", "Cells; a missing one matches everything.", default={})
    then: dict[str, JsonValue] = about("输出。", "The outputs.")
    note: Text = about("备注。", "A note.", default="")


Hit = Literal["unique", "first", "any", "priority", "rule_order", "output_order", "collect"]
Aggregate = Literal["list", "sum", "min", "max", "count"]


class TableBodyShape(Shape):
    """A decision table without its id."""

    title: Text = about("标题。", "A title.", default="")
    description: Text = about("说明。", "A description.", default="")
    inputs: list[Annotated[InputShape, short("name")]] = about("输入列。", "Input columns.", default=[])
    outputs: list[Annotated[OutputShape, short("name")]] = about("输出列。", "Output columns.", min_length=1)
    hit: Hit = about("命中策略。", "Which rules count.", default="first")
    aggregate: Aggregate | None = about("collect 的汇总方式。", "How `collect` sums up.", default=None, alias="with")
    rules: list[TableRuleShape] = about("规则。", "The rules.")

    @model_validator(mode="before")
    @classmethod
    def _collect(cls, written: Any) -> Any:
        """`hit: {collect: sum}` and `collect: sum` stand for `hit: collect` with `with: sum`."""
        if not isinstance(written, dict) or "with" in written:
            return written
        hit = written.get("hit", "collect")
        if isinstance(hit, dict) and list(hit) == ["collect"]:
            return {**written, "hit": "collect", "with": hit["collect"]}
        if "collect" in written and hit == "collect":
            rest = {key: value for key, value in written.items() if key != "collect"}
            return {**rest, "hit": "collect", "with": written["collect"]}
        return written


class TableShape(TableBodyShape):
    """A decision table file."""

    table: Id = about("决策表的 id。", "The table's id.")


class ProcessShape(Shape):
    """A process file."""

    waystation: int = about("语言版本，现为 1。", "Version of the language: 1.")
    process: Id = about("流程的 id。", "The process's id.")
    title: Text = about("标题。", "A title.", default="")
    family: Family = about("业务类别。", "Kind of business.", default="other")
    description: Text = about("说明。", "A description.", default="")
    data: dict[FieldName, Any] = about(
        "案件的数据（JSON Schema 属性）。", "What a case knows, as JSON Schema properties.", default={}
    )
    required: list[FieldName] = about("必填数据。", "Data that a case must have from the start.", default=[])
    start: StartShape = about("如何发起。", "How cases begin.", default=StartShape())
    title_of_case: Text = about("案件标题，可含表达式。", "A case's title; may hold expressions.", default="")
    priority: NumberValue = about("优先级 1（最先）到 5，或表达式。", "1 (first) to 5, or an expression.", default=3)
    calendar: NameText | None = about(
        "期限与工作日的默认日历。", "Default calendar of deadlines and workdays.", default=None
    )
    timezone: Timezone = about("时区。", "Timezone.", default="Asia/Shanghai")
    deadline: DeadlineLike | None = about("整个案件的期限。", "Deadline of the whole case.", default=None)
    withdraw: Annotated[WithdrawShape, short("until")] | None = about(
        "撤回。", "Until when the initiator may withdraw.", default=None
    )
    access: AccessShape = about("权限。", "Who may start, see and operate.", default=AccessShape())
    regions: RegionsShape | None = about("地区版可改的部分。", "What overlays of regions may change.", default=None)
    limits: LimitsShape = about("上限。", "Guards.", default=LimitsShape())
    on: BoundaryShape | None = about("整个案件的边界事件。", "Boundary events of the whole case.", default=None)
    forms: dict[Id, Any] = about("本地表单。", "Local forms.", default={})
    tables: dict[Id, Any] = about("本地决策表。", "Local decision tables.", default={})
    nodes: dict[str, Any] = about("节点。", "The nodes.")
