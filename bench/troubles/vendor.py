"""A vendor on loopback that keeps what it was asked to do, by idempotency key, and is no better than vendors are.

It may answer late, say that it is busy, or hang up after it has done what was asked, so that it is asked again.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random


class Vendor:
    """Takes POSTs until it is closed.

    Args:
        orders: idempotency key -> hash of the body and the body; done once.
        conflicts: keys that came again with another body.
    """

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.orders: dict[str, tuple[str, dict[str, object]]] = {}
        self.seen: Counter[str] = Counter()
        self.conflicts: list[str] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, key: str, body: bytes) -> str:
        """Do it, unless it is done; what to do about the answer: `fine`, `late`, `busy` or `hang up`."""
        digest = hashlib.sha256(body).hexdigest()
        with self._lock:
            mood = self.dice.choices(["fine", "late", "busy", "hang up"], [70, 10, 10, 10])[0]
            self.seen[key] += 1
            if mood == "busy" and key not in self.orders:
                return mood
            if self.orders.setdefault(key, (digest, json.loads(body)))[0] != digest:
                self.conflicts.append(key)
            return mood

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                mood = vendor.take(str(self.headers.get("Idempotency-Key")), body)
                if mood == "hang up":
                    self.close_connection = True
                    return
                if mood == "late":
                    time.sleep(1.0)
                answer = b'{"ok": true}'
                self.send_response(503 if mood == "busy" else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Quietly."""

        return Handler
