"""Everything that leads out, put together from the settings of an installation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self, TypeVar

from waystation.contracts.errors import Refused
from waystation.outside.addresses import AllowList, Networks
from waystation.outside.reach import Reach
from waystation.outside.secrets import Secrets
from waystation.settings import Settings

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Outside:
    """What actions and deliveries go out by.

    Args:
        allowed: hosts that processes may call; what they call is refused where it is empty.
    """

    reach: Reach = field(default_factory=Reach)
    allowed: AllowList = field(default_factory=AllowList)
    secrets: Secrets = field(default_factory=Secrets)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The way out of this installation.

        Raises:
            Refused: `bad_setting`.
        """
        networks = _read(Networks.read, settings.private_networks, "WAYSTATION_PRIVATE_NETWORKS")
        allowed = _read(AllowList.read, settings.http_allow, "WAYSTATION_HTTP_ALLOW")
        return cls(Reach(networks), allowed, Secrets(settings.secrets_dir))


def _read(read: Callable[[str], _Value], text: str | None, name: str) -> _Value:
    try:
        return read(text or "")
    except ValueError as error:
        said = f"{name}: {error}"
        raise Refused("bad_setting", f"bad setting: {said}", f"设置有误：{said}", {"names": [name]}) from None
