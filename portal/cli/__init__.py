"""The command line, `portal <room> <verb>`; a room's module is imported only when its name is called."""

from importlib import import_module

import click

ROOMS = (
    "administrator",
    "audit",
    "catalogue",
    "demo",
    "files",
    "gmp",
    "jobs",
    "match",
    "migrate",
    "plan",
    "roadmap",
    "run",
    "signatures",
    "search",
    "slots",
)
"""Modules of this package, each with a command of its own name."""


class Rooms(click.Group):
    """The rooms' commands, each fetched when it is needed, so that a pure calculation waits for no web framework."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted({*super().list_commands(ctx), *ROOMS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, or None where there is none of that name."""
        if cmd_name not in ROOMS:
            return super().get_command(ctx, cmd_name)
        command: click.Command = getattr(import_module(f"{__name__}.{cmd_name}"), cmd_name)
        return command


@click.group(cls=Rooms)
def main() -> None:
    """Work with the ATMP Portal from a terminal."""
