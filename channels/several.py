"""Several providers of one kind, in order of preference, as one channel."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from channels.base import Channel, HandOver, Outbound, Receipt

ContentT = TypeVar("ContentT")


class SeveralProviders(Generic[ContentT]):
    """Gives each message to the provider that it was claimed for, and never to another one.

    The claim decides which one that is, by what all workers know of them. What fails here is put off and
    claimed anew; what is in doubt stays with the one that may have it.
    """

    def __init__(self, adapters: Sequence[Channel[ContentT]]) -> None:
        """Hold adapters, whose names must differ."""
        self._adapters = {adapter.provider: adapter for adapter in adapters}
        if len(self._adapters) < len(adapters):
            raise ValueError("two providers of one channel have the same name: give each its own")
        self.provider = adapters[0].provider
        self.connections = max(adapter.connections for adapter in adapters)
        # Who died with messages in hand may have given them to any of these.
        self.repeatable = all(adapter.repeatable for adapter in adapters)

    async def send(self, message: Outbound[ContentT], hand_over: HandOver) -> Receipt:
        """Send one message by the provider that it names; see `Channel.send`."""
        adapter = self._adapters[message.provider or self.provider]
        return await adapter.send(message, hand_over)

    async def close(self) -> None:
        """Close every connection to each of them."""
        for adapter in self._adapters.values():
            await adapter.close()
