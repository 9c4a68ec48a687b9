"""Which rounds of messages are due, as activities tell it."""

from models.messages import DispatchRequest, Message


class ReceiptsDue(Message):
    """The next round of what is to be told about answers; None where nothing is, or not now."""

    request: DispatchRequest | None


class ResendingDue(Message):
    """The next dispatch of which something is to be sent again; None where nothing is."""

    request: DispatchRequest | None
