"""Partners who signed a text that changed are asked again: who, once what is confirmed, and by what mail."""

import re
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from channels.email import EmailChannel
from models.lifecycle import Decision
from models.messages import CaseFacts, DeliveryState, Purpose
from models.vocabulary import SignatureVisibility
from storage.database import Database
from storage.freezing import NotPermittedError
from storage.standing import facts_of
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import Case, changed_text, execute, make_case
from tests.integration.senders import PUBLIC_URL, inbox, mailing, run
from tests.integration.sign_links import DECLINED, SIGNED, answered, opened

AMPARO, XIOMARA = "amparo@manantial.example", "urgente@reddelvolcan.example"
NEW = "Hubo otra llamada el martes."


@pytest.fixture
async def case(database: Database) -> Case:
    """A case that two partners signed, one of them unnamed, and one declined."""
    made = await make_case(database)
    await made.open_sign_on()
    await answered(made, "casa-manantial")
    await answered(made, "red-del-volcan", SIGNED._replace(visibility=SignatureVisibility.WITHHELD))
    await answered(made, "tejedoras-del-maiz", DECLINED)
    return made


@pytest.fixture
async def email(mailbox: LocalMailbox) -> AsyncIterator[EmailChannel]:
    channel = EmailChannel(mailbox.relay, connections=3)
    yield channel
    await channel.close()


async def facts(case: Case) -> CaseFacts:
    async with case.database.transaction() as session:
        return await facts_of(session, case.action.id)


async def asked(case: Case, turn: int = 1) -> set[str]:
    batch = await case.batch(Purpose.SIGN_AGAIN, turn=turn)
    return {one.address for one in await case.deliveries(batch)}


async def test_nobody_is_asked_while_nothing_changed_or_the_change_is_not_confirmed(case: Case) -> None:
    assert (await facts(case)).sign_again is None
    await changed_text(case)
    taken = "DELETE FROM attestation WHERE version_id = (SELECT id FROM document_version WHERE number = 2)"
    await execute(case.database, taken)
    assert (await facts(case)).sign_again is None
    with pytest.raises(NotPermittedError):
        await case.freeze(Purpose.SIGN_AGAIN)


async def test_once_it_is_confirmed_those_who_signed_are_asked_once(case: Case) -> None:
    await changed_text(case)
    wanted = (await facts(case)).sign_again
    assert wanted
    assert (wanted.purpose, wanted.round, wanted.document) == (Purpose.SIGN_AGAIN, 1, case.document)
    assert await asked(case) == {AMPARO, XIOMARA}
    assert (await facts(case)).sign_again is None
    await changed_text(case, "Y otra el jueves.")
    assert (await facts(case)).sign_again == wanted.model_copy(update={"round": 2})
    assert await asked(case, turn=2) == {AMPARO, XIOMARA}


@pytest.mark.parametrize("decision", [Decision.STOP, Decision.WITHDRAW])
async def test_what_has_ended_asks_nobody(case: Case, decision: Decision) -> None:
    await changed_text(case)
    await case.decide(decision)
    assert (await facts(case)).sign_again is None


async def test_who_signed_again_or_took_it_back_meanwhile_gets_no_mail(case: Case) -> None:
    await changed_text(case)
    batch = await case.batch(Purpose.SIGN_AGAIN)
    await answered(case, "casa-manantial")
    assert [one.address for one in await case.claim(batch)] == [XIOMARA]


async def test_a_hold_keeps_the_mails_back_and_nothing_is_asked_twice(case: Case) -> None:
    await changed_text(case)
    await case.decide(Decision.HOLD)
    batch = await case.batch(Purpose.SIGN_AGAIN)
    assert await case.claim(batch) == []
    await case.decide(Decision.RESUME)
    assert len(await case.claim(batch, uuid4())) == 2


async def test_the_mail_shows_what_is_new_and_its_link_opens_the_page_where_she_signs_again(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    await changed_text(case)
    await execute(
        case.database,
        "UPDATE document_text SET body = body || E'\\n\\nLo dijo Ramona.' FROM document_version AS version"
        " WHERE version.id = version_id AND version.number = 1",
    )
    batch = await case.batch(Purpose.SIGN_AGAIN)
    outcome = await run(mailing(case.database, email), batch)
    assert (outcome.sent, await case.states(batch)) == (2, [DeliveryState.SENT] * 2)
    assert inbox(mailbox) == {AMPARO: 1, XIOMARA: 1}
    (message,) = [one for one in mailbox.messages() if one["to"] == [AMPARO]]
    assert message["subject"] == "Cambió el texto que firmó Casa de las Mujeres El Manantial"
    assert f"+ {NEW}" in message["text"]
    assert f"<ins>{NEW}</ins>" in message["html"]
    for part in (message["text"], message["html"]):
        assert "También se quitó algo" in part
        assert "Ramona" not in part
    (token,) = set(re.findall(rf"{PUBLIC_URL}/s/([\w-]+)", message["text"]))
    async with opened(case, token) as (_session, link):
        assert link.takes_answers
        assert link.signed_digest not in {None, link.version.digest}
