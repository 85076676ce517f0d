"""What the engine is proved to conform to: the 86 workflow patterns, and every rule of every approval verb.

`index` reads what has to be shown and by which scenario, `results` runs the scenarios in memory and on a Temporal
server and keeps the outcome in docs/conformance.json, `pages` writes docs/patterns.md and
docs/approval-rules.md from both.
"""
