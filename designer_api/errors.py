"""Errors on the wire: `application/problem+json` with a stable code and a sentence in zh and en.

The one table that turns the tree of `waystation.contracts.errors` into HTTP statuses.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from waystation.contracts.errors import DefinitionInvalid, Refused, Unavailable, WaystationError

#: Refusals by code; whatever is not named is a conflict with the state of things.
STATUS: dict[str, int] = {
    "unauthenticated": 401,
    "bad_credentials": 401,
    "sign_in_failed": 401,
    "bad_signature": 401,
    "bad_timestamp": 401,
    "not_allowed": 403,
    "cross_site": 403,
    "not_yours": 403,
    "four_eyes": 403,
    "not_found": 404,
    "unknown_process": 404,
    "unknown_version": 404,
    "bad_request": 400,
    "bad_cursor": 400,
    "bad_filter": 400,
    "bad_view": 422,
    "changed_meanwhile": 412,
    "revision_needed": 428,
    "too_large": 413,
    "too_deep": 400,
    "unsupported_type": 415,
    "bad_form": 422,
    "bad_data": 422,
    "bad_people": 422,
    "bad_import": 422,
    "bad_sheet": 422,
    "definition_invalid": 422,
    "http.bad_url": 422,
    "bad_quiet": 422,
    "bad_mapping": 422,
    "bad_body": 400,
    "bad_edit": 422,
    "bad_design": 422,
    "bad_scenario": 422,
    "bad_sample": 422,
    "bad_drill": 422,
    "too_soon": 429,
    "too_many_tries": 429,
    "too_many_requests": 429,
    "internal_error": 500,
}

MEDIA_TYPE = "application/problem+json"

#: What is said of who asks, whatever the address.
_OF_THE_CALLER = frozenset((HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS))

_FROM_HTTP = {
    404: ("not_found", "there is nothing at this address", "此地址没有内容"),
    405: ("method_not_allowed", "this method is not allowed here", "此处不支持该方法"),
}


class ProblemBody(BaseModel):
    """What every error answers."""

    type: str = Field(default="about:blank")
    title: str = Field(description="The sentence in the language that was asked for. 按请求语言给出的说明")
    status: int
    code: str = Field(description="Stable, for programs. 稳定的错误码")
    zh: str
    en: str
    detail: dict[str, Any] | None = None
    problems: list[dict[str, Any]] | None = Field(default=None, description="Places in a definition. 定义中的位置")


def status_of(error: WaystationError) -> int:
    if isinstance(error, Unavailable):
        return HTTPStatus.SERVICE_UNAVAILABLE
    return STATUS.get(error.code, HTTPStatus.CONFLICT)


def problem(request: Request, error: WaystationError, status: int | None = None) -> Response:
    """The answer for an error, in the language of the request; with another status than its own where one is given."""
    status = status_of(error) if status is None else status
    body: dict[str, Any] = {
        "type": f"https://waystation.dev/problems/{error.code}",
        "title": error.en if prefers_english(request) else error.zh,
        "status": status,
        "code": error.code,
        "zh": error.zh,
        "en": error.en,
    }
    if error.detail:
        body["detail"] = error.detail
    headers: dict[str, str] = {}
    if isinstance(error, DefinitionInvalid):
        body["problems"] = [located(found) for found in error.problems]
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(max(1, round(error.retry_after)))
    if status == HTTPStatus.TOO_MANY_REQUESTS and error.detail and "retry_after" in error.detail:
        headers["Retry-After"] = str(error.detail["retry_after"])
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    content = orjson.dumps(body, default=str)
    return Response(content, status, headers, media_type=MEDIA_TYPE)


def located(found: Any) -> dict[str, Any]:
    """A compiler problem as JSON."""
    return {
        "code": found.code,
        "severity": found.severity.value,
        "file": found.place.file,
        "line": found.place.line,
        "column": found.place.column,
        "node": found.node,
        "zh": found.zh,
        "en": found.en,
        "hint_zh": found.hint_zh,
        "hint_en": found.hint_en,
    }


def prefers_english(request: Request) -> bool:
    """Chinese first: English only when it is asked for before Chinese."""
    wanted = request.headers.get("accept-language", "").lower()
    english, chinese = wanted.find("en"), wanted.find("zh")
    return english >= 0 and (chinese < 0 or english < chinese)


def install(app: FastAPI, methods_at: Callable[[Request], str]) -> None:
    """Answer every error of ours, and those of the framework, in this form.

    Args:
        methods_at: the methods that an address knows, for those who try another one.
    """

    @app.exception_handler(WaystationError)
    async def ours(request: Request, error: WaystationError) -> Response:
        is_refusal = isinstance(error, Refused) and status_of(error) not in _OF_THE_CALLER
        if is_refusal and (allowed := other_methods(request)):
            return not_here(request, allowed)
        return problem(request, error)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> Response:
        if allowed := other_methods(request):
            return not_here(request, allowed)
        faults = {".".join(str(part) for part in fault["loc"]): str(fault["msg"]) for fault in error.errors()}
        first = next(iter(faults.items()), ("", ""))
        refused = Refused(
            "bad_request", f"{first[0]}: {first[1]}", f"请求有误：{first[0]}：{first[1]}", {"fields": faults}
        )
        return problem(request, refused)

    @app.exception_handler(HTTPException)
    async def framework(request: Request, error: HTTPException) -> Response:
        fallback = ("http_error", str(error.detail), str(error.detail))
        code, en, zh = _FROM_HTTP.get(error.status_code, fallback)
        refused = Refused(code, en, zh)
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            return not_here(request, methods_at(request))
        return problem(request, refused, error.status_code)

    def other_methods(request: Request) -> str:
        """Methods of an address that is asked by none of them: a template that fits it too has taken the request."""
        allowed = methods_at(request)
        return "" if request.method in allowed.split(", ") else allowed

    def not_here(request: Request, allowed: str) -> Response:
        code, en, zh = _FROM_HTTP[HTTPStatus.METHOD_NOT_ALLOWED]
        answer = problem(request, Refused(code, en, zh), HTTPStatus.METHOD_NOT_ALLOWED)
        answer.headers["Allow"] = allowed
        return answer
