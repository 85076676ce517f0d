"""The compile checks: one family of rules a module, each with `check(unit)` that yields findings and raises nothing."""
