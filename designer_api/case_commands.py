"""Commands on a case as requests: which there are, what each is given, and how it reaches the case.

Section 9 of docs/language.md says what they mean. Whoever adds a command to the machine adds its request here; a test
sees to it that none is missing.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from designer_api.schemas import Asked, CaseCommand, CommandId, Id
from designer_api.verbs import arguments, read_body, verb_named
from waystation.contracts.errors import Refused

Reason = Annotated[str, Field(max_length=2_000)]
#: A node id, or a visit path where a node is active more than once.
Place = Annotated[str, Field(min_length=1, max_length=400)]
Data = dict[str, Any]


class CaseVerb(Asked):
    """What every command takes: its id (sent again, it answers as the first time) and why."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)

    id: CommandId | None = Field(default=None, description="Command id: sent again, it answers as the first time")
    reason: Reason | None = None


class Cancel(CaseVerb):
    """Cancel a case; what it did is undone. 取消"""


class Withdraw(CaseVerb):
    """The initiator takes the case back, as long as its process lets him; what it did is undone. 撤回"""


class Suspend(CaseVerb):
    """Stop a case: its clocks stand, nothing starts, messages are kept. 挂起"""


class Resume(CaseVerb):
    """Let a suspended case go on; its clocks move by the time that they stood. 恢复"""


class Retry(CaseVerb):
    """Try again what stands still with an error, with changed data if some is given. 重试"""

    node: Place | None = Field(default=None, description="Not needed for an undo that has failed")
    data: Data | None = Field(default=None, description="Fields of the case to change first")
    with_: Data | None = Field(default=None, alias="with", description="Other arguments for an undo that has failed")


class Skip(CaseVerb):
    """Leave a node as if it had been done, with a result. 跳过"""

    node: Place | None = None
    result: Any = None
    outcome: Id | None = None


class Fail(CaseVerb):
    """End a case as failed; what it did is undone. 置为失败"""

    code: Annotated[str, Field(min_length=1, max_length=100)] | None = None


class Jump(CaseVerb):
    """Move a token to another node; what lies between is undone. A reason is asked for. 跳转"""

    from_: Place = Field(alias="from")
    to: Place


class Edit(CaseVerb):
    """Change fields of the case. 修改数据"""

    data: Data


class CancelNode(CaseVerb):
    """Withdraw a node with what is inside it; its token is consumed. 撤销节点"""

    node: Place


class CompleteRest(CaseVerb):
    """Let an open foreach go on without the items that are not done. 完成其余"""

    node: Place


class AddItem(CaseVerb):
    """Add an item to an open foreach. 追加一项"""

    node: Place
    item: Any = None


class Reopen(CaseVerb):
    """Open an ended case again from a node, its data kept. 唤醒"""

    node: Place | None = Field(default=None, description="Default: where the process begins")


class Migrate(CaseVerb):
    """Move a case to another version. 迁移版本"""

    to: Annotated[int, Field(ge=1)] | None = Field(default=None, description="Default: the newest version")
    map: dict[str, str] = Field(default_factory=dict, description="Open node -> node of the new version")
    clocks: Literal["keep", "restart"] = Field(default="keep", description="Keep what remains, or start again")
    from_: Annotated[int, Field(ge=1)] | None = Field(default=None, alias="from", description="Only from this version")
    dry_run: bool = False


class Amend(CaseVerb):
    """Change who will be asked at a node that has not been entered yet. 追加审批人"""

    node: Place
    who: str | Annotated[list[str], Field(max_length=200)]


class Handover(CaseVerb):
    """Give all that somebody has to do in this case to somebody else. 转办"""

    from_: Id = Field(alias="from")
    to: Id


COMMANDS: dict[str, type[CaseVerb]] = {
    "cancel": Cancel,
    "withdraw": Withdraw,
    "suspend": Suspend,
    "resume": Resume,
    "retry": Retry,
    "skip": Skip,
    "fail": Fail,
    "jump": Jump,
    "edit": Edit,
    "cancel_node": CancelNode,
    "complete_rest": CompleteRest,
    "add_item": AddItem,
    "reopen": Reopen,
    "migrate": Migrate,
    "amend": Amend,
    "handover": Handover,
}


def parts_of(given: CaseVerb) -> tuple[str | None, dict[str, Any]]:
    """The node, and the arguments as the machine knows them. What was not given is left out."""
    fields = type(given).model_fields
    args = {
        fields[name].alias or name: getattr(given, name)
        for name in fields
        if name not in ("id", "node") and getattr(given, name) is not None
    }
    return getattr(given, "node", None), args


def read_command(body: CaseCommand) -> tuple[str, str | None, dict[str, Any]]:
    """Verb, node and arguments of a command that came by name, checked as if it had come to its own address.

    Raises:
        Refused: `bad_request`, with `detail.fields` where an argument is wrong.
    """
    model = COMMANDS.get(body.verb)
    if model is None:
        verb = verb_named(body.verb)
        return verb.command or body.verb, body.task, arguments(verb, read_body(verb, body.args))
    places = {"node": body.task} if body.task is not None and "node" in model.model_fields else {}
    node, args = parts_of(_checked(model, {**places, **body.args}))
    return body.verb, node or body.task, args


def _checked(model: type[CaseVerb], args: dict[str, Any]) -> CaseVerb:
    try:
        return model.model_validate(args)
    except ValidationError as error:
        faults = {"args." + ".".join(map(str, fault["loc"])): str(fault["msg"]) for fault in error.errors()}
        first = next(iter(faults.items()))
        raise Refused(
            "bad_request", f"{first[0]}: {first[1]}", f"请求有误：{first[0]}：{first[1]}", {"fields": faults}
        ) from None
