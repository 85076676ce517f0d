"""Which addresses and hosts may be reached."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from waystation.contracts.errors import Refused
from waystation.outside import AllowList, Networks, Outside
from waystation.settings import Settings

PRIVATE = """
127.0.0.1 127.8.9.1 0.0.0.0 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.1.1 100.64.0.1 192.0.0.8 192.0.2.1
198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 ::1 :: fe80::1 fc00::1 fd12::1 ff02::1
2001:db8::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 2002:7f00:1:: 64:ff9b::7f00:1 64:ff9b::a00:1
""".split()
METADATA = (
    "169.254.169.254 ::ffff:169.254.169.254 64:ff9b::a9fe:a9fe fd00:ec2::254 100.100.100.200 168.63.129.16".split()
)
PUBLIC = "1.1.1.1 8.8.8.8 223.5.5.5 172.32.0.1 100.128.0.1 2606:4700::1111 64:ff9b::101:101 ::ffff:1.1.1.1".split()


@pytest.mark.parametrize("text", [*PRIVATE, *METADATA])
def test_nothing_private_is_reached(text: str) -> None:
    """Loopback, private, link-local, shared, documentation, multicast; also where IPv6 carries such an address."""
    assert not Networks().allows(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_the_world_is_reached(text: str) -> None:
    """Everything that is an address of the internet."""
    assert Networks().allows(ip_address(text))


def test_an_operator_names_private_networks() -> None:
    """Those and no others; where clouds keep a machine's secrets is not reached even then."""
    named = Networks.read("10.1.0.0/16, 127.0.0.1,fd12::/16")
    assert all(named.allows(ip_address(text)) for text in ("10.1.2.3", "127.0.0.1", "fd12::5"))
    assert not any(named.allows(ip_address(text)) for text in ("10.2.0.1", "127.0.0.2", "fd13::5"))
    everything = Networks.read("0.0.0.0/0,::/0")
    assert not any(everything.allows(ip_address(text)) for text in METADATA)


@pytest.mark.parametrize(
    ("entry", "yes", "no"),
    [
        ("api.example.com", ["https api.example.com 443"], ["http api.example.com 80", "https api.example.com 8443"]),
        ("*.example.com", ["https a.b.example.com 443"], ["https example.com 443", "https badexample.com 443"]),
        ("API.example.com:8443", ["https api.example.com 8443"], ["https api.example.com 443"]),
        ("http://erp.local:8080", ["http erp.local 8080"], ["https erp.local 8080"]),
        ("*", ["https anything.net 443"], ["https anything.net 22", "http anything.net 80"]),
        ("http://[::1]:80", ["http ::1 80"], ["http ::2 80"]),
        ("例子.中国", ["https xn--fsqu00a.xn--fiqs8s 443"], []),
    ],
)
def test_the_allow_list(entry: str, yes: list[str], no: list[str]) -> None:
    """A host alone means https on its own port; a star stands for what is below, not for the name itself."""

    def allows(text: str) -> bool:
        scheme, host, port = text.split()
        return AllowList.read(f" {entry} ,").allows(scheme, host, int(port))

    assert [text for text in [*yes, *no] if allows(text)] == yes


@pytest.mark.parametrize("name", ["http_allow", "private_networks"])
def test_a_wrong_setting_stops_the_start(name: str) -> None:
    """With one line that names the variable."""
    with pytest.raises(Refused, match=f"WAYSTATION_{name.upper()}"):
        Outside.of(Settings(**{name: "ftp://x/y z"}))
