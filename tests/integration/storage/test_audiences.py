import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.messages import DispatchRequest, Purpose
from models.outbox import RecipientKind
from models.vocabulary import Channel
from storage import freezing
from storage.database import Database
from storage.freezing import NotPermittedError
from tests import factories
from tests.integration.outbox_cases import Case, by_address, execute, make_case
from tests.integration.sign_links import DECLINED, answered


async def frozen(case: Case, purpose: Purpose = Purpose.STATEMENT) -> list[Any]:
    dispatched = await case.freeze(purpose)
    return await execute(
        case.database,
        "SELECT * FROM delivery WHERE dispatch_id = :id ORDER BY position",
        id=dispatched.dispatch_id,
    )


def press_only() -> dict[str, Any]:
    tree = factories.case_tree()
    tree["release"]["audiences"] = ["press"]
    return tree


async def test_an_audience_is_frozen_once_even_by_calls_at_the_same_time(database: Database) -> None:
    case = await make_case(database)
    answers = await asyncio.gather(*(case.freeze() for _ in range(8)))
    assert len(set(answers)) == 1
    assert [await case.freeze()] * 8 == answers
    counted = await execute(database, "SELECT count(*), count(DISTINCT address) FROM delivery")
    assert counted == [(answers[0].size, answers[0].size)]
    assert answers[0].size > 5
    events = await execute(database, "SELECT detail FROM audit_event WHERE kind = 'dispatch_frozen'")
    assert len(events) == 1


async def test_who_comes_after_the_freezing_is_not_in_the_audience(database: Database) -> None:
    case = await make_case(database, press_only())
    before = await case.freeze()
    await execute(
        database,
        "INSERT INTO contact (id, slug, name, kind, languages, tags, lists, updated_at) SELECT"
        " gen_random_uuid(), 'new', 'Nueva', kind, languages, tags, lists, now() FROM contact"
        " WHERE slug = 'the-lantern'",
    )
    assert await case.freeze() == before


async def test_another_round_is_another_dispatch(database: Database) -> None:
    case = await make_case(database)
    first, second = await case.freeze(Purpose.CHECK_IN, 1), await case.freeze(Purpose.CHECK_IN, 2)
    assert first.dispatch_id != second.dispatch_id
    assert first.size == second.size == 1


async def test_a_freeze_that_loses_to_one_that_is_rolled_back_takes_its_place(database: Database) -> None:
    case = await make_case(database)
    request = DispatchRequest(document=case.document, purpose=Purpose.STATEMENT, round=1)
    async with database.transaction() as session:
        lost = await freezing.freeze(session, request)
        waiting = asyncio.create_task(case.freeze())
        await session.rollback()
    kept = await waiting
    assert kept.dispatch_id != lost.dispatch_id
    assert kept.size == lost.size


async def test_who_stands_in_several_audiences_gets_one_message_the_most_particular(
    database: Database,
) -> None:
    case = await make_case(database)
    everybody = "fiscalia.ddhh@estado.example"
    fingerprint = factories.FINGERPRINT.of(Channel.EMAIL, everybody)
    await execute(
        database,
        "UPDATE contact_address SET address = :address, fingerprint = :fingerprint FROM contact"
        " WHERE contact.id = contact_id AND contact_address.position = 0"
        " AND slug IN ('the-lantern', 'hannah-sample', 'radio-barlovento')",
        address=everybody,
        fingerprint=fingerprint,
    )
    rows = [row for row in await frozen(case) if row.fingerprint == fingerprint]
    assert [row.recipient_kind for row in rows] == [RecipientKind.TARGET]


async def test_only_the_audiences_of_the_case_get_a_message(database: Database) -> None:
    rows = await frozen(await make_case(database, press_only()))
    assert {row.recipient_kind for row in rows} == {"contact"}
    press = await execute(database, "SELECT id FROM contact WHERE kind = 'press'")
    assert {row.recipient_id for row in rows} == {row.id for row in press}
    assert [row.position for row in rows] == list(range(1, len(press) + 1))


async def test_everybody_is_written_to_in_her_language_if_there_is_a_text_in_it(database: Database) -> None:
    case = await make_case(database)
    await execute(
        database,
        "INSERT INTO attestation SELECT gen_random_uuid(), action_id, version_id, digest, person_id,"
        " attested_at, 'text:en-GB', 0 FROM attestation WHERE confirms = 'text:en'",
    )
    await execute(database, "UPDATE contact SET languages = '{en-GB}' WHERE slug = 'the-lantern'")
    found = by_address(await frozen(case))
    assert found["newsdesk@lantern.example"].language == "en"
    assert found["hannah@friends.example"].language == "en"
    assert found["redaccion@barlovento.example"].language == "es"
    assert found["ines@amigas.example"].language == "es"  # no Portuguese text: the case's first language


async def test_the_very_language_goes_before_its_family(database: Database) -> None:
    case = await make_case(database)
    await execute(
        database,
        "INSERT INTO document_text SELECT gen_random_uuid(), version_id, 'en-GB', headline, summary, body,"
        " background, demands FROM document_text WHERE language = 'en'",
    )
    await execute(
        database,
        "INSERT INTO attestation SELECT gen_random_uuid(), action_id, version_id, digest, person_id,"
        " attested_at, 'text:en-GB', 0 FROM attestation WHERE confirms = 'text:en'",
    )
    await execute(database, "UPDATE contact SET languages = '{en-GB}' WHERE slug = 'the-lantern'")
    assert by_address(await frozen(case))["newsdesk@lantern.example"].language == "en-GB"


@pytest.mark.parametrize(("days", "written_to"), [(-1, False), (0, True), (1, True)])
async def test_a_targets_address_is_used_until_its_last_valid_day(
    database: Database, days: int, *, written_to: bool
) -> None:
    case = await make_case(database)
    await execute(
        database,
        "UPDATE target_address SET valid_until = :day WHERE address = 'urgente@mecanismo.example'",
        day=(datetime.now(UTC) + timedelta(days=days)).date(),
    )
    assert ("urgente@mecanismo.example" in by_address(await frozen(case))) is written_to


async def test_an_expired_address_gives_way_to_the_next_and_to_a_letter_last(database: Database) -> None:
    case = await make_case(database)
    await execute(
        database,
        "INSERT INTO target_address SELECT gen_random_uuid(), target_id, 7, channel, 'otra@estado.example',"
        " sha256('x'), source, checked_on, NULL FROM target_address"
        " WHERE address = 'fiscalia.ddhh@estado.example'",
    )
    await execute(
        database,
        "UPDATE target_address SET valid_until = '2020-01-01' WHERE address = 'fiscalia.ddhh@estado.example'",
    )
    rows = await frozen(case)
    assert "otra@estado.example" in by_address(rows)
    assert "fiscalia.ddhh@estado.example" not in by_address(rows)
    assert "letter" not in {row.channel for row in rows}
    await execute(database, "UPDATE dispatch SET round = 9")
    await execute(database, "UPDATE delivery SET state = 'cancelled'")
    await execute(database, "UPDATE target_address SET valid_until = '2020-01-01' WHERE channel <> 'letter'")
    (posted,) = [row for row in await frozen(case) if row.channel == "letter"]
    assert posted.address == "Avenida de la Ceiba 100, Ciudad Ejemplo"


async def test_signatories_get_the_statement_by_their_own_system_or_else_by_email(
    database: Database,
) -> None:
    case = await make_case(database)
    await case.open_sign_on()
    await answered(case, "tejedoras-del-maiz")
    await answered(case, "casa-manantial")
    await answered(case, "colectiva-las-ceibas", DECLINED)
    rows = [row for row in await frozen(case) if row.recipient_kind == RecipientKind.PARTNER]
    assert sorted((row.channel, row.address) for row in rows) == [
        ("email", "amparo@manantial.example"),
        ("partner_api", "http://127.0.0.1:8026/partners/tejedoras-del-maiz"),
    ]
    assert {row.recipient_id for row in rows} <= {
        row.id for row in await execute(database, "SELECT id FROM partner")
    }


async def test_signatories_that_share_one_system_get_one_message_each(database: Database) -> None:
    case = await make_case(database)
    await case.open_sign_on()
    slugs = ("tejedoras-del-maiz", "casa-manantial")
    await execute(
        database,
        "UPDATE partner SET api_url = 'https://red.example/in', sealed_api_secret = 'x'"
        " WHERE slug = ANY(:slugs)",
        slugs=list(slugs),
    )
    for slug in slugs:
        await answered(case, slug)
    rows = [row for row in await frozen(case) if row.channel == Channel.PARTNER_API]
    assert [row.address for row in rows] == ["https://red.example/in"] * 2
    assert len({row.recipient_id for row in rows}) == len({row.fingerprint for row in rows}) == 2


async def frozen_detail(case: Case, purpose: Purpose) -> dict[str, Any]:
    await case.freeze(purpose)
    query = "SELECT detail FROM audit_event WHERE kind = 'dispatch_frozen' ORDER BY sequence DESC LIMIT 1"
    detail: dict[str, Any] = (await execute(case.database, query))[0].detail
    return detail


async def test_targets_that_cannot_be_reached_are_counted_in_the_trail(database: Database) -> None:
    case = await make_case(database)
    before = await execute(database, "SELECT count(*) FROM target")
    assert (await frozen_detail(case, Purpose.STATEMENT))["unreachable_targets"] < before[0][0]
    await execute(database, "UPDATE dispatch SET round = 9")
    await execute(database, "UPDATE target_address SET valid_until = '2020-01-01'")
    detail = await frozen_detail(case, Purpose.STATEMENT)
    assert detail["unreachable_targets"] == before[0][0]
    assert "unreachable_targets" not in await frozen_detail(case, Purpose.CHECK_IN)


async def test_targets_that_are_not_written_to_are_not_called_unreachable(database: Database) -> None:
    case = await make_case(database, press_only())
    await execute(database, "UPDATE target_address SET valid_until = '2020-01-01'")
    assert "unreachable_targets" not in await frozen_detail(case, Purpose.STATEMENT)


async def test_reminders_go_to_those_who_have_not_answered(database: Database) -> None:
    case = await make_case(database)
    await case.open_sign_on()
    invited = by_address(await frozen(case, Purpose.INVITATION))
    await answered(case, "casa-manantial", DECLINED)
    await case.end(Purpose.INVITATION)
    reminded = by_address(await frozen(case, Purpose.SIGN_ON_REMINDER))
    assert set(invited) - set(reminded) == {"amparo@manantial.example"}
    assert all(row.invitation_id for row in (*invited.values(), *reminded.values()))


async def test_a_check_in_goes_to_the_author_alone(database: Database) -> None:
    case = await make_case(database)
    assert [row.recipient_id for row in await frozen(case, Purpose.CHECK_IN)] == [case.action.author_id]


@pytest.mark.parametrize("column", ["stopped_at", "closed_at"])
async def test_nothing_is_frozen_for_an_ended_action(database: Database, column: str) -> None:
    case = await make_case(database)
    await execute(database, f"UPDATE urgent_action SET {column} = now()")
    with pytest.raises(NotPermittedError):
        await case.freeze()
    assert await execute(database, "SELECT id FROM dispatch") == []


async def test_nothing_but_a_check_in_is_frozen_without_attestations(database: Database) -> None:
    case = await make_case(database, attested=False)
    for purpose in (Purpose.STATEMENT, Purpose.INVITATION):
        with pytest.raises(NotPermittedError):
            await case.freeze(purpose)
    assert (await case.freeze(Purpose.CHECK_IN)).size == 1
