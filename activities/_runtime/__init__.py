"""The ground under every action, and the only module that capabilities share.

    action, ActionContext      declare an action, and what it may know and use
    OutsideContext             the same for one that asks somebody else
    ComputeContext             the same for one that only computes
    run_action, ActionRequest  run one attempt: Succeeded or Failed
    run_computing              the same for one that only computes, without a database
    Given, Gives, Count …      base models and field types of contracts
    changed_rows …             conditional updates and racing inserts
    load_file                  data files under definitions/
    metres_between …           places with their datum

Capabilities import from here and from nowhere else in this folder, so that none of them can lean on another.
"""

from __future__ import annotations

from activities._runtime.context import ActionContext, ActionRequest, ComputeContext, OutsideContext
from activities._runtime.files import BadFile, DataFile, load_file
from activities._runtime.models import (
    Count,
    Fen,
    Given,
    Gives,
    Metres,
    Moment,
    Name,
    Note,
    Number,
    PersonId,
    Point,
    Whole,
    plain,
)
from activities._runtime.places import area_point, metres_between, point_at
from activities._runtime.rows import Seed, changed_rows, racing_insert
from activities._runtime.run import BeforeCommit, Failed, Outcome, Succeeded, run_action, run_computing
from activities._runtime.spec import Action, action

__all__ = [
    "Action",
    "ActionContext",
    "ActionRequest",
    "BadFile",
    "BeforeCommit",
    "ComputeContext",
    "Count",
    "DataFile",
    "Failed",
    "Fen",
    "Given",
    "Gives",
    "Metres",
    "Moment",
    "Name",
    "Note",
    "Number",
    "Outcome",
    "OutsideContext",
    "PersonId",
    "Point",
    "Seed",
    "Succeeded",
    "Whole",
    "action",
    "area_point",
    "changed_rows",
    "load_file",
    "metres_between",
    "plain",
    "point_at",
    "racing_insert",
    "run_action",
    "run_computing",
]
