"""Object stores: the folder and a bucket behave alike, and nothing is handed out that was not put in."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from designer_api.objects import LocalObjects, ObjectStore, S3Objects, open_objects
from designer_api.objects.digests import place_of, sha256
from waystation.contracts.errors import Refused, Unavailable
from waystation.settings import Settings
from waystation.temporal_server import free_port


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """A server that speaks S3, with a bucket `files`; its address."""
    with s3_server() as (address, _):
        yield address


@pytest.fixture
def paused() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """One of its own for a test that does it harm."""
    with s3_server() as made:
        yield made


@contextmanager
def s3_server() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = free_port()
    program = Path(sys.executable).with_name("moto_server")
    process = subprocess.Popen([program, "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _make_bucket(address, process)
        yield address, process
    finally:
        process.terminate()
        process.wait(10)


def _make_bucket(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None
        try:
            request = urllib.request.Request(f"{address}/files", method="PUT")
            with urllib.request.urlopen(request, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the S3 server does not answer")


def in_bucket(address: str) -> Settings:
    return Settings(objects_url="s3://files/some/prefix", objects_endpoint=address, objects_key="k", objects_secret="s")


async def behaves(store: ObjectStore) -> None:
    """What is put is there for its tenant: twice is once, at once or in turn; empty and large contents too."""
    for data in (b"hello", b"", bytes(6_000_000)):
        assert [await store.put("t", data) for _ in range(2)] == [sha256(data)] * 2
        assert await store.get("t", sha256(data)) == data
    for tenant, digest in (("u", sha256(b"hello")), ("t", sha256(b"other"))):
        with pytest.raises(Refused, match="not_found"):
            await store.get(tenant, digest)
    data = bytes(range(256)) * 1_000
    assert set(await asyncio.gather(*(store.put("t", data) for _ in range(8)))) == {sha256(data)}
    assert await store.get("t", sha256(data)) == data


async def test_a_folder_keeps_files(tmp_path: Path) -> None:
    """The store of a private installation."""
    await behaves(open_objects(Settings(data_dir=tmp_path)))


@pytest.mark.slow
async def test_a_bucket_keeps_files(bucket: str) -> None:
    """It behaves as the folder does; a wrong name of it is an operator's matter, not the sender's."""
    await behaves(open_objects(in_bucket(bucket)))
    settings = in_bucket(bucket).model_copy(update={"objects_url": "s3://no-such-bucket"})
    with pytest.raises(Unavailable, match="files_unavailable"):
        await open_objects(settings).put("t", b"x")


def test_an_address_of_no_bucket_is_refused() -> None:
    """A mistake in a setting stops the start."""
    with pytest.raises(Refused, match="bad_setting"):
        Settings.read({"WAYSTATION_OBJECTS_URL": "https://files"})


async def test_damaged_content_is_not_handed_out(tmp_path: Path) -> None:
    """A disk that forgot a bit is noticed."""
    store = LocalObjects(tmp_path)
    digest = await store.put("t", b"hello")
    (tmp_path / place_of("t", digest)).write_bytes(b"hallo")
    with pytest.raises(Unavailable, match="content_damaged"):
        await store.get("t", digest)


async def test_a_store_that_is_gone_is_unavailable() -> None:
    """Worth trying again, and the answer names neither bucket nor key."""
    store = S3Objects.open(
        "files", prefix="", endpoint=f"http://127.0.0.1:{free_port()}", region="us-east-1", key="k", secret="s", tries=0
    )
    for call in (store.put("t", b"x"), store.get("t", sha256(b"x"))):
        with pytest.raises(Unavailable, match="files_unavailable") as caught:
            await call
        assert "127.0.0.1" not in str(caught.value)


@pytest.mark.slow
async def test_a_bucket_that_stops_and_goes_on(paused: tuple[str, subprocess.Popen[bytes]]) -> None:
    """The real server: held, it is unavailable when patience ends; let go, it has what it had; killed, it is gone."""
    address, process = paused
    store = S3Objects.open(
        "files", prefix="", endpoint=address, region="us-east-1", key="k", secret="s", tries=0, patience="2 seconds"
    )
    digest = await store.put("t", b"hello")
    process.send_signal(signal.SIGSTOP)
    try:
        for call in (store.get("t", digest), store.put("t", b"more")):
            with pytest.raises(Unavailable, match="files_unavailable"):
                await call
    finally:
        process.send_signal(signal.SIGCONT)
    patient = S3Objects.open("files", prefix="", endpoint=address, region="us-east-1", key="k", secret="s")
    assert await patient.get("t", digest) == b"hello"
    process.kill()
    process.wait(10)
    with pytest.raises(Unavailable, match="files_unavailable"):
        await store.get("t", digest)


async def test_a_store_that_is_silent_is_unavailable() -> None:
    """It takes the request and never answers: the caller is told when patience ends, and not left hanging."""
    over = asyncio.Event()

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _ = await over.wait()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        store = S3Objects.open(
            "files",
            prefix="",
            endpoint=endpoint,
            region="us-east-1",
            key="k",
            secret="s",
            tries=0,
            patience="1 seconds",
        )
        with pytest.raises(Unavailable, match="files_unavailable"):
            await store.get("t", sha256(b"x"))
        over.set()
