"""Answers are only ever added: the newest of a partner counts, in every count and list."""

import asyncio

import pytest
from sqlalchemy.exc import IntegrityError

from models.messages import Purpose
from models.partners import Signature
from models.sign_on_messages import SignOnStatus
from models.vocabulary import Answer, SignatureVisibility
from storage import answers, sign_on, signatures
from storage.answers import GivenAnswer
from storage.database import Database
from storage.documents import version_of
from tests.integration.outbox_cases import Case, by_address, execute, make_case
from tests.integration.sign_links import DECLINED, SIGNED, answered, opened, sign_link

MANANTIAL = "casa-manantial"
WITHDRAWN = GivenAnswer(Answer.WITHDRAWN, SignatureVisibility.PUBLIC, "Amparo")
WITHHELD = SIGNED._replace(visibility=SignatureVisibility.WITHHELD)


@pytest.fixture
async def case(database: Database) -> Case:
    made = await make_case(database)
    await made.open_sign_on()
    return made


async def status(case: Case) -> SignOnStatus:
    async with case.database.transaction() as session:
        return await sign_on.sign_on_status(session, case.document.document_id)


async def named(case: Case) -> tuple[list[str], int]:
    """Return who is named under the text as it is, and how many are not."""
    document_id = case.document.document_id
    async with case.database.transaction() as session:
        digest = (await version_of(session, document_id)).digest
        public = await signatures.public_signatures(session, document_id, digest)
        return [one.name for one in public], (
            await signatures.count_organisations(session, document_id, digest)
        ).unnamed


async def test_a_later_answer_takes_the_place_of_the_one_before_which_stays_as_it_was(case: Case) -> None:
    first = await answered(case, MANANTIAL)
    last = await answered(case, MANANTIAL, DECLINED)
    rows = await execute(
        case.database, "SELECT id, answer, digest, superseded_at FROM signature ORDER BY answered_at"
    )
    assert [(row.id, row.answer) for row in rows] == [(first.id, "signed"), (last.id, "declined")]
    assert rows[0].superseded_at >= first.answered_at
    assert rows[1].superseded_at is None


async def test_the_database_itself_lets_one_answer_of_a_partner_count(case: Case) -> None:
    await answered(case, MANANTIAL)
    copied = """
        INSERT INTO signature (id, invitation_id, document_id, partner_id, version_id, digest, answer,
                               visibility, late, answered_at, wants_receipt, disowned)
        SELECT gen_random_uuid(), invitation_id, document_id, partner_id, version_id, digest, answer,
               visibility, late, now(), true, false FROM signature LIMIT 1
    """
    with pytest.raises(IntegrityError, match="uq_signature_current"):
        await execute(case.database, copied)
    await execute(case.database, "UPDATE signature SET superseded_at = now()")
    await execute(case.database, copied)


async def test_what_was_superseded_is_counted_and_listed_nowhere(case: Case) -> None:
    invited = (await status(case)).invited
    await answered(case, MANANTIAL)
    await answered(case, "red-del-volcan", WITHHELD)
    assert await status(case) == SignOnStatus(invited=invited, signed=2, answered=2)
    assert await named(case) == (["Casa de las Mujeres El Manantial"], 1)
    for slug in (MANANTIAL, "red-del-volcan"):
        await answered(case, slug, WITHDRAWN)
    assert await status(case) == SignOnStatus(invited=invited, signed=0, answered=2)
    assert await named(case) == ([], 0)
    async with case.database.transaction() as session:
        listed = await signatures.signatures(session, case.action.id)
        counts = await signatures.answer_counts(session, case.document.document_id)
    assert len(listed) == invited
    assert [one.signature.answer for one in listed if one.signature] == [Answer.WITHDRAWN] * 2
    assert counts == {Answer.WITHDRAWN: 2}


async def test_who_took_a_signature_back_gets_neither_the_statement_as_signatory_nor_a_reminder(
    case: Case,
) -> None:
    for slug in (MANANTIAL, "red-del-volcan"):
        await answered(case, slug)
    await answered(case, MANANTIAL, WITHDRAWN)
    await case.end(Purpose.INVITATION)
    statement = by_address(await case.deliveries(await case.batch()))
    reminders = by_address(await case.deliveries(await case.batch(Purpose.SIGN_ON_REMINDER)))
    assert "amparo@manantial.example" not in {*statement, *reminders}


async def test_a_withdrawal_names_the_text_that_was_signed(case: Case) -> None:
    signed = await answered(case, MANANTIAL)
    await execute(
        case.database,
        "INSERT INTO document_version (id, document_id, number, digest, created_by, created_at)"
        " SELECT gen_random_uuid(), document_id, 2, sha256('other'), created_by, now() FROM document_version",
    )
    withdrawn = await answered(case, MANANTIAL, WITHDRAWN)
    assert (withdrawn.digest, withdrawn.version_id) == (signed.digest, signed.version_id)
    assert (await answered(case, MANANTIAL)).digest != signed.digest


async def test_of_fifty_who_answer_over_the_same_answer_one_counts_and_all_are_told_of_it(case: Case) -> None:
    before = await answered(case, MANANTIAL)
    token = await sign_link(case, MANANTIAL)

    async def answer(number: int) -> Signature:
        given = (WITHDRAWN if number % 2 else DECLINED)._replace(
            signer_name=f"Firmante {number}", follows=before.id
        )
        async with opened(case, token) as (session, link):
            return await answers.answer(session, link, given)

    told = await asyncio.gather(*(answer(number) for number in range(50)))
    rows = await execute(case.database, "SELECT id FROM signature WHERE superseded_at IS NULL")
    assert {(one.id,) for one in told} == {tuple(row) for row in rows}
    assert await execute(case.database, "SELECT count(*) FROM signature") == [(2,)]
