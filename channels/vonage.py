"""SMS through Vonage's SMS API: JSON in, one status a segment out, always with the HTTP status 200.

Vonage's documentation: "SMS API reference" (Send an SMS), "SMS API: Troubleshooting SMS" (status codes),
"Concatenation and encoding". The API takes no idempotency key, so that what breaks behind the last byte of a
request is in doubt; so is a message of which some segments were taken and others not.

The `message-id` of the first segment is what we store as provider's reference; our delivery id travels as
`client-ref` and comes back in every delivery receipt, beside the `messageId` of its segment.
"""

import json
from types import MappingProxyType
from typing import Final

from channels.base import HandOver, InDoubtError, Outbound, Receipt, provider_reference
from channels.http import http_client
from channels.sms import SmsAccount, SmsContent
from channels.unrepeatable import (
    Answer,
    Verdict,
    again,
    judge,
    no_such_address,
    operator,
    post_once,
    refused,
    slower,
)
from models.sms_length import Encoding, length

URL: Final = "https://rest.nexmo.com"

TAKEN: Final = "0"
CODES: Final = MappingProxyType[str, Verdict](
    {
        "1": slower,  # throttled
        "2": refused,  # missing parameters
        "3": refused,  # invalid parameters
        "4": operator,  # invalid credentials
        "5": again,  # internal error: it was not accepted
        "6": refused,  # invalid message, such as a number that Vonage does not know
        "7": no_such_address,  # number barred
        "8": operator,  # the account is barred
        "9": operator,  # the account has no credit
        "10": slower,  # too many connections
        "11": operator,  # the account may not use this API
        "12": refused,  # too long
        "14": operator,  # invalid signature
        "15": operator,  # the sender may not be used there
        "22": refused,  # invalid network code
        "23": operator,  # invalid address for delivery receipts
        "29": refused,  # the number is not on the list that a trial account may write to
        "32": operator,  # signature and secret together
        "33": no_such_address,  # number de-activated
    }
)
"""What each status of a segment means."""

_SUCCESS: Final = 200


class VonageChannel:
    """Sends `SmsContent`; `account` is the API key and `key` the API secret."""

    repeatable = False

    def __init__(
        self, account: SmsAccount, *, connections: int, callback: str | None = None, provider: str = "vonage"
    ) -> None:
        self.provider = provider
        self.connections = connections
        self._url = (account.url or URL).rstrip("/") + "/sms/json"
        self._fixed = {
            "api_key": account.account,
            "api_secret": account.key,
            "from": account.sender.removeprefix("+"),
        }
        if callback is not None:
            self._fixed["callback"] = callback
        self._client = http_client(connections)

    async def send(self, message: Outbound[SmsContent], hand_over: HandOver) -> Receipt:
        """Send one text; see `Channel.send`."""
        text = message.content.text
        body = {
            **self._fixed,
            "to": message.address.removeprefix("+"),
            "text": text,
            # What is sent as "text" loses the letters that the alphabet lacks.
            "type": "text" if length(text).encoding is Encoding.GSM_7 else "unicode",
            "client-ref": str(message.delivery_id),
        }
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        await hand_over()
        answer = await post_once(self._client, self._url, json.dumps(body).encode(), headers)
        return _judged(self.provider, answer)

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()


def _judged(provider: str, answer: Answer) -> Receipt:
    segments = _segments(answer.body)
    if segments is None and answer.status == _SUCCESS:
        raise InDoubtError(judge(provider, None, None, answer).failure)
    statuses = [segment.get("status") for segment in segments or ()]
    failed = [status for status in statuses if status != TAKEN]
    if statuses and not failed:
        said = (segments or [{}])[0].get("message-id")
        return Receipt(provider_reference=provider_reference(str(said)) if said else None)
    code = failed[0] if failed else None
    error = judge(provider, code, CODES.get(code) if isinstance(code, str) else None, answer)
    if TAKEN in statuses:
        raise InDoubtError(error.failure)
    raise error


def _segments(body: bytes) -> list[dict[str, object]] | None:
    """Return what is said of each segment; None where the answer says nothing of any."""
    try:
        tree = json.loads(body)
    except ValueError:
        return None
    said = tree.get("messages") if isinstance(tree, dict) else None
    known = [segment for segment in said if isinstance(segment, dict)] if isinstance(said, list) else []
    return known or None
