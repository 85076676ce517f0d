"""What the project's own gates run: lints that no general tool has, and the lock file. Not part of the product."""
