"""The coordinators' script: a client of the API, for their own machines."""

import typer

from console.groups import add_groups
from console.single import add_commands

HELP = """Start urgent actions, watch them, decide about them.

Exit codes: 0 done, 1 refused by the server or found broken, 2 bad input, 3 server unreachable.
"""


def build() -> typer.Typer:
    """Register every command."""
    # Typer's tracebacks would print local variables, and with them the key.
    app = typer.Typer(
        help=HELP,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_show_locals=False,
        rich_markup_mode=None,
    )
    add_commands(app)
    add_groups(app)
    return app


app = build()

if __name__ == "__main__":
    app()
