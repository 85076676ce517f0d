"""The verbs of docs/approvals.md as requests: what each is given, and what command it becomes.

This is the one table of verbs that the API has; routes, bulk requests and the OpenAPI document are made from it.
Shapes are checked here; whether somebody may do it, here and now, the case itself says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError

from designer_api.schemas import Asked, CommandId, Id
from waystation.contracts.errors import Refused
from waystation.store import exact_json

#: Bytes of the form that one command carries.
MOST_FORM_BYTES = 256 * 1024


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not hold a NUL")
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


Text = Annotated[str, Field(max_length=10_000), AfterValidator(_without_nul)]
Said = Annotated[Text, AfterValidator(_not_blank)]
Person = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_without_nul)]
Several = Annotated[list[Person], Field(min_length=1, max_length=50)]
#: One person, or several.
People = Person | Several
Form = dict[str, Any]


class Sent(Asked):
    """Base of all: `id` names the command."""

    id: CommandId | None = Field(default=None, description="Command id: sent again, it answers as the first time")


class Act(Sent):
    """What somebody does with a task that he, or whom he stands in for, is asked at."""

    revision: Annotated[int, Field(ge=0)] | None = Field(default=None, description="Of the task, as it was shown")
    on_behalf: Person | None = Field(default=None, description="Act for this person, as his proxy. 代理")
    comment: Text | None = None


class Judge(Act):
    form: Form | None = None
    pick: Annotated[dict[Id, People], Field(max_length=50)] | None = Field(
        default=None, description="People for later nodes that let the approver choose. 自选审批人"
    )
    event_time: Annotated[str, Field(max_length=40)] | None = Field(
        default=None, description="When it really happened; needs the role `backdate`. 补录时间"
    )


class Complete(Judge):
    outcome: Id | None = None


class SaveDraft(Act):
    form: Form


class HandOn(Act):
    who: Person
    reason: Text | None = None


class More(Act):
    who: People
    reason: Text | None = None


class Add(More):
    where: Literal["before", "after", "with"] = "with"


class SendBack(Act):
    to: Id | None = Field(default=None, description="`initiator`, `previous` or a node")
    siblings: Literal["cancel", "keep", "wait"] | None = None
    resubmit: Literal["replay", "straight_back"] | None = None
    answers: Literal["drop", "keep"] | None = None
    reason: Text | None = None


class TakeBack(Act):
    reason: Text | None = None


class Urge(Act):
    text: Text | None = None


class CopyTo(Act):
    who: People
    text: Text | None = None


class NewComment(Sent):
    text: Said
    mention: Annotated[list[Person], Field(max_length=50)] | None = Field(
        default=None, description="Who is told; `@id` in the text counts as well"
    )


class TaskHandover(Sent):
    leaver: Person | None = Field(default=None, alias="from", description="Whose work; default: the caller's own")
    to: Person
    reason: Text | None = None


class WithReason(Sent):
    reason: Text | None = None


class TaskJump(Sent):
    to: Id
    reason: Text | None = Field(default=None, description="Asked for: without one the jump is refused")


class TaskReopen(Sent):
    node: Id | None = Field(default=None, description="Where it goes on; default: at its start")
    reason: Text | None = None


class TaskAmend(Sent):
    node: Id = Field(description="A later task or approval of this case")
    who: People
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb.

    Args:
        body: what it is given.
        command: what the case calls it, where that is another name; `fixed` are the arguments that the name implies.
        of_task: False: it concerns the case that the task belongs to.
        answers: it is an answer to the task, so that a draft of its form has served.
    """

    body: type[Sent]
    zh: str
    en: str
    command: str = ""
    fixed: dict[str, Any] = field(default_factory=dict)
    of_task: bool = True
    answers: bool = False


VERBS: dict[str, Verb] = {
    "complete": Verb(Complete, "办理", "Do the task, with an outcome", answers=True),
    "approve": Verb(Judge, "同意", "Approve", answers=True),
    "reject": Verb(Judge, "拒绝", "Reject", answers=True),
    "abstain": Verb(Judge, "弃权", "Abstain", answers=True),
    "claim": Verb(Act, "认领", "Take from a pool"),
    "release": Verb(Act, "退还", "Give back to the pool"),
    "draft": Verb(SaveDraft, "暂存", "Save the form on the record of the case, without answering"),
    "transfer": Verb(HandOn, "转交", "The other decides, I am out"),
    "delegate": Verb(HandOn, "委派", "The other advises, it returns to me"),
    "add": Verb(Add, "加签", "Ask somebody before, after or beside me"),
    "add_before": Verb(More, "前加签", "Ask somebody before me", "add", {"where": "before"}),
    "add_after": Verb(More, "后加签", "Ask somebody after me", "add", {"where": "after"}),
    "add_with": Verb(More, "并加签", "Ask somebody beside me", "add", {"where": "with"}),
    "remove": Verb(More, "减签", "Take away somebody who has not answered"),
    "handover": Verb(TaskHandover, "离职转办", "All that somebody is asked at this task goes to another"),
    "amend": Verb(TaskAmend, "追加", "Change who is asked at a later node", of_task=False),
    "return": Verb(SendBack, "退回", "Send back to the initiator, the previous approver or a node"),
    "take_back": Verb(TakeBack, "拿回", "Take my own answer back"),
    "withdraw": Verb(WithReason, "撤回", "Withdraw the case that I started", of_task=False),
    "jump": Verb(TaskJump, "跳转", "Move to another node, as an operator"),
    "reopen": Verb(TaskReopen, "唤醒", "Open the ended case again", of_task=False),
    "cc": Verb(CopyTo, "抄送", "Send to read"),
    "read": Verb(Sent, "已读", "Say that I have read what I was sent"),
    "urge": Verb(Urge, "催办", "Remind those who are asked"),
    "comment": Verb(NewComment, "沟通", "Ask or tell without moving"),
}


def verb_named(name: str) -> Verb:
    """Raises Refused: `bad_request` with the verbs there are."""
    found = VERBS.get(name)
    if found is None:
        known = ", ".join(VERBS)
        raise Refused("bad_request", f"there is no such verb; known: {known}", f"没有该操作；可用：{known}")
    return found


def read_body(verb: Verb, given: dict[str, Any]) -> Sent:
    """A verb's arguments from JSON data.

    Raises:
        Refused: `bad_request` with `detail.fields`.
    """
    try:
        return verb.body.model_validate(given)
    except ValidationError as wrong:
        faults = {".".join(map(str, fault["loc"])) or "args": str(fault["msg"]) for fault in wrong.errors()}
        first, said = next(iter(faults.items()))
        raise Refused("bad_request", f"{first}: {said}", f"请求有误：{first}：{said}", {"fields": faults}) from None


def arguments(verb: Verb, body: Sent) -> dict[str, Any]:
    """The arguments of the command.

    Raises:
        Refused: `too_large`, for the form.
    """
    args = body.model_dump(exclude_none=True, by_alias=True, exclude={"id", "revision", "on_behalf"})
    args |= verb.fixed
    if isinstance(body, Act) and body.on_behalf is not None:
        args["for"] = body.on_behalf
    if "form" in args and len(exact_json.encode(args["form"]).encode()) > MOST_FORM_BYTES:
        raise Refused(
            "too_large", f"a form has at most {MOST_FORM_BYTES} bytes", f"表单不得超过 {MOST_FORM_BYTES} 字节"
        )
    return args
