"""Mails that came in: matched, kept sealed once, read with a record, and what a person says that they are."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from admin import app
from models.inbound_mail import LARGEST_MAIL_BYTES
from office.bounces import TRY_AGAIN_LATER
from tests import factories
from tests.integration.office.desk_work import SETTINGS
from tests.integration.outbox_cases import Case, execute
from tests.integration.overdue import MECHANISM, PROSECUTOR, due, overdue_case, target_id
from tests.integration.web.consent_calls import address, post
from tests.integration.web.site import Caller, Site, problem
from tests.integration.web.snapshots import count_of
from tests.unit.bounce_mails import bounce, status

WHY = {"why": "coordinating"}
DOMAIN = "red.example"
SAID = "Recibimos su carta y abrimos el expediente 12."


@pytest.fixture
async def case(site: Site) -> Case:
    return await overdue_case(site.services.database)


def handed_on(database_url: str, raw: bytes) -> Result:
    """Run the command as a mail server does."""
    environment = {
        **SETTINGS,
        "ACUERPA_DATABASE_URL": database_url,
        "ACUERPA_FINGERPRINT_KEY": factories.FINGERPRINT_KEY,
        "ACUERPA_FIELD_KEYS": factories.FIELD_KEYS,
        "ACUERPA_MESSAGE_ID_DOMAIN": DOMAIN,
    }
    return CliRunner().invoke(app, ["inbound"], input=raw, env=environment)


async def take(case: Case, raw: bytes) -> str:
    told = await asyncio.to_thread(handed_on, case.database.url, raw)
    assert told.exit_code == 0, told.output
    return " ".join(told.stderr.split())


async def message_id(case: Case, number: int) -> str:
    """Return the Message-ID of the statement to a target."""
    (row,) = await execute(
        case.database,
        "SELECT id FROM delivery WHERE recipient_id = :target AND channel = 'email'",
        target=await target_id(case, number),
    )
    return f"<{row.id}@{DOMAIN}>"


def mail(*fields: str, sender: str = "someone@elsewhere.example") -> bytes:
    head = [f"From: Oficialía <{sender}>", "To: red@red.example", "MIME-Version: 1.0", *fields]
    kind = "Content-Type: text/plain; charset=utf-8"
    return "\r\n".join([*head, kind, "", SAID, ""]).encode()


async def answer_of(case: Case, number: int = MECHANISM, *fields: str) -> bytes:
    return mail("Subject: Re: oficio", f"In-Reply-To: {await message_id(case, number)}", *fields)


async def listed(caller: Caller, case: Case) -> list[dict[str, Any]]:
    mails: list[dict[str, Any]] = (await caller.client.get(address(case, "inbound"))).json()["mails"]
    return mails


async def test_a_mail_that_answers_ours_waits_for_a_person_and_counts_for_nothing_before(
    site: Site, case: Case, coordinator: Caller
) -> None:
    raw = await answer_of(case)
    assert "waits for a person" in await take(case, raw)
    assert "kept before" in await take(case, raw)
    (one,) = await listed(coordinator, case)
    assert (one["target"], one["matched_by"], one["automatic"]) == (MECHANISM, "message_id", False)
    assert (one["state"], one["size"]) == ("waiting", len(raw))
    assert await count_of(site.services.database, "response") == 0
    first = await due(case)
    assert first
    assert first.subject == await target_id(case, MECHANISM)


async def test_a_mail_is_kept_sealed_and_each_reading_is_written_down(
    site: Site, case: Case, verifier: Caller
) -> None:
    await take(case, await answer_of(case))
    (row,) = await execute(site.services.database, "SELECT id, sealed_mail FROM inbound_mail")
    assert b"expediente" not in bytes(row.sealed_mail)
    opened = await verifier.client.get(address(case, f"inbound/{row.id}"), params=WHY)
    assert opened.headers["Cache-Control"] == "no-store"
    told = opened.json()
    assert (told["text"].strip(), told["subject"]) == (SAID, "Re: oficio")
    events = await execute(
        site.services.database,
        "SELECT kind, detail FROM audit_event WHERE kind IN ('mail_came_in', 'private_read') ORDER BY number",
    )
    assert [row.kind for row in events] == ["mail_came_in", "private_read"]
    assert set(events[0].detail) == {"inbound_id", "matched_by", "automatic"}
    assert events[1].detail["inbound_id"] == str(row.id)


async def test_what_is_confirmed_is_a_response_that_stops_the_clock(case: Case, coordinator: Caller) -> None:
    await take(case, await answer_of(case))
    (one,) = await listed(coordinator, case)
    confirmed = await post(coordinator, case, f"inbound/{one['id']}/confirmed", {"kind": "positive"})
    assert confirmed.status_code == 200
    (response,) = (await coordinator.client.get(address(case, "responses"))).json()["responses"]
    assert (response["id"], response["target"], response["channel"]) == (
        confirmed.json()["response_id"],
        MECHANISM,
        "email",
    )
    first = await due(case)
    assert first
    assert first.subject == await target_id(case, PROSECUTOR)
    for path in ("confirmed", "dismissed"):
        problem(await post(coordinator, case, f"inbound/{one['id']}/{path}", {"kind": "token"}), 409)


async def test_what_is_dismissed_stays_and_counts_for_nothing(
    site: Site, case: Case, coordinator: Caller
) -> None:
    await take(case, await answer_of(case))
    (one,) = await listed(coordinator, case)
    assert (await post(coordinator, case, f"inbound/{one['id']}/dismissed", None)).status_code == 200
    assert [row["state"] for row in await listed(coordinator, case)] == ["dismissed"]
    assert await count_of(site.services.database, "response") == 0


async def test_an_action_is_found_by_its_index_and_the_target_by_its_address(
    case: Case, coordinator: Caller
) -> None:
    subject = f"Subject: Oficio sobre {case.action.reference.lower()}/1"
    await take(case, mail(subject, sender="fiscalia.ddhh@estado.example"))
    await take(case, mail(subject))
    known, unknown = await listed(coordinator, case)
    assert (known["target"], known["matched_by"]) == (PROSECUTOR, "index")
    assert unknown["target"] is None
    path = f"inbound/{unknown['id']}/confirmed"
    problem(await post(coordinator, case, path, {"kind": "token"}), 409)
    problem(await post(coordinator, case, path, {"kind": "token", "target": 9}), 404)
    assert (await post(coordinator, case, path, {"kind": "token", "target": 0})).status_code == 200


async def test_what_a_machine_answered_says_so(case: Case, coordinator: Caller) -> None:
    await take(case, await answer_of(case, MECHANISM, "Auto-Submitted: auto-replied"))
    assert [one["automatic"] for one in await listed(coordinator, case)] == [True]


async def test_a_bounce_is_noted_as_such(site: Site, case: Case) -> None:
    original = f"Message-ID: {await message_id(case, MECHANISM)}\r\nSubject: x\r\n\r\n"
    raw = bounce(status(recipient="urgente@mecanismo.example"), original=original)
    assert "is a bounce" in await take(case, raw)
    assert await count_of(site.services.database, "inbound_mail") == 0
    assert await count_of(site.services.database, "delivery_receipt") == 1


async def test_what_is_about_no_action_or_too_large_is_not_kept(site: Site, case: Case) -> None:
    assert "it was not kept" in await take(case, mail("Subject: Oferta"))
    assert "it was not kept" in await take(case, mail(f"In-Reply-To: <{uuid4()}@{DOMAIN}>"))
    large = await answer_of(case) + b"x" * LARGEST_MAIL_BYTES
    assert "larger than 6 MiB" in await take(case, large)
    assert await count_of(site.services.database, "inbound_mail") == 0


async def test_while_the_database_is_away_the_mail_server_keeps_the_mail(case: Case) -> None:
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:9/nothing"
    told = await asyncio.to_thread(handed_on, nowhere, await answer_of(case))
    assert told.exit_code == TRY_AGAIN_LATER


async def test_an_unknown_mail_and_that_of_another_action_are_said(
    site: Site, case: Case, coordinator: Caller
) -> None:
    await take(case, await answer_of(case))
    (one,) = await listed(coordinator, case)
    other = await overdue_case(site.services.database)
    for path in (address(case, f"inbound/{uuid4()}"), address(other, f"inbound/{one['id']}")):
        problem(await coordinator.client.get(path, params=WHY), 404)
    problem(await post(coordinator, other, f"inbound/{one['id']}/dismissed", None), 404)
