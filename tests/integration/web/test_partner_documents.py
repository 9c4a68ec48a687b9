"""What a partner's system reads by its key: what was released to it, and only while the gate lets it."""

from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from models.messages import DeliveryState, Purpose
from models.vocabulary import Role
from storage.handing_over import Outcome
from storage.outbox import unsent_ranges
from storage.partner_documents import fetched, released_to
from tests.integration.audit_trails import sound_trail
from tests.integration.notices import stopped
from tests.integration.outbox_cases import Case, changed_text, execute
from tests.integration.sign_links import answered
from tests.integration.web.site import API, Site, problem

DOCUMENTS = f"{API}/partner/documents"
TEJEDORAS, FUND, MANANTIAL = "tejedoras-del-maiz", "northern-lights-fund", "casa-manantial"


async def deliveries(case: Case, slug: str) -> list[UUID]:
    found = await execute(
        case.database,
        "SELECT delivery.id FROM delivery JOIN partner ON partner.id = recipient_id"
        " JOIN dispatch ON dispatch.id = dispatch_id"
        " WHERE slug = :slug AND purpose IN ('statement', 'stop_notice', 'addendum') ORDER BY frozen_at",
        slug=slug,
    )
    return [row[0] for row in found]


async def send(case: Case, purpose: Purpose = Purpose.STATEMENT) -> None:
    """Claim and settle everything of a round as sent."""
    dispatched, claim_id = await case.freeze(purpose), uuid4()
    async with case.database.transaction() as session:
        batches = await unsent_ranges(session, dispatched, 10_000)
    claimed = [one for batch in batches for one in await case.claim(batch, claim_id)]
    await case.settle(claim_id, *(Outcome(one.id, DeliveryState.SENT) for one in claimed))


@pytest.fixture
async def released(case: Case) -> Case:
    """A statement that went out to three partners, two of them by their systems."""
    for slug in (TEJEDORAS, FUND, MANANTIAL):
        await answered(case, slug)
    await send(case)
    return case


@pytest.fixture
async def system(site: Site, released: Case) -> AsyncIterator[httpx.AsyncClient]:
    """The system of the weavers, with its key."""
    assert released.action.title
    async with site.client(await site.partner_key(TEJEDORAS)) as client:
        yield client


async def listed(system: httpx.AsyncClient) -> list[str]:
    answer = await system.get(DOCUMENTS)
    assert answer.headers["Cache-Control"] == "no-store"
    return [one["id"] for one in answer.json()["documents"]]


async def fetches(case: Case) -> list[dict[str, str]]:
    query = "SELECT detail FROM audit_event WHERE kind = 'document_fetched' ORDER BY number"
    return [row[0] for row in await execute(case.database, query)]


async def test_a_partner_reads_what_was_released_to_it_and_the_trail_tells_so(
    released: Case, system: httpx.AsyncClient
) -> None:
    (own,) = await deliveries(released, TEJEDORAS)
    page = (await system.get(DOCUMENTS)).json()
    (told,) = page["documents"]
    assert (told["id"], told["type"], page["next_after"]) == (str(own), "statement.released", None)
    assert told["index"] == f"{released.action.reference}/1"
    assert await fetches(released) == []
    answer = await system.get(f"{DOCUMENTS}/{own}")
    document = answer.json()
    assert answer.headers["Cache-Control"] == "no-store"
    assert (document["type"], document["version"]) == ("statement.released", 1)
    assert document["data"]["delivery_id"] == told["id"]
    assert document["data"]["digest"] == told["digest"]
    assert "Jacinta Olvera Montejo" in document["data"]["body"]
    assert [one["name"] for one in document["data"]["signatories"]] == [
        "Tejedoras del Maíz", "Casa de las Mujeres El Manantial", "Northern Lights Women's Fund",
    ]  # fmt: skip
    ((key_id, partner_id, used),) = await execute(
        released.database, "SELECT id, partner_id, last_used_at FROM partner_api_key"
    )
    assert used is not None
    assert await fetches(released) == [
        {"delivery_id": str(own), "partner_id": str(partner_id), "key_id": str(key_id)}
    ]
    await sound_trail(released.database, released.action.id)


async def test_a_partner_without_a_system_reads_what_it_got_by_mail(site: Site, released: Case) -> None:
    (own,) = await deliveries(released, MANANTIAL)
    async with site.client(await site.partner_key(MANANTIAL)) as system:
        assert await listed(system) == [str(own)]
        assert (await system.get(f"{DOCUMENTS}/{own}")).json()["data"]["delivery_id"] == str(own)


async def test_what_was_released_to_others_looks_like_what_does_not_exist(
    released: Case, system: httpx.AsyncClient
) -> None:
    (others,) = await deliveries(released, FUND)
    ((to_contact,),) = await execute(
        released.database, "SELECT id FROM delivery WHERE recipient_kind = 'contact' LIMIT 1"
    )
    ((invitation,),) = await execute(
        released.database,
        "SELECT delivery.id FROM delivery JOIN dispatch ON dispatch.id = dispatch_id"
        " JOIN partner ON partner.id = recipient_id WHERE purpose = 'invitation' AND slug = :slug LIMIT 1",
        slug=TEJEDORAS,
    )
    await execute(released.database, "UPDATE delivery SET state = 'sent' WHERE id = :id", id=invitation)
    answers = [(await system.get(f"{DOCUMENTS}/{one}")) for one in (others, to_contact, invitation, uuid4())]
    assert len({problem(answer, 404)["detail"] for answer in answers}) == 1
    assert await fetches(released) == []


KEPT_BACK = {
    "hold": "UPDATE urgent_action SET held_at = now()",
    "stop": "UPDATE urgent_action SET stopped_at = now()",
    "withdrawal": "UPDATE urgent_action SET stopped_at = now(), withdrawn_at = now()",
    "rejection": "UPDATE urgent_action SET rejected_at = now()",
    "return": "UPDATE urgent_action SET returned_at = now()",
    "consent revoked": "UPDATE consent SET revoked_at = now() WHERE use = 'name_in_public'",
    "consent over": "UPDATE consent SET valid_until = current_date - 1 WHERE use = 'name_in_public'",
    "consent to be confirmed anew": "UPDATE urgent_action SET consent_revision = consent_revision + 1",
    "attestations gone": "DELETE FROM attestation",
    "reopening": "UPDATE urgent_action SET reopened_at = now()",
    "another digest": "UPDATE document_version SET digest = sha256('')",
    "another text": "UPDATE document_text SET body = body || ' Y otra cosa.'",
    "not yet sent": "UPDATE delivery SET state = 'ready'",
    "held back by the leak guard": "UPDATE delivery SET state = 'parked'",
    "cancelled": "UPDATE delivery SET state = 'cancelled'",
    "failed before it was read once more": "UPDATE delivery SET state = 'failed', handed_over_at = NULL",
}


class _UndoneError(Exception): ...


async def readable(case: Case, change: str) -> tuple[bool, bool]:
    """Change something, tell whether the weavers' document is listed and read then, and undo it all."""
    (own,) = await deliveries(case, TEJEDORAS)
    ((partner_id,),) = await execute(case.database, f"SELECT id FROM partner WHERE slug = '{TEJEDORAS}'")
    told = (False, False)
    with suppress(_UndoneError):
        async with case.database.transaction() as session:
            await session.execute(text(change))
            found = await released_to(session, partner_id, after=None, limit=9)
            document = await fetched(session, partner_id, uuid4(), own)
            told = (bool(found), document is not None)
            raise _UndoneError
    return told


async def test_what_may_not_go_out_now_may_not_be_read_now(released: Case) -> None:
    assert await readable(released, "SELECT 1") == (True, True)
    found = {name: await readable(released, change) for name, change in KEPT_BACK.items()}
    # A list reads no texts.
    assert {name: told for name, told in found.items() if any(told)} == {"another text": (True, False)}
    assert await fetches(released) == []


READABLE = {
    "close": "UPDATE urgent_action SET closed_at = now()",
    "an address that is not written to": (
        "INSERT INTO suppression (fingerprint, reason, suppressed_at)"
        " SELECT DISTINCT fingerprint, 'no_such_address', now() FROM delivery"
    ),
    "in doubt": "UPDATE delivery SET state = 'unknown'",
    "a system that was away": "UPDATE delivery SET state = 'failed', handed_over_at = now()",
}


async def test_what_ends_or_failed_the_sending_alone_leaves_it_to_be_read(released: Case) -> None:
    found = {name: await readable(released, change) for name, change in READABLE.items()}
    assert found == dict.fromkeys(READABLE, (True, True))


async def test_a_text_that_was_written_anew_is_read_once_it_is_released_anew(
    released: Case, system: httpx.AsyncClient
) -> None:
    (first,) = await deliveries(released, TEJEDORAS)
    await changed_text(released)
    assert await listed(system) == []
    problem(await system.get(f"{DOCUMENTS}/{first}"), 404)


async def test_a_notice_of_the_end_is_read_in_the_statements_place(
    released: Case, system: httpx.AsyncClient
) -> None:
    notice = await stopped(released)
    assert await listed(system) == []
    await notice.confirm()
    await send(notice, Purpose.STOP_NOTICE)
    (_, own) = await deliveries(released, TEJEDORAS)
    assert await listed(system) == [str(own)]
    document = (await system.get(f"{DOCUMENTS}/{own}")).json()
    assert (document["type"], document["data"]["reference"]) == ("action.stopped", released.action.reference)
    assert "signatories" not in document["data"]


async def test_pages_follow_each_other_and_hold_each_document_once(
    released: Case, system: httpx.AsyncClient
) -> None:
    copied = """
        INSERT INTO dispatch (id, action_id, document_id, version_id, digest, purpose, cycle, round,
                              languages, size, frozen_at)
        SELECT gen_random_uuid(), action_id, document_id, version_id, digest, purpose, 0, 1 + turn,
               languages, size, frozen_at - turn / 2 * interval '1 minute'
        FROM dispatch, generate_series(1, 6) AS turn WHERE purpose = 'statement' RETURNING id
    """
    for (dispatch_id,) in await execute(released.database, copied):
        await execute(
            released.database,
            "INSERT INTO delivery (id, dispatch_id, position, recipient_kind, recipient_id, disclosure,"
            " rendering, digest, channel, address, fingerprint, language, state, attempts)"
            " SELECT gen_random_uuid(), :dispatch_id, 1, recipient_kind, recipient_id, disclosure,"
            " rendering, delivery.digest, channel, address, fingerprint, language, 'sent', 1"
            " FROM delivery JOIN partner ON partner.id = recipient_id"
            " JOIN dispatch ON dispatch.id = dispatch_id"
            " WHERE slug = :slug AND purpose = 'statement' AND round = 1",
            dispatch_id=dispatch_id,
            slug=TEJEDORAS,
        )
    seen, after = [], None
    for _ in range(10):
        page = (
            await system.get(DOCUMENTS, params={"limit": 2, **({"after": after} if after else {})})
        ).json()
        seen += page["documents"]
        after = page["next_after"]
        if after is None:
            break
    assert after is None
    assert len({one["id"] for one in seen}) == len(seen) == 7
    moments = [one["released_at"] for one in seen]
    assert moments == sorted(moments, reverse=True)
    (others,) = await deliveries(released, FUND)
    assert (await system.get(DOCUMENTS, params={"after": str(others)})).json()["documents"] == []


@pytest.mark.parametrize("status", ["ended", "compromised"])
async def test_the_key_of_a_partner_that_is_none_any_more_opens_nothing(
    released: Case, system: httpx.AsyncClient, status: str
) -> None:
    await execute(released.database, f"UPDATE partner SET status = '{status}' WHERE slug = '{TEJEDORAS}'")
    problem(await system.get(DOCUMENTS), 401)
    await execute(released.database, "UPDATE partner SET status = 'paused'")
    assert (await system.get(DOCUMENTS)).is_success


async def test_keys_are_made_shown_once_listed_and_revoked_by_those_who_keep_the_directory(
    site: Site, released: Case
) -> None:
    keeper = (await site.caller(Role.ADMIN)).client
    path = f"{API}/partners/{TEJEDORAS}/keys"
    made = await keeper.post(path)
    key, key_id = made.json()["key"], made.json()["key_id"]
    assert made.headers["Cache-Control"] == "no-store"
    async with site.client(key) as system:
        assert len(await listed(system)) == 1
        (shown,) = (await keeper.get(path)).json()["keys"]
        assert (shown["key_id"], shown["revoked_at"]) == (key_id, None)
        assert shown["last_used_at"]
        everything = [await keeper.get(path), await keeper.get(f"{API}/partners/{TEJEDORAS}")]
        assert all(key not in answer.text for answer in everything)
        kept = await execute(released.database, "SELECT whole::text FROM partner_api_key AS whole")
        assert key not in str(kept)
        problem(await keeper.delete(f"{API}/partners/{FUND}/keys/{key_id}"), 404)
        assert (await keeper.delete(f"{path}/{key_id}")).is_success
        problem(await system.get(DOCUMENTS), 401)
        problem(await keeper.delete(f"{path}/{key_id}"), 404)
        events = (await keeper.get(f"{API}/partners/{TEJEDORAS}")).json()["events"]
        assert [(one["kind"], one["detail"]) for one in events[-2:]] == [
            ("key_made", {"key_id": key_id}), ("key_revoked", {"key_id": key_id})
        ]  # fmt: skip


async def test_a_partner_that_is_compromised_loses_every_key_for_good(
    site: Site, released: Case, system: httpx.AsyncClient
) -> None:
    async with (await site.caller(Role.COORDINATOR)).client as coordinator:
        assert (await coordinator.post(f"{API}/partners/{TEJEDORAS}/compromised")).is_success
        problem(await coordinator.post(f"{API}/partners/{TEJEDORAS}/keys"), 409)
        assert (await coordinator.post(f"{API}/partners/{TEJEDORAS}/restore")).is_success
    problem(await system.get(DOCUMENTS), 401)
    assert await execute(released.database, "SELECT 1 FROM partner_api_key WHERE revoked_at IS NULL") == []
