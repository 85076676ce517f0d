"""A process that cannot do what it wants: its mail has no way out, and a value that it needs is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.scenery import Seat

LETTER = """\
waystation: 1
process: courtesy_letter
title: { zh: 客户回执, en: Letter to a customer }
description: { zh: 给客户发送回执并安排回访。, en: Sends a customer a letter and has somebody call back. }
family: other
data:
  customer: { type: string, title: { zh: 客户, en: Customer } }
  days: { type: integer, title: { zh: 回访天数, en: Days until the call } }
  tone:
    type: string
    title: { zh: 语气, en: Tone }
    oneOf:
      - { const: warm, title: { zh: 亲切, en: Warm } }
      - { const: formal, title: { zh: 正式, en: Formal } }
title_of_case: "${ data.customer }"
nodes:
  write:
    kind: send
    title: { zh: 发送回执, en: Send the letter }
    message: receipt
    to: mail
    with: { address: guest@example.com, subject: 回执, text: 谢谢惠顾 }
    next: when
  when:
    kind: choice
    title: { zh: 是否尽快回访, en: Call back soon? }
    next: [{ when: "${ data.days < 7 }", to: call }, { to: done }]
  call: { kind: task, title: { zh: 回访, en: Call back }, assign: [{ user: sm_yang }], next: done }
  done: { kind: end }
"""


def troubled(admin: Seat, agent: Seat, customer: str) -> str:
    """A case whose mail was given up and which stands at a node that failed; its id."""
    admin.ask("POST", "/processes", {"text": LETTER})
    body = {"process": "courtesy_letter", "data": {"customer": customer, "tone": "warm"}}
    case = str(agent.ask("POST", "/cases", body)[0]["case"]["id"])
    _ = admin.wait(f"/deliveries?status=dead&case={case}", 1)
    return case
