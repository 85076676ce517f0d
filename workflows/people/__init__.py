"""Who is asked: reading an organisation, judging whether it is sound, and finding the people for a node. All pure."""

from workflows.people.duty import duty_text, parse_duty
from workflows.people.finding import roles_of
from workflows.people.load import Load
from workflows.people.presence import is_away, is_on_duty
from workflows.people.proxies import acts_for, proxies_of
from workflows.people.reading import parse_people
from workflows.people.records import check_part, check_record
from workflows.people.resolving import resolve
from workflows.people.soundness import validate

__all__ = [
    "Load",
    "acts_for",
    "check_part",
    "check_record",
    "duty_text",
    "is_away",
    "is_on_duty",
    "parse_duty",
    "parse_people",
    "proxies_of",
    "resolve",
    "roles_of",
    "validate",
]
