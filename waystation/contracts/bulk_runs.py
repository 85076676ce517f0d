"""What the workflow of a bulk command exchanges with its worker. The batch and its cases stand in the store."""

from __future__ import annotations

from msgspec import Struct

#: Type of the workflow, and names of its activities. No process is called so: process ids hold no dots.
BULK = "waystation.bulk"
BULK_SLICE = "waystation.bulk_slice"
BULK_CLOSE = "waystation.bulk_close"
#: Cases of one slice at most.
SLICE_MOST = 50


class BulkInput(Struct, omit_defaults=True):
    """The one argument of the workflow.

    Args:
        per_second: cases in a second at most.
        done: cases that earlier runs have done.
        slices: slices in one run; 0: as many as usual.
    """

    tenant: str
    bulk: str
    per_second: int
    done: int = 0
    slices: int = 0


class BulkSlice(Struct, omit_defaults=True):
    """Do the next cases of a batch, at most so many; or, for the closing activity, none any more."""

    tenant: str
    bulk: str
    most: int = 0


class BulkStep(Struct, omit_defaults=True):
    """What a slice did; `over` when no case is left, or somebody asked to stop."""

    done: int = 0
    over: bool = False


def workflow_id(tenant: str, bulk: str, turn: str) -> str:
    """`turn` tells one run of a batch from the next, when its failed cases are tried again."""
    return f"{tenant}/bulk/{bulk}/{turn}"
