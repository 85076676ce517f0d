"""The process-wide cache of programs by plan hash.

Finding a program by the hash of its plan is a pure function, so it is safe on replay. A miss is reported to whoever
loads plans (the worker, in a thread of its own) and raised; it fails only the workflow task, and the task's next try
finds the program.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from waystation.contracts.plan import read_plan
from workflows.machine import Program
from workflows.machine.step_kind import StepKind


class PlanMissing(RuntimeError):
    """The plan has not been loaded into this process yet."""


#: Told the tenant and hash of a plan that is missing; may wait a moment for it.
Wanted = Callable[[str, str], None]


class Plans:
    """Programs by plan hash. They are never dropped: a plan never changes, and a case may need it at any time.

    Args:
        steps: run halves of node kinds, where an extension adds some.
    """

    def __init__(self, steps: Mapping[str, StepKind] | None = None) -> None:
        self.steps = steps
        self._programs: dict[str, Program] = {}
        self._wanted: Wanted | None = None

    def load_with(self, wanted: Wanted | None) -> None:
        """From now on, tell `wanted` what is missing."""
        self._wanted = wanted

    def put(self, digest: str, plan: bytes) -> Program:
        """Make a plan's program ready; `plan` is its canonical JSON."""
        known = self._programs.get(digest)
        if known is None:
            known = self._programs[digest] = Program(read_plan(plan), digest, self.steps)
        return known

    def known(self, digest: str) -> Program | None:
        return self._programs.get(digest)

    def find(self, tenant: str, digest: str) -> Program:
        """The program of a plan.

        Raises:
            PlanMissing: it is being loaded; try again.
        """
        if digest not in self._programs and self._wanted is not None:
            self._wanted(tenant, digest)
        found = self._programs.get(digest)
        if found is None:
            raise PlanMissing(f"plan {digest} of {tenant} is being loaded")
        return found


#: The cache of this process.
PLANS = Plans()
