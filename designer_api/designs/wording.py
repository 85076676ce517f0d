"""Designs drafted from a description in words, by a language model that the installation names.

The description goes to that endpoint, with the names of the tenant's roles and nothing else of it. What comes back is a
text like any other: only one that compiles becomes a design, and it is an ordinary draft.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

from designer_api.auth.policy import Caller
from designer_api.deps import Parts, now
from designer_api.designs import bodies, making, views
from designer_api.designs.keeping import Opened
from designer_api.designs.rights import Right, Rights
from designer_api.staffing import tenant_library
from waystation.contracts.errors import Refused, Unavailable
from waystation.contracts.problems import has_errors
from waystation.design.checking import Checked, check
from waystation.design.worded import again, ask, content_of, text_in
from waystation.outside import Call, Outside
from waystation.store import audit, definitions, designs

#: How often the model is told what the compiler says, and seconds that one answer may take.
_TRIES, _PATIENCE = 3, 60.0
_LARGEST = 1024 * 1024


def offered(held: Parts) -> bodies.Drafting:
    """Whether descriptions can be drafted here, and where they would be sent."""
    url = held.settings.drafting_url
    return bodies.Drafting(available=url is not None, host=urlsplit(url).hostname if url else None)


async def draft(held: Parts, caller: Caller, asked: bodies.Described) -> Opened:
    """A new design from a description.

    Raises:
        Refused: `drafting_unset`, `drafting_failed` with what the compiler says of the last try, `not_allowed`;
            `http.address_refused`, `http.too_large`.
        Unavailable: `drafting_unavailable`, `http.timeout`, `http.unreachable`, `http.unknown_host`.
    """
    if held.settings.drafting_url is None:
        raise Refused("drafting_unset", "no endpoint for drafting is set", "尚未设置用于起草流程的模型服务")
    await _allowed(held, caller)
    await _noted(held, caller, asked.words)
    library = await tenant_library(held, caller.tenant)
    messages = await asyncio.to_thread(ask, asked.words, held.catalog, library.roles or ())
    content, checked = "", None
    for _ in range(_TRIES):
        content = await _said(held, messages)
        checked = await asyncio.to_thread(check, text_in(content), held.catalog, library)
        if checked.plan is not None and not has_errors(checked.problems):
            break
        messages = [*messages, *again(content, checked.problems)]
    else:
        raise _failed(text_in(content), checked)
    text = text_in(content)
    process = await _free_id(held, caller, checked.plan.process)
    wanted = bodies.NewDesign.model_validate({"from": {"text": text}, "process": process, "region": ""})
    return await making.make(held, caller, wanted)


async def _said(held: Parts, messages: list[dict[str, str]]) -> str:
    """One answer of the model. What it refuses is told by its status alone: its words may repeat what was sent."""
    settings = held.settings
    body = json.dumps({"model": settings.drafting_model, "messages": messages, "temperature": 0.2})
    headers = {"content-type": "application/json", "accept": "application/json"}
    if settings.drafting_key:
        headers["authorization"] = f"Bearer {settings.drafting_key}"
    url = f"{(settings.drafting_url or '').rstrip('/')}/chat/completions"
    call = Call("POST", url, headers, body.encode(), patience=_PATIENCE, most=_LARGEST)
    answer = await Outside.of(settings).reach.call(call)
    content = content_of(_json(answer.body)) if answer.status == 200 else ""
    if not content.strip():
        raise Unavailable(
            "drafting_unavailable",
            f"the drafting service did not answer as it should (status {answer.status})",
            f"起草服务没有正常应答（状态 {answer.status}）",
            {"status": answer.status},
        )
    return content


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


async def _allowed(held: Parts, caller: Caller) -> None:
    """Whoever may edit no process that is named nowhere yet has nothing sent on his behalf."""
    async with held.database.read(caller.tenant) as session:
        rights = await Rights.of(session, caller)
    if rights.on("") < Right.EDIT:
        raise Refused("not_allowed", "you may not make processes", "您没有新建流程的权限", {"action": "edit"})


async def _noted(held: Parts, caller: Caller, words: str) -> None:
    """That a description went out is in the audit log; what it said is not."""
    detail = {"host": offered(held).host, "length": len(words)}
    async with held.database.write(caller.tenant) as session:
        await audit.record(session, caller.person, "design.draft", at=now(), target="design-drafting", detail=detail)


async def _free_id(held: Parts, caller: Caller, wanted: str) -> str:
    """The process id that the model chose, or that with a number where there is such a process already."""
    async with held.database.read(caller.tenant) as session:
        taken = {each.facts.process for each in await designs.designs(session)}
        taken |= {each.process for each in await definitions.published(session)}
    numbers = (f"{wanted[:90]}_{number}" for number in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(each for each in numbers if each not in taken)


def _failed(text: str, checked: Checked | None) -> Refused:
    problems = [] if checked is None else views.check(checked).problems
    detail = {"text": text, "problems": [each.model_dump(mode="json") for each in problems[:50]]}
    return Refused(
        "drafting_failed",
        "what was drafted does not compile; describe it more exactly, or with fewer steps",
        "起草的内容没有通过编译；请描述得更具体，或减少步骤后重试",
        detail,
    )
