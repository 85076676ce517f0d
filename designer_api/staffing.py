"""What a process may name of people: the roles, groups and users of the tenant's own organisation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from designer_api.deps import Parts
from waystation.compiler.library import Library
from waystation.contracts.directory import Part
from waystation.contracts.people import Organisation
from waystation.store import definitions, people
from waystation.store import organisation as rows


async def tenant_library(held: Parts, tenant: str) -> Library:
    """What a process of this tenant may name: of other processes also those that the tenant has published itself."""
    async with held.database.read(tenant) as session:
        organisation = await people.organisation(session)
        own = await definitions.process_ids(session)
        posts = [part for part in (await rows.parts(session)).values() if part.kind == "post"]
    library = held.library
    if library.processes is not None:
        library = replace(library, processes={**dict.fromkeys(own), **library.processes})
    return staffed(library, organisation, posts)


def staffed(library: Library, organisation: Organisation, posts: Iterable[Part] = ()) -> Library:
    """The library with this organisation; a tenant without people may name whom it likes."""
    if not organisation.people:
        return replace(library, roles=None, groups=None, users=None)
    held = (role for person in organisation.people.values() for role in person.roles)
    inherited = (role for roles in organisation.inherits.values() for role in roles)
    given = (role for post in posts for role in post.roles)
    groups = (group for person in organisation.people.values() for group in person.groups)
    return replace(
        library,
        roles=frozenset([*held, *organisation.inherits, *inherited, *given]),
        groups=frozenset(groups),
        users=frozenset(organisation.people),
    )
