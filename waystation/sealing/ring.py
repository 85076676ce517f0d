"""The ring of master keys. The first one seals, all of them open, so keys are changed by adding one in front.

Master keys never encrypt anything themselves: each purpose of each tenant has a key of its own that is derived from
one. Without a ring nothing is sealed.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from waystation.contracts.errors import Refused, Unavailable
from waystation.settings import Settings

#: Bytes of a master key, and of most keys made from it.
SIZE = 32
_ENTRY = re.compile(r"(?P<id>[a-z0-9][a-z0-9_-]{0,31}):(?P<key>[A-Za-z0-9+/_=-]+)")
_COMMENT = re.compile(r"#[^\n]*")


class KeyRing:
    """Master keys by id, the one that seals first."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._keys = dict(keys)
        self.current = next(iter(self._keys))
        self._derive = lru_cache(maxsize=4096)(self._derived)

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self._keys)})"

    @classmethod
    def read(cls, text: str) -> KeyRing:
        """The ring that a text holds: `id:key` entries, keys as base64 of 32 bytes, parted by commas or white space.
        What follows a `#` is a comment.

        Raises:
            Refused: `bad_keys`. Keys are not repeated.
        """
        found = dict(_entries(text))
        if not found:
            raise _bad("there is no key", "没有密钥")
        return cls(found)

    @classmethod
    def of(cls, settings: Settings) -> KeyRing | None:
        """The ring of this installation; None where no key is set.

        Raises:
            Refused: `bad_keys`, `bad_setting` where the file cannot be read.
        """
        if settings.keys is not None:
            return cls.read(settings.keys)
        if settings.keys_file is None:
            return None
        try:
            return cls.read(settings.keys_file.read_text("utf-8"))
        except (OSError, UnicodeDecodeError):
            place = str(settings.keys_file)
            raise Refused(
                "bad_setting", f"cannot read {place}", f"无法读取 {place}", {"names": ["keys_file"]}
            ) from None

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self._keys)

    def key(self, key_id: str, purpose: str, tenant: str, size: int = SIZE) -> bytes:
        """The key of a purpose and a tenant, made from a master key.

        Raises:
            Unavailable: `key_missing`, another process seals with a key that this one does not have.
        """
        return self._derive(key_id, purpose, tenant, size)

    def _derived(self, key_id: str, purpose: str, tenant: str, size: int) -> bytes:
        if key_id not in self._keys:
            raise missing(key_id)
        info = b"waystation\0" + purpose.encode() + b"\0" + tenant.encode()
        return HKDF(SHA256(), size, salt=None, info=info).derive(self._keys[key_id])


def missing(key_id: str) -> Unavailable:
    """What is said where a master key is not on the ring."""
    return Unavailable(
        "key_missing",
        f"the key {key_id} is not on this process's ring (WAYSTATION_KEYS)",
        f"本进程没有密钥 {key_id}（WAYSTATION_KEYS）",
        {"key": key_id},
        retry_after=10.0,
    )


def _entries(text: str) -> Iterator[tuple[str, bytes]]:
    seen: set[str] = set()
    for number, entry in enumerate(re.split(r"[\s,]+", _COMMENT.sub("", text).strip()), 1):
        if not entry:
            continue
        parts = _ENTRY.fullmatch(entry)
        key = _key_of(parts["key"]) if parts else None
        if parts is None or key is None:
            raise _bad(
                f"entry {number} is not id:base64 of {SIZE} bytes", f"第 {number} 项不是 id:base64（{SIZE} 字节）"
            )
        if parts["id"] in seen:
            raise _bad(f"two keys are called {parts['id']}", f"密钥 {parts['id']} 重复")
        seen.add(parts["id"])
        yield parts["id"], key


def _key_of(text: str) -> bytes | None:
    try:
        found = base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error:
        return None
    return found if len(found) == SIZE else None


def _bad(en: str, zh: str) -> Refused:
    return Refused("bad_keys", f"WAYSTATION_KEYS: {en}", f"WAYSTATION_KEYS：{zh}")
