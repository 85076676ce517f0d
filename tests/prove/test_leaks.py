"""Planted secrets are looked for where they must not be: Temporal's database, logs, metrics, messages of failures.

A whole installation with keys, run as its owner runs it; then every file it has left is read byte by byte.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from textwrap import dedent
from threading import Thread
from typing import Any

import pytest

from tests.support.four_processes import start_of
from tests.support.installation import Installation

#: What a case holds of a person, what an answer adds, and what is said in comments of commands.
PERSONAL = ("13877776666", "PLANTED-NAME-ZHANG", "11010519491231002X", "PLANTED-ANSWER-Q9")
#: What people write of him and put with his case, sealed as his.
WRITTEN = ("PLANTED-COMMENT-1", "PLANTED-COMMENT-2", "PLANTED-REASON-3", "PLANTED-FILE-4", "PLANTED-FILENAME-5")
#: What the shipped processes write into rows of orders and tickets, and how somebody who works here is reached.
IN_ROWS = ("13866665555", "PLANTED-RECEIVER-R6", "PLANTED-STREET-R7", "PLANTED-TICKET-T8")
STAFF = ("13855554444", "planted.staff@example.com")
HTTP_SECRET, WRONG_PASSWORD = "PLANTED-HTTP-KEY-V7", "PLANTED-WRONG-PASS-3"
#: Not personal, and so not sealed at rest; but nothing of a case is readable in Temporal or in logs.
NOTE = "PLANTED-NOTE-5521"
PROCESS = """
    waystation: 1
    process: leak_probe
    data:
      phone: { type: string, personal: { kind: phone, of: phone } }
      name: { type: string, personal: { kind: name, of: phone } }
      id_no: { type: string, personal: { kind: id_number, of: phone } }
      reply: { type: string, personal: { kind: other, of: phone } }
      note: { type: string }
    title_of_case: "for ${ data.name }"
    forms: { reply: { fields: { reply: { type: string, maxLength: 40 } } } }
    nodes:
      tell: { kind: action, do: http.request, retry: { max_attempts: 2, first: 1s },
              with: { method: POST, url: "http://127.0.0.1:PORT/${ data.phone }", body: { name: "${ data.name }" },
                      headers: { Authorization: { secret: erp_key, before: "Bearer " } } },
              on: { error: [ { code: "*", to: ask } ] }, next: ask }
      ask: { kind: task, title: "call ${ data.phone }", assign: { user: agent_zhou }, form: reply, next: broken }
      broken: { kind: set, save: { note: "${ data.note + string(int(data.name)) }" }, next: end }
"""


class Echo(BaseHTTPRequestHandler):
    """A partner that fails, and says everything that it was told."""

    def do_POST(self) -> None:
        told = self.rfile.read(int(self.headers["Content-Length"])).decode()
        body = json.dumps({"error": f"cannot {self.path} {self.headers['Authorization']} {told}"}).encode()
        self.server.told.append(self.headers["Authorization"])  # type: ignore[attr-defined] # ours, below
        self.send_response(500)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Not in the test's output."""


@contextmanager
def partner() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.told = []  # type: ignore[attr-defined] # what it was sent
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def until(look: Callable[[], Any], seconds: float = 60) -> Any:
    """The first true answer of `look`."""
    give_up = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < give_up
        time.sleep(0.1)
    return found


class Api:
    """The installation's API, for one person after another."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.token = ""

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {
            "Content-Type": "application/json",
            **({"Authorization": f"Bearer {self.token}"} if self.token else {}),
        }
        content = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"{self.url}/api/v1{path}", content, headers, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def upload(self, name: str, content: str) -> str:
        """Store a text file; its id."""
        edge = "edge-of-a-part"
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = f"{head}{content}\r\n--{edge}--\r\n".encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": f"multipart/form-data; boundary={edge}"}
        asked = urllib.request.Request(f"{self.url}/api/v1/files", body, headers, method="POST")
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return str(json.load(answer)["id"])

    def sign_in(self, user: str, password: str) -> int:
        self.token = ""
        status, answer = self.ask("POST", "/sessions", {"tenant": "demo", "user": user, "password": password})
        self.token = answer.get("token", "")
        return status


def run(place: Installation, port: int) -> list[str]:
    """A case with planted secrets, from start to incident; the secrets that came into being meanwhile."""
    api, made = Api(place.url), []
    assert api.sign_in("admin_xu", WRONG_PASSWORD) == 401
    assert api.sign_in("admin_xu", place.passwords["admin_xu"]) == 201
    made += [place.passwords["admin_xu"], api.token]
    text = dedent(PROCESS).replace("PORT", str(port))
    assert api.ask("POST", "/processes", {"text": text})[0] == 201
    made.append(api.ask("POST", "/me/tokens", {"label": "x", "scopes": ["cases.*"], "days": 1})[1]["token"])
    phone, name, id_no, reply = PERSONAL
    data = {"phone": phone, "name": name, "id_no": id_no, "note": NOTE}
    status, started = api.ask("POST", "/cases", {"process": "leak_probe", "data": data})
    assert status == 201, started
    case = started["case"]["id"]
    assert started["case"]["data"]["phone"] == phone
    task = until(lambda: api.ask("GET", f"/cases/{case}")[1]["tasks"])[0]["id"]
    assert api.ask("POST", f"/tasks/{task}/complete", {"outcome": "done", "form": {"reply": reply}})[0] == 403
    assert api.sign_in("agent_zhou", place.passwords["agent_zhou"]) == 201
    made += [place.passwords["agent_zhou"], api.token]
    first, second, reason, content, file_name = WRITTEN
    assert api.ask("POST", f"/tasks/{task}/comment", {"text": first})[0] == 200
    file = api.upload(f"{file_name}.txt", content)
    assert api.ask("PUT", f"/tasks/{task}/attachments/{file}", {})[0] == 204
    wrong = {"outcome": "done", "form": {"reply": f"{reply} {'x' * 40}"}}
    assert api.ask("POST", f"/tasks/{task}/complete", wrong)[0] == 422
    status, done = api.ask(
        "POST", f"/tasks/{task}/complete", {"outcome": "done", "form": {"reply": reply}, "comment": second}
    )
    assert status == 200, done
    api.sign_in("admin_xu", place.passwords["admin_xu"])
    assert until(lambda: api.ask("GET", f"/cases/{case}")[1]["case"]["incidents"]) == 1
    status, paused = api.ask("POST", f"/cases/{case}/suspend", {"reason": reason})
    assert status == 200, paused
    said = api.ask("GET", f"/cases/{case}/comments")[1]["items"]
    assert [row["text"] for row in said] == [first]
    kept = api.ask("GET", f"/cases/{case}/attachments")[1]["items"]
    assert [row["name"] for row in kept] == [f"{file_name}.txt"]
    return made


def held_of(api: Api, case: str, field: str) -> Any:
    """What a case holds in a field by now."""
    return api.ask("GET", f"/cases/{case}")[1]["case"]["data"].get(field)


def run_shipped(place: Installation) -> list[str]:
    """An order and a ticket of the shipped processes, and a new colleague; the secrets that came into being."""
    api = Api(place.url)
    phone, name, street, said = IN_ROWS
    api.sign_in("admin_xu", place.passwords["admin_xu"])
    colleague = {"id": "leak_colleague", "name": "Colleague", "phone": STAFF[0], "email": STAFF[1]}
    assert api.ask("POST", "/people", colleague)[0] == 201
    assert api.ask("GET", "/people/leak_colleague")[1]["phone"] == STAFF[0]
    _, order = start_of("fulfilment", 1)
    order["payload"]["receiver"] |= {"phone": phone, "name": name, "street": street}
    _, ticket = start_of("ticket", 1)
    ticket["text"] = f"{said} {ticket['text']}"
    made = []
    for process, data, written in (("fulfilment", order, "order"), ("ticket", ticket, "ticket")):
        starter = start_of(process, 1)[0]
        api.sign_in(starter, place.passwords[starter])
        made.append(api.token)
        status, begun = api.ask("POST", "/cases", {"process": process, "data": data})
        assert status == 201, begun
        api.sign_in("owner_chen", place.passwords["owner_chen"])
        made.append(api.token)
        until(partial(held_of, api, begun["case"]["id"], written))
    return made


@pytest.mark.slow
@pytest.mark.temporal
def test_planted_secrets_are_nowhere(tmp_path: Path) -> None:
    """Neither in Temporal's database nor in logs nor in metrics; personal values nor secrets in our own database."""
    place = Installation(tmp_path)
    secrets = tmp_path / "secrets" / "demo"
    secrets.mkdir(parents=True)
    (secrets / "erp_key").write_text(HTTP_SECRET)
    keys = f"k1:{b64encode(b'k' * 32).decode()}"
    with partner() as server:
        port = server.server_address[1]
        place.up(
            WAYSTATION_KEYS=keys, WAYSTATION_LOG_LEVEL="debug", WAYSTATION_SECRETS_DIR=str(tmp_path / "secrets"),
            WAYSTATION_HTTP_ALLOW=f"http://127.0.0.1:{port}", WAYSTATION_PRIVATE_NETWORKS="127.0.0.1",
        )  # fmt: skip
        try:
            made = run(place, port) + run_shipped(place)
            with urllib.request.urlopen(f"{place.url}/metrics", timeout=10) as answer:
                (tmp_path / "var" / "metrics.txt").write_bytes(answer.read())
        finally:
            place.stop()
        assert server.told[:1] == [f"Bearer {HTTP_SECRET}"]  # type: ignore[attr-defined] # the secret was used
    files = {file.name: file.read_bytes() for file in (tmp_path / "var").rglob("*") if file.is_file()}
    assert b"leak_probe" in files["temporal.db"]  # what is not sealed would be found
    assert b"binary/waystation-sealed" in files["temporal.db"]
    planted = [*PERSONAL, *WRITTEN, *IN_ROWS, *STAFF, HTTP_SECRET, WRONG_PASSWORD, *made, keys[3:]]
    found = {(name, secret) for name, text in files.items() for secret in planted if secret.encode() in text}
    assert found == set()
    elsewhere = {name: text for name, text in files.items() if not name.startswith("waystation.db")}
    assert [name for name, text in elsewhere.items() if NOTE.encode() in text] == []
