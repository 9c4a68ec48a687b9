"""What each check of the gate is for: one broken thing, and which messages it keeps in."""

from collections.abc import Callable
from datetime import timedelta
from types import MappingProxyType
from typing import Final, NamedTuple
from uuid import uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from models.documents import DocumentText
from models.lifecycle import Decision
from models.messages import (
    AskVerifiers,
    Batch,
    DeliveryState,
    DispatchRequest,
    DocumentRef,
    Purpose,
    VerificationPlan,
    VerificationRef,
)
from models.outbox import Delivery
from models.verification import text_in
from models.vocabulary import Disclosure, DocumentKind
from storage import decisions, documents, outbox, verification
from storage.claims import Outcome
from storage.database import Database
from tests.integration.outbox_cases import EVERYTHING, Case, make_case
from tests.integration.verifiers import verifier
from web.versions import new_version

_PLAN = VerificationPlan(remind_after=timedelta(hours=1), escalate_after=timedelta(hours=2))


class Scenario(NamedTuple):
    """One thing that breaks after the messages of a purpose were frozen, and whom it concerns."""

    broken: str
    purpose: Purpose = Purpose.STATEMENT
    concerns: Callable[[Delivery], bool] = lambda _delivery: True


def _to(*disclosures: Disclosure) -> Callable[[Delivery], bool]:
    return lambda delivery: delivery.disclosure in disclosures


def _in_english(delivery: Delivery) -> bool:
    return delivery.language == "en"


_REVOKED = (
    "UPDATE consent SET revoked_at = now() FROM person_at_risk AS person"
    " WHERE person.id = person_at_risk_id AND use = '{}' AND person.visibility = '{}'"
)
REVOKED_BEHIND_A_PSEUDONYM: Final = _REVOKED.format("name_to_authorities", "pseudonym")

SCENARIOS: Final = MappingProxyType(
    {
        "not stopped": Scenario("UPDATE urgent_action SET stopped_at = now()"),
        "stopped": Scenario("UPDATE urgent_action SET stopped_at = NULL", Purpose.STOP_NOTICE),
        "not closed": Scenario("UPDATE urgent_action SET closed_at = now()"),
        "not rejected": Scenario("UPDATE urgent_action SET rejected_at = now()"),
        "address allowed": Scenario(
            "INSERT INTO suppression (fingerprint, reason, suppressed_at)"
            " SELECT DISTINCT fingerprint, 'x', now() FROM delivery"
        ),
        "invitation unanswered": Scenario("UPDATE document SET sign_on_ended_at = now()", Purpose.INVITATION),
        "request unanswered": Scenario(
            "UPDATE verification_request SET answered_at = now()", Purpose.VERIFICATION
        ),
        "current cycle": Scenario(
            "UPDATE urgent_action SET verification_cycle = verification_cycle + 1", Purpose.VERIFICATION
        ),
        "not on hold": Scenario("UPDATE urgent_action SET held_at = now()"),
        "not returned": Scenario("UPDATE urgent_action SET returned_at = now()"),
        "sources": Scenario("DELETE FROM source"),
        "attested": Scenario("DELETE FROM attestation WHERE confirms = 'facts'"),
        "digest unchanged": Scenario("UPDATE document_version SET digest = sha256('x')"),
        "newest version": Scenario(
            "INSERT INTO document_version (id, document_id, number, digest, created_by, created_at)"
            " SELECT gen_random_uuid(), document_id, 2, digest, created_by, now() FROM document_version"
        ),
        "text exists": Scenario("DELETE FROM document_text WHERE language = 'en'", concerns=_in_english),
        "text approved": Scenario("DELETE FROM attestation WHERE confirms = 'text:en'", concerns=_in_english),
        "is a notice": Scenario("UPDATE document SET kind = 'action'", Purpose.STOP_NOTICE),
        "is no notice": Scenario("UPDATE document SET kind = 'stop_action'"),
        "consent of the public": Scenario(
            _REVOKED.format("name_in_public", "named"), concerns=_to(Disclosure.PUBLIC, Disclosure.MECHANISM)
        ),
        "consent of authorities": Scenario(
            _REVOKED.format("name_to_authorities", "named"), concerns=_to(Disclosure.AUTHORITY)
        ),
        "consent of mechanisms": Scenario(
            _REVOKED.format("mechanisms", "withheld"), concerns=_to(Disclosure.MECHANISM)
        ),
    }
)
"""For each check of a message, what only that check sees."""

FROZEN_FROM_THE_NEWEST: Final = {"digest unchanged", "newest version"}
"""Checks that nothing can fail at the freezing, which takes the newest version and its digest itself."""

FREEZING: Final = MappingProxyType(
    {"some text approved": Scenario("DELETE FROM attestation WHERE confirms LIKE 'text:%'")}
)
"""For each check that is made at the freezing only, what only that check sees."""


class Stage(NamedTuple):
    """A running action and a stopped one with all their messages in the outbox, for changes rolled back."""

    url: str
    batches: dict[Purpose, Batch]
    requests: dict[Purpose, DispatchRequest]


async def set_stage(url: str) -> Stage:
    """Freeze the messages of every purpose that a scenario has."""
    database = Database(url)
    running, stopped = await make_case(database), await make_case(database)
    await running.open_sign_on()
    requests = {
        Purpose.STATEMENT: _request(running, Purpose.STATEMENT),
        Purpose.INVITATION: _request(running, Purpose.INVITATION),
        Purpose.VERIFICATION: await _asked(running),
        Purpose.STOP_NOTICE: await _notified(stopped),
    }
    batches = {purpose: await _batch(database, request) for purpose, request in requests.items()}
    await database.close()
    return Stage(url, batches, requests)


def _request(case: Case, purpose: Purpose) -> DispatchRequest:
    return DispatchRequest(document=case.document, purpose=purpose, round=1)


async def _batch(database: Database, request: DispatchRequest) -> Batch:
    async with database.transaction() as session:
        dispatched = await outbox.freeze(session, request)
        batches = await outbox.unsent_ranges(session, dispatched, EVERYTHING)
    return next(batch for batch in batches if batch.channel == "email")


async def _asked(case: Case) -> DispatchRequest:
    """Ask two verifiers of the duty list."""
    for duty in (1, 2):
        await verifier(case.database, duty=duty, pin=True)
    asking = AskVerifiers(verification=VerificationRef(document=case.document, cycle=1, plan=_PLAN), round=1)
    async with case.database.transaction() as session:
        assert (await verification.ask(session, asking)).asked == 2
    return _request(case, Purpose.VERIFICATION).model_copy(update={"cycle": 1})


async def _notified(case: Case) -> DispatchRequest:
    """Send the statement, stop, and have the notice approved."""
    batch, claim_id = await case.batch(), uuid4()
    claimed = await case.claim(batch, claim_id)
    await case.settle(claim_id, *(Outcome(one.id, DeliveryState.SENT) for one in claimed))
    await case.decide(Decision.STOP)
    async with case.database.transaction() as session:
        document = await _approved_notice(session, case)
    return DispatchRequest(document=document, purpose=Purpose.STOP_NOTICE, round=1)


async def _approved_notice(session: AsyncSession, case: Case) -> DocumentRef:
    action, verifier_id = case.action, case.verifiers[0]
    texts = [
        DocumentText(version_id=uuid4(), language=language, headline="x", summary="x", body="x", demands=[])
        for language in action.languages
    ]
    notice = new_version(uuid4(), texts, action.author_id)
    session.add(action)
    await documents.open_document(session, action, DocumentKind.STOP_ACTION, notice, action.author_id)
    approved = [text_in(language) for language in action.languages]
    await decisions.attest(session, action, notice.version, verifier_id, approved)
    return (await documents.current_version(session, action.id)).ref(action)
