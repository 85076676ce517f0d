"""What every process counts about its work, for Prometheus. Labels are words of the product or ids of definitions.

No label is a person, a case, or anything that somebody typed into a form; each has few values, so that the number of
series does not grow with the number of cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Histogram

from waystation.contracts.errors import Refused, Unavailable

#: Seconds; from a look into memory to a request that has run into a time limit.
_QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_LONG = (0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)

REQUEST_SECONDS = Histogram(
    "waystation_request_seconds",
    "Time that the API took for a request, by the route's template.",
    ("method", "route"),
    buckets=_QUICK,
)
REQUESTS = Counter("waystation_requests", "Requests answered by the API.", ("method", "route", "status"))

ACTION_SECONDS = Histogram(
    "waystation_action_seconds", "Time that one try of an action took.", ("action",), buckets=_LONG
)
ACTIONS = Counter(
    "waystation_actions", "Tries of actions, by how they ended: done, business or transient.", ("action", "outcome")
)
ACTION_RETRIES = Counter("waystation_action_retries", "Tries of actions after their first.", ("action",))

COMMANDS = Counter(
    "waystation_commands", "Commands sent to cases, by answer: done, refused or unavailable.", ("verb", "answer")
)

DELIVERIES = Counter(
    "waystation_deliveries",
    "What was brought from the outbox, by how it went: done, put_off or given_up.",
    ("kind", "outcome"),
)
DELIVERY_LAG = Histogram(
    "waystation_delivery_lag_seconds",
    "Time from a decision in the store to the moment when a worker took it in hand for the first time.",
    ("kind",),
    buckets=_LONG,
)


@contextmanager
def counted(verb: str) -> Iterator[None]:
    """Counts the command that the block sends. Verbs are those of the API's table, which refuses all others."""
    try:
        yield
    except Refused:
        COMMANDS.labels(verb, "refused").inc()
        raise
    except Unavailable:
        COMMANDS.labels(verb, "unavailable").inc()
        raise
    COMMANDS.labels(verb, "done").inc()
