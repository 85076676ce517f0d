"""The pure token machine: one event in, effects and journal entries out. No clock, no random, no I/O."""

from workflows.machine.machine import Machine, Step, begin, check_start
from workflows.machine.program import Program
from workflows.machine.state import CaseState, dump_state, load_state

__all__ = ["CaseState", "Machine", "Program", "Step", "begin", "check_start", "dump_state", "load_state"]
