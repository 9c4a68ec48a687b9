"""A mailbox on this machine: takes every message by SMTP, shows it on a page and tells it as JSON."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.responses import HTMLResponse

from local.arrivals import Arrivals
from local.faults import FaultBook
from local.mail_store import Envelope, MailStore, message_tree
from local.ports import PortTaken, require_free
from local.serving import LONGEST_WAIT_SECONDS, local_app, page, serve
from local.smtp_server import SmtpFault, serve_smtp
from settings import load_settings

SHOWN_MESSAGES = 200

Wait = Annotated[float, Query(ge=0, le=LONGEST_WAIT_SECONDS, description="seconds")]


class Mailbox:
    """The stored mail, those who wait for it, and the ordered faults."""

    def __init__(self, folder: Path) -> None:
        self.store = MailStore(folder)
        self.arrivals = Arrivals()
        self.faults: FaultBook[SmtpFault] = FaultBook()

    async def keep(self, content: bytes, sender: str, recipients: list[str]) -> None:
        """Store a message and wake those who wait."""
        self.store.add(content, sender, recipients)
        await self.arrivals.announce()

    def tree(self, sequence: int) -> dict[str, Any]:
        """Return one message as JSON; 404 where there is none."""
        envelope = self.store.envelope(sequence)
        if envelope is None:
            raise HTTPException(404, "there is no message with this sequence")
        return message_tree(self.store, envelope)


def mailbox_app(folder: Path, smtp_port: int) -> FastAPI:
    """Build the page and JSON side; it runs the SMTP side as long as it lives."""
    mailbox = Mailbox(folder)

    @asynccontextmanager
    async def smtp_side(_app: FastAPI) -> AsyncIterator[None]:
        server = await serve_smtp(smtp_port, mailbox.keep, mailbox.faults)
        yield
        server.close()

    app = local_app("Acuerpa local mailbox", lifespan=smtp_side)
    _add_messages(app, mailbox)
    _add_faults(app, mailbox)
    _add_pages(app, mailbox)
    return app


def _add_messages(app: FastAPI, mailbox: Mailbox) -> None:
    @app.get("/messages")
    async def messages(to: str | None = None, after: int = 0, wait: Wait = 0) -> list[dict[str, Any]]:
        """Tell the messages after a sequence, waiting for the first one if asked to."""

        def find() -> list[Envelope]:
            return mailbox.store.find(to=to or None, after=after)

        found = await mailbox.arrivals.wait_for(find, wait)
        return [message_tree(mailbox.store, envelope) for envelope in found]

    @app.get("/messages/{sequence}")
    async def message(sequence: int) -> dict[str, Any]:
        """Tell one message."""
        return mailbox.tree(sequence)

    @app.delete("/messages", status_code=204)
    async def clear() -> None:
        """Remove all messages."""
        mailbox.store.clear()


def _add_faults(app: FastAPI, mailbox: Mailbox) -> None:
    @app.put("/faults")
    async def order_faults(faults: SmtpFault | list[SmtpFault]) -> list[dict[str, Any]]:
        """Take these faults in place of the former ones; an empty list ends all."""
        mailbox.faults.order(faults if isinstance(faults, list) else [faults])
        return mailbox.faults.report()

    @app.get("/faults")
    async def faults() -> list[dict[str, Any]]:
        """Tell how often each fault fired."""
        return mailbox.faults.report()


def _add_pages(app: FastAPI, mailbox: Mailbox) -> None:
    @app.get("/", include_in_schema=False)
    async def message_list(request: Request, to: str = "") -> HTMLResponse:
        envelopes = mailbox.store.find(to=to or None)
        shown = [message_tree(mailbox.store, envelope) for envelope in envelopes[-SHOWN_MESSAGES:]]
        last = envelopes[-1].sequence if envelopes else 0
        values = {"messages": shown[::-1], "count": len(envelopes), "to": to, "last": last}
        return page(request, "mailbox.html", values)

    @app.get("/view/{sequence}", include_in_schema=False)
    async def message_view(request: Request, sequence: int) -> HTMLResponse:
        return page(request, "message.html", {"message": mailbox.tree(sequence)})


def main() -> None:
    """Run the mailbox with the ports and the folder of the settings."""
    settings = load_settings()
    try:
        require_free(settings.local_smtp_port, "ACUERPA_LOCAL_SMTP_PORT")
        require_free(settings.local_mailbox_port, "ACUERPA_LOCAL_MAILBOX_PORT")
    except PortTaken as taken:
        raise SystemExit(str(taken)) from taken
    app = mailbox_app(Path(settings.local_data) / "mailbox", settings.local_smtp_port)
    serve(app, settings.local_mailbox_port)


if __name__ == "__main__":
    main()
