"""The sign-on of a document that follows the first, while all else of its action goes on."""

import asyncio
from collections.abc import Awaitable, Callable

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.references import SignOnActivities
    from models.messages import AskedDocument, DispatchRequest, DocumentRef
    from models.sign_on_messages import SignOnRequest, WindowEnd
    from workflows.activity_options import FACTS

HaveSigned = Callable[[SignOnRequest, Callable[[], bool]], Awaitable[None]]


class LaterSigning:
    """Has one window at a time open, as long as the facts ask for it; they also tell what goes out then."""

    def __init__(
        self,
        have_signed: HaveSigned,
        refresh: Callable[[], Awaitable[None]],
        overruled: DocumentRef | None,
    ) -> None:
        """Have no window open; `overruled` is what was let go by hand in a run before."""
        self._have_signed = have_signed
        self._refresh = refresh
        self._asked: DocumentRef | None = None
        self._running: DocumentRef | None = None
        self._overruled = overruled
        self._task: asyncio.Task[None] | None = None

    @property
    def overruled(self) -> DocumentRef | None:
        """Name the document that was let go by hand last."""
        return self._overruled

    @property
    def is_under_way(self) -> bool:
        """Tell whether a window is open, or what follows from its end is still being read."""
        return self._task is not None and not self._task.done()

    def follow(self, asked: AskedDocument | None) -> None:
        """Begin the sign-on that the facts ask for; one that they ask for no more ends."""
        self._asked = asked.document if asked else None
        if asked and asked.ready and self._running is None and self._is_asked(asked.document):
            self._running = asked.document
            self._task = asyncio.create_task(self._run(asked))

    async def overrule(self, end: WindowEnd, asked: AskedDocument | None) -> None:
        """End the window of a document that is let go by hand, be it open or about to be.

        What the facts ask for is ended at once, also where no sign-on runs that would do it.
        """
        self._overruled = end.document
        if asked and asked.document == end.document:
            await workflow.execute_activity_method(SignOnActivities.end_by_hand, end, **FACTS)

    def has_overruled(self, signed: DispatchRequest | None) -> bool:
        """Tell whether a release is of a document that goes out by hand, or not at all."""
        return signed is not None and signed.document == self._overruled

    async def end(self) -> None:
        """End the window that is open, if one is: nobody waits for it any more."""
        if self._task:
            self._overruled = self._running or self._overruled
            await workflow.wait([self._task])

    async def _run(self, asked: AskedDocument) -> None:
        request = SignOnRequest(document=asked.document, plan=asked.plan)
        await self._have_signed(request, lambda: not self._is_asked(asked.document))
        self._running = None
        if self._overruled != asked.document:
            await self._refresh()

    def _is_asked(self, document: DocumentRef) -> bool:
        return document == self._asked and document != self._overruled
