"""What each check of the gate is for: one broken thing, and which messages it keeps in."""

from collections.abc import Callable
from datetime import timedelta
from types import MappingProxyType
from typing import Final, NamedTuple
from uuid import UUID, uuid4

from models.lifecycle import Decision
from models.messages import (
    Batch,
    DeliveryState,
    DispatchRequest,
    Purpose,
    VerificationPlan,
    VerificationRef,
)
from models.outbox import Delivery
from models.verification_messages import AskVerifiers
from models.vocabulary import Disclosure
from storage import freezing, outbox, verification
from storage.database import Database
from storage.handing_over import Outcome
from tests.integration.digests import due_digest
from tests.integration.milestones import reminder_of_hearing
from tests.integration.notices import approved_notice
from tests.integration.outbox_cases import EVERYTHING, Case, changed_text, make_case
from tests.integration.overdue import approved_letter, overdue_case
from tests.integration.proposals import proposed
from tests.integration.questions import asked
from tests.integration.sign_links import answered
from tests.integration.storage import scenario_statements as longer
from tests.integration.verifiers import verifier

_PLAN = VerificationPlan(remind_after=timedelta(hours=1), escalate_after=timedelta(hours=2))


class Scenario(NamedTuple):
    """One thing that breaks in a `:case` after messages were frozen, and whom of them it concerns."""

    broken: str
    purpose: Purpose = Purpose.STATEMENT
    concerns: Callable[[Delivery], bool] = lambda _delivery: True


def _to(*disclosures: Disclosure) -> Callable[[Delivery], bool]:
    return lambda delivery: delivery.disclosure in disclosures


def _in_english(delivery: Delivery) -> bool:
    return delivery.language == "en"


_DOCUMENTS = "(SELECT id FROM document WHERE action_id = :case)"
_VERSIONS = f"(SELECT id FROM document_version WHERE document_id IN {_DOCUMENTS})"
_REVOKED = (
    "UPDATE consent SET revoked_at = now() FROM person_at_risk AS person"
    " WHERE person.id = person_at_risk_id AND use = '{}' AND person.visibility = '{}'"
    " AND person.action_id = :case"
)
REVOKED_BEHIND_A_PSEUDONYM: Final = _REVOKED.format("name_to_authorities", "pseudonym")

SCENARIOS: Final = MappingProxyType(
    {
        "not stopped": Scenario("UPDATE urgent_action SET stopped_at = now() WHERE id = :case"),
        "stopped": Scenario(
            "UPDATE urgent_action SET stopped_at = NULL WHERE id = :case", Purpose.STOP_NOTICE
        ),
        "not closed": Scenario("UPDATE urgent_action SET closed_at = now() WHERE id = :case"),
        "not rejected": Scenario("UPDATE urgent_action SET rejected_at = now() WHERE id = :case"),
        "address allowed": Scenario(
            "INSERT INTO suppression (fingerprint, reason, suppressed_at)"
            " SELECT DISTINCT fingerprint, 'x', now() FROM delivery"
            " JOIN dispatch ON dispatch.id = dispatch_id WHERE dispatch.action_id = :case"
        ),
        "window open": Scenario(
            "UPDATE document SET sign_on_ended_at = now() WHERE action_id = :case", Purpose.INVITATION
        ),
        "invitation unanswered": Scenario(longer.ANSWERED_INVITATION, Purpose.INVITATION),
        "answer as it was": Scenario(
            "UPDATE signature SET superseded_at = now() FROM document"
            " WHERE document.id = document_id AND action_id = :case",
            Purpose.ANSWER_RECEIPT,
        ),
        "proposal open": Scenario(
            "UPDATE proposal SET state = 'taken_back' FROM invitation"
            f" WHERE invitation.id = invitation_id AND document_id IN {_DOCUMENTS}",
            Purpose.APPROVAL_REQUEST,
        ),
        "question unanswered": Scenario(
            "UPDATE question SET answered_at = now() FROM invitation"
            f" WHERE invitation.id = invitation_id AND document_id IN {_DOCUMENTS}",
            Purpose.QUESTION,
        ),
        "approved and unanswered": Scenario(
            "UPDATE escalation_step SET state = 'dismissed' WHERE action_id = :case", Purpose.REPLY_REMINDER
        ),
        "check-in unanswered": Scenario(longer.ANSWERED_CHECK_IN, Purpose.CHECK_IN),
        "still a coordinator": Scenario(
            "UPDATE api_key SET revoked_at = now() FROM urgent_action AS action"
            " WHERE person_id = action.author_id AND action.id = :case",
            Purpose.DIGEST,
        ),
        "reminder wanted": Scenario(longer.MOVED_MILESTONE, Purpose.MILESTONE),
        "links as they were": Scenario(
            "UPDATE invitation SET revoked_at = now() FROM document"
            " WHERE document.id = document_id AND action_id = :case",
            Purpose.INVITATION,
        ),
        "request unanswered": Scenario(
            "UPDATE verification_request SET answered_at = now() WHERE action_id = :case",
            Purpose.VERIFICATION,
        ),
        "current cycle": Scenario(
            "UPDATE urgent_action SET verification_cycle = verification_cycle + 1 WHERE id = :case",
            Purpose.VERIFICATION,
        ),
        "released": Scenario(
            "UPDATE delivery SET state = 'failed' FROM dispatch WHERE dispatch.id = dispatch_id"
            " AND dispatch.purpose = 'statement' AND dispatch.action_id = :case",
            Purpose.ADDENDUM,
        ),
        "signed another text": Scenario(
            "UPDATE signature SET digest = version.digest FROM document_version AS version JOIN document"
            " ON document.id = version.document_id WHERE version.number = 2"
            " AND signature.document_id = document.id AND document.action_id = :case",
            Purpose.SIGN_AGAIN,
        ),
        "not on hold": Scenario("UPDATE urgent_action SET held_at = now() WHERE id = :case"),
        "due": Scenario(
            "UPDATE delivery SET not_before = now() + interval '1 day' FROM dispatch"
            " WHERE dispatch.id = dispatch_id AND dispatch.action_id = :case"
        ),
        "demands stand": Scenario(longer.CHANGED_FACT),
        "not returned": Scenario("UPDATE urgent_action SET returned_at = now() WHERE id = :case"),
        "sources": Scenario("DELETE FROM source WHERE action_id = :case"),
        "asked anew": Scenario(longer.VOIDED_CONSENT),
        "attested": Scenario("DELETE FROM attestation WHERE confirms = 'facts' AND action_id = :case"),
        "digest unchanged": Scenario(
            f"UPDATE document_version SET digest = sha256('x') WHERE document_id IN {_DOCUMENTS}"
        ),
        "newest version": Scenario(
            "INSERT INTO document_version (id, document_id, number, digest, created_by, created_at)"
            " SELECT gen_random_uuid(), document_id, 2, digest, created_by, now() FROM document_version"
            f" WHERE document_id IN {_DOCUMENTS}"
        ),
        "editorial confirmed": Scenario(
            f"UPDATE document_version SET editorial_of = id WHERE document_id IN {_DOCUMENTS}"
        ),
        "text exists": Scenario(
            f"DELETE FROM document_text WHERE language = 'en' AND version_id IN {_VERSIONS}",
            concerns=_in_english,
        ),
        "text approved": Scenario(
            "DELETE FROM attestation WHERE confirms = 'text:en' AND action_id = :case", concerns=_in_english
        ),
        "is a notice": Scenario(
            "UPDATE document SET kind = 'action' WHERE action_id = :case", Purpose.STOP_NOTICE
        ),
        "is no notice": Scenario("UPDATE document SET kind = 'stop_action' WHERE action_id = :case"),
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

ELSEWHERE: Final = MappingProxyType(
    {name: one for name, one in SCENARIOS.items() if name != "address allowed"}
    | {
        "one more attestation": Scenario(
            "UPDATE consent SET given_by = 'not_obtainable' FROM person_at_risk AS person"
            " WHERE person.id = person_at_risk_id AND person.action_id = :case"
        )
    }
)
"""What concerns nobody where it breaks in another case; an address is suppressed for all."""

FROZEN_FROM_THE_NEWEST: Final = {"digest unchanged", "newest version"}
"""Checks that nothing can fail at the freezing, which takes the newest version and its digest itself."""

FREEZING: Final = MappingProxyType(
    {
        "some text approved": Scenario(
            "DELETE FROM attestation WHERE confirms LIKE 'text:%' AND action_id = :case"
        )
    }
)
"""For each check that is made at the freezing only, what only that check sees."""


class Stage(NamedTuple):
    """A running action and a stopped one with all their messages in the outbox, for changes rolled back.

    The neighbour is an action of the same contents.
    """

    url: str
    neighbour: UUID
    batches: dict[Purpose, Batch]
    requests: dict[Purpose, DispatchRequest]


async def set_stage(url: str) -> Stage:
    """Freeze the messages of every purpose that a scenario has."""
    database = Database(url)
    running, stopped, neighbour, changed, late, answering = [await make_case(database) for _ in range(6)]
    silent, dated = await overdue_case(database), await overdue_case(database)
    for duty in (1, 2):
        await verifier(database, duty=duty, pin=True)
    for one in (running, answering):
        await one.open_sign_on()
    await answered(answering, "casa-manantial")
    await proposed(running)
    await asked(running)
    await _asked(neighbour)
    await _notified(neighbour)
    requests = {
        Purpose.STATEMENT: _request(running, Purpose.STATEMENT),
        Purpose.INVITATION: _request(running, Purpose.INVITATION),
        Purpose.APPROVAL_REQUEST: _request(running, Purpose.APPROVAL_REQUEST),
        Purpose.QUESTION: _request(running, Purpose.QUESTION),
        Purpose.CHECK_IN: _request(running, Purpose.CHECK_IN),
        Purpose.VERIFICATION: await _asked(running),
        Purpose.STOP_NOTICE: await _notified(stopped),
        Purpose.SIGN_AGAIN: await _changed(changed),
        Purpose.ADDENDUM: await _signed_late(late),
        Purpose.ANSWER_RECEIPT: _request(answering, Purpose.ANSWER_RECEIPT),
        Purpose.REPLY_REMINDER: await approved_letter(silent),
        Purpose.MILESTONE: await reminder_of_hearing(dated),
        Purpose.DIGEST: await due_digest(dated),
    }
    batches = {purpose: await _batch(database, request) for purpose, request in requests.items()}
    await database.close()
    return Stage(url, neighbour.action.id, batches, requests)


def _request(case: Case, purpose: Purpose) -> DispatchRequest:
    return DispatchRequest(document=case.document, purpose=purpose, round=1)


async def _batch(database: Database, request: DispatchRequest) -> Batch:
    async with database.transaction() as session:
        dispatched = await freezing.freeze(session, request)
        batches = await outbox.unsent_ranges(session, dispatched, EVERYTHING)
    return next(batch for batch in batches if batch.channel == "email")


async def _asked(case: Case) -> DispatchRequest:
    """Ask two verifiers of the duty list."""
    asking = AskVerifiers(verification=VerificationRef(document=case.document, cycle=1, plan=_PLAN), round=1)
    async with case.database.transaction() as session:
        assert (await verification.ask(session, asking)).asked == 2
    return _request(case, Purpose.VERIFICATION).model_copy(update={"cycle": 1})


async def _signed_late(case: Case) -> DispatchRequest:
    """Send the statement, and have a partner sign it afterwards."""
    await case.open_sign_on()
    await case.end(Purpose.STATEMENT)
    await answered(case, "casa-manantial")
    return _request(case, Purpose.ADDENDUM)


async def _changed(case: Case) -> DispatchRequest:
    """Have a partner sign, and the text change."""
    await case.open_sign_on()
    await answered(case, "casa-manantial")
    await changed_text(case)
    return _request(case, Purpose.SIGN_AGAIN)


async def _notified(case: Case) -> DispatchRequest:
    """Send the statement, stop, and have the notice approved."""
    batch, claim_id = await case.batch(), uuid4()
    claimed = await case.claim(batch, claim_id)
    await case.settle(claim_id, *(Outcome(one.id, DeliveryState.SENT) for one in claimed))
    await case.decide(Decision.STOP)
    async with case.database.transaction() as session:
        document = await approved_notice(session, case)
    return DispatchRequest(document=document, purpose=Purpose.STOP_NOTICE, round=1)
