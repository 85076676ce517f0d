"""`approval`: asks people to judge (section 4.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, WithJsonSchema

from waystation.compiler.asking import names_of_answer
from waystation.compiler.findings import Moment
from waystation.compiler.kinds import Exit, Kind, Outcomes
from waystation.compiler.lowering import NUMBER, NodeLowering
from waystation.compiler.node_shapes import DeadlineLike, FormUseLike, FormUseShape, NodeShape
from waystation.compiler.people_shapes import AskingKeys, Rules
from waystation.compiler.returning import ReturnShape, lower_return
from waystation.compiler.shapes import Condition, NumberValue, Shape, about, choice_of, short
from waystation.contracts.catalog import Card
from waystation.contracts.params import DEFAULT_ALLOW, ApprovalParams, ReturnRule
from waystation.contracts.problems import Path
from waystation.expressions import Type

CARD = Card("审批", "Approval", "请人判断。", "Asks people to judge.", "check", "people")

APPROVED, REJECTED = "approved", "rejected"
_WORDS = ("any", "all", "sequence", "all_then_any")


class QuotaShape(Shape):
    """A mode with a number."""

    need: NumberValue = about("至少几人同意。", "At least so many agree.", default=None)
    percent: NumberValue = about("至少百分之几同意。", "At least so many percent agree.", default=None)
    weight: NumberValue = about("同意的权重至少多少。", "At least this weight agrees.", default=None)


def _mode(value: Any) -> Any:
    if isinstance(value, dict):
        quota = QuotaShape.model_validate(value)
        if len(value) != 1:
            raise choice_of(["need", "percent", "weight"], ", ".join(value))
        return quota
    if value not in _WORDS:
        raise choice_of([*_WORDS, "{need: n}", "{percent: p}", "{weight: w}"], str(value))
    return value


Mode = Annotated[
    Any,
    BeforeValidator(_mode),
    WithJsonSchema({"anyOf": [{"enum": list(_WORDS)}, {"type": "object", "minProperties": 1, "maxProperties": 1}]}),
]


class ApprovalConfig(NodeShape, AskingKeys):
    """Who judges, how answers are counted, and what they may do besides."""

    approvers: Rules = about("审批人。", "Who judges.")
    mode: Mode = about("计票方式：any 或签、all 会签、sequence 依次……", "How answers are counted.", default="any")
    decide: Literal["early", "late"] = about("何时定结果。", "When it is decided.", default="early")
    refusals: Literal["any", "all"] = about("或签时怎样算拒绝。", "With `any`: whose refusal decides.", default="any")
    form: FormUseLike | None = about("表单。", "The form.", default=None)
    return_: Annotated[ReturnShape, short("to", str, list)] | None = about(
        "退回。", "Where it may be returned to.", default=None, alias="return"
    )
    deadline: DeadlineLike | None = about("期限。", "A clock.", default=None)
    open_while: Condition | None = about("条件成立时才开放。", "Open only while this holds.", default=None)
    priority: NumberValue = about("优先级。", "Priority.", default=None)
    pause_on_comment: bool = about("沟通时暂停计时。", "A comment pauses the deadline.", default=False)


class Approval(Kind[ApprovalConfig]):
    name = "approval"
    card = CARD
    Config = ApprovalConfig
    params = ApprovalParams
    exit = Exit.OUTCOMES
    answered = True

    def lower(self, config: ApprovalConfig, lowering: NodeLowering) -> ApprovalParams:
        mode, quota = self._mode(config.mode, lowering)
        return ApprovalParams(
            assign=lowering.assign(config.approvers, config, "approvers"),
            mode=mode,
            quota=quota,
            refusals=config.refusals,
            decide=config.decide,
            form=lowering.form_use(config.form, "form"),
            allow=self._allow(config),
            returns=lower_return(config.return_, lowering) if config.return_ is not None else ReturnRule(),
            deadline=lowering.deadline(config.deadline, "deadline", outcomes=(APPROVED, REJECTED)),
            open_while=lowering.condition(config.open_while, "open_while", moment=Moment.OPEN),
            priority=lowering.priority(config.priority, "priority"),
            pause_on_comment=config.pause_on_comment,
        )

    def _allow(self, config: ApprovalConfig) -> tuple[str, ...]:
        """What is said, else the default; with a `return` key of its own also `return`."""
        if config.allow is not None:
            return tuple(config.allow)
        return (*DEFAULT_ALLOW, "return") if config.return_ is not None else DEFAULT_ALLOW

    def _mode(self, mode: Any, lowering: NodeLowering) -> tuple[Any, Any]:
        if not isinstance(mode, QuotaShape):
            return mode, None
        name = next(each for each in ("need", "percent", "weight") if getattr(mode, each) is not None)
        raw = getattr(mode, name)
        if not isinstance(raw, str) and (raw <= 0 or (name == "percent" and raw > 100)):
            what = ("票数大于 0，百分比不超过 100", "a quota is more than 0, and at most 100 percent")
            lowering.report("bad_type", "mode", name, variant="limit", what=what)
        return name, lowering.value(raw, "mode", name, wanted=NUMBER)

    def outcomes(self, config: ApprovalConfig, lowering: NodeLowering) -> Outcomes:
        return Outcomes((APPROVED, REJECTED))

    def forms(self, config: ApprovalConfig) -> Iterator[tuple[Path, FormUseShape]]:
        if config.form is not None:
            yield ("form",), config.form

    def names_in_save(self, config: ApprovalConfig, lowering: NodeLowering) -> Mapping[str, Type]:
        return names_of_answer(lowering, [use.use for _, use in self.forms(config)], (APPROVED, REJECTED))


KIND = Approval()
