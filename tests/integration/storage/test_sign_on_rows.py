import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from models.lifecycle import Decision
from models.partners import Signature
from models.sign_on_messages import SignOnOpened, SignOnStatus
from models.vocabulary import Answer, SignatureVisibility
from security.tokens import token_hash
from storage import actions, answers, decisions, sign_links, sign_on, signatures
from storage.answers import GivenAnswer
from storage.database import Database
from storage.documents import version_of
from storage.sign_links import OpenedLink
from tests import factories
from tests.integration.outbox_cases import SIGN_ON, Case, execute, make_case
from tests.integration.sign_links import SIGNED, opened, sign_link


@pytest.fixture
async def case(database: Database) -> Case:
    made = await make_case(database)
    await made.open_sign_on()
    return made


async def open_sign_on(case: Case) -> SignOnOpened:
    async with case.database.transaction() as session:
        return await sign_on.open_sign_on(session, case.document, SIGN_ON)


async def end_sign_on(case: Case) -> None:
    async with case.database.transaction() as session:
        await sign_on.end_sign_on(session, case.document)


async def status(case: Case) -> SignOnStatus:
    async with case.database.transaction() as session:
        return await sign_on.sign_on_status(session, case.document.document_id)


async def look(case: Case, token: str) -> OpenedLink | None:
    async with case.database.transaction() as session:
        return await sign_links.opened_link(session, token_hash(token))


async def answer(
    case: Case, token: str, given: Answer, name: str = "Ana", visibility: str = "public"
) -> Signature:
    async with opened(case, token) as (session, link):
        given_by_her = GivenAnswer(given, SignatureVisibility(visibility), name, "Directora")
        return await answers.answer(session, link, given_by_her)


async def test_a_sign_on_is_opened_once_even_by_calls_at_the_same_time(database: Database) -> None:
    case = await make_case(database)
    answers = await asyncio.gather(*(open_sign_on(case) for _ in range(6)))
    assert len(set(answers)) == 1
    assert answers[0].invited == len(await execute(database, "SELECT id FROM invitation")) > 3
    events = await execute(database, "SELECT 1 FROM audit_event WHERE kind = 'sign_on_opened'")
    assert len(events) == 1


@pytest.mark.parametrize(
    ("chosen", "slugs"),
    [
        ("all", None),
        ({"groups": ["land"]}, {"tejedoras-del-maiz", "aguas-libres"}),
        ({"ids": ["casa-manantial"]}, {"casa-manantial"}),
        ({"groups": ["nobody"]}, set()),
    ],
)  # fmt: skip
async def test_the_partners_that_the_case_chooses_are_invited(
    database: Database, chosen: object, slugs: set[str] | None
) -> None:
    tree = factories.case_tree()
    tree["sign_on"]["partners"] = chosen
    case = await make_case(database, tree)
    await open_sign_on(case)
    found = await execute(
        database,
        "SELECT slug, email FROM invitation JOIN partner ON partner.id = partner_id"
        " JOIN partner_contact ON partner_contact.id = contact_id AND position = 0",
    )
    everybody = {row.slug for row in await execute(database, "SELECT slug FROM partner")}
    assert {row.slug for row in found} == (everybody if slugs is None else slugs)


async def test_fifty_answers_to_one_invitation_are_one_row_and_all_are_told_of_it(case: Case) -> None:
    token = await sign_link(case, "casa-manantial")
    given = [Answer.SIGNED, Answer.DECLINED] * 25
    answers = await asyncio.gather(
        *(answer(case, token, one, f"Firmante {number}") for number, one in enumerate(given))
    )
    rows = await execute(case.database, "SELECT id, answer, signer_name FROM signature")
    assert len(rows) == 1
    assert {(one.id, one.answer, one.signer_name) for one in answers} == {tuple(rows[0])}
    events = await execute(case.database, "SELECT 1 FROM audit_event WHERE kind IN ('signed', 'declined')")
    assert len(events) == 1
    nudges = await execute(case.database, "SELECT requested FROM pending_nudge WHERE addressee = 'sign_on'")
    assert nudges == [(1,)]


async def test_a_signature_names_the_digest_that_was_read(case: Case) -> None:
    token = await sign_link(case, "casa-manantial")
    before = await look(case, token)
    assert before
    assert before.takes_answers
    signature = await answer(case, token, Answer.SIGNED)
    assert signature.digest == before.version.digest
    after = await look(case, token)
    assert after
    assert after.answer == signature


async def test_answers_are_counted_and_only_public_signatories_named(case: Case) -> None:
    invited = (await status(case)).invited
    await answer(case, await sign_link(case, "casa-manantial"), Answer.SIGNED)
    await answer(case, await sign_link(case, "red-del-volcan"), Answer.SIGNED, visibility="withheld")
    await answer(case, await sign_link(case, "northern-lights-fund"), Answer.DECLINED)
    assert await status(case) == SignOnStatus(invited=invited, signed=2, answered=3)
    async with case.database.transaction() as session:
        document_id = case.document.document_id
        digest = (await version_of(session, document_id)).digest
        named = await signatures.public_signatures(session, document_id, digest)
        assert [one.name for one in named] == ["Casa de las Mujeres El Manantial"]
        assert (await signatures.count_organisations(session, document_id, digest)).unnamed == 1
        listed = await signatures.signatures(session, case.action.id)
    assert len(listed) == invited
    assert sum(signature is not None for _document, _partner, signature, _newest in listed) == 3


@pytest.mark.parametrize("token", ["x" * 43, "", "x" * 300], ids=["well formed", "empty", "long"])
async def test_a_token_that_was_never_issued_opens_nothing(case: Case, token: str) -> None:
    await sign_link(case, "casa-manantial")
    assert await look(case, token) is None


async def test_a_revoked_link_opens_nothing_and_another_of_the_invitation_still_does(case: Case) -> None:
    first, second = await sign_link(case, "casa-manantial"), await sign_link(case, "casa-manantial")
    assert await look(case, first)
    await execute(
        case.database,
        "UPDATE sign_link SET revoked_at = now() WHERE token_hash = :hash",
        hash=token_hash(first),
    )
    assert await look(case, first) is None
    assert await look(case, second)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE urgent_action SET held_at = now()",
        "UPDATE urgent_action SET stopped_at = now()",
        "UPDATE urgent_action SET closed_at = now()",
        "UPDATE document SET sign_on_closes_at = NULL",
    ],
)
async def test_a_link_takes_no_answer_after(case: Case, change: str) -> None:
    token = await sign_link(case, "casa-manantial")
    await execute(case.database, change)
    link = await look(case, token)
    assert link
    assert not link.takes_answers


async def hold(session: AsyncSession, case: Case) -> None:
    action = await actions.action_by_reference(session, case.action.reference, lock=True)
    assert action
    await decisions.decide(session, action, Decision.HOLD, case.action.author_id)


async def end(session: AsyncSession, case: Case) -> None:
    await sign_on.end_sign_on(session, case.document)


@pytest.mark.parametrize("change", [hold, end])
async def test_an_answer_that_waited_for_the_end_is_late_or_finds_the_action_held(
    case: Case, change: Callable[[AsyncSession, Case], Awaitable[None]]
) -> None:
    token = await sign_link(case, "casa-manantial")

    async def takes_answers() -> bool:
        async with opened(case, token) as (_session, link):
            return link.takes_answers and not link.is_late

    async with case.database.transaction() as session:
        await change(session, case)
        waiting = asyncio.create_task(takes_answers())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(waiting), 0.3)
    assert not await waiting


@pytest.mark.parametrize("change", [hold, end])
async def test_the_end_waits_for_an_answer_under_way(
    case: Case, change: Callable[[AsyncSession, Case], Awaitable[None]]
) -> None:
    token = await sign_link(case, "casa-manantial")

    async def make_the_change() -> None:
        async with case.database.transaction() as session:
            await change(session, case)

    async with opened(case, token) as (session, link):
        waiting = asyncio.create_task(make_the_change())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(waiting), 0.3)
        await answers.answer(session, link, SIGNED)
    await waiting
    assert (await status(case)).signed == 1


async def test_a_sign_on_ends_once(case: Case) -> None:
    await asyncio.gather(*(end_sign_on(case) for _ in range(4)))
    events = await execute(case.database, "SELECT 1 FROM audit_event WHERE kind = 'sign_on_ended'")
    assert len(events) == 1
