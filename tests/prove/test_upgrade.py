"""An upgrade without stopping: two releases side by side on one database and one task queue, while cases move."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest

from tests.support.by_hand import ByHand
from tests.support.databases import Server, postgresql_server  # noqa: F401 - a fixture
from tests.support.four_processes import PROCESSES, Office, drive
from tests.support.installation import ROOT, Installation

pytestmark = [pytest.mark.slow, pytest.mark.databases, pytest.mark.temporal]

#: The commit of the release that is replaced; another may be named.
BEFORE = os.environ.get("PROVE_UPGRADE_FROM", "7e7a57b")
EACH = max(2, round(20 * float(os.environ.get("PROVE_SHARE", "1"))))


#: What `waystation upgrade --demo` does, in words that every release understands.
PROVISION = """
import asyncio, sys
from waystation.bootstrap import build_catalog
from waystation.provision import provision_demo
from waystation.store import migrate
from waystation.store.session import Database

async def main(url):
    await migrate.upgrade(url)
    database = Database(url)
    for person, password in (await provision_demo(database, build_catalog())).passwords.items():
        print(person, password)
    await database.close()

asyncio.run(main(sys.argv[1]))
"""


def provisioned(place: ByHand) -> dict[str, str]:
    """Tables and demo people as this release makes them; their passwords."""
    said = subprocess.run(
        [sys.executable, "-c", PROVISION, place.database_url],
        cwd=place.release,
        env=place.environment(0),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    return dict(line.split() for line in said.stdout.splitlines())


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """The code of the release before, in a folder of its own."""
    packed = subprocess.run(["git", "archive", BEFORE], cwd=ROOT, capture_output=True, check=True, timeout=60).stdout
    folder = tmp_path / "older"
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture
def both(tmp_path: Path, older: Path, postgresql_server: Server) -> Iterator[tuple[ByHand, ByHand]]:  # noqa: F811
    """The release before, running, and the present one, not yet started, on the same databases."""
    before = ByHand(tmp_path, postgresql_server, "upgraded", release=older, mark="older-", settings={})
    before.make_store()
    before.start_temporal()
    after = ByHand(tmp_path, postgresql_server, "upgraded", temporal=before.temporal)
    try:
        before.passwords |= provisioned(before)
        before.start()
        yield before, after
    finally:
        after.kill()
        before.kill()


def office(place: ByHand, tokens: dict[str, str] | None = None) -> Office:
    made = Office(cast(Installation, place))  # of a place it needs the address and the passwords, which both have
    if tokens is None:
        made.sign_in()
    else:
        made.tokens = tokens
    return made


def test_cases_move_while_one_release_replaces_the_other(both: tuple[ByHand, ByHand]) -> None:
    """Tables are brought up under the old release, both then serve old and new cases, and the old one leaves."""
    before, after = both
    jobs = [(process, number) for number in range(2, 2 + EACH) for process in PROCESSES]
    late = [(process, number) for number in range(100, 100 + EACH) for process in PROCESSES]
    with ThreadPoolExecutor(6) as pool, closing(office(before)) as old:
        ends = drive(old, range(1, 2))
        cases = {job: old.start(*job) for job in jobs}
        third = len(jobs) // 3
        moving = [pool.submit(old.finish, *job, cases[job]) for job in jobs[:third]]
        after.upgrade()
        after.start()
        with closing(office(after, old.tokens)) as new:
            cases |= {job: (old, new)[number % 2].start(*job) for number, job in enumerate(late)}
            moving += [pool.submit(new.finish, *job, cases[job]) for job in jobs[third : 2 * third]]
            moving += [pool.submit((new, old)[n % 2].finish, *job, cases[job]) for n, job in enumerate(late[:third])]
            found = {
                f"{job[0]} {end.result()}" for job, end in zip([*jobs[: 2 * third], *late[:third]], moving, strict=True)
            }
            before.leave()
            rest = [*jobs[2 * third :], *late[third:]]
            found |= {f"{job[0]} {new.finish(*job, cases[job])}" for job in rest}
    assert sorted(found) == ends
    assert f"{len(cases) + len(PROCESSES)} cases" in after.check()
