"""Signatures of collectives, as they are counted where people see them."""

import pytest

from models.signatories import Organisations
from models.vocabulary import SignatureVisibility
from storage import sign_on
from storage.documents import version_of
from storage.signatures import count_organisations
from tests.integration.outbox_cases import Case, execute
from tests.integration.sign_links import SIGNED, answered

COLLECTIVE, MEMBER, OTHER = "red-del-volcan", "casa-manantial", "aguas-libres"
WITHHELD = SIGNED._replace(visibility=SignatureVisibility.WITHHELD)


@pytest.fixture
async def case(case: Case) -> Case:
    """A case that a collective of ten may sign, two of whose members the directory knows."""
    await case.open_sign_on()
    await execute(
        case.database,
        "UPDATE partner SET member_count = 10,"
        " members = ARRAY(SELECT id FROM partner WHERE slug = ANY(:known)) WHERE slug = :slug",
        slug=COLLECTIVE,
        known=[MEMBER, OTHER],
    )
    return case


async def counted(case: Case) -> Organisations:
    async with case.database.transaction() as session:
        version = await version_of(session, case.document.document_id)
        return await count_organisations(session, case.document.document_id, version.digest)


async def test_a_collective_counts_with_its_members_and_a_member_once(case: Case) -> None:
    assert await counted(case) == (0, 0)
    await answered(case, COLLECTIVE)
    assert await counted(case) == (11, 0)
    await answered(case, MEMBER)
    assert await counted(case) == (11, 0)


async def test_a_withheld_member_changes_no_number_and_another_partner_does(case: Case) -> None:
    await answered(case, COLLECTIVE)
    await answered(case, MEMBER, WITHHELD)
    assert await counted(case) == (11, 0)
    await answered(case, "sisters-of-the-river", WITHHELD)
    assert await counted(case) == (12, 1)


async def test_a_withheld_collective_counts_as_one(case: Case) -> None:
    await answered(case, COLLECTIVE, WITHHELD)
    assert await counted(case) == (1, 1)


async def test_what_is_doubted_is_not_counted(case: Case) -> None:
    await answered(case, COLLECTIVE)
    await execute(case.database, "UPDATE signature SET doubted_at = now()")
    assert await counted(case) == (0, 0)


async def test_a_quorum_counts_partners(case: Case) -> None:
    await answered(case, COLLECTIVE)
    async with case.database.transaction() as session:
        assert (await sign_on.sign_on_status(session, case.document.document_id)).signed == 1
