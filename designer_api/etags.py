"""Revisions in headers: an `ETag` with every single thing, and `If-Match` with a change of it."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header, Response

from waystation.contracts.errors import Refused

_TAG = re.compile(r'(?:W/)?"(\d{1,18})"')


def etag(revision: int) -> str:
    return f'"{revision}"'


def tag(response: Response, revision: int) -> None:
    """Say which revision this answer shows."""
    response.headers["ETag"] = etag(revision)


async def _wanted(if_match: Annotated[str | None, Header()] = None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    found = _TAG.fullmatch(if_match.strip())
    if found is None:
        raise Refused("bad_request", "If-Match is no ETag of ours", "If-Match 不是有效的 ETag")
    return int(found[1])


#: The revision that the caller has seen, as `If-Match` says; None where it does not matter to him.
Seen = Annotated[int | None, Depends(_wanted)]
