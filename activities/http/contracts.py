"""What `http.request` takes and gives. A secret is named, never written: `{secret: erp_key}`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from activities._runtime import Given, Gives, Whole

HeaderName = Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")]
#: One line that a header may hold.
Line = Annotated[str, Field(max_length=4000, pattern=r"^[^\x00-\x1f\x7f]*$")]
SecretName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
Status = Annotated[Whole, Field(ge=100, le=599)]
Text = Annotated[str, Field(max_length=4000)]


class Secret(Given):
    """The secret of this name, with a word before it: `{secret: erp_key, before: "Bearer "}`."""

    secret: SecretName
    before: Annotated[str, Field(max_length=40, pattern=r"^[ -~]*$")] = ""


class Basic(Given):
    """A user with a password (RFC 7617)."""

    user: Annotated[Line, Field(max_length=200, pattern=r"^[^:\x00-\x1f\x7f]*$")]
    secret: SecretName


class RequestIn(Given):
    """One request.

    Args:
        send: how `body` goes out: JSON, the fields of a form, or as the text that it is.
        expect: how the answer is read.
        accept: statuses besides 200 to 299 that are an answer and no failure.
    """

    url: Annotated[str, Field(min_length=1, max_length=2000)]
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    query: Annotated[dict[str, Text | Whole | bool], Field(max_length=50)] = {}
    headers: Annotated[dict[HeaderName, Line | Secret], Field(max_length=30)] = {}
    basic: Basic | None = None
    body: Any = None
    send: Literal["json", "form", "text"] = "json"
    expect: Literal["json", "text", "nothing"] = "json"
    accept: Annotated[list[Status], Field(max_length=20)] = []
    seconds: Annotated[Whole, Field(ge=1, le=30)] = 10
    max_bytes: Annotated[Whole, Field(ge=1, le=1024 * 1024)] = 256 * 1024


class RequestOut(Gives):
    """What came back. `headers` have lower-case names; `body` is as `expect` reads it, null where there is none."""

    status: int
    headers: dict[str, str]
    body: Any
