"""A process with personal fields, ready to be stored, and keys to seal them with."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from textwrap import dedent

from waystation.compiler import Library, compile_process
from waystation.contracts.catalog import Catalog
from waystation.contracts.plan import canonical_json, plan_hash
from waystation.store import definitions, tenants
from waystation.store.projector import CaseMeta
from waystation.store.session import Database
from workflows.nodes import discover

#: Entries of rings.
OLD, NEW = (f"{name}:{b64encode(name[0].encode() * 32).decode()}" for name in ("old", "new"))
PROCESS = dedent("""
    waystation: 1
    process: repair
    data:
      phone: { type: string, personal: { kind: phone, of: phone } }
      name: { type: string, personal: { kind: name, of: phone } }
      papers: { type: object, properties: { id_no: { type: string, personal: id_number } } }
      note: { type: string }
    title_of_case: "for ${ data.name }"
    nodes:
      look: { kind: task, title: "${ data.phone } ${ data.note } ${ data.papers }", assign: { user: bob }, next: end }
""")
PLAN = compile_process(PROCESS, Catalog(discover(), {}), Library()).ready()
META = CaseMeta(1, plan_hash(PLAN))


async def publish(database: Database, tenant: str) -> None:
    """Have a tenant with this process."""
    now = datetime.now(UTC)
    async with database.write(tenant) as session:
        await tenants.ensure_tenant(session, at=now)
        await definitions.publish(session, "repair", PROCESS, canonical_json(PLAN), by="x", at=now)
