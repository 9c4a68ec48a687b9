"""Whom an invitation did not reach, who is asked next, and who is told."""

import pytest

from models.directory import parse_partners
from models.lifecycle import Decision
from models.messages import Batch, DeliveryState, Purpose
from models.sign_on_messages import InvitedAgain, SignOnStatus
from models.yaml_tree import read_yaml
from storage import answers, claims, inviting, sign_on
from storage.database import Database
from storage.directory import PartnerRecord, partner_by_slug, upsert_partners
from storage.inviting import Missed, MissedPartner
from tests import factories
from tests.integration.outbox_cases import Case, execute, make_case
from tests.integration.sign_links import SIGNED, opened, sign_link
from web.partner_rows import partner_record

XIOMARA, NOEMI = "urgente@reddelvolcan.example", "noemi@reddelvolcan.example"
AMPARO = "amparo@manantial.example"
FAILED, BOUNCED = DeliveryState.FAILED, DeliveryState.BOUNCED
NOTHING = InvitedAgain(round=None, alarms=())


@pytest.fixture
async def case(database: Database) -> Case:
    made = await make_case(database)
    await made.open_sign_on()
    return made


async def again(case: Case) -> InvitedAgain:
    async with case.database.transaction() as session:
        return await inviting.invite_again(session, case.document)


async def status(case: Case) -> SignOnStatus:
    async with case.database.transaction() as session:
        return await sign_on.sign_on_status(session, case.document.document_id)


async def addresses(case: Case, turn: int) -> list[str]:
    """Freeze a round of invitations, and list to whom it goes."""
    await case.freeze(Purpose.INVITATION, turn)
    return [
        row.address
        for row in await execute(
            case.database,
            "SELECT address FROM delivery JOIN dispatch ON dispatch.id = dispatch_id"
            " WHERE purpose = 'invitation' AND round = :turn ORDER BY address",
            turn=turn,
        )
    ]


async def missed(case: Case, turn: int = 1) -> Missed:
    async with case.database.transaction() as session:
        return await inviting.missed_at(session, case.document.document_id, turn)


async def missed_partners(case: Case) -> list[MissedPartner]:
    async with case.database.transaction() as session:
        return await inviting.missed_partners(session, case.document.document_id)


async def nudges(case: Case) -> list[int]:
    found = await execute(
        case.database,
        "SELECT requested FROM pending_nudge WHERE addressee = 'sign_on' AND document_number = 1",
    )
    return [row.requested for row in found]


async def test_whom_an_invitation_reached_is_not_asked_again(case: Case) -> None:
    before = await status(case)
    assert before.unasked == before.invited
    await case.end(Purpose.INVITATION)
    assert (await status(case)).unasked == 0
    assert await again(case) == NOTHING
    assert await addresses(case, 2) == []


@pytest.mark.parametrize("state", [FAILED, BOUNCED, DeliveryState.SUPPRESSED])
async def test_an_invitation_that_did_not_arrive_goes_to_the_next_contact(
    case: Case, state: DeliveryState
) -> None:
    await case.end(Purpose.INVITATION, otherwise={XIOMARA: state})
    assert await nudges(case) == [1]
    assert (await status(case)).unasked == 1
    assert await again(case) == InvitedAgain(round=2, alarms=(1,))
    assert await addresses(case, 2) == [NOEMI]
    assert await missed(case) == Missed(partners=1, lost=0)
    assert (await status(case)).unasked == 0


async def test_asking_again_twice_before_the_round_is_frozen_is_asking_once(case: Case) -> None:
    await case.end(Purpose.INVITATION, otherwise={XIOMARA: FAILED})
    first = await again(case)
    assert await again(case) == first
    events = await execute(case.database, "SELECT detail FROM audit_event WHERE kind = 'contacts_missed'")
    assert [row.detail for row in events] == [{"document": 1, "count": 1}]


async def test_the_coordinator_is_told_once_for_each_turn(case: Case) -> None:
    await case.end(Purpose.INVITATION, otherwise={XIOMARA: FAILED, AMPARO: BOUNCED})
    assert (await again(case)).alarms == (1,)
    assert (await case.freeze(Purpose.INVITATION_ALARM)).size == 1
    assert (await again(case)).alarms == ()
    assert await missed(case) == Missed(partners=2, lost=1)
    await case.end(Purpose.INVITATION, 2, FAILED)
    assert (await again(case)).alarms == (2,)
    assert await missed(case, 2) == Missed(partners=1, lost=1)


async def test_when_all_contacts_failed_nobody_is_asked_any_more_and_the_script_shows_who(case: Case) -> None:
    await case.end(Purpose.INVITATION, otherwise={XIOMARA: FAILED})
    await again(case)
    await case.end(Purpose.INVITATION, 2, FAILED)
    assert (await again(case)).round is None
    assert (await status(case)).unasked == 0
    assert await addresses(case, 3) == []
    assert await missed_partners(case) == [MissedPartner("Red de Defensoras del Volcán", "SV", lost=True)]


async def test_a_contact_whose_address_is_suppressed_is_passed_over(case: Case) -> None:
    await case.end(Purpose.INVITATION, otherwise={XIOMARA: FAILED})
    await execute(
        case.database,
        "INSERT INTO suppression (fingerprint, reason, suppressed_at)"
        " SELECT fingerprint, 'x', now() FROM partner_contact WHERE email = :noemi",
        noemi=NOEMI,
    )
    assert await again(case) == InvitedAgain(round=None, alarms=(1,))
    assert await missed(case) == Missed(partners=1, lost=1)


async def test_a_corrected_address_is_asked(case: Case) -> None:
    await case.end(Purpose.INVITATION, otherwise={AMPARO: FAILED})
    assert (await again(case)).round is None
    await execute(
        case.database,
        "UPDATE partner_contact SET email = 'nueva@manantial.example', fingerprint = sha256('nueva')"
        " WHERE email = :amparo",
        amparo=AMPARO,
    )
    assert (await status(case)).unasked == 1
    assert (await again(case)).round == 2
    assert await addresses(case, 2) == ["nueva@manantial.example"]


async def test_who_answered_meanwhile_is_not_asked_again(case: Case) -> None:
    token = await sign_link(case, "red-del-volcan")
    await case.end(Purpose.INVITATION, otherwise={XIOMARA: FAILED})
    async with opened(case, token) as (session, link):
        await answers.answer(session, link, SIGNED)
    assert (await status(case)).unasked == 0
    assert await again(case) == NOTHING


async def test_a_reminder_that_did_not_arrive_turns_to_the_next_contact_too(case: Case) -> None:
    await case.end(Purpose.INVITATION)
    await case.freeze(Purpose.SIGN_ON_REMINDER)
    await execute(case.database, "UPDATE delivery SET not_before = NULL")
    await case.end(Purpose.SIGN_ON_REMINDER, otherwise={XIOMARA: BOUNCED})
    assert (await again(case)).round == 2
    assert await addresses(case, 2) == [NOEMI]


async def test_an_invitation_that_the_gate_cancelled_is_asked_again_once_it_is_open(case: Case) -> None:
    batch = await case.batch(Purpose.INVITATION)
    await execute(case.database, "UPDATE urgent_action SET consent_revision = 2")
    await finish(case, batch)
    assert {one.failure for one in await case.deliveries(batch)} == {"not_permitted"}
    assert (await status(case)).unasked == batch.last
    await case.confirm()
    assert await again(case) == InvitedAgain(round=2, alarms=())
    assert len(await addresses(case, 2)) == batch.last
    assert await again(case) == NOTHING


async def finish(case: Case, batch: Batch) -> None:
    async with case.database.transaction() as session:
        await claims.finish_batch(session, batch)


async def test_what_a_provider_never_took_is_told_to_the_sign_on(case: Case) -> None:
    batch = await case.batch(Purpose.INVITATION)
    async with case.database.transaction() as session:
        await claims.give_up(session, batch)
    assert await nudges(case) == [1]


async def test_what_is_no_invitation_tells_no_sign_on(case: Case) -> None:
    await case.end(Purpose.STATEMENT, state=FAILED)
    assert await nudges(case) == []


async def test_an_address_that_was_suppressed_before_is_found_out_at_the_gate(case: Case) -> None:
    batch = await case.batch(Purpose.INVITATION)
    await execute(
        case.database,
        "INSERT INTO suppression (fingerprint, reason, suppressed_at)"
        " SELECT fingerprint, 'x', now() FROM delivery WHERE address = :one",
        one=XIOMARA,
    )
    await finish(case, batch)
    assert await nudges(case) == [1]


async def test_a_partner_that_joins_later_is_invited_once(database: Database) -> None:
    tree = factories.case_tree()
    tree["sign_on"]["partners"] = {"groups": ["land"]}
    case = await make_case(database, tree)
    await case.open_sign_on()
    await case.end(Purpose.INVITATION)
    assert [await invite(case) for _ in range(2)] == [True, False]
    assert (await status(case)).unasked == 1
    assert await again(case) == InvitedAgain(round=2, alarms=())
    assert await addresses(case, 2) == [AMPARO]
    assert await again(case) == NOTHING
    events = await execute(database, "SELECT person_id FROM audit_event WHERE kind = 'partner_invited'")
    assert [row.person_id for row in events] == [case.action.author_id]


async def invite(case: Case) -> bool:
    async with case.database.transaction() as session:
        partner = await partner_by_slug(session, "casa-manantial")
        assert partner
        return await inviting.invite_partner(session, case.document, partner, case.action.author_id)


async def test_an_import_without_the_contact_who_is_asked_turns_to_one_that_is_left(case: Case) -> None:
    await case.end(Purpose.INVITATION, otherwise={XIOMARA: FAILED})
    await again(case)
    (contact,) = [one for one in volcan().contacts if one.email == XIOMARA]
    async with case.database.transaction() as session:
        await upsert_partners(session, [volcan()._replace(contacts=[contact])])
    asked = await execute(
        case.database,
        "SELECT email FROM invitation JOIN partner_contact ON partner_contact.id = contact_id"
        " WHERE email LIKE '%@reddelvolcan.example'",
    )
    assert [row.email for row in asked] == [XIOMARA]


def volcan() -> PartnerRecord:
    """Read the partner with two contacts from its file."""
    entries = parse_partners(read_yaml((factories.EXAMPLES / "partners.yaml").read_text()))
    (entry,) = [one for one in entries if one.id == "red-del-volcan"]
    return partner_record(entry, factories.CIPHER, factories.FINGERPRINT)


async def test_a_hold_does_not_count_as_not_reached(case: Case) -> None:
    batch = await case.batch(Purpose.INVITATION)
    await case.decide(Decision.HOLD)
    await finish(case, batch)
    assert (await status(case)).unasked == 0
    assert await again(case) == NOTHING
