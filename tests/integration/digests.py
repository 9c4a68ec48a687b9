"""Weekly digests that are due to the coordinator of a case."""

from datetime import UTC, datetime, time, timedelta
from typing import Final

from models.digest_messages import DigestsDue
from models.messages import DispatchRequest
from models.weekly import Weekly, week_of
from storage import weekly_digests
from storage.weekly_digests import DigestRules
from tests.integration.check_ins import give_key
from tests.integration.outbox_cases import Case, execute

ZONE: Final = "America/Mexico_City"
MONDAY_AT_NINE: Final = Weekly(0, time(9))
WEEK: Final = timedelta(days=7)


async def coordinator_of(case: Case) -> None:
    """Give the coordinator a key, and have her work with the network for months."""
    await give_key(case)
    await execute(
        case.database,
        "UPDATE person SET created_at = now() - interval '1 year', time_zone = :zone WHERE id = :author",
        zone=ZONE,
        author=case.action.author_id,
    )


def this_monday() -> datetime:
    """Return nine o'clock of the newest Monday on which it has struck, by her clocks.

    Whoever joined since is not due then; of a nine o'clock that is to come she would be.
    """
    week = week_of(datetime.now(UTC) - timedelta(hours=MONDAY_AT_NINE.at.hour), ZONE)
    return MONDAY_AT_NINE.moment(week, ZONE)


async def ask(case: Case, at: datetime, weekly: Weekly = MONDAY_AT_NINE) -> DigestsDue:
    """Ask whose digest is due, as the workflow does."""
    async with case.database.transaction() as session:
        return await weekly_digests.digests_due(session, DigestRules(weekly, ZONE), at)


async def due_digest(case: Case) -> DispatchRequest:
    """Have the digest of the coordinator of a case be due, and kept with it; others see to their own."""
    await coordinator_of(case)
    await execute(
        case.database,
        "INSERT INTO api_key (id, person_id, key_hash, created_at)"
        " SELECT gen_random_uuid(), id, sha256(convert_to(email, 'UTF8')), now() FROM person"
        " WHERE NOT EXISTS (SELECT 1 FROM api_key WHERE person_id = person.id)",
    )
    (request,) = (await ask(case, this_monday())).requests
    return request
