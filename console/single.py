"""Commands that stand alone, such as `hold`, in the order in which they are listed."""

from collections.abc import Callable
from typing import Final

import typer

from console import (
    addenda,
    clocks,
    commands,
    decisions,
    digest,
    documents,
    extending,
    in_doubt,
    letters,
    outcomes,
    partner_actions,
    rehearsals,
    reports,
    responses,
    screens,
    stats,
)

COMMANDS: Final[dict[str, Callable[..., None]]] = {
    "start": commands.start,
    "list": commands.list_actions,
    "show": commands.show,
    "follow": commands.follow,
    "private": commands.private,
    "digest": digest.digest,
    "report": reports.report,
    "stats": stats.stats,
    "screen": screens.screen,
    "preview": rehearsals.preview,
    "rehearse": rehearsals.rehearse,
    "addendum": addenda.addendum,
    "letters": letters.letters,
    "posted": letters.posted,
    "respond": responses.respond,
    "clocks": clocks.clocks,
    "outcome": outcomes.outcome,
    "outcomes": outcomes.outcomes,
    "partner-actions": partner_actions.partner_actions,
    "attest": decisions.attest,
    "return": decisions.send_back,
    "reject": decisions.reject,
    "complete": decisions.complete,
    "release": decisions.release,
    "hold": decisions.hold,
    "resume": decisions.resume,
    "stop": decisions.stop,
    "withdraw": decisions.withdraw,
    "close": decisions.close,
    "extend": extending.extend,
    "reopen": documents.reopen,
    "unknown": in_doubt.unknown,
    "resend": in_doubt.resend,
    "settle": in_doubt.settle,
}


def add_commands(app: typer.Typer) -> None:
    """Register every command that stands alone."""
    for name, command in COMMANDS.items():
        app.command(name)(command)
