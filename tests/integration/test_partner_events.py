"""What partners' systems really get: in each language, of each kind, signed for who is changing secrets."""

from collections.abc import AsyncIterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from activities.sending import SendingActivities
from channels.partner_api import DocumentContent, PartnerApiChannel
from models.endpoints import EndpointRules
from models.messages import CaseFacts, Purpose
from models.vocabulary import Channel
from security.sealed_places import api_secret_place, former_secret_place
from storage.database import Database
from storage.standing import facts_of
from tests import factories
from tests.integration.local_servers import LocalProviders
from tests.integration.notices import stopped
from tests.integration.outbox_cases import Case, execute, make_case
from tests.integration.senders import composer, run
from tests.integration.sign_links import SIGNED, answered
from tests.partner_schema import SCHEMA

LANGUAGES = {
    "tejedoras-del-maiz": "es",
    "northern-lights-fund": "en",
    "casa-manantial": "pt",
    "red-del-volcan": "fr",
}
SECRET, FORMER = "whsec_" + "QUFB" * 8, "whsec_" + "QUFC" * 8


def in_four_languages(tree: Any) -> Any:
    """Add Portuguese and French wherever a case says something in Spanish and English."""
    if isinstance(tree, list):
        return [in_four_languages(one) for one in tree]
    if not isinstance(tree, dict):
        return tree
    grown = {key: in_four_languages(value) for key, value in tree.items()}
    if {"es", "en"} <= grown.keys():
        grown |= {"pt": deepcopy(grown["es"]), "fr": deepcopy(grown["en"])}
    return grown


@pytest.fixture
async def case(database: Database, simulated: LocalProviders) -> Case:
    """A case in four languages, and a partner with a system for each of them that signed."""
    tree = in_four_languages(factories.case_tree())
    tree["languages"] = ["es", "en", "pt", "fr"]
    made = await make_case(database, tree)
    for slug, language in LANGUAGES.items():
        await has_a_system(made, simulated, slug)
        await execute(
            database,
            "UPDATE partner_contact SET language = :language WHERE partner_id ="
            " (SELECT id FROM partner WHERE slug = :slug)",
            language=language,
            slug=slug,
        )
    await made.open_sign_on()
    for slug in LANGUAGES:
        await answered(made, slug)
    return made


async def has_a_system(case: Case, simulated: LocalProviders, slug: str, place: str | None = None) -> None:
    url = f"{simulated.url}/partners/{place or slug}"
    await execute(
        case.database,
        "UPDATE partner SET api_url = :url, sealed_api_secret = :sealed, sealed_former_secret = :former,"
        " former_secret_until = now() + :overlap WHERE slug = :slug",
        url=url,
        sealed=factories.CIPHER.seal(SECRET, context=api_secret_place(url)),
        former=factories.CIPHER.seal(FORMER, context=former_secret_place(url)),
        overlap=timedelta(days=1) if slug == "casa-manantial" else -timedelta(seconds=1),
        slug=slug,
    )


@pytest.fixture
async def sending(case: Case) -> AsyncIterator[SendingActivities[DocumentContent]]:
    channel = PartnerApiChannel(connections=3, rules=EndpointRules(allow_private=True))
    yield SendingActivities(case.database, channel, composer(case.database).document)
    await channel.close()


async def sent(
    case: Case,
    sending: SendingActivities[DocumentContent],
    simulated: LocalProviders,
    purpose: Purpose = Purpose.STATEMENT,
) -> dict[str, dict[str, Any]]:
    """Send a round, and return what each partner's system was told: each fits the schema, and came once."""
    batch = await case.batch(purpose, channel=Channel.PARTNER_API)
    outcome = await run(sending, batch)
    told = {}
    for delivery in await case.deliveries(batch):
        (received,) = simulated.received(delivery.id)
        SCHEMA.validate(received["content"])
        assert received["content"]["data"]["delivery_id"] == received["headers"]["webhook-id"]
        told[received["partner_id"]] = received
    assert outcome.sent == len(told)
    return told


def is_verified(received: dict[str, Any], secret: str) -> bool:
    try:
        Webhook(secret).verify(received["body"], received["headers"])
    except WebhookVerificationError:
        return False
    return True


async def test_each_system_is_told_of_a_statement_its_addendum_and_its_end_in_its_language(
    case: Case, sending: SendingActivities[DocumentContent], simulated: LocalProviders
) -> None:
    statements = await sent(case, sending, simulated)
    data = {slug: one["content"]["data"] for slug, one in statements.items()}
    assert {slug: one["statement_language"] for slug, one in data.items()} == LANGUAGES
    assert {one["content"]["type"] for one in statements.values()} == {"statement.released"}
    assert len({one["digest"] for one in data.values()}) == 1
    assert {len(one["signatories"]) for one in data.values()} == {4}

    await answered(case, "colectiva-las-ceibas", SIGNED)
    addenda = await sent(case, sending, simulated, Purpose.ADDENDUM)
    assert addenda.keys() == LANGUAGES.keys()
    for one in addenda.values():
        assert one["content"]["type"] == "statement.addendum"
        assert one["content"]["data"]["added"] == [{"name": "Colectiva Las Ceibas", "country": "HN"}]
        assert one["content"]["data"]["gone"] == []
    assert (await case.freeze(Purpose.ADDENDUM, turn=2)).size == 0

    notice = await stopped(case)
    await notice.confirm()
    told = await sent(notice, sending, simulated, Purpose.STOP_NOTICE)
    assert {slug: one["content"]["data"]["statement_language"] for slug, one in told.items()} == LANGUAGES
    for one in told.values():
        assert one["content"]["type"] == "action.stopped"
        assert one["content"]["data"]["reference"] == case.action.reference
        assert one["content"]["data"]["body"] == "Ha terminado."


async def test_while_a_secret_is_replaced_a_message_is_signed_with_both(
    case: Case, sending: SendingActivities[DocumentContent], simulated: LocalProviders
) -> None:
    told = await sent(case, sending, simulated)
    changing, changed = told["casa-manantial"], told["red-del-volcan"]
    assert [is_verified(changing, secret) for secret in (SECRET, FORMER)] == [True, True]
    assert [is_verified(changed, secret) for secret in (SECRET, FORMER)] == [True, False]
    first, second = changing["headers"]["webhook-signature"].split(" ")
    alone = {**changing, "headers": {**changing["headers"], "webhook-signature": first}}
    assert [is_verified(alone, secret) for secret in (SECRET, FORMER)] == [True, False]
    assert second.startswith("v1,")


async def test_a_partner_that_moved_its_system_is_told_at_its_new_place_and_one_without_by_mail(
    case: Case, sending: SendingActivities[DocumentContent], simulated: LocalProviders
) -> None:
    await sent(case, sending, simulated)
    await has_a_system(case, simulated, "red-del-volcan", place="moved")
    gone = "UPDATE partner SET api_url = NULL, sealed_api_secret = NULL WHERE slug = 'casa-manantial'"
    await execute(case.database, gone)
    places = {"tejedoras-del-maiz", "northern-lights-fund", "moved"}

    await answered(case, "colectiva-las-ceibas", SIGNED)
    addenda = await sent(case, sending, simulated, Purpose.ADDENDUM)
    assert addenda.keys() == places
    added = [{"name": "Colectiva Las Ceibas", "country": "HN"}]
    assert addenda["moved"]["content"]["data"]["added"] == added
    assert await by_mail(case, "addendum") == {"amparo@manantial.example"}
    assert (await case.freeze(Purpose.ADDENDUM, turn=2)).size == 1, "the mail, which has not left yet"

    notice = await stopped(case)
    await notice.confirm()
    assert (await facts(notice)).untold
    assert (await sent(notice, sending, simulated, Purpose.STOP_NOTICE)).keys() == places
    assert await by_mail(case, "stop_notice") >= {"amparo@manantial.example"}
    await has_a_system(case, simulated, "red-del-volcan", place="moved-again")
    assert not (await facts(notice)).untold, "who was told of the end is not waited for"


async def by_mail(case: Case, purpose: str) -> set[str]:
    query = (
        "SELECT address FROM delivery JOIN dispatch ON dispatch.id = dispatch_id"
        " WHERE channel = 'email' AND purpose = :purpose"
    )
    return {row.address for row in await execute(case.database, query, purpose=purpose)}


async def facts(case: Case) -> CaseFacts:
    async with case.database.transaction() as session:
        return await facts_of(session, case.action.id)


async def test_a_system_that_moves_behind_the_freeze_is_told_where_it_is_now(
    case: Case, sending: SendingActivities[DocumentContent], simulated: LocalProviders
) -> None:
    batch = await case.batch(Purpose.STATEMENT, channel=Channel.PARTNER_API)
    await has_a_system(case, simulated, "red-del-volcan", "volcan-nuevo")  # between the freeze and the claim
    assert (await run(sending, batch)).sent == len(LANGUAGES)
    told = {
        received["partner_id"]
        for one in await case.deliveries(batch)
        for received in simulated.received(one.id)
    }
    assert told == {*LANGUAGES} - {"red-del-volcan"} | {"volcan-nuevo"}


async def test_a_partner_that_was_reached_at_two_addresses_of_its_system_gets_one_notice(
    case: Case, sending: SendingActivities[DocumentContent], simulated: LocalProviders
) -> None:
    await sent(case, sending, simulated)
    await execute(
        case.database,
        "WITH later AS (INSERT INTO dispatch SELECT (jsonb_populate_record(dispatch, jsonb_build_object("
        " 'id', gen_random_uuid(), 'round', 2, 'frozen_at', now()))).* FROM dispatch"
        " WHERE purpose = 'statement' RETURNING id)"
        " INSERT INTO delivery SELECT (jsonb_populate_record(delivery, jsonb_build_object('id',"
        " gen_random_uuid(), 'dispatch_id', later.id, 'fingerprint', sha256(fingerprint)))).*"
        " FROM delivery, later WHERE channel = 'partner_api'",
    )
    notice = await stopped(case)
    await notice.confirm()
    told = await sent(notice, sending, simulated, Purpose.STOP_NOTICE)
    assert told.keys() == LANGUAGES.keys()
