"""The coordinators' script: a client of the API, for their own machines."""

import typer

from console import auditing, commands, decisions, imports

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
    app.command()(commands.start)
    app.command("list")(commands.list_actions)
    app.command()(commands.show)
    app.command()(commands.follow)
    app.command()(commands.private)
    app.command()(decisions.attest)
    app.command()(decisions.release)
    app.command()(decisions.hold)
    app.command()(decisions.resume)
    app.command()(decisions.stop)
    app.command()(decisions.close)
    audit = typer.Typer(help="Check what was done.", no_args_is_help=True, rich_markup_mode=None)
    audit.callback()(_group)
    audit.command()(auditing.verify)
    app.add_typer(audit, name="audit")
    directory = {"partners": imports.import_partners, "contacts": imports.import_contacts}
    for name, import_file in directory.items():
        group = typer.Typer(help=f"Keep the {name}.", no_args_is_help=True, rich_markup_mode=None)
        group.callback()(_group)
        group.command("import")(import_file)
        app.add_typer(group, name=name)
    return app


def _group() -> None:
    """Keep a command of its own what is the only one of its group."""


app = build()

if __name__ == "__main__":
    app()
