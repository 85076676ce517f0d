"""The kept description of the API is the API's, and says what a client needs."""

from __future__ import annotations

import json
from pathlib import Path

from designer_api.app import description
from tests.support.applications import document

ROOT = Path(__file__).parent.parent.parent.parent
KEPT = ROOT / "docs" / "openapi.json"


def test_the_kept_description_has_not_drifted() -> None:
    """A change of the API shows in its diff. To renew it: `waystation openapi --to docs/openapi.json`."""
    assert json.loads(KEPT.read_text("utf-8")) == json.loads(json.dumps(description()))


def test_every_route_says_what_it_does_and_how_it_fails() -> None:
    """Version 3.1, a sentence for each route, errors in the one form."""
    found = document()
    assert found["openapi"].startswith("3.1")
    for path, methods in found["paths"].items():
        for method, route in methods.items():
            assert route.get("description"), (method, path)
            refused = route["responses"]["409"]["content"]["application/problem+json"]
            assert refused["schema"] == {"$ref": "#/components/schemas/ProblemBody"}, (method, path)
