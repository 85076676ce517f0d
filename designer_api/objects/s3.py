"""Bytes in a bucket of an S3-compatible store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from designer_api.objects.digests import checked, place_of, sha256
from designer_api.objects.local import content_gone
from waystation.contracts.errors import Unavailable

if TYPE_CHECKING:
    from obstore.store import S3Config

#: The client repeats by itself what fails in passing; a caller of the API does not wait longer than this.
_PATIENCE = "20 seconds"


class S3Objects:
    """Objects under `<prefix>/<tenant's digest>/<first two of the hash>/<hash>`. Encryption is the bucket's."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    @classmethod
    def open(
        cls,
        bucket: str,
        *,
        prefix: str,
        endpoint: str | None,
        region: str,
        key: str | None,
        secret: str | None,
        tries: int = 3,
        patience: str = _PATIENCE,
    ) -> S3Objects:
        """A bucket.

        Args:
            endpoint: of a store that is not Amazon's, such as `http://minio:9000`.
            key: access key id; without one, what the machine itself is allowed counts (its role).
            tries: how often the client repeats what fails in passing.
            patience: how long one request may take.
        """
        config: S3Config = {"region": region}
        if key is not None:
            config["access_key_id"], config["secret_access_key"] = key, secret or ""
        if endpoint is not None:
            config["endpoint"], config["virtual_hosted_style_request"] = endpoint, False
        plain = endpoint is not None and endpoint.startswith("http://")
        return cls(
            S3Store(
                bucket,
                prefix=prefix or None,
                config=config,
                client_options={"allow_http": plain, "timeout": patience, "connect_timeout": "5 seconds"},
                retry_config={"max_retries": tries},
            )
        )

    async def put(self, tenant: str, data: bytes) -> str:
        digest = sha256(data)
        try:
            await obstore.put_async(self._store, place_of(tenant, digest), data)
        except (BaseError, OSError) as error:
            raise _unavailable(error) from error
        return digest

    async def get(self, tenant: str, digest: str) -> bytes:
        try:
            found = await obstore.get_async(self._store, place_of(tenant, digest))
            data = bytes(await found.bytes_async())
        except (NotFoundError, FileNotFoundError):
            raise content_gone() from None
        except (BaseError, OSError) as error:
            raise _unavailable(error) from error
        return checked(data, digest)

    async def drop(self, tenant: str, digest: str) -> None:
        try:
            await obstore.delete_async(self._store, place_of(tenant, digest))
        except (NotFoundError, FileNotFoundError):
            return
        except (BaseError, OSError) as error:
            raise _unavailable(error) from error


def _unavailable(error: Exception) -> Unavailable:
    """Its cause is in the log only: it may name the bucket and the key id."""
    return Unavailable("files_unavailable", "the file store is not answering", "文件存储没有响应", retry_after=5.0)
