"""The ring of master keys: how it is written, and that each purpose and tenant has a key of its own."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from pathlib import Path

import pytest

from waystation.contracts.errors import Refused, Unavailable
from waystation.sealing.ring import KeyRing
from waystation.settings import Settings

OLD, NEW = b64encode(b"o" * 32).decode(), urlsafe_b64encode(b"\xff" * 32).decode()


def test_the_first_key_seals_and_all_open() -> None:
    """Entries are parted by commas or lines, with comments; base64 of either alphabet."""
    ring = KeyRing.read(f"# keys\nnew:{NEW}  # since May\n\nold:{OLD},")
    assert (ring.current, ring.ids) == ("new", ("new", "old"))
    assert NEW not in repr(ring)


@pytest.mark.parametrize(
    "text", ["", "# nothing", "new", f"new:{OLD[:-8]}", f"New:{OLD}", f"a:{OLD} a:{NEW}", "a:!!!!", f"a:{OLD}x"]
)
def test_a_ring_that_is_none_is_refused_without_repeating_it(text: str) -> None:
    """A mistake stops the start; what is refused never says the key."""
    with pytest.raises(Refused) as refused:
        KeyRing.read(text)
    assert refused.value.code == "bad_keys"
    assert OLD[:10] not in refused.value.en + refused.value.zh


def test_keys_differ_by_master_purpose_and_tenant() -> None:
    """What opens one tenant's payloads opens nothing else."""
    ring = KeyRing.read(f"new:{NEW},old:{OLD}")
    made = {ring.key(*each) for each in [("new", "a", "t"), ("old", "a", "t"), ("new", "b", "t"), ("new", "a", "u")]}
    assert len(made) == 4
    assert ring.key("new", "a", "t") == KeyRing.read(f"new:{NEW}").key("new", "a", "t")
    with pytest.raises(Unavailable, match="key_missing"):
        ring.key("gone", "a", "t")


def test_the_ring_comes_from_a_variable_or_a_file(tmp_path: Path) -> None:
    """Nothing set: no ring. The variable goes before the file; a file that is not there stops the start."""
    file = tmp_path / "keys"
    file.write_text(f"old:{OLD}\n")
    assert KeyRing.of(Settings()) is None
    from_file = KeyRing.of(Settings(keys_file=file))
    from_both = KeyRing.of(Settings(keys=f"new:{NEW}", keys_file=file))
    assert (from_file and from_file.current, from_both and from_both.current) == ("old", "new")
    with pytest.raises(Refused, match="bad_setting"):
        KeyRing.of(Settings(keys_file=tmp_path / "none"))
