"""The typed Python client: `python -m tools.client [FOLDER]` makes it from docs/openapi.json, as a package to install.

It is made when it is needed and kept nowhere, so it cannot differ from the document. Whatever the generator would leave
out is a fault here: an operation that the document describes is one that the client has.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

DOCUMENT = Path("docs/openapi.json")
FOLDER = Path("build/waystation-client")
_CONFIG = """project_name_override: waystation-client
package_name_override: waystation_client
post_hooks: []
literal_enums: true
"""
#: What the generator reads; everything else is bytes.
_READ = frozenset({"application/json", "text/plain", "multipart/form-data", "application/problem+json"})
_BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
#: FastAPI's ids end in the address and the method.
_ADDRESS = re.compile(r"_(api_v1|scim_v2)_.*|_(healthz|readyz|metrics)_get$")


def readable(document: dict[str, Any]) -> dict[str, Any]:
    """The document with short names of operations, classes named by their keys, and bodies in forms that are known."""
    for schema in document["components"]["schemas"].values():
        schema.pop("title", None)
    routes = [route for methods in document["paths"].values() for route in methods.values()]
    short = {id(route): _ADDRESS.sub("", route["operationId"]) for route in routes}
    often = Counter((route["tags"][0], short[id(route)]) for route in routes)
    for route in routes:
        if often[route["tags"][0], short[id(route)]] == 1:
            route["operationId"] = short[id(route)]
        for answer in route["responses"].values():
            _known_bodies(answer)
    return document


def _known_bodies(answer: dict[str, Any]) -> None:
    content = answer.get("content", {})
    if "application/problem+json" in content:  # the generator knows JSON by its plain name only
        answer["content"] = {"application/json": content["application/problem+json"]}
    elif content and not content.keys() & _READ:
        answer["content"] = _BYTES


def make(to: Path) -> list[str]:
    """Make the client in a folder, which is replaced: what the generator complained about."""
    document = readable(json.loads(DOCUMENT.read_text("utf-8")))
    with tempfile.TemporaryDirectory() as folder:
        source, config = Path(folder) / "openapi.json", Path(folder) / "config.yaml"
        source.write_text(json.dumps(document), "utf-8")
        config.write_text(_CONFIG, "utf-8")
        program = str(Path(sys.executable).with_name("openapi-python-client"))
        to.parent.mkdir(parents=True, exist_ok=True)
        given = ["--path", str(source), "--config", str(config), "--output-path", str(to), "--overwrite"]
        ran = subprocess.run([program, "generate", *given, "--meta", "uv"], capture_output=True, text=True, check=False)
    said = ran.stdout + ran.stderr
    if ran.returncode != 0:
        return [said]
    return [line for line in said.splitlines() if re.match(r"(WARNING|ERROR|Cannot|Unable)", line)]


def main() -> int:
    to = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    faults = make(to)
    print("\n".join(faults) or f"{to}: pip install {to}  安装生成的客户端")
    return int(bool(faults))


if __name__ == "__main__":
    raise SystemExit(main())
