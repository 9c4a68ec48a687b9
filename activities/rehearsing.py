"""Rehearsals: a finished message is kept sealed, and goes no further where nobody asked for it to be sent."""

from collections.abc import Callable
from typing import Generic, TypeVar

from activities.drafts import Compose, Draft
from channels.base import Outbound
from models.rehearsals import OnlyKeptError
from security.fields import FieldCipher
from security.sealed_places import rehearsed_message_place
from storage.database import Database
from storage.rehearsals import keep_message

ContentT = TypeVar("ContentT")


class Rehearsing(Generic[ContentT]):
    """Composes as for a release; what is only rehearsed is kept on the way, as it would leave."""

    def __init__(
        self,
        database: Database,
        cipher: FieldCipher,
        compose: Compose[ContentT],
        *,
        as_it_leaves: Callable[[Outbound[ContentT]], str],
    ) -> None:
        """Make it for one channel; `as_it_leaves` writes a message as its provider gets it."""
        self._database = database
        self._cipher = cipher
        self._compose = compose
        self._as_it_leaves = as_it_leaves

    async def __call__(self, draft: Draft) -> ContentT:
        """Compose one message.

        Raises:
            OnlyKeptError: it is there to be looked at, and must not be sent.
        """
        content, rehearsal = await self._compose(draft), draft.contents.rehearsal
        if rehearsal is None:
            return content
        delivery = draft.delivery
        message = self._as_it_leaves(Outbound(delivery.id, draft.address, content))
        sealed = self._cipher.seal(message, context=rehearsed_message_place(delivery.id))
        async with self._database.transaction() as session:
            await keep_message(session, delivery.id, sealed)
        if not rehearsal.sent:
            raise OnlyKeptError
        return content
