"""What a message is made from."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeVar

from models.outbox import Delivery
from models.vocabulary import Channel
from storage.contents import Contents, Recipient

ContentT = TypeVar("ContentT")


class Draft(NamedTuple):
    """A claimed delivery with all that its message is made from."""

    delivery: Delivery
    recipient: Recipient
    contents: Contents

    @property
    def address(self) -> str:
        """Where it goes: a partner's system may have moved since it was frozen, and its secret with it."""
        if self.delivery.channel is Channel.PARTNER_API and self.recipient.api_url:
            return self.recipient.api_url
        return self.delivery.address


Compose = Callable[[Draft], Awaitable[ContentT]]
