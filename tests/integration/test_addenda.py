"""Addenda to a list of signatories: who is told what, when, and that nobody is told twice."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from channels.email import EmailChannel
from models.columns import now
from models.lifecycle import Decision
from models.messages import CaseFacts, Purpose
from models.vocabulary import Answer, SignatureVisibility
from storage.addenda import is_anybody_to_be_told
from storage.database import Database
from storage.freezing import NotPermittedError
from storage.standing import facts_of
from tests import factories
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import Case, changed_text, execute, make_case
from tests.integration.senders import inbox, mailing, run
from tests.integration.sign_links import SIGNED, answered

TAKEN_BACK = SIGNED._replace(answer=Answer.WITHDRAWN)
MANANTIAL, VOLCAN = "Casa de las Mujeres El Manantial", "Red de Defensoras del Volcán"


def telling() -> dict[str, Any]:
    tree = factories.case_tree()
    tree["sign_on"]["tell_withdrawals"] = True
    return tree


@pytest.fixture
async def email(mailbox: LocalMailbox) -> AsyncIterator[EmailChannel]:
    channel = EmailChannel(mailbox.relay, connections=3)
    yield channel
    await channel.close()


async def released(database: Database, tree: dict[str, Any] | None = None) -> Case:
    """Have one partner sign in time, and the statement go out by mail."""
    case = await make_case(database, tree)
    await case.open_sign_on()
    await answered(case, "casa-manantial")
    await case.end(Purpose.STATEMENT)
    return case


async def facts(case: Case) -> CaseFacts:
    async with case.database.transaction() as session:
        return await facts_of(session, case.action.id)


async def to_be_told(case: Case) -> bool:
    async with case.database.transaction() as session:
        return await is_anybody_to_be_told(session, case.action, case.document.document_id)


async def wanted(case: Case) -> list[tuple[int, bool]]:
    """List the addenda that are wanted, and whether each has to wait."""
    query = "SELECT round, due_at > now() FROM addendum ORDER BY round"
    return [(row[0], row[1]) for row in await execute(case.database, query)]


async def test_who_received_the_list_is_told_once_who_signed_since(
    database: Database, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    case = await released(database)
    assert not await to_be_told(case)
    await answered(case, "red-del-volcan")
    await answered(case, "tejedoras-del-maiz", SIGNED._replace(visibility=SignatureVisibility.WITHHELD))
    assert await to_be_told(case)
    batch = await case.batch(Purpose.ADDENDUM)
    outcome = await run(mailing(database, email), batch)
    sent = "SELECT address, language FROM delivery JOIN dispatch ON dispatch.id = dispatch_id WHERE purpose = :purpose AND channel = 'email'"  # noqa: E501
    received = Counter(map(tuple, await execute(database, sent, purpose="statement")))
    assert Counter(map(tuple, await execute(database, sent, purpose="addendum"))) == received
    assert (outcome.sent, outcome.waiting) == (received.total(), 0)
    assert inbox(mailbox) == Counter(address for address, _ in received)
    for message in mailbox.messages():
        assert VOLCAN in message["text"]
        assert VOLCAN in message["html"]
        assert MANANTIAL not in message["text"]
        assert "Tejedoras" not in message["text"]
    assert not await to_be_told(case)
    assert (await case.freeze(Purpose.ADDENDUM, turn=2)).size == 0


async def test_who_left_the_list_is_not_told_unless_the_case_says_so(database: Database) -> None:
    case = await released(database)
    await answered(case, "casa-manantial", TAKEN_BACK)
    assert not await to_be_told(case)
    assert await wanted(case) == []


async def test_a_withdrawal_tells_by_itself_and_those_of_an_hour_are_told_together(
    database: Database, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    case = await released(database, telling())
    await answered(case, "red-del-volcan")
    await answered(case, "casa-manantial", TAKEN_BACK)
    request = (await facts(case)).addendum
    assert request
    assert (request.purpose, request.round) == (Purpose.ADDENDUM, 1)
    await run(mailing(database, email), await case.batch(Purpose.ADDENDUM))
    assert (await facts(case)).addendum is None
    first = mailbox.messages()[0]["text"]
    assert first.index(VOLCAN) < first.index(MANANTIAL)
    await answered(case, "red-del-volcan", TAKEN_BACK)
    assert await wanted(case) == [(1, False), (2, True)]
    await answered(case, "casa-manantial")
    await answered(case, "casa-manantial", TAKEN_BACK)
    assert await wanted(case) == [(1, False), (2, True)]
    second = await case.freeze(Purpose.ADDENDUM, turn=2)
    waiting = "SELECT min(not_before), max(not_before) FROM delivery WHERE dispatch_id = :id"
    ((soonest, latest),) = await execute(database, waiting, id=second.dispatch_id)
    assert timedelta(minutes=58) < soonest - now() <= timedelta(hours=1)
    assert soonest == latest


async def test_a_further_document_takes_the_addendum_along(database: Database) -> None:
    case = await released(database)
    await answered(case, "red-del-volcan")
    further = (
        "INSERT INTO document (id, action_id, number, kind, guided)"
        " SELECT gen_random_uuid(), :action, 2, 'further_information', false RETURNING id"
    )
    ((document_id,),) = await execute(database, further, action=case.action.id)
    await copy_version(case, document_id)
    await case.confirm()
    later = Case(
        database,
        case.action,
        case.document.model_copy(update={"document_id": document_id, "number": 2}),
        case.verifiers,
    )
    await later.freeze()
    request = (await facts(case)).addendum
    assert request
    assert request.document.number == 1


async def copy_version(case: Case, document_id: object) -> None:
    """Give a document the texts of the first one."""
    await execute(
        case.database,
        """
        WITH written AS (
            INSERT INTO document_version (id, document_id, number, digest, created_by, created_at)
            SELECT gen_random_uuid(), :document, 1, digest, created_by, now() FROM document_version
            WHERE document_id = :first RETURNING id)
        INSERT INTO document_text (id, version_id, language, headline, summary, body, background, demands)
        SELECT gen_random_uuid(), written.id, language, headline, summary, body, background, demands
        FROM document_text, written
        """,
        document=document_id,
        first=case.document.document_id,
    )


async def test_a_text_that_changed_since_is_released_before_anybody_is_told_of_signatories(
    database: Database,
) -> None:
    case = await released(database)
    await answered(case, "red-del-volcan")
    await changed_text(case)
    assert not await to_be_told(case)
    with pytest.raises(NotPermittedError):
        await case.freeze(Purpose.ADDENDUM)


async def test_a_hold_keeps_it_back_and_a_stop_ends_it(database: Database) -> None:
    case = await released(database)
    await answered(case, "red-del-volcan")
    batch = await case.batch(Purpose.ADDENDUM)
    await case.decide(Decision.HOLD)
    assert await case.claim(batch) == []
    await case.decide(Decision.STOP)
    assert await case.claim(batch) == []


AUTHORITIES_ONLY = SIGNED._replace(visibility=SignatureVisibility.AUTHORITIES)


async def to_authorities(case: Case) -> set[str]:
    """Return the addresses of authorities to which the statement went by mail."""
    query = "SELECT address FROM delivery WHERE disclosure = 'authority' AND channel = 'email'"
    return {row.address for row in await execute(case.database, query)}


async def test_who_signs_for_authorities_alone_is_added_to_their_lists_and_to_no_other(
    database: Database, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    case = await released(database, telling())
    authorities = await to_authorities(case)
    assert authorities
    await answered(case, "red-del-volcan", AUTHORITIES_ONLY)
    assert await to_be_told(case)
    await run(mailing(database, email), await case.batch(Purpose.ADDENDUM))
    assert set(inbox(mailbox)) == authorities
    assert all(VOLCAN in message["text"] for message in mailbox.messages())
    assert not await to_be_told(case)
    await answered(case, "red-del-volcan", TAKEN_BACK._replace(visibility=SignatureVisibility.AUTHORITIES))
    assert await to_be_told(case)
    assert (await case.freeze(Purpose.ADDENDUM, turn=2)).size == len(authorities)
