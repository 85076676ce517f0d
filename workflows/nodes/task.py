"""`task`: asks people to do something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from waystation.compiler.asking import names_of_answer
from waystation.compiler.findings import Moment
from waystation.compiler.kinds import Exit, Kind, Outcomes
from waystation.compiler.lowering import NodeLowering
from waystation.compiler.node_shapes import DeadlineLike, FormUseLike, FormUseShape, NodeShape
from waystation.compiler.people_shapes import AskingKeys, Rules
from waystation.compiler.shapes import Condition, ListedIds, NameText, NumberValue, Shape, Text, about, short
from waystation.contracts.catalog import Card
from waystation.contracts.params import DEFAULT_ALLOW, TaskParams
from waystation.contracts.params import Outcome as PlanOutcome
from waystation.contracts.problems import Path
from waystation.expressions import Type

CARD = Card("任务", "Task", "请人做一件事。", "Asks people to do something.", "user", "people")


class OutcomeShape(Shape):
    """One way the task can come out."""

    title: Text = about("按钮标题。", "What the button says.", default="")
    form: FormUseLike | None = about("选择该结果时的表单。", "The form for this outcome.", default=None)


class TaskConfig(NodeShape, AskingKeys):
    """Who is asked, what for, and until when."""

    assign: Rules = about("处理人。", "Who is asked.")
    form: FormUseLike | None = about("表单。", "The form.", default=None)
    outcomes: Annotated[dict[NameText, Annotated[OutcomeShape, short("title")]], ListedIds] = about(
        "结果。", "How it can come out.", default_factory=lambda: {"done": OutcomeShape()}, min_length=1
    )
    deadline: DeadlineLike | None = about("期限。", "A clock.", default=None)
    open_while: Condition | None = about("条件成立时才开放。", "Open only while this holds.", default=None)
    priority: NumberValue = about("优先级。", "Priority.", default=None)


class Task(Kind[TaskConfig]):
    name = "task"
    card = CARD
    Config = TaskConfig
    params = TaskParams
    exit = Exit.OUTCOMES
    answered = True

    def lower(self, config: TaskConfig, lowering: NodeLowering) -> TaskParams:
        return TaskParams(
            assign=lowering.assign(config.assign, config, "assign"),
            outcomes={
                name: PlanOutcome(shape.title, lowering.form_use(shape.form, "outcomes", name, "form"))
                for name, shape in config.outcomes.items()
            },
            form=lowering.form_use(config.form, "form"),
            deadline=lowering.deadline(config.deadline, "deadline", outcomes=tuple(config.outcomes)),
            open_while=lowering.condition(config.open_while, "open_while", moment=Moment.OPEN),
            allow=tuple(config.allow) if config.allow is not None else DEFAULT_ALLOW,
            priority=lowering.priority(config.priority, "priority"),
        )

    def outcomes(self, config: TaskConfig, lowering: NodeLowering) -> Outcomes:
        return Outcomes(tuple(config.outcomes))

    def forms(self, config: TaskConfig) -> Iterator[tuple[Path, FormUseShape]]:
        if config.form is not None:
            yield ("form",), config.form
        for name, shape in config.outcomes.items():
            if shape.form is not None:
                yield ("outcomes", name, "form"), shape.form

    def names_in_save(self, config: TaskConfig, lowering: NodeLowering) -> Mapping[str, Type]:
        return names_of_answer(lowering, [use.use for _, use in self.forms(config)], tuple(config.outcomes))


KIND = Task()
