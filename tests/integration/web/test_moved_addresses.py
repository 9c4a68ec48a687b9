"""Whose address changes during a follow-up: what follows goes to the new one, the end is told at both."""

from models.messages import Purpose
from tests.integration.notices import stopped
from tests.integration.outbox_cases import Case, execute
from tests.integration.web.fact_calls import frozen
from tests.integration.web.paperwork import Papers, reached
from tests.integration.web.site import Caller

MOVED = "nueva@procuraduria.example"
_OF_THE_OFFICE = (
    "SELECT address FROM delivery JOIN dispatch ON dispatch.id = dispatch_id"
    " JOIN document ON document.id = dispatch.document_id"
    " WHERE recipient_kind = 'target' AND recipient_id = :office AND delivery.channel = 'email'"
    " AND document.number = :number ORDER BY address"
)


async def test_an_office_that_moved_gets_what_follows_once_and_word_of_a_stop_wherever_it_was_written_to(
    case: Case, coordinator: Caller
) -> None:
    await reached(case)
    ((office, old),) = await execute(
        case.database,
        "SELECT recipient_id, address FROM delivery WHERE recipient_kind = 'target' AND channel = 'email'"
        " ORDER BY address LIMIT 1",
    )
    await execute(
        case.database,
        "UPDATE target_address SET address = CAST(:moved AS text),"
        " fingerprint = sha256(convert_to(CAST(:moved AS text), 'UTF8'))"
        " WHERE target_id = :office AND channel = 'email'",
        moved=MOVED,
        office=office,
    )
    assert (await Papers(case, coordinator).add()).status_code == 201
    await case.confirm()
    await frozen(case, 2)
    assert await execute(case.database, _OF_THE_OFFICE, office=office, number=2) == [(MOVED,)]

    await execute(case.database, "UPDATE delivery SET state = 'sent', settled_at = now()")
    notice = await stopped(case)
    await notice.confirm()
    await notice.freeze(Purpose.STOP_NOTICE)
    told = await execute(case.database, _OF_THE_OFFICE, office=office, number=3)
    assert told == [(address,) for address in sorted([old, MOVED])]
