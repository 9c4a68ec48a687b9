"""The secret links that mails carry: each message has one of its own, of which only the hash is kept."""

from datetime import timedelta

from models.columns import now
from models.outbox import Delivery, RecipientKind
from security.tokens import new_token, token_hash
from storage.answer_links import issue_answer_link
from storage.check_in_answers import issue_check_in_link
from storage.database import Database
from storage.sign_links import issue_link
from storage.verification import issue_verification_link


class SecretLinks:
    """Makes links that are live from the commit on; those of partners last for a time."""

    def __init__(self, database: Database, *, public_url: str, last: timedelta) -> None:
        self._database = database
        self._public_url = public_url.rstrip("/")
        self._last = last

    async def to_sign(self, delivery: Delivery) -> str:
        """Make a link to the page of an invitation, or to that of its approver."""
        if delivery.invitation_id is None:
            raise ValueError("an invitation's delivery names no invitation")
        token = new_token()
        is_approvers = delivery.recipient_kind is RecipientKind.APPROVER
        async with self._database.transaction() as session:
            await issue_link(
                session,
                delivery.invitation_id,
                delivery.id,
                token_hash(token),
                now() + self._last,
                proposal_id=delivery.recipient_id if is_approvers else None,
            )
        return f"{self._public_url}/s/{token}"

    async def to_disown(self, delivery: Delivery) -> str:
        """Make a link to the page on which a partner says whether an answer was its own."""
        if delivery.invitation_id is None:
            raise ValueError("a receipt's delivery names no invitation")
        token = new_token()
        async with self._database.transaction() as session:
            await issue_answer_link(
                session, delivery.invitation_id, delivery.id, token_hash(token), now() + self._last
            )
        return f"{self._public_url}/r/{token}"

    async def to_verify(self, delivery: Delivery) -> str:
        """Make a link to the page of a verifier."""
        if delivery.request_id is None:
            raise ValueError("a verifier's delivery names no request")
        token = new_token()
        async with self._database.transaction() as session:
            await issue_verification_link(session, delivery.request_id, delivery.id, token_hash(token))
        return f"{self._public_url}/v/{token}"

    async def to_answer(self, delivery: Delivery) -> str:
        """Make a link to the page on which a coordinator answers a check-in, or logs a response."""
        token = new_token()
        async with self._database.transaction() as session:
            await issue_check_in_link(session, delivery, token_hash(token), now() + self._last)
        return f"{self._public_url}/c/{token}"
