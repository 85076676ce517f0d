"""A whole installation and the outside: a case calls an API, mails its people and is told of by a webhook.

The other sides are programs on this machine. Nothing that is secret is found in the databases or logs afterwards.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import httpx

from tests.support.installation import Installation
from tests.support.mail import mail_host
from tests.support.web import Asked, says, web

SECRET = "planted-secret-of-the-erp"
PROCESS = """
waystation: 1
process: proof_outside
data: {{ no: {{ type: string }}, erp: {{ type: integer }} }}
nodes:
  ask:
    kind: action
    do: http.request
    with:
      method: POST
      url: "{url}/orders/${{ data.no }}"
      headers: {{ Authorization: {{ secret: erp_key, before: "Bearer " }} }}
      body: {{ no: "${{ data.no }}" }}
    save: {{ erp: "${{ result.body.id }}" }}
    next: tell
  tell:
    kind: notify
    to: [user:eng_wu]
    template: urge
    channels: [inbox, mail]
    next: end
"""


class Erp:
    """Says no once, then answers and repeats what it was sent."""

    def __init__(self) -> None:
        self.calls: list[Asked] = []

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        self.calls.append(asked)
        body = json.dumps({"id": 7, "you": asked.headers["authorization"]}).encode()
        await says(503 if len(self.calls) == 1 else 200, body)(asked, writer)


async def test_a_case_reaches_everybody(tmp_path: Path) -> None:
    """Over real processes: the worker that runs the case is the one that calls, mails and tells."""
    erp = Erp()
    place = Installation(tmp_path / "installation")
    secrets = tmp_path / "secrets" / "demo"
    secrets.mkdir(parents=True)
    (secrets / "erp_key").write_text(SECRET)
    async with mail_host() as mail, web(erp) as there, web(says(204, b"")) as told:
        await asyncio.to_thread(
            place.up,
            WAYSTATION_SMTP_URL=f"smtp+plain://127.0.0.1:{mail.port}",
            WAYSTATION_MAIL_FROM="ws@ws.example",
            WAYSTATION_HTTP_ALLOW=there.url,
            WAYSTATION_PRIVATE_NETWORKS="127.0.0.1",
            WAYSTATION_SECRETS_DIR=str(secrets.parent),
        )
        try:
            case, secret = await _run(place, there.url, told.url)
            await _until(lambda: len(mail.taken) == 1 and any("case_ended" in _type(asked) for asked in told.asked))
        finally:
            await asyncio.to_thread(place.stop)
    assert [asked.headers["authorization"] for asked in erp.calls] == [f"Bearer {SECRET}"] * 2
    assert len({asked.headers["idempotency-key"] for asked in erp.calls}) == 1
    assert mail.taken[0][0] == ["eng_wu@example.com"]
    events = [json.loads(asked.body) for asked in told.asked]
    assert [int(event["sequence"]) for event in events] == list(range(1, len(events) + 1))
    assert {event["subject"] for event in events} == {case}
    assert all(_is_signed(asked, secret) for asked in told.asked)
    _nowhere(place.folder, SECRET)


async def _run(place: Installation, erp_url: str, hook_url: str) -> tuple[str, str]:
    """Publish, subscribe and start; the case and the webhook's secret."""
    async with httpx.AsyncClient(base_url=f"{place.url}/api/v1", timeout=60) as http:
        body = {"tenant": "demo", "user": "admin_xu", "password": place.passwords["admin_xu"]}
        token = (await http.post("/sessions", json=body)).json()["token"]
        http.headers["Authorization"] = f"Bearer {token}"

        async def send(method: str, path: str, given: Any) -> Any:
            answer = await http.request(method, path, json=given)
            assert answer.is_success, answer.text
            return answer.json()

        person = (await http.get("/people/eng_wu")).json()
        await send("PATCH", "/people/eng_wu", {"email": "eng_wu@example.com"})
        assert person["id"] == "eng_wu"
        await send("POST", "/processes", {"text": PROCESS.format(url=erp_url)})
        given = {"label": "proof", "url": hook_url, "processes": ["proof_outside"]}
        secret = (await send("POST", "/webhooks", given))["secret"]
        started = await send("POST", "/cases", {"process": "proof_outside", "data": {"no": "A-1"}})
        case = str(started["case"]["id"])
        async with asyncio.timeout(60):
            while (shown := (await http.get(f"/cases/{case}")).json()["case"])["status"] != "done":
                await asyncio.sleep(0.1)
        assert shown["data"] == {"no": "A-1", "erp": 7}
        timeline = (await http.get(f"/cases/{case}/timeline")).text
        assert SECRET not in timeline
        assert "Bearer ***" in timeline
        return case, str(secret)


async def _until(check: Any) -> None:
    async with asyncio.timeout(60):
        while not check():
            await asyncio.sleep(0.1)


def _type(asked: Asked) -> str:
    return str(json.loads(asked.body)["type"])


def _is_signed(asked: Asked, secret: str) -> bool:
    at = asked.headers["webhook-timestamp"]
    text = f"{asked.headers['webhook-id']}.{at}.".encode() + asked.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    right = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return asked.headers["webhook-signature"] == f"v1,{right}"


def _nowhere(folder: Path, secret: str) -> None:
    """No file of the installation holds the secret: databases, Temporal's own, logs."""
    shapes = [secret.encode(), base64.b64encode(secret.encode())[:20]]
    found = [
        str(file)
        for file in folder.rglob("*")
        if file.is_file() and any(shape in file.read_bytes() for shape in shapes)
    ]
    assert found == []
