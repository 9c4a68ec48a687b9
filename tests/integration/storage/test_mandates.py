"""Standing mandates: who signs with whom, who is left alone, and what is taken back together."""

import asyncio

import pytest

from models.vocabulary import Answer, SignatureVisibility
from storage.answers import GivenAnswer
from tests.integration.outbox_cases import Case, execute
from tests.integration.proposals import proposed
from tests.integration.receipts import due
from tests.integration.sign_links import DECLINED, SIGNED, answered

FOLLOWED, FOLLOWER, LAST = "red-del-volcan", "casa-manantial", "sisters-of-the-river"
WITHDRAWN = GivenAnswer(Answer.WITHDRAWN, SignatureVisibility.PUBLIC, "Ana")


@pytest.fixture
async def case(case: Case) -> Case:
    """A case that partners may sign, one of which signs whatever another signs."""
    await case.open_sign_on()
    await follow(case, FOLLOWER, FOLLOWED)
    return case


async def follow(case: Case, follower: str, followed: str) -> None:
    """Give a standing mandate."""
    await execute(
        case.database,
        "UPDATE partner SET mandate_follows = (SELECT id FROM partner WHERE slug = :followed),"
        " mandate_given_on = '2026-01-15', mandate_given_by = 'Amparo Ficticia' WHERE slug = :follower",
        follower=follower,
        followed=followed,
    )


async def answers(case: Case) -> dict[str, tuple[str, bool]]:
    """Return the answer of each partner that counts, and whether it was by mandate."""
    rows = await execute(
        case.database,
        "SELECT slug, answer, by_mandate_of IS NOT NULL AS follows FROM signature"
        " JOIN partner ON partner.id = partner_id"
        " WHERE superseded_at IS NULL AND document_id = :id",
        id=case.document.document_id,
    )
    return {row.slug: (row.answer, row.follows) for row in rows}


async def test_who_follows_signs_in_the_same_transaction_for_the_same_text(case: Case) -> None:
    signature = await answered(case, FOLLOWED, SIGNED._replace(visibility=SignatureVisibility.WITHHELD))
    rows = await execute(
        case.database,
        "SELECT digest, visibility, signer_name, late FROM signature WHERE by_mandate_of IS NOT NULL",
    )
    assert rows == [(signature.digest, "withheld", "Amparo Ficticia", False)]
    assert await answers(case) == {FOLLOWED: ("signed", False), FOLLOWER: ("signed", True)}


async def test_both_are_told_of_it(case: Case) -> None:
    await answered(case, FOLLOWED)
    request = await due(case)
    assert request
    batch = await case.batch(request.purpose)
    assert len(await case.deliveries(batch)) == 2


@pytest.mark.parametrize("given", [SIGNED, DECLINED], ids=["signed", "declined"])
async def test_who_answered_herself_is_left_alone(case: Case, given: GivenAnswer) -> None:
    await answered(case, FOLLOWER, given)
    await answered(case, FOLLOWED)
    assert await answers(case) == {FOLLOWED: ("signed", False), FOLLOWER: (given.answer, False)}


async def test_who_took_back_what_was_signed_by_mandate_is_left_alone(case: Case) -> None:
    await answered(case, FOLLOWED)
    await answered(case, FOLLOWER, WITHDRAWN)
    await answered(case, FOLLOWED, WITHDRAWN)
    await answered(case, FOLLOWED)
    assert await answers(case) == {FOLLOWED: ("signed", False), FOLLOWER: ("withdrawn", False)}


async def test_a_refusal_is_followed_by_nobody(case: Case) -> None:
    await answered(case, FOLLOWED, DECLINED)
    assert await answers(case) == {FOLLOWED: ("declined", False)}


async def test_what_is_taken_back_is_taken_back_for_those_who_followed_and_follows_again(case: Case) -> None:
    await answered(case, FOLLOWED)
    await answered(case, FOLLOWED, WITHDRAWN)
    assert await answers(case) == {FOLLOWED: ("withdrawn", False), FOLLOWER: ("withdrawn", True)}
    await answered(case, FOLLOWED)
    assert await answers(case) == {FOLLOWED: ("signed", False), FOLLOWER: ("signed", True)}


async def test_a_chain_is_followed_to_its_end_and_taken_back_as_a_whole(case: Case) -> None:
    await follow(case, LAST, FOLLOWER)
    await answered(case, FOLLOWED)
    assert (await answers(case))[LAST] == ("signed", True)
    await answered(case, FOLLOWED, WITHDRAWN)
    assert (await answers(case))[LAST] == ("withdrawn", True)


async def test_a_chain_ends_at_who_decides_for_herself(case: Case) -> None:
    await follow(case, LAST, FOLLOWER)
    await answered(case, FOLLOWER, DECLINED)
    await answered(case, FOLLOWED)
    assert LAST not in await answers(case)


async def test_a_circle_comes_to_an_end(case: Case) -> None:
    await follow(case, FOLLOWED, FOLLOWER)
    await answered(case, FOLLOWED)
    assert await answers(case) == {FOLLOWED: ("signed", False), FOLLOWER: ("signed", True)}


async def test_a_new_text_that_is_signed_is_signed_by_those_who_follow(case: Case) -> None:
    await answered(case, FOLLOWED)
    change = "UPDATE signature SET digest = sha256('earlier'), superseded_at = NULL"
    await execute(case.database, change)
    await answered(case, FOLLOWED)
    rows = await execute(
        case.database,
        "SELECT count(DISTINCT digest), count(*) FROM signature WHERE superseded_at IS NULL",
    )
    assert rows == [(1, 2)]


async def test_one_that_was_not_invited_is_invited_silently(case: Case) -> None:
    partner = f"(SELECT id FROM partner WHERE slug = '{FOLLOWER}')"
    await execute(case.database, f"DELETE FROM invitation WHERE partner_id = {partner}")
    await answered(case, FOLLOWED)
    assert (await answers(case))[FOLLOWER] == ("signed", True)
    written = f"SELECT count(*) FROM delivery WHERE recipient_id = {partner}"
    assert await execute(case.database, written) == [(0,)]


@pytest.mark.parametrize("status", ["paused", "ended", "compromised"])
async def test_only_an_active_partner_signs_by_mandate(case: Case, status: str) -> None:
    change = "UPDATE partner SET status = :status WHERE slug = :slug"
    await execute(case.database, change, status=status, slug=FOLLOWER)
    await answered(case, FOLLOWED)
    assert FOLLOWER not in await answers(case)


async def test_two_who_answer_at_once_do_not_wait_for_each_other_for_ever(case: Case) -> None:
    await asyncio.gather(answered(case, FOLLOWED), answered(case, FOLLOWER, DECLINED))
    assert (await answers(case))[FOLLOWED] == ("signed", False)
    rows = await execute(
        case.database, "SELECT count(*) FROM signature WHERE superseded_at IS NULL GROUP BY partner_id"
    )
    assert set(rows) == {(1,)}


async def test_a_signature_by_mandate_ends_what_the_follower_had_proposed(case: Case) -> None:
    await proposed(case, FOLLOWER)
    await answered(case, FOLLOWED)
    assert await execute(case.database, "SELECT state FROM proposal") == [("overtaken",)]
