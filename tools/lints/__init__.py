"""The project's own lints: rules of ARCHITECTURE.md that a general linter cannot know.

`python -m tools.lints` checks the tree and prints one line per finding. Every rule has a planted fault in
tests/architecture/test_lints.py, so that no rule can stop looking without a test going red.
"""

from tools.lints.source import Finding, Module
from tools.lints.tree import check_module, check_tree

__all__ = ["Finding", "Module", "check_module", "check_tree"]
