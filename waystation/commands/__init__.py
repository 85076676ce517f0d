"""The commands of `waystation`, one module each (or one for a few that belong together).

A module has `register(app: typer.Typer) -> None`. It imports what is heavy inside its commands, ends with
`raise typer.Exit(code)` where the code is not 0, and never ends the process itself.
"""
