"""Signing in at an OpenID provider: the code flow with PKCE, state and nonce, and everything checked that comes back.

The provider's documents are read over one client with a time limit and a size limit, from the configured issuer alone.
Its keys are kept for a while and read again when a token names one that is not known, so that it may rotate them.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from waystation.contracts.errors import Refused, Unavailable
from waystation.settings import Settings

#: How long the provider may take, and the browser to come back.
_PATIENCE, STAYS_AWAY = 10.0, timedelta(minutes=10)
#: Bytes of one of its answers.
_MOST = 256 * 1024
#: How long its documents and keys are kept, and how soon keys are read again for an unknown one.
_KEPT, _AGAIN = timedelta(hours=1), timedelta(seconds=10)
#: Seconds that its clock may differ from ours.
_LEEWAY = 60
#: Signatures that are taken; never `none`, and never those made with a shared secret.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
_FIELDS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class Errand:
    """What the browser keeps while it is at the provider's: compared or sent when it comes back."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Errand:
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))

    def text(self) -> str:
        return f"{self.state}.{self.nonce}.{self.verifier}"

    @classmethod
    def read(cls, text: str | None) -> Errand:
        """Raises Refused: `sign_in_failed`."""
        parts = (text or "").split(".")
        if len(parts) != 3 or not all(parts):
            raise failed("the sign-in was begun elsewhere or too long ago", "登录已过期或不是在此浏览器发起的")
        return cls(*parts)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says it is. `email` only where the provider has verified it."""

    subject: str
    email: str | None
    name: str


class Provider:
    """The provider of an installation."""

    def __init__(self, settings: Settings) -> None:
        assert settings.oidc_issuer is not None
        assert settings.oidc_client is not None
        self._issuer, self._client, self._secret = settings.oidc_issuer, settings.oidc_client, settings.oidc_secret
        self._document: tuple[dict[str, Any], datetime] | None = None
        self._keys: tuple[KeySet, datetime] | None = None

    async def address(self, errand: Errand, back: str) -> str:
        """Where to send the browser; it comes back to `back`."""
        found: str = prepare_grant_uri(
            (await self._described())["authorization_endpoint"],
            self._client,
            "code",
            redirect_uri=back,
            scope="openid profile email",
            state=errand.state,
            nonce=errand.nonce,
            code_challenge=create_s256_code_challenge(errand.verifier),
            code_challenge_method="S256",
        )
        return found

    async def identity(self, errand: Errand, code: str, back: str) -> Identity:
        """Who the code stands for.

        Raises:
            Refused: `sign_in_failed`.
            Unavailable: `provider_unavailable`.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": self._client,
            "code_verifier": errand.verifier,
        }
        auth = (self._client, self._secret) if self._secret else None
        answer = await _ask("POST", (await self._described())["token_endpoint"], data=form, auth=auth)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise failed("the provider gave no identity", "身份提供方未返回身份信息")
        claims = await self._claims(token, errand, str(answer.get("access_token") or ""))
        verified = claims.get("email_verified") is True
        email = str(claims["email"]).lower() if verified and claims.get("email") else None
        return Identity(str(claims["sub"]), email, str(claims.get("name") or ""))

    async def _claims(self, token: str, errand: Errand, access_token: str) -> Mapping[str, Any]:
        for fresh in (False, True):
            keys = await self._key_set(fresh=fresh)
            try:
                decoded = jwt.decode(token, keys, algorithms=_ALGORITHMS)
            except (JoseError, ValueError) as error:  # an unknown key is a ValueError
                if fresh:
                    raise _bad_token(error) from error
                continue
            return self._checked(decoded, errand, access_token)
        raise AssertionError("unreachable: the second round returns or raises")

    def _checked(self, decoded: jwt.Token, errand: Errand, access_token: str) -> Mapping[str, Any]:
        """Issuer, audience, time, nonce and the access token's hash."""
        options = {
            "iss": {"essential": True, "value": self._issuer},
            "aud": {"essential": True, "value": self._client},
            "sub": {"essential": True},
            "exp": {"essential": True},
        }
        expected = {"nonce": errand.nonce, "client_id": self._client, "access_token": access_token}
        claims = CodeIDToken(decoded.claims, decoded.header, options, expected)
        try:
            claims.validate(now=int(datetime.now(UTC).timestamp()), leeway=_LEEWAY)
        except Exception as error:
            raise _bad_token(error) from error
        return dict(claims)

    async def _described(self) -> dict[str, Any]:
        at = datetime.now(UTC)
        if self._document is None or at - self._document[1] > _KEPT:
            found = await _ask("GET", f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self._issuer or not all(
                _same_scheme(found.get(f), self._issuer) for f in _FIELDS
            ):
                raise failed("the provider's description is not that of the issuer", "身份提供方的描述与颁发者不符")
            self._document = found, at
        return self._document[0]

    async def _key_set(self, *, fresh: bool) -> KeySet:
        at = datetime.now(UTC)
        age = at - self._keys[1] if self._keys is not None else _KEPT * 2
        if self._keys is None or age > _KEPT or (fresh and age > _AGAIN):
            found = await _ask("GET", (await self._described())["jwks_uri"])
            try:
                self._keys = KeySet.import_key_set(found), at  # type: ignore[arg-type]
            except (JoseError, ValueError, KeyError, TypeError) as error:
                raise _bad_token(error) from error
        return self._keys[0]


def _same_scheme(address: Any, issuer: str) -> bool:
    """Addresses in the description may lie elsewhere, but never less safely than the issuer."""
    return isinstance(address, str) and urlsplit(address).scheme in ("https", urlsplit(issuer).scheme)


async def _ask(method: str, address: str, **more: Any) -> dict[str, Any]:
    """A JSON object from the provider; redirects are not followed."""
    try:
        async with (
            httpx.AsyncClient(timeout=_PATIENCE, follow_redirects=False, trust_env=False) as client,
            client.stream(method, address, headers={"Accept": "application/json"}, **more) as answer,
        ):
            body = b""
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > _MOST:
                    raise failed("the provider's answer is too long", "身份提供方的响应过长")
            status = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _silent() from error
    if status >= 500:
        raise _silent()
    try:
        found = orjson.loads(body) if status < 300 else None
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise failed("the provider refused", "身份提供方拒绝了请求")
    return found


def _silent() -> Unavailable:
    return Unavailable("provider_unavailable", "the identity provider is not answering", "身份提供方没有响应")


def _bad_token(error: Exception) -> Refused:
    said = type(error).__name__
    return failed(f"the identity is not valid ({said})", f"身份信息无效（{said}）")


def failed(en: str, zh: str) -> Refused:
    return Refused("sign_in_failed", en, zh)
