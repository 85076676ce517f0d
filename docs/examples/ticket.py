"""Start a ticket, do its first task, read its timeline: `python3 ticket.py URL USER PASSWORD`. Needs Python only."""

from __future__ import annotations

import json
import sys
import urllib.request
from typing import Any


class Waystation:
    """A signed-in caller of the API."""

    def __init__(self, url: str, user: str, password: str, tenant: str = "demo") -> None:
        self.api, self.token = f"{url}/api/v1", ""
        self.token = self.call("sessions", {"tenant": tenant, "user": user, "password": password})["token"]

    def call(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
        headers |= {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self.api}/{path}", data, headers)) as answer:
            return json.load(answer)


def main(url: str, user: str, password: str) -> None:
    waystation = Waystation(url, user, password)
    ticket = {"customer": "Harbour Cafe", "serial_no": "E8-0002", "text": "It hums", "region": "华东"}
    where = {"lat": 31.23, "lng": 121.45, "datum": "wgs84"}
    started = waystation.call(
        "cases", {"process": "ticket", "data": {**ticket, "location": where}}, **{"Idempotency-Key": "hum-again"}
    )
    task = started["tasks"][0]
    form = {"category": "technical", "skill": "repair", "lane": "normal"}
    waystation.call(f"tasks/{task['id']}/complete", {"outcome": "done", "form": form})
    for entry in waystation.call(f"cases/{started['case']['id']}/timeline")["items"]:
        print(entry["at"], entry["kind"], entry["path"], entry["by"])


if __name__ == "__main__":
    main(*sys.argv[1:])
