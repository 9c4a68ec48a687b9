"""SMS through Twilio: a form to its Messages resource, basic authentication, numeric error codes.

Twilio's documentation: "Messages resource" (Create a Message), "Twilio API requests" (authentication, status
codes, rate limits), "Error and Warning Dictionary". Creating a message takes no idempotency key, so that what
breaks behind the last byte of a request is in doubt.

Its id of the message (`sid`) is what we store as provider's reference, and what its status callbacks name
as `MessageSid`: by that, and the provider's name, they are matched. The address for them ends in our delivery
id, since the first of them may overtake the answer.
"""

import base64
import json
import re
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode

from channels.base import HandOver, Outbound, Receipt, provider_reference
from channels.http import http_client
from channels.sms import SmsAccount, SmsContent
from channels.unrepeatable import (
    Answer,
    Verdict,
    again,
    in_doubt,
    judge,
    no_such_address,
    operator,
    opted_out,
    post_once,
    refused,
    slower,
)

URL: Final = "https://api.twilio.com"

CODES: Final = MappingProxyType[int, Verdict](
    {
        20003: operator,  # authentication failed, or the account may not do this
        20005: operator,  # the account is not active
        20404: operator,  # no such account
        20429: slower,  # too many requests
        20500: in_doubt,  # internal server error
        20503: again,  # service unavailable
        21211: no_such_address,  # invalid "To" number
        21212: operator,  # invalid "From" number
        21217: no_such_address,  # the number does not appear to be valid
        21219: refused,  # "To" number not verified (trial)
        21266: refused,  # "To" and "From" are the same
        21408: refused,  # sending to this region is not switched on: as a guard against pumping it stays so
        21421: no_such_address,  # the number is invalid
        21602: refused,  # no body
        21603: operator,  # no "From"
        21604: refused,  # no "To"
        21605: refused,  # the body is too long
        21606: operator,  # the "From" number is not ours, or cannot send there
        21608: refused,  # "To" number not verified (trial)
        21609: operator,  # the address for status callbacks is not valid
        21610: opted_out,  # the recipient answered STOP
        21611: slower,  # the queue of the "From" number is full
        21612: refused,  # not reachable by this "From"
        21614: no_such_address,  # not a mobile number
        21617: refused,  # the body has more than 1,600 characters
        21619: refused,  # neither body nor media
        21635: no_such_address,  # a landline
        21656: refused,  # wrong content variables
        21659: operator,  # the "From" number is not one of Twilio's, or its country does not fit
        21660: operator,  # the "From" number belongs to another account
        21661: operator,  # the "From" number cannot send SMS
        21701: operator,  # no such messaging service
        21703: operator,  # the messaging service has no number
        21704: operator,  # the messaging service has no sender for this number
        21705: operator,  # the messaging service is not valid
        30001: slower,  # queue overflow
        30002: operator,  # the account is suspended
        30003: refused,  # the handset is unreachable
        30004: refused,  # the recipient or carrier blocks it
        30005: no_such_address,  # unknown handset
        30006: no_such_address,  # a landline, or an unreachable carrier
        30007: refused,  # filtered by a carrier
        30008: refused,  # failed for an unknown reason
        30022: slower,  # the carrier's rate for our number is exceeded
        30023: operator,  # the carrier's daily limit for our brand is reached
        30032: operator,  # the toll-free number is not verified
        30034: operator,  # the number is not registered for A2P 10DLC
        30039: refused,  # an answer to our own messages goes round in circles
        30450: refused,  # blocked by the guard against pumping
        63038: operator,  # the account's daily limit is reached
    }
)
"""What each code means, in a refusal and (30003 to 30450) in a status callback."""

_SERVICE: Final = re.compile("MG[0-9a-f]{32}")
_TAKEN: Final = range(200, 300)


class TwilioChannel:
    """Sends `SmsContent`; the account's `sender` is a number, a name, or a messaging service (`MG...`)."""

    repeatable = False

    def __init__(
        self, account: SmsAccount, *, connections: int, callback: str | None = None, provider: str = "twilio"
    ) -> None:
        self.provider = provider
        self.connections = connections
        base, name = (account.url or URL).rstrip("/"), account.account
        self._url = f"{base}/2010-04-01/Accounts/{name}/Messages.json"
        self._sender = {_sender_field(account.sender): account.sender}
        self._callback = callback
        self._headers = {
            "Authorization": _basic(name, account.key),
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        self._client = http_client(connections)

    async def send(self, message: Outbound[SmsContent], hand_over: HandOver) -> Receipt:
        """Send one text; see `Channel.send`."""
        form = {"To": message.address, **self._sender, "Body": message.content.text}
        if self._callback is not None:
            form["StatusCallback"] = f"{self._callback}?delivery={message.delivery_id}"
        await hand_over()
        answer = await post_once(self._client, self._url, urlencode(form).encode(), self._headers)
        return _judged(self.provider, answer)

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()


def _judged(provider: str, answer: Answer) -> Receipt:
    """Read an answer; one of success that cannot be read was one all the same."""
    tree = _tree(answer.body)
    if answer.status in _TAKEN and not tree.get("error_code"):
        sid = tree.get("sid")
        return Receipt(provider_reference=provider_reference(str(sid)) if sid else None)
    code = tree.get("error_code") or tree.get("code")
    raise judge(provider, code, CODES.get(code) if isinstance(code, int) else None, answer)


def _tree(body: bytes) -> dict[str, object]:
    try:
        tree = json.loads(body)
    except ValueError:
        return {}
    return tree if isinstance(tree, dict) else {}


def _sender_field(sender: str) -> str:
    return "MessagingServiceSid" if _SERVICE.fullmatch(sender) else "From"


def _basic(account: str, key: str) -> str:
    """Authenticate by the account's token, or by an API key written as `SK...:secret`."""
    user = key if key.startswith("SK") and ":" in key else f"{account}:{key}"
    return "Basic " + base64.b64encode(user.encode()).decode()
