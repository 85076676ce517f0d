"""Calls to the outside: the judged address is the one that is connected to, and nothing takes or brings too much."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.web import certificate, drips, floods, says, web
from waystation.contracts.errors import Refused, Unavailable, WaystationError
from waystation.outside import Call, Networks, Reach

HERE = Networks.read("127.0.0.1/32")


class Names:
    """A name server that may say something else every time."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return self.answers[min(self.asked, len(self.answers)) - 1]


async def failure(reach: Reach, call: Call) -> WaystationError:
    with pytest.raises((Refused, Unavailable)) as raised:
        await reach.call(call)
    return raised.value


async def test_a_name_that_moves_is_connected_to_where_it_was_judged(tmp_path: Path) -> None:
    """The name is looked up once; certificate, SNI and Host are the name's, the connection is the address's."""
    shows, trusts = certificate(tmp_path, "api.example.test")
    names = Names(["127.0.0.1"], ["127.0.0.2"], ["169.254.169.254"])
    async with web(says(body=b"yes"), tls=shows) as there:
        reach = Reach(HERE, resolve=names, trust=trusts)
        answer = await reach.call(Call("GET", f"https://api.example.test:{there.port}/a?b=c"))
    assert (answer.status, answer.body, names.asked) == (200, b"yes", 1)
    asked = there.asked[0]
    assert (asked.target, asked.server_name) == ("/a?b=c", "api.example.test")
    assert asked.headers["host"] == f"api.example.test:{there.port}"


async def test_a_certificate_of_another_name_is_none(tmp_path: Path) -> None:
    """Who answers at the address must be who the name says."""
    shows, trusts = certificate(tmp_path, "other.example.test")
    async with web(says(), tls=shows) as there:
        reach = Reach(HERE, resolve=Names(["127.0.0.1"]), trust=trusts)
        failed = await failure(reach, Call("GET", f"https://api.example.test:{there.port}/"))
    assert (failed.code, there.asked) == ("http.unreachable", [])


@pytest.mark.parametrize(
    "addresses", [["127.0.0.2"], ["127.0.0.1", "10.0.0.1"], ["169.254.169.254"], ["::ffff:127.0.0.2"], ["fe80::1%eth0"]]
)
async def test_one_private_address_refuses_the_name(addresses: list[str]) -> None:
    """Also when others of the same name could be reached: nothing is connected to."""
    async with web(says()) as there:
        reach = Reach(HERE, clear=True, resolve=Names(addresses))
        failed = await failure(reach, Call("GET", f"http://a.example.test:{there.port}/"))
    assert (failed.code, there.connections) == ("http.address_refused", 0)


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "localhost"])
async def test_addresses_in_every_spelling(host: str) -> None:
    """Numbers in other bases are addresses too, and judged as such."""
    async with web(says()) as there:
        failed = await failure(
            Reach(clear=True, resolve=Names(["127.0.0.1"])), Call("GET", f"http://{host}:{there.port}")
        )
    assert (failed.code, there.connections) == ("http.address_refused", 0)


async def test_plain_http_goes_to_named_networks_only() -> None:
    """Elsewhere whoever sits between would read it."""
    failed = await failure(Reach(resolve=Names(["1.1.1.1"])), Call("GET", "http://a.example.test/"))
    assert failed.code == "http.address_refused"
    async with web(says()) as there:
        assert (await Reach(HERE).call(Call("GET", there.url))).status == 200


async def test_a_redirect_is_an_answer() -> None:
    """It is not followed, wherever it leads."""
    async with web(says(302, b"", location="http://169.254.169.254/latest/meta-data/")) as there:
        answer = await Reach(HERE).call(Call("GET", there.url))
    assert (answer.status, there.connections) == (302, 1)


async def test_what_is_slow_or_huge_is_left() -> None:
    """A byte now and then does not keep a call alive; an answer without an end is not read to its end."""
    async with web(drips) as there:
        assert (await failure(Reach(HERE), Call("GET", there.url, patience=0.3))).code == "http.timeout"
        there.answer = floods
        assert (await failure(Reach(HERE), Call("GET", there.url, most=100_000))).code == "http.too_large"
    assert (await failure(Reach(HERE), Call("GET", there.url))).code == "http.unreachable"
    assert (await failure(Reach(resolve=Names([])), Call("GET", "https://a.test/"))).code == "http.unknown_host"


@pytest.mark.parametrize(
    "url",
    ["", "/a", "ftp://a/", "file:///etc/passwd", "http://", "http://u:p@a/", "http://a:0/", "https://" + "a" * 5000],
)
async def test_what_is_no_address(url: str) -> None:
    """Absolute, over http or https, without a password in it."""
    assert (await failure(Reach(), Call("GET", url))).code == "http.bad_url"
