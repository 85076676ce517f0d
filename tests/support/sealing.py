"""Houses whose client seals what it hands to Temporal, and what the server then has."""

from __future__ import annotations

import dataclasses

from temporalio.client import Client

from tests.support.house import House
from waystation.gateway.wire import converter
from waystation.sealing.ring import KeyRing

#: A case that runs an action, then asks bob.
PROCESS = """
data: { phone: { type: string }, answer: { type: string } }
forms: { reply: { fields: { answer: { type: string } } } }
nodes:
  call: { kind: action, do: probe.call, with: { to: "${ data.phone }" }, retry: { max_attempts: 1 },
          on: { error: [ { code: "*", to: ask } ] }, next: ask }
  ask: { kind: task, assign: [ { user: bob } ], outcomes: [ done ], form: reply, next: end }
"""


async def with_keys(house: House, *keys: str) -> House:
    """The same house, its client with these keys."""
    held = converter(KeyRing.read(" ".join(keys)))
    client = await Client.connect(house.client.service_client.config.target_host, data_converter=held)
    return dataclasses.replace(house, client=client, _gateway=None)


async def raw(house: House, case: str) -> bytes:
    """What the server has of a case, as it has it."""
    return b"".join(event.SerializeToString() for run in await house.runs(case) for event in run.events)
