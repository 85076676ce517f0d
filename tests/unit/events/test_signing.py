"""Signatures as Standard Webhooks has them, and what a hook takes out of a call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from designer_api.events.incoming import check, read
from waystation.contracts.errors import Refused
from waystation.outside import signing

AT = datetime(2026, 5, 12, 2, 0, tzinfo=UTC)
#: The example of the standard's own libraries.
SECRET, ID, MOMENT = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
BODY, SIGNATURE = b'{"test": 2432232314}', "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def accepts(at: datetime = AT, **changes: Any) -> str:
    """Whether a call is taken: empty, or the code of the refusal."""
    signed = signing.headers([SECRET], "call-1", AT, BODY)
    call = {
        "known": [SECRET], "id": "call-1", "moment": signed[signing.TIMESTAMP],
        "signatures": signed[signing.SIGNATURE], "body": BODY, **changes,
    }  # fmt: skip
    try:
        signing.check(**call, at=at)
    except Refused as refused:
        return refused.code
    return ""


def test_the_standards_own_example() -> None:
    """The same secret, id, time and body have the signature that its libraries test with."""
    at = datetime.fromtimestamp(MOMENT, UTC)
    assert signing.headers([SECRET], ID, at, BODY)[signing.SIGNATURE] == SIGNATURE
    signing.check([SECRET], ID, str(MOMENT), SIGNATURE, BODY, at=at)


def test_what_is_not_signed_is_not_taken() -> None:
    """Any change of id, time or body, another secret, none at all; only one of several need be right."""
    other = signing.new_secret()
    both = signing.headers([other, SECRET], "call-1", AT, BODY)[signing.SIGNATURE]
    assert accepts() == accepts(signatures=both) == accepts(known=[other, SECRET]) == ""
    changes: dict[str, Any]
    for changes in (
        {"body": BODY + b" "}, {"id": "call-2"}, {"known": [other]}, {"known": []}, {"signatures": ""}, {"id": ""},
        {"signatures": "v1,"}, {"signatures": "v2" + both[2:44]}, {"moment": ""}, {"moment": "x"}, {"moment": "-1"},
        {"moment": str(int(AT.timestamp()) + 1)}, {"signatures": "v1,é"},
    ):  # fmt: skip
        assert accepts(**changes) == "bad_signature", changes


@pytest.mark.parametrize(("minutes", "code"), [(4, ""), (-4, ""), (6, "bad_timestamp"), (-6, "bad_timestamp")])
def test_a_signature_counts_for_minutes(minutes: int, code: str) -> None:
    """Whoever has kept a call cannot use it tomorrow."""
    assert accepts(at=AT + timedelta(minutes=minutes)) == code


def test_what_a_hook_takes() -> None:
    """Values keep their types and digits; texts hold expressions; what is not a text is as it is."""
    body = {"order": {"no": "A-1", "total": Decimal("19.90"), "lines": [{"n": 2}]}, "kind": "paid"}
    does = {
        "message": "paid", "key": "${ body.order.no }", "when": '${ body.kind == "paid" }',
        "fields": {"total": "${ body.order.total }", "n": "${ body.order.lines[0].n }", "of": "no ${ body.order.no }",
                   "x": 7},
    }  # fmt: skip
    assert read(does, body, AT, "UTC") == ("A-1", {"total": Decimal("19.90"), "n": 2, "of": "no A-1", "x": 7})
    assert read({**does, "when": '${ body.kind == "other" }'}, body, AT, "UTC") is None
    assert read({"message": "m"}, body, AT, "UTC") == (None, body)


@pytest.mark.parametrize(
    ("does", "field", "reason"),
    [
        ({"fields": {"a": "${ body. }"}}, "fields.a", "syntax"),
        ({"key": "${ data.x }"}, "key", None),
        ({"when": "${ nothing(1) }"}, "when", "unknown_function"),
    ],
)
def test_a_hook_that_cannot_be_understood_is_not_made(does: dict[str, Any], field: str, reason: str | None) -> None:
    """The field and the place are said, in both languages."""
    with pytest.raises(Refused, match="bad_mapping") as refused:
        check({"message": "m", **does})
    problem = refused.value
    assert (problem.detail["field"], problem.detail.get("reason")) == (field, reason)
    assert problem.zh.startswith(field)
    assert problem.zh != problem.en


def test_what_a_call_lacks_is_said_where_it_lacks() -> None:
    """With the field, the expression and the place in it."""
    with pytest.raises(Refused, match="bad_mapping") as refused:
        read({"message": "m", "fields": {"no": "n ${ body.order.no + 1 }"}}, {"order": {}}, AT, "UTC")
    detail = refused.value.detail
    assert (detail["field"], detail["expression"]) == ("fields.no", "n ${ body.order.no + 1 }")
    assert 0 < detail["start"] < detail["end"]
    with pytest.raises(Refused, match="bad_body"):
        read({"message": "m"}, [1], AT, "UTC")
