"""The tenant `demo`: shipped processes published, demo people with random passwords, rows to work on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from activities import demo
from designer_api.auth import passwords
from waystation.compiler import compile_process
from waystation.compiler.files import DefinitionFile, Definitions, find_files
from waystation.compiler.library import Library
from waystation.contracts.catalog import Catalog
from waystation.contracts.people import Organisation, Person
from waystation.contracts.plan import canonical_json
from waystation.scenario_files import shipped_definitions
from waystation.store import definitions, people, tenants
from waystation.store.session import Database, TenantSession
from workflows.people import parse_people

DEMO = "demo"


@dataclass(slots=True)
class Provisioned:
    """What was set up now: versions published, and the passwords of users made now (person -> password)."""

    published: list[str] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict)
    organisation: Organisation = field(default_factory=Organisation)


async def provision_demo(database: Database, catalog: Catalog) -> Provisioned:
    """Make the tenant `demo` complete. What is there already stays as it is."""
    at = datetime.now(UTC)
    shipped = Definitions.read(find_files([shipped_definitions()]))
    done = Provisioned(organisation=_organisation(shipped))
    async with database.write(DEMO) as session:
        await tenants.ensure_tenant(session, at=at, title={"zh": "演示", "en": "Demo"})
    await _publish(database, shipped, catalog, done)
    async with database.write(DEMO) as session:
        if await people.latest_version(session) == 0:
            await people.save_organisation(session, done.organisation, by="", at=at)
    for person in done.organisation.people:
        await _user(database, person, at, done)
    await demo.seed(database, DEMO, at=at)
    return done


async def provision_tenant(database: Database, tenant: str, admin: str) -> str | None:
    """Make a tenant with one person, its administrator: his password. None where the tenant has people already."""
    at, password = datetime.now(UTC), passwords.new_password()
    hashed = await passwords.hash_password(password)
    async with database.write(tenant) as session:
        await tenants.ensure_tenant(session, at=at)
        if await people.latest_version(session) != 0:
            return None
        organisation = Organisation({admin: Person(admin, admin, roles=("admin",))})
        await people.save_organisation(session, organisation, by="", at=at)
        await people.save_user(session, admin, admin, hashed, at=at)
    return password


def _organisation(shipped: Definitions) -> Organisation:
    organisation = Organisation()
    for file in shipped.files:
        if file.kind == "people":
            organisation = parse_people(file.tree, organisation)
    return organisation


async def _publish(database: Database, shipped: Definitions, catalog: Catalog, done: Provisioned) -> None:
    for file in shipped.files:
        if file.kind == "process":
            done.published.append(await publish_process(database, DEMO, file, shipped.library, catalog))


async def publish_process(
    database: Database, tenant: str, file: DefinitionFile, library: Library, catalog: Catalog
) -> str:
    """Publish a process file into a tenant: its name and version, which is the old one if nothing has changed.

    Raises:
        DefinitionInvalid: it has errors.
    """
    plan = compile_process(file.source, catalog, library).ready()
    text, encoded, at = file.path.read_text(encoding="utf-8"), canonical_json(plan), datetime.now(UTC)

    async def work(session: TenantSession) -> int:
        return await definitions.publish(session, plan.process, text, encoded, by="", at=at)

    return f"{plan.process} {await database.transact(tenant, work)}"


async def _user(database: Database, person: str, at: datetime, done: Provisioned) -> None:
    """A user for a person who has none yet."""
    async with database.read(DEMO) as session:
        if await people.user(session, person) is not None:
            return
    password = passwords.new_password()
    hashed = await passwords.hash_password(password)
    async with database.write(DEMO) as session:
        await people.save_user(session, person, person, hashed, at=at)
    done.passwords[person] = password


async def reset_password(database: Database, tenant: str, person: str) -> str:
    """A new random password for somebody; his sessions end."""
    at = datetime.now(UTC)
    password = passwords.new_password()
    hashed = await passwords.hash_password(password)
    async with database.write(tenant) as session:
        await people.save_user(session, person, person, hashed, at=at)
        await people.revoke_all(session, person, at=at)
    return password
