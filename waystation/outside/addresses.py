"""Which hosts and addresses may be reached. Pure: names are looked up elsewhere.

An address is judged after the name has been looked up, because a name says nothing: whoever owns it may point it at our
own network, and at another one a second later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: Where clouds tell a machine its own secrets (AWS, Azure, Aliyun, Oracle, Tencent): never reached, whatever is set.
METADATA = frozenset(
    map(
        ip_address,
        ("169.254.169.254", "169.254.170.2", "169.254.0.23", "fd00:ec2::254", "100.100.100.200", "168.63.129.16",
         "192.0.0.192"),
    )
)  # fmt: skip
#: IPv4 addresses written as IPv6 ones by a translator at the edge of the network.
_NAT64 = IPv6Network("64:ff9b::/96")
#: Addresses of the internet in IPv6, and what IANA has set aside; Python's own lists differ by version.
_UNICAST = IPv6Network("2000::/3")
_SET_ASIDE = tuple(
    map(
        ip_network,
        ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
         "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
         "224.0.0.0/3", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
)  # fmt: skip
_SCHEMES = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Networks:
    """Private networks that may be reached all the same, as operators name them."""

    private: tuple[Network, ...] = ()

    @classmethod
    def read(cls, text: str) -> Networks:
        """Networks in CIDR notation or single addresses, separated by commas.

        Raises:
            ValueError: something is neither.
        """
        return cls(tuple(ip_network(part) for part in _parts(text)))

    def allows(self, address: Address) -> bool:
        """Whether a connection may be made to this address."""
        views = list(_views(address))
        if any(view in METADATA for view in views):
            return False
        return self.is_named(address) or all(_is_public(view) for view in views)

    def is_named(self, address: Address) -> bool:
        """Whether the address lies in a private network that is named."""
        return any(address.version == network.version and address in network for network in self.private)


@dataclass(frozen=True, slots=True)
class AllowList:
    """Hosts that processes may call: `api.example.com`, `*.example.com`, `*`, with a port, with `http://` before it.

    Without a scheme an entry means https; without a port, the scheme's own.
    """

    entries: tuple[tuple[str, str, int], ...] = ()

    @classmethod
    def read(cls, text: str) -> AllowList:
        """Entries separated by commas.

        Raises:
            ValueError: an entry that cannot be understood.
        """
        return cls(tuple(_entry(part) for part in _parts(text)))

    def allows(self, scheme: str, host: str, port: int) -> bool:
        """Whether a process may call this host there. `host` is lower case, in its ASCII form."""
        return any(
            (scheme, port) == (known_scheme, known_port) and _matches(pattern, host)
            for known_scheme, pattern, known_port in self.entries
        )


def _parts(text: str) -> Iterable[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _entry(text: str) -> tuple[str, str, int]:
    scheme, found, rest = text.lower().partition("://")
    if not found:
        scheme, rest = "https", scheme
    host, _, port = rest.partition("]") if rest.startswith("[") else rest.partition(":")
    host, port = host.lstrip("["), port.lstrip(":")
    name = host.removeprefix("*.") if host.startswith("*.") else host
    if scheme not in _SCHEMES or not name or (name != "*" and set(name) & set("*/?#@ ")) or not (port or "1").isdigit():
        raise ValueError(f"not a host: {text}")
    if name != "*" and ":" not in name:
        host = host.replace(name, name.encode("idna").decode())
    return scheme, host, int(port or _SCHEMES[scheme])


def _matches(pattern: str, host: str) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and host != pattern[1:]
    return pattern in ("*", host)


def _views(address: Address) -> Iterator[Address]:
    """The address, and the IPv4 address that it carries."""
    yield address
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            yield address.ipv4_mapped
        elif address in _NAT64:
            yield IPv4Address(int(address) & 0xFFFF_FFFF)


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and (address.ipv4_mapped is not None or address in _NAT64):
        return True  # what it carries is judged beside it
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return False
    return not any(address.version == network.version and address in network for network in _SET_ASIDE)
