"""Sign links: how they are issued, and what they open."""

from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from models.messages import DocumentRef
from models.partners import Signature, SignLink
from models.proposals import Proposal
from models.vocabulary import Answer
from storage.action_lock import SHARED
from storage.documents import in_order
from storage.driver import ask, driver_of
from storage.known_signatories import SET_ASIDE
from storage.linked_pages import IS_LIVE, LinkedPage
from storage.readers import OPENNESS

_LOCK: Final = text(f"""
    WITH behind AS MATERIALIZED (
        SELECT invitation.id, {SHARED.replace(":action_id", "document.action_id")} AS shared
        FROM sign_link JOIN invitation ON invitation.id = sign_link.invitation_id
        JOIN document ON document.id = invitation.document_id
        WHERE sign_link.token_hash = :token_hash)
    SELECT invitation.id FROM invitation
    WHERE invitation.id = (SELECT id FROM behind WHERE shared IS NOT NULL)
    FOR NO KEY UPDATE
""")
"""The action's lock first, as everybody takes them; what is read comes with the next statement."""

_OPENED: Final = text(f"""
    SELECT action.id AS action_id, action.reference, action.created_at,
           action.languages AS action_languages,
           action.held_at IS NULL AND action.stopped_at IS NULL AND action.closed_at IS NULL AS is_alive,
           document.id AS document_id, document.number, document.sign_on_closes_at, document.sign_on_ended_at,
           dispatch.version_id, dispatch.digest,
           partner.id AS partner_id, partner.slug, partner.name AS partner_name, partner.website,
           partner.languages AS partner_languages, partner.registered_address,
           contact.id AS contact_id, contact.name AS contact_name, contact.email, contact.language,
           contact.fingerprint, contact.gone_at, invitation.id AS invitation_id, sign_link.proposal_id,
           (SELECT signature.id FROM signature
            WHERE signature.invitation_id = invitation.id AND signature.superseded_at IS NULL) AS answer_id,
           EXISTS (SELECT 1 FROM partner AS follower
                   WHERE follower.mandate_follows = partner.id) AS is_followed,
           (SELECT count(*) FROM question
            WHERE question.invitation_id = invitation.id
              AND question.answered_at IS NOT NULL) AS questions_answered,
           EXISTS (SELECT 1 FROM proposal
                   WHERE proposal.invitation_id = invitation.id AND proposal.state = 'open') AS is_proposed,
           {SET_ASIDE},
           {OPENNESS}
    FROM sign_link
    JOIN invitation ON invitation.id = sign_link.invitation_id
    JOIN document ON document.id = invitation.document_id
    JOIN urgent_action AS action ON action.id = document.action_id
    JOIN partner ON partner.id = invitation.partner_id
    JOIN partner_contact AS contact ON contact.id = invitation.contact_id
    CROSS JOIN LATERAL (
        SELECT id AS version_id, document_version.digest FROM document_version
        WHERE document_version.document_id = document.id ORDER BY number DESC LIMIT 1) AS dispatch
    CROSS JOIN (SELECT 'public' AS disclosure) AS delivery
    WHERE {IS_LIVE}
""")
"""All that a page asks of the database, the conditions of the gate among it, as it is at one moment."""


class OpenedAction(NamedTuple):
    """What a page knows of its action."""

    id: UUID
    reference: str
    created_at: datetime


class OpenedDocument(NamedTuple):
    """The document that may be signed, with its window; for `set_aside`, see `KnownSignatories`."""

    id: UUID
    number: int
    sign_on_closes_at: datetime | None
    sign_on_ended_at: datetime | None
    set_aside: str


class OpenedVersion(NamedTuple):
    """A wording by its digest."""

    id: UUID
    digest: bytes


class OpenedPartner(NamedTuple):
    """The organisation that is asked; `is_followed` where others sign with it by mandate."""

    id: UUID
    slug: str
    name: str
    languages: list[str]
    website: str | None
    registered_address: str
    is_followed: bool


class OpenedContact(NamedTuple):
    """Whom the link was sent to."""

    id: UUID
    name: str
    email: str
    language: str
    fingerprint: bytes
    gone_at: datetime | None


class OpenedInvitation(NamedTuple):
    """The invitation that the link is of; `is_proposed` while an approver is asked for a signature to it."""

    id: UUID
    questions_answered: int
    is_proposed: bool


class OpenedLink(NamedTuple):
    """A sign link with all that its page shows.

    `version` is the newest of the document, whichever the invitation was about.
    """

    action: OpenedAction
    document: OpenedDocument
    version: OpenedVersion
    partner: OpenedPartner
    contact: OpenedContact
    invitation: OpenedInvitation
    proposal: Proposal | None
    """What an approver's link opens."""
    answer: Signature | None
    """The one that counts."""
    is_alive: bool
    """Whether nothing holds the action or has ended it."""
    may_be_read: bool
    """Whether everybody who is named allows it in public."""
    is_confirmed: bool
    """Whether enough others stand behind the version and the consents as they are, and approved a text."""
    demands_stand: bool
    """Whether no fact has changed since the text was written."""
    languages: list[str]
    """Those in which the version is approved."""

    @property
    def page(self) -> LinkedPage:
        """Name the page that the link leads to."""
        return LinkedPage(self.invitation.id, self.proposal.id if self.proposal else None)

    @property
    def ref(self) -> DocumentRef:
        """Name the document as workflows do."""
        return DocumentRef(
            action_id=self.action.id,
            reference=self.action.reference,
            document_id=self.document.id,
            number=self.document.number,
        )

    @property
    def is_late(self) -> bool:
        """Tell whether the window has ended, or its time is over."""
        document = self.document
        closes_at = document.sign_on_closes_at
        return document.sign_on_ended_at is not None or (closes_at is not None and closes_at <= now())

    @property
    def takes_answers(self) -> bool:
        """Tell whether the text may be shown, and an answer to it would count: in time, or late."""
        opened = self.document.sign_on_closes_at is not None
        may_be_shown = self.may_be_read and self.is_confirmed and self.demands_stand
        return opened and self.is_alive and may_be_shown

    @property
    def signed_digest(self) -> bytes | None:
        """Return the digest of the text that the partner stands behind."""
        return self.answer.digest if self.answer and self.answer.answer is Answer.SIGNED else None

    @property
    def may_sign(self) -> bool:
        """Tell whether the partner may sign now: it has not yet, or for an earlier text only."""
        return self.takes_answers and self.signed_digest != self.version.digest

    @property
    def is_doubted(self) -> bool:
        """Tell whether the partner is asked if the answer that stands was its own."""
        return self.answer is not None and self.answer.doubted_at is not None

    @property
    def has_signed(self) -> bool:
        """Tell whether a signature of the partner stands, whatever became of text and action."""
        return self.signed_digest is not None and not self.is_doubted

    @property
    def may_report(self) -> bool:
        """Tell whether the partner may say what it did: it signed, and the text may be shown."""
        return self.takes_answers and self.has_signed

    @property
    def may_withdraw(self) -> bool:
        """Tell whether there is a signature to be taken back, whatever became of text and action."""
        return self.signed_digest is not None


async def issue_link(
    session: AsyncSession,
    invitation_id: UUID,
    delivery_id: UUID,
    token_hash: bytes,
    expires_at: datetime,
    *,
    proposal_id: UUID | None = None,
) -> None:
    """Make a sign link live, a contact's or that of a proposal's approver; earlier ones stay so."""
    session.add(
        SignLink(
            invitation_id=invitation_id,
            delivery_id=delivery_id,
            proposal_id=proposal_id,
            token_hash=token_hash,
            expires_at=expires_at,
        )
    )


async def opened_link(session: AsyncSession, token_hash: bytes, *, lock: bool = False) -> OpenedLink | None:
    """Find what a token opens.

    With `lock`, no hold, stop or end of the window runs beside it, and no other answer to the invitation.
    """
    driver = await driver_of(session)
    if lock:
        await ask(driver, _LOCK, {"token_hash": token_hash})
    found = await ask(driver, _OPENED, {"token_hash": token_hash, "now": now()})
    row = await found.fetchone()
    return None if row is None else await _opened(session, row)


async def _opened(session: AsyncSession, row: Any) -> OpenedLink:
    """Put together what a row says; what was answered or proposed before is read besides."""
    answer = proposal = None
    if row.answer_id:
        answer = (await session.exec(select(Signature).where(Signature.id == row.answer_id))).one()
    if row.proposal_id:
        proposal = (await session.exec(select(Proposal).where(Proposal.id == row.proposal_id))).one()
    return OpenedLink(
        action=OpenedAction(row.action_id, row.reference, row.created_at),
        document=OpenedDocument(
            row.document_id, row.number, row.sign_on_closes_at, row.sign_on_ended_at, row.set_aside
        ),
        version=OpenedVersion(row.version_id, row.digest),
        partner=OpenedPartner(
            row.partner_id,
            row.slug,
            row.partner_name,
            row.partner_languages,
            row.website,
            row.registered_address,
            row.is_followed,
        ),
        contact=OpenedContact(
            row.contact_id, row.contact_name, row.email, row.language, row.fingerprint, row.gone_at
        ),
        invitation=OpenedInvitation(row.invitation_id, row.questions_answered, row.is_proposed),
        proposal=proposal,
        answer=answer,
        is_alive=row.is_alive,
        may_be_read=row.may_be_read,
        is_confirmed=row.is_confirmed,
        demands_stand=row.demands_stand,
        languages=in_order(row.action_languages, row.approved_languages),
    )
