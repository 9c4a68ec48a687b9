"""The coordinators' script: a client of the API, for their own machines."""

import typer

from console import (
    addenda,
    clocks,
    commands,
    decisions,
    documents,
    extending,
    in_doubt,
    letters,
    outcomes,
    rehearsals,
    reports,
    responses,
    screens,
    stats,
)
from console.groups import add_groups

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
    app.command()(reports.report)
    app.command()(stats.stats)
    app.command()(screens.screen)
    app.command()(rehearsals.preview)
    app.command()(rehearsals.rehearse)
    app.command()(addenda.addendum)
    app.command()(letters.letters)
    app.command()(letters.posted)
    app.command()(responses.respond)
    app.command()(clocks.clocks)
    app.command()(outcomes.outcome)
    app.command()(outcomes.outcomes)
    app.command()(decisions.attest)
    app.command("return")(decisions.send_back)
    app.command()(decisions.reject)
    app.command()(decisions.complete)
    app.command()(decisions.release)
    app.command()(decisions.hold)
    app.command()(decisions.resume)
    app.command()(decisions.stop)
    app.command()(decisions.withdraw)
    app.command()(decisions.close)
    app.command()(extending.extend)
    app.command()(documents.reopen)
    app.command()(in_doubt.unknown)
    app.command()(in_doubt.resend)
    app.command()(in_doubt.settle)
    add_groups(app)
    return app


app = build()

if __name__ == "__main__":
    app()
