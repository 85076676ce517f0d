"""What a node kind does when a case runs: the run half of a kind. The language half is in `workflows/nodes/`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from waystation.contracts.params import NoParams

if TYPE_CHECKING:
    from workflows.machine.program import NodeRun
    from workflows.machine.run import Run
    from workflows.machine.state import Activation, Frame


class StepKind:
    """One node kind at work. Subclasses override what concerns them; every method may raise NodeError.

    `params` is the Struct that the plan's `Node.params` is read into.
    """

    params: type = NoParams

    def enter(self, run: Run, act: Activation) -> None:
        """The node opens. Ends with `tokens.leave`, or leaves the activation waiting."""
        raise NotImplementedError

    def succeeded(self, run: Run, act: Activation, result: Any) -> None:
        """The action that this activation started has succeeded."""

    def body_done(self, run: Run, act: Activation, frame: Frame) -> None:
        """Nothing is left in a body of this activation."""

    def data_changed(self, run: Run, act: Activation) -> None:
        """The case's data has changed: look again at conditions."""

    def withdrawn(self, run: Run, act: Activation, *, undo_inside: bool, undo_late: bool) -> None:
        """The activation is about to be taken away: withdraw what is inside it."""

    def retry(self, run: Run, act: Activation) -> None:
        """An operator tries again after an incident. Default: the node is entered again."""
        self.enter(run, act)

    def route(self, run: Run, frame: Frame, node: NodeRun, act: Activation, to: str) -> None:
        """The token goes on to `to`. Kinds that split or choose override this."""
        from workflows.machine import tokens  # noqa: PLC0415 - tokens knows the step kinds

        tokens.send(run, frame, to, act.token)
