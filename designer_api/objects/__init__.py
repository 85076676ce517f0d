"""Where the bytes of files are kept, what they are, and whether they are safe.

An object store keeps bytes by tenant and SHA-256; the database knows what a file is and is called.
"""

from __future__ import annotations

from typing import Protocol

from designer_api.objects.local import LocalObjects
from designer_api.objects.s3 import S3Objects
from waystation.contracts.errors import Refused
from waystation.settings import Settings

__all__ = ["LocalObjects", "ObjectStore", "S3Objects", "open_objects"]


class ObjectStore(Protocol):
    """Keeps bytes. What is put is there, whole, when `put` returns; nothing is ever changed."""

    async def put(self, tenant: str, data: bytes) -> str:
        """Store bytes; their SHA-256 in hex. Storing the same bytes again changes nothing.

        Raises:
            Unavailable: the store does not answer.
        """

    async def get(self, tenant: str, digest: str) -> bytes:
        """The bytes, checked against their digest.

        Raises:
            Refused: `not_found`, also for bytes of another tenant.
            Unavailable: the store does not answer.
        """

    async def drop(self, tenant: str, digest: str) -> None:
        """Forget these bytes; what is not there is forgotten already.

        Raises:
            Unavailable: the store does not answer.
        """


def open_objects(settings: Settings) -> ObjectStore:
    """The object store of this installation: an S3 bucket where one is named, else a folder.

    Raises:
        Refused: `bad_setting`.
    """
    if settings.objects_url is None:
        return LocalObjects(settings.data_dir / "objects")
    scheme, _, rest = settings.objects_url.partition("://")
    bucket, _, prefix = rest.partition("/")
    if scheme != "s3" or not bucket:
        raise Refused("bad_setting", "WAYSTATION_OBJECTS_URL: s3://bucket or s3://bucket/prefix", "对象存储地址有误")
    return S3Objects.open(
        bucket,
        prefix=prefix.strip("/"),
        endpoint=settings.objects_endpoint,
        region=settings.objects_region,
        key=settings.objects_key,
        secret=settings.objects_secret,
    )
