"""What a further release of a document sends: to whom nothing came yet, in languages approved since."""

from typing import Any

from models.messages import Purpose
from storage.database import Database
from tests.integration.outbox_cases import Case, add_members, by_address, execute, make_case


async def frozen(case: Case, turn: int) -> list[Any]:
    dispatched = await case.freeze(turn=turn)
    select = "SELECT * FROM delivery WHERE dispatch_id = :id"
    return await execute(case.database, select, id=dispatched.dispatch_id)


async def test_a_later_release_of_a_document_leaves_out_who_was_served_and_adds_who_is_new(
    database: Database,
) -> None:
    case = await make_case(database)
    first = await case.freeze()
    await add_members(database, 3)
    assert first.size > 0
    assert (await case.freeze(turn=2)).size == 3
    await execute(
        database,
        "UPDATE delivery SET state = 'cancelled' WHERE address = 'hannah@friends.example'",
    )
    assert (await case.freeze(turn=3)).size == 1


async def test_a_language_that_is_approved_later_is_released_later(database: Database) -> None:
    case = await make_case(database)
    english = (
        "version_id, digest, person_id, 'text:en', attested_at, 0 FROM attestation WHERE confirms = 'facts'"
    )
    await execute(database, "DELETE FROM attestation WHERE confirms = 'text:en'")
    first = by_address(await frozen(case, 1))
    assert {delivery.language for delivery in first.values()} == {"es"}
    assert "newsdesk@lantern.example" not in first
    await execute(
        database,
        "INSERT INTO attestation"
        " (id, action_id, version_id, digest, person_id, confirms, attested_at, consent_revision)"
        f" SELECT gen_random_uuid(), action_id, {english}",
    )
    rows = await frozen(case, 2)
    assert {row.language for row in rows} == {"en"}
    assert not {row.address for row in rows} & first.keys()


async def test_partners_are_invited_in_a_language_that_is_approved(database: Database) -> None:
    case = await make_case(database)
    await execute(database, "DELETE FROM attestation WHERE confirms = 'text:es'")
    await case.open_sign_on()
    invitations = await case.freeze(Purpose.INVITATION)
    rows = await execute(
        database, "SELECT DISTINCT language FROM delivery WHERE dispatch_id = :id", id=invitations.dispatch_id
    )
    assert [row.language for row in rows] == ["en"]
