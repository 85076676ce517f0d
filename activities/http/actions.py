"""The action `http.request`."""

from __future__ import annotations

from datetime import UTC, datetime

from activities._runtime import OutsideContext, action
from activities.http import rules
from activities.http.contracts import RequestIn, RequestOut, Secret
from waystation.contracts.catalog import ActionError
from waystation.contracts.errors import Refused, Unavailable
from waystation.outside import Answer, Call
from waystation.outside.reach import parse_url, port_of

#: Statuses that pass: too early, too many, busy.
_PASSING = frozenset({408, 425, 429})

ERRORS = (
    ActionError("http.bad_url", "不是有效的 http(s) 地址", "no address over http or https"),
    ActionError("http.not_allowed", "该主机不在允许名单中", "the host is not on the allow-list"),
    ActionError("http.address_refused", "目标地址禁止访问", "an address that may not be reached"),
    ActionError("http.bad_header", "不允许设置该请求头", "a header that may not be set"),
    ActionError("http.bad_body", "内容无法按所选方式发送", "the body cannot be sent this way"),
    ActionError("http.unknown_secret", "没有该名称的密钥", "there is no secret of this name"),
    ActionError("http.too_large", "请求或应答内容过大", "the request or its answer is too large"),
    ActionError("http.redirected", "对方要求转到其他地址", "the other side sends us elsewhere"),
    ActionError("http.refused", "对方拒绝了请求", "the other side refuses the request"),
    ActionError("http.bad_answer", "无法读取应答", "the answer cannot be read"),
    ActionError("http.busy", "对方暂时无法处理", "the other side cannot do it now", "transient"),
    ActionError("http.timeout", "对方未在限定时间内应答", "no answer in time", "transient"),
    ActionError("http.unreachable", "无法连接对方", "the other side cannot be reached", "transient"),
    ActionError("http.unknown_host", "无法解析主机名", "the host is not known", "transient"),
)


@action(
    "http.request",
    zh="调用外部接口",
    en="Call an HTTP API",
    about_zh="向允许名单内的主机发出一次 HTTP 请求；密钥按名称引用，不会出现在记录中。",
    about_en="Sends one HTTP request to a host on the allow-list; secrets are named and never written down.",
    icon="globe",
    errors=ERRORS,
    outside=True,
    timeout=45.0,
)
async def request(ctx: OutsideContext, args: RequestIn) -> RequestOut:
    """Sends one HTTP request. The same activation carries the same `Idempotency-Key`, however often it is tried."""
    url = parse_url(args.url)
    if not ctx.outside.allowed.allows(url.scheme, url.raw_host.decode("ascii").lower(), port_of(url)):
        detail = {"host": url.host}
        raise Refused(
            "http.not_allowed", f"{url.host} is not on the allow-list", f"主机 {url.host} 不在允许名单中", detail
        )
    body, media_type = rules.body_of(args)
    headers, secrets = await _headers(ctx, args)
    if media_type:
        headers.setdefault("content-type", media_type)
    call = Call(
        args.method, rules.with_query(args.url, args.query), headers, body, float(args.seconds), args.max_bytes
    )  # fmt: skip
    answer = await ctx.outside.reach.call(call, clear=True)
    _check(args, answer, secrets)
    found, read = rules.read_answer(args, answer, secrets)
    return RequestOut(status=answer.status, headers=found, body=read)


async def _headers(ctx: OutsideContext, args: RequestIn) -> tuple[dict[str, str], list[str]]:
    """The headers by lower-case name, and the secrets among them."""
    found: dict[str, str] = {"idempotency-key": ctx.reference("http")}
    secrets: list[str] = []
    for name, value in args.headers.items():
        if name.lower() in rules.OWN_HEADERS:
            raise Refused("http.bad_header", f"the header {name} may not be set", f"不允许设置请求头 {name}")
        if isinstance(value, Secret):
            secrets.append(await ctx.outside.secrets.get(ctx.tenant, value.secret))
            value = value.before + secrets[-1]  # noqa: PLW2901 - the header's text
        found[name.lower()] = value
    if args.basic is not None:
        password = await ctx.outside.secrets.get(ctx.tenant, args.basic.secret)
        found["authorization"] = rules.basic(args.basic.user, password)
        secrets += [password, found["authorization"].removeprefix("Basic ")]
    return found, secrets


def _check(args: RequestIn, answer: Answer, secrets: list[str]) -> None:
    """Raise unless the status is one that the process takes for an answer."""
    status = answer.status
    if 200 <= status < 300 or status in args.accept:
        return
    detail = {"status": status, "said": rules.said(answer, secrets)}
    if 300 <= status < 400:
        raise Refused(
            "http.redirected", "the other side sends us elsewhere", "对方要求转到其他地址", {"status": status}
        )
    if status >= 500 or status in _PASSING:
        wait = rules.wait_of(answer, datetime.now(UTC))
        en, zh = f"the other side answers {status}", f"对方返回 {status}"
        raise Unavailable("http.busy", en, zh, detail, retry_after=wait)
    raise Refused("http.refused", f"the other side answers {status}", f"对方返回 {status}", detail)
