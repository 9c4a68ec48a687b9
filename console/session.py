"""One invocation of a command: its options, its screen, its connection, and how it ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, NamedTuple
from urllib.parse import quote

import typer
from rich.console import RenderableType

from console.answers import Action, read
from console.client import ApiClient
from console.errors import ConsoleError, ExitCode
from console.private_answers import Private
from console.screen import Screen
from models.vocabulary import ReadingReason

DEFAULT_API_URL = "http://127.0.0.1:8080"

ApiUrl = Annotated[
    str, typer.Option("--api-url", envvar="ACUERPA_API_URL", metavar="URL", help="Where the API is.")
]
ApiKey = Annotated[
    str | None,
    typer.Option(
        "--api-key",
        envvar="ACUERPA_API_KEY",
        metavar="KEY",
        show_default=False,
        help="Your key; better in the environment, where no list of commands shows it.",
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print the API's JSON on stdout, and errors as JSON on stderr.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]
Reference = Annotated[str, typer.Argument(metavar="REF", help="Reference of the action, like UA-2026-014.")]


class Session(NamedTuple):
    """What a command works with."""

    client: ApiClient
    screen: Screen

    def tell(self, answer: str, told: Callable[[], RenderableType]) -> None:
        """Print an answer of the API: as it came where JSON is asked for, else what is told of it."""
        if self.screen.as_json:
            self.screen.json(answer)
        else:
            self.screen.show(told())

    def action(self, reference: str) -> tuple[str, Action]:
        """Fetch an action: its JSON, and what is read of it."""
        text = self.client.get(action_path(reference))
        return text, read(Action, text)

    def private(self, reference: str, why: ReadingReason) -> tuple[str, Private]:
        """Open what is sealed of an action, which its audit trail tells: its JSON, and what is read of it."""
        text = self.client.get(action_path(reference, "private"), {"why": why})
        return text, read(Private, text)


@contextmanager
def session(api_url: str, api_key: str | None, *, as_json: bool) -> Iterator[Session]:
    """Open the connection for one command, and turn what goes wrong into a message and an exit code."""
    screen = Screen(as_json=as_json)
    try:
        with ApiClient(api_url, api_key, notice=screen.say) as client:
            yield Session(client, screen)
    except ConsoleError as error:
        screen.fail(error)
        raise typer.Exit(error.code) from None
    except KeyboardInterrupt:
        screen.say("Interrupted. Where a change was under way, `show REF` tells whether it took effect.")
        raise typer.Exit(ExitCode.INTERRUPTED) from None


def action_path(reference: str, part: str = "") -> str:
    """Return the path of an action, or of a part of it."""
    path = f"/actions/{quote(reference.strip().upper(), safe='')}"
    return f"{path}/{part}" if part else path


def partner_path(partner: str, *parts: str) -> str:
    """Write the path of a partner, or of something of it."""
    return "/".join(["/partners", *(quote(part.strip(), safe="") for part in (partner, *parts))])
