"""Vendors of contact lists on this machine: servers that check tokens and parameters and answer as the real ones do."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

KEY, SECRET = "key1", "secret1"
_Company = TypeVar("_Company", bound="Company")


@dataclass
class Company:
    """What a vendor knows, and how it behaves.

    Args:
        members: department -> people as the vendor writes them.
        troubles: answers given instead, one per call to this path.
        pause: seconds before every answer; it ends with the server.
    """

    departments: list[dict[str, Any]] = field(default_factory=list)
    members: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    troubles: dict[str, list[Any]] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    valid: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    url: str = ""
    pause: float = 0.0
    closing: threading.Event = field(default_factory=threading.Event)

    def token(self) -> dict[str, Any]:
        fresh = f"token{len(self.tokens) + 1}"
        self.tokens.append(fresh)
        self.valid = {fresh}
        return {"errcode": 0, "errmsg": "ok", "access_token": fresh, "expires_in": 7200}


def wecom(company: Company, path: str, asked: dict[str, str], _body: Any) -> dict[str, Any]:
    """GET only; the token in the address."""
    if path == "/cgi-bin/gettoken":
        if asked.get("corpid") != KEY:
            return {"errcode": 40013, "errmsg": "invalid corpid"}
        return company.token() if asked.get("corpsecret") == SECRET else {"errcode": 40001, "errmsg": "invalid secret"}
    if asked.get("access_token") not in company.valid:
        return {"errcode": 40014, "errmsg": "invalid access_token"}
    if path == "/cgi-bin/department/list":
        return {"errcode": 0, "errmsg": "ok", "department": company.departments}
    department = int(asked.get("department_id", "0"))
    if path != "/cgi-bin/user/list" or department not in {row["id"] for row in company.departments}:
        return {"errcode": 60003, "errmsg": "department not found"}
    return {"errcode": 0, "errmsg": "ok", "userlist": company.members.get(department, [])}


def dingtalk(company: Company, path: str, asked: dict[str, str], body: Any) -> dict[str, Any]:
    """Pages of people by cursor; errors of new interfaces inside errcode 88."""
    if path == "/gettoken":
        good = (asked.get("appkey"), asked.get("appsecret")) == (KEY, SECRET)
        return company.token() if good else {"errcode": 40089, "errmsg": "不合法的corpid或corpsecret"}
    if asked.get("access_token") not in company.valid:
        return {"errcode": 88, "errmsg": "ding talk error[subcode=40014,submsg=不合法的access_token]"}
    if path == "/topapi/v2/department/listsub":
        rows = [row for row in company.departments if row["parent_id"] == body["dept_id"]]
        return {"errcode": 0, "errmsg": "ok", "result": rows}
    if path != "/topapi/v2/user/list" or not 1 <= body["size"] <= 100:
        return {"errcode": 400002, "errmsg": "无效的参数"}
    rows, cursor = company.members.get(body["dept_id"], []), body["cursor"]
    page = rows[cursor : cursor + body["size"]]
    more = cursor + len(page) < len(rows)
    result = {"has_more": more, "list": page, **({"next_cursor": cursor + len(page)} if more else {})}
    return {"errcode": 0, "errmsg": "ok", "result": result}


@contextmanager
def running(company: _Company, vendor: Any) -> Iterator[_Company]:
    """The vendor's server for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"null"))

        def _answer(self, body: Any) -> None:
            if company.pause and company.closing.wait(company.pause):
                return
            address = urlsplit(self.path)
            company.calls.append(address.path)
            trouble = company.troubles.get(address.path)
            asked = {name: values[-1] for name, values in parse_qs(address.query).items()}
            found = trouble.pop(0) if trouble else vendor(company, address.path, asked, body)
            data, status = (b"busy", found) if isinstance(found, int) else (json.dumps(found).encode(), 200)
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Nothing: tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    company.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield company
    finally:
        company.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def wecom_company() -> Company:
    """Three departments; one person is in two, one is disabled."""
    return Company(
        [
            {"id": 3, "name": "华东站", "parentid": 2, "order": 1, "department_leader": ["lisi"]},
            {"id": 1, "name": "驿站", "parentid": 0, "order": 1, "department_leader": ["boss"]},
            {"id": 2, "name": "服务部", "parentid": 1, "order": 2},
        ],
        {
            1: [{"userid": "boss", "name": "陈总", "department": [1], "status": 1, "is_leader_in_dept": [1]}],
            2: [{"userid": "wang", "name": "王五", "department": [2, 3], "main_department": 3, "status": 4}],
            3: [
                {
                    "userid": "lisi",
                    "name": "李四",
                    "department": [3],
                    "status": 1,
                    "mobile": "13800000001",
                    "position": "lead",
                },
                {"userid": "wang", "name": "王五", "department": [2, 3], "main_department": 3, "status": 4},
                {"userid": "zhao", "name": "赵六", "department": [3], "status": 2, "direct_leader": ["boss"]},
            ],
        },
    )


def dingtalk_company(people: int = 250) -> Company:
    """A department with three pages of people under another one."""
    members = [
        {"userid": f"u{number}", "name": f"员工{number}", "dept_id_list": [20], "leader": number == 0, "active": True}
        for number in range(people)
    ]
    return Company(
        [
            {"dept_id": 10, "name": "服务部", "parent_id": 1},
            {"dept_id": 20, "name": "华东站", "parent_id": 10},
        ],
        {1: [{"userid": "boss", "name": "陈总", "dept_id_list": [1], "leader": True}], 20: members},
    )
