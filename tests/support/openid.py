"""A small OpenID provider on this machine: code flow with PKCE, keys that rotate, identities that lie on demand."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


@dataclass(slots=True)
class OpenIdProvider:
    """Runs until it is stopped.

    Args:
        person: claims of whoever signs in next.
        lies: claims that are put over the true ones; None takes a claim away.
        grants: code -> what was asked for.
        fetched: addresses that were asked for.
        planted: path -> status and body that are answered instead; 302 sends to the body.
    """

    client: str = "waystation"
    secret: str = "s3cret"
    person: dict[str, Any] = field(
        default_factory=lambda: {"sub": "u-1", "email": "ann@acme.test", "email_verified": True}
    )
    lies: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: _new_key("k1"))
    stranger: RSAKey | None = None
    grants: dict[str, dict[str, str]] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    planted: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    server: ThreadingHTTPServer | None = None

    @property
    def issuer(self) -> str:
        assert self.server is not None
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def start(self) -> OpenIdProvider:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.answer(self, {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                provider.answer(self, {name: values[0] for name, values in parse_qs(body).items()})

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the standard library
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        assert self.server is not None
        self.server.shutdown()
        self.server.server_close()

    def rotate(self) -> None:
        """Sign with another key from now on; the old one is not published any more."""
        self.key = _new_key("k2")

    def answer(self, asked: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        url = urlsplit(asked.path)
        self.fetched.append(url.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/authorize":
            code = f"code-{len(self.grants)}"
            self.grants[code] = query
            back = f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"
            asked.send_response(302)
            asked.send_header("Location", back)
            asked.end_headers()
            return
        status, encoded = self.planted.get(url.path, (0, b""))
        if not status:
            status, body = self._document(url.path, asked, form)
            encoded = json.dumps(body).encode()
        asked.send_response(status)
        if status == 302:
            asked.send_header("Location", encoded.decode())
        asked.send_header("Content-Length", str(len(encoded)))
        asked.end_headers()
        asked.wfile.write(encoded)

    def _document(self, path: str, asked: BaseHTTPRequestHandler, form: dict[str, str]) -> tuple[int, Any]:
        if path == "/.well-known/openid-configuration":
            places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            return 200, {"issuer": self.issuer} | {name: f"{self.issuer}/{place}" for name, place in places.items()}
        if path == "/keys":
            return 200, {"keys": [self.key.as_dict(private=False)]}
        if path == "/token":
            return self._token(asked.headers.get("Authorization"), form)
        return 404, {}

    def _token(self, authorization: str | None, form: dict[str, str]) -> tuple[int, Any]:
        expected = base64.b64encode(f"{self.client}:{self.secret}".encode()).decode()
        grant = self.grants.pop(form["code"], None)
        if authorization != f"Basic {expected}" or grant is None:
            return 400, {"error": "invalid_grant"}
        if grant["code_challenge_method"] != "S256" or grant["code_challenge"] != _challenge(form["code_verifier"]):
            return 400, {"error": "invalid_grant"}
        if grant["redirect_uri"] != form["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(time())
        true = {"iss": self.issuer, "aud": self.client, "iat": now, "exp": now + 300, "nonce": grant["nonce"]}
        claims = {name: value for name, value in {**true, **self.person, **self.lies}.items() if value is not None}
        signer = self.stranger or self.key
        return 200, {"id_token": jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, signer), "access_token": "a"}


def _new_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, parameters={"kid": kid, "use": "sig", "alg": "RS256"})
