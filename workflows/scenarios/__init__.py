"""Scenarios: tests that the author of a process writes (language.md section 11), run on any engine."""

from workflows.scenarios.differences import Said
from workflows.scenarios.model import Scenario, ScenarioFile, read_scenarios
from workflows.scenarios.runner import Outcome, run_scenario

__all__ = ["Outcome", "Said", "Scenario", "ScenarioFile", "read_scenarios", "run_scenario"]
