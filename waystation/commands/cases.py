"""`waystation case`: look into cases and steer them, from the command line of the installation.

It does what the API does, as the person named with `--as`; without one, as the installation's own operator, who may
operate every process.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from waystation.commands.up import complain
from waystation.contracts.errors import WaystationError

if TYPE_CHECKING:
    from designer_api.auth.policy import Caller
    from designer_api.deps import Parts

CaseId = Annotated[str, typer.Argument(help="Case id. 流程实例编号。")]
Tenant = Annotated[str, typer.Option(help="Tenant. 租户。")]
Person = Annotated[str, typer.Option("--as", help="Person id; default: the installation itself. 以谁的名义。")]
#: What the installation itself is called in journals.
_SYSTEM = ""
_HELP = {
    "cancel": "Cancel a case; what it did is undone. 取消",
    "withdraw": "Withdraw a case, as its initiator. 撤回",
    "suspend": "Stop a case and its clocks. 挂起",
    "resume": "Let a suspended case go on. 恢复",
    "retry": "Try again what stands still. 重试",
    "skip": "Leave a node as if it had been done. 跳过",
    "fail": "End a case as failed. 置为失败",
    "jump": "Move a token: --arg from=… --arg to=… --arg reason=…. 跳转",
    "edit": "Change fields: --arg data='{…}'. 修改数据",
    "cancel_node": "Withdraw a node. 撤销节点",
    "complete_rest": "Let an open foreach go on without the rest. 完成其余",
    "add_item": "Add to an open foreach: --arg item=…. 追加一项",
    "reopen": "Open an ended case again. 唤醒",
    "migrate": "Move one case: --arg to=3 --arg map='{…}'. 迁移版本",
    "amend": "Other people at a later node: --arg who=…. 追加审批人",
    "handover": "--arg from=… --arg to=…. 转办",
}


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Look into cases and steer them. 查看与管理流程实例。", no_args_is_help=True)
    group.command("show")(show)
    group.command("explain")(explain)
    group.command("forecast")(forecast)
    group.command("undo-preview")(undo_preview)
    for verb, about in _HELP.items():
        group.command(verb.replace("_", "-"), help=about)(_command(verb))
    app.add_typer(group, name="case")


def show(case: CaseId, tenant: Tenant = "demo", person: Person = _SYSTEM) -> None:
    """Show a case and its open tasks. 显示流程实例。"""

    async def work(held: Parts, caller: Caller) -> Any:
        from designer_api.views import case_with_tasks, visible_case

        async with held.database.read(caller.tenant) as session:
            await visible_case(held, session, caller, case)
        view, tasks = await case_with_tasks(held, caller, case)
        return {"case": view.model_dump(mode="json"), "tasks": [task.model_dump(mode="json") for task in tasks]}

    say(tenant, person, work)


def explain(case: CaseId, tenant: Tenant = "demo", person: Person = _SYSTEM) -> None:
    """Say why a case waits and how its clocks come to what they show. 说明等待原因与时钟。"""

    async def work(held: Parts, caller: Caller) -> Any:
        from designer_api import looking

        return await looking.explain(held, caller, case)

    say(tenant, person, work)


def forecast(case: CaseId, tenant: Tenant = "demo", person: Person = _SYSTEM) -> None:
    """Say who will be asked from here on. 审批预测。"""

    async def work(held: Parts, caller: Caller) -> Any:
        from designer_api import looking
        from waystation.gateway import rehearsal

        found = looking.prospect(await rehearsal.forecast(held.gateway, caller.tenant, case))
        return found.model_dump(mode="json")

    say(tenant, person, work)


def undo_preview(
    case: CaseId,
    verb: Annotated[str, typer.Option(help="Of the command. 命令。")] = "cancel",
    node: Annotated[str | None, typer.Option(help="Node id or visit path. 节点。")] = None,
    arg: Annotated[list[str] | None, typer.Option(help="name=value; values may be JSON. 参数。")] = None,
    tenant: Tenant = "demo",
    person: Person = _SYSTEM,
) -> None:
    """Say what a command would undo, in order; nothing is done. 撤销预览。"""

    async def work(held: Parts, caller: Caller) -> Any:
        from designer_api import looking
        from designer_api.schemas import CaseCommand

        body = CaseCommand(verb=verb, task=node, args=read_arguments(arg))
        return (await looking.undo_preview(held, caller, case, body)).model_dump(mode="json")

    say(tenant, person, work)


def _command(verb: str) -> Callable[..., None]:
    def carry_out(
        case: CaseId,
        node: Annotated[str | None, typer.Option(help="Node id or visit path. 节点。")] = None,
        arg: Annotated[list[str] | None, typer.Option(help="name=value; values may be JSON. 参数。")] = None,
        reason: Annotated[str | None, typer.Option(help="Why. 原因。")] = None,
        command_id: Annotated[
            str | None, typer.Option("--id", help="Sent again, it answers the same. 命令号。")
        ] = None,
        tenant: Tenant = "demo",
        person: Person = _SYSTEM,
    ) -> None:
        async def work(held: Parts, caller: Caller) -> Any:
            from designer_api import steering
            from designer_api.case_commands import read_command
            from designer_api.schemas import CaseCommand

            args = {**read_arguments(arg), **({"reason": reason} if reason else {})}
            name, place, given = read_command(CaseCommand(verb=verb, task=node, args=args))
            answer = await steering.command(held, caller, case, name, place, given, command_id)
            return answer.model_dump(mode="json", exclude={"tasks"})

        say(tenant, person, work)

    return carry_out


def read_arguments(given: list[str] | None) -> dict[str, Any]:
    """`name=value` pairs; a value that is JSON is read as such.

    Raises:
        Exit: 2, for what is no pair.
    """
    found: dict[str, Any] = {}
    for pair in given or ():
        name, equals, text = pair.partition("=")
        if not equals:
            typer.echo(f"{pair}: name=value is wanted  应为 name=value", err=True)
            raise typer.Exit(2)
        try:
            found[name] = json.loads(text)
        except ValueError:
            found[name] = text
    return found


def say(tenant: str, person: str, work: Callable[[Parts, Caller], Awaitable[Any]]) -> None:
    """Do something with the running installation and print what it answers, as JSON."""
    try:
        typer.echo(
            json.dumps(asyncio.run(_with_parts(tenant, person, work)), ensure_ascii=False, indent=2, default=str)
        )
    except WaystationError as error:
        typer.echo(f"{error.code}: {json.dumps(error.detail, ensure_ascii=False, default=str)}", err=True)
        raise complain(error) from None


async def _with_parts(tenant: str, person: str, work: Callable[[Parts, Caller], Awaitable[Any]]) -> Any:
    from datetime import UTC, datetime

    from designer_api.auth.policy import Caller
    from waystation.contracts.errors import Refused
    from waystation.server import open_parts
    from waystation.settings import Settings
    from waystation.store import people
    from workflows.facts import facts_for

    async with open_parts(Settings.read()) as held:
        async with held.database.read(tenant) as session:
            organisation = await people.organisation(session)
        if person and person not in organisation.people:
            raise Refused("not_found", f"tenant {tenant} has no person {person}", f"租户 {tenant} 没有人员 {person}")
        facts = facts_for(organisation, person, "", datetime.now(UTC))
        if not person:
            facts |= {"roles": ["admin"], "operate": True}
        return await work(held, Caller(tenant, person, person, facts))
