"""Messages in doubt and suppressed addresses, from the script."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from pytest_httpserver import HTTPServer

from models.contact_vocabulary import SuppressionReason
from models.messages import DeliveryState, Purpose
from models.outbox import RecipientKind
from models.vocabulary import Channel
from storage.in_doubt import DoubtDecision
from tests.unit.console.api_answers import REFERENCE, answer, problem
from tests.unit.console.conftest import Run
from web.doubt_schemas import (
    DoubtDecided,
    InDoubtList,
    InDoubtView,
    SuppressionLifted,
    SuppressionList,
    SuppressionView,
)

IN_DOUBT = f"/api/v1/actions/{REFERENCE}/in-doubt"
SUPPRESSIONS, LIFT = "/api/v1/suppressions", "/api/v1/suppressions/lift"
FIRST, SECOND = UUID(int=1), UUID(int=2)
MOMENT = datetime(2027, 3, 1, 9, tzinfo=UTC)
ADDRESS = "prensa@diario.example"


def message(one: UUID, failure: str, state: DeliveryState = DeliveryState.UNKNOWN) -> InDoubtView:
    return InDoubtView(
        id=one,
        document=1,
        purpose=Purpose.STATEMENT,
        round=1,
        channel=Channel.EMAIL,
        recipient=RecipientKind.CONTACT,
        language="es",
        state=state,
        failure=failure,
        attempts=1,
        since=MOMENT,
        resent_at=None,
    )


def page(*found: InDoubtView, next_after: UUID | None = None) -> InDoubtList:
    return InDoubtList(reference=REFERENCE, deliveries=list(found), next_after=next_after)


def test_every_page_is_listed_with_reasons_and_what_to_do(server: HTTPServer, run: Run) -> None:
    server.expect_ordered_request(IN_DOUBT, "GET", query_string="limit=1000").respond_with_response(
        answer(page(message(FIRST, "sender_died"), next_after=FIRST))
    )
    server.expect_ordered_request(
        IN_DOUBT, "GET", query_string={"limit": "1000", "after": str(FIRST)}
    ).respond_with_response(answer(page(message(SECOND, "names_somebody", DeliveryState.PARKED))))
    told = run("unknown", REFERENCE.lower()).stdout
    assert f"{FIRST}   Statement   email to contact, es" in told
    assert "its sender died when the provider may have had it" in told
    assert "it names somebody who must not be named" in told
    assert f"resend {REFERENCE} ID" in told


@pytest.mark.parametrize(
    ("found", "words"),
    [((), "Nothing is in doubt."), ((message(FIRST, "names_somebody", DeliveryState.PARKED),), "held back")],
)
def test_where_nothing_is_in_doubt_nothing_is_advised(
    server: HTTPServer, run: Run, found: tuple[InDoubtView, ...], words: str
) -> None:
    server.expect_request(IN_DOUBT, "GET").respond_with_response(answer(page(*found)))
    told = run("unknown", REFERENCE).stdout
    assert words in told
    assert "resend" not in told


@pytest.mark.parametrize(
    ("arguments", "body", "words"),
    [
        (
            ("resend", REFERENCE, str(FIRST), "--yes"),
            {"decision": "resend", "deliveries": [str(FIRST)]},
            "again",
        ),
        (("resend", REFERENCE, "--all", "--yes"), {"decision": "resend"}, "again"),
        (("settle", REFERENCE, "sent", "--all"), {"decision": "sent"}, "Settled as sent: 1"),
        (
            ("settle", REFERENCE, "failed", str(FIRST), str(SECOND)),
            {"decision": "failed", "deliveries": [str(FIRST), str(SECOND)]},
            "Settled as failed: 1",
        ),
    ],
)
def test_a_decision_is_sent_about_those_named_or_all(
    server: HTTPServer, run: Run, arguments: tuple[str, ...], body: dict[str, object], words: str
) -> None:
    decided = DoubtDecided(reference=REFERENCE, decision=DoubtDecision(str(body["decision"])), changed=1)
    server.expect_ordered_request(IN_DOUBT, "POST", json=body).respond_with_response(answer(decided, 202))
    told = run(*arguments)
    assert told.exit_code == 0, told.output
    assert words in told.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("resend", REFERENCE),
        ("resend", REFERENCE, "--all", str(FIRST)),
        ("settle", REFERENCE, "sent"),
        ("settle", REFERENCE, "unknown", "--all"),
        ("resend", REFERENCE, "--all"),
    ],
    ids=["nothing named", "both", "nothing to settle", "no such state", "nobody to confirm"],
)
def test_what_is_not_said_clearly_is_not_sent(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_suppressions_are_counted_and_listed_by_those_who_have_them(server: HTTPServer, run: Run) -> None:
    listed = SuppressionList(
        counts={SuppressionReason.COMPLAINED: 2, SuppressionReason.BOUNCED: 1},
        suppressions=[
            SuppressionView(
                reason=SuppressionReason.COMPLAINED, suppressed_at=MOMENT, whose=["contact prensa-1"]
            ),
            SuppressionView(reason=SuppressionReason.BOUNCED, suppressed_at=MOMENT, whose=[]),
        ],
    )
    server.expect_request(SUPPRESSIONS, "GET").respond_with_response(answer(listed))
    told = run("suppressions", "list").stdout
    assert "2 she called a message spam; 1 a message came back" in told
    assert "contact prensa-1" in told
    assert "nobody whom we know now" in told


def test_an_address_is_asked_for_and_lifted_and_not_repeated(
    server: HTTPServer, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.screen.typer.prompt", lambda *_, **__: f" {ADDRESS} ")
    lifted = SuppressionLifted(lifted=[SuppressionReason.BOUNCED], kept=[SuppressionReason.COMPLAINED])
    body = {
        "channel": "email",
        "address": ADDRESS,
        "why": "own_consent",
        "consent_given_on": date(2026, 11, 2).isoformat(),
        "consent_method": "phone",
    }
    server.expect_ordered_request(LIFT, "POST", json=body).respond_with_response(answer(lifted))
    consented = ("--why", "own_consent", "--consented-on", "2026-11-02", "--method", "phone")
    told = run("suppressions", "lift", *consented)
    assert told.exit_code == 0, told.output
    assert "Lifted: a message came back" in told.stdout
    assert "only she can take it back: she called a message spam" in told.stdout
    assert ADDRESS not in told.output


@pytest.mark.parametrize(
    "options",
    [
        ("--why", "own_consent"),
        ("--why", "own_consent", "--method", "phone"),
        ("--why", "mistaken", "--consented-on", "2026-11-02", "--method", "phone"),
        ("--why", "because"),
        (),
    ],
)
def test_a_lifting_without_its_reason_is_not_sent(run: Run, options: tuple[str, ...]) -> None:
    assert run("suppressions", "lift", *options).exit_code == 2


def test_a_refusal_says_what_to_do(server: HTTPServer, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.screen.typer.prompt", lambda *_, **__: ADDRESS)
    server.expect_request(LIFT, "POST").respond_with_response(problem(409, "Whoever reads it said no."))
    told = run("suppressions", "lift", "--why", "mistaken")
    assert told.exit_code == 1
    assert "said no" in told.stderr
    assert ADDRESS not in told.output
