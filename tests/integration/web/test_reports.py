"""Closing reports: counts and days for everybody, no name, no private word, no withheld signer."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from models.columns import now
from models.lifecycle import Decision
from models.mechanisms import Mechanism
from models.partner_actions import PartnerActionKind
from models.response_vocabulary import ResponseKind
from models.vocabulary import SignatureVisibility
from tests.factories import case_tree
from tests.integration.outbox_cases import Case, execute
from tests.integration.overdue import (
    DAY,
    NETWORK_TIME_ZONE,
    SENT_AT,
    answer_submission,
    overdue_case,
    submitted,
)
from tests.integration.web.consent_calls import CEIBA, FAMILY
from tests.integration.web.public_lists import did, released, signed
from tests.integration.web.site import API, Caller, Site
from tests.integration.web.test_outcomes import BETTER, WORSE, written
from tests.integration.web.test_responses import PLEDGE, TOKEN, logged
from tests.unit.templates.letter_examples import on_paper

PARTNERS = ("casa-manantial", "red-del-volcan", "tejedoras-del-maiz")


def day_of(at: datetime) -> str:
    """Return the day of a moment, by the network's calendar."""
    return at.astimezone(ZoneInfo(NETWORK_TIME_ZONE)).date().isoformat()


async def told_as(case: Case, caller: Caller) -> dict[str, str]:
    """Read the report in each of its forms, as text."""
    texts = {}
    for ending in ("", ".html", ".pdf"):
        answer = await caller.client.get(f"{API}/actions/{case.action.reference}/report{ending}")
        assert answer.status_code == 200, answer.text
        texts[ending] = on_paper(answer.content) if ending == ".pdf" else answer.text
    return texts


def private_words() -> set[str]:
    """List all that must not stand in a report: who is meant, what is sealed, who said it, the texts."""
    tree = case_tree()
    words = {tree["title"], tree["event"]["facts"].strip()[:40], tree["risk_assessment"]["note"]}
    words |= {text["summary"] for text in tree["texts"].values()}
    words |= {source["name"] for source in tree["sources"]}
    for person in tree["people_at_risk"]:
        words |= {person["name"], *person.get("aliases", []), *person.get("private", {}).values()}
        words |= {person.get("pseudonym") or person["name"], *person["name"].split()}
    words |= {target["holder"] for target in tree["targets"] if target.get("holder")}
    return words | {"Xiomara Imaginaria", "Oficio 123", "Chiapas"}


async def test_a_report_holds_no_private_word_and_no_name(case: Case, coordinator: Caller) -> None:
    for slug in PARTNERS:
        await signed(case, slug)
    await released(case)
    await logged(coordinator, case, PLEDGE)
    await case.decide(Decision.STOP)
    texts = await told_as(case, coordinator)
    words = private_words()
    assert len(words) > 20
    found = {(ending, word) for ending, text in texts.items() for word in words if word in text}
    assert found == set()
    ((names,),) = await execute(case.database, "SELECT array_agg(name) FROM partner")
    assert {(ending, name) for ending, text in texts.items() for name in names if name in text} == set()


async def test_a_report_counts_signatures_by_country_deliveries_and_responses(
    case: Case, coordinator: Caller, verifier: Caller
) -> None:
    for slug in PARTNERS:
        await signed(case, slug)
    await released(case)
    await execute(
        case.database,
        "UPDATE delivery SET state = 'sent' WHERE recipient_kind = 'target' AND channel = 'email'",
    )
    await logged(coordinator, case, PLEDGE)
    told = json.loads((await told_as(case, verifier))[""])
    ((countries,),) = await execute(
        case.database,
        "SELECT json_object_agg(country, count) FROM (SELECT country, count(*) FROM partner"
        " WHERE slug = ANY(:slugs) GROUP BY country) AS counted",
        slugs=list(PARTNERS),
    )
    assert told["signatures"] == countries
    assert [one["milestone"] for one in told["timeline"]] == ["event", "answered", "received", "released"]
    sent = await execute(
        case.database,
        "SELECT count(*) FROM delivery JOIN dispatch ON dispatch.id = dispatch_id"
        " WHERE purpose = 'statement' AND channel = 'email' AND state = 'sent'",
    )
    assert told["deliveries"]["email"]["sent"] == sent[0][0]
    authority = next(one for one in told["responses"] if one["kind"] == "authority")
    assert authority["kinds"] == {"pledge": 1}
    assert told["ending"] == "open"


async def test_a_withheld_signer_is_told_neither_by_name_nor_country_nor_number(
    case: Case, coordinator: Caller
) -> None:
    await signed(case, "casa-manantial")
    await released(case)
    without = await told_as(case, coordinator)
    withheld = await signed(case, "red-del-volcan", SignatureVisibility.WITHHELD)
    assert await told_as(case, coordinator) == without
    await did(case, withheld, PartnerActionKind.CALLED)
    assert await told_as(case, coordinator) == without, "nor by what it did"
    assert "SV" not in json.loads(without[""])["signatures"]


async def test_what_organisations_did_themselves_is_counted_once_each_while_they_sign(
    case: Case, coordinator: Caller
) -> None:
    signatures = [await signed(case, slug) for slug in PARTNERS]
    await released(case)
    for kind in (PartnerActionKind.CALLED, PartnerActionKind.MET):
        for signature in signatures:
            await did(case, signature, kind)
    await did(case, signatures[0], PartnerActionKind.CALLED)
    texts = await told_as(case, coordinator)
    assert json.loads(texts[""])["partner_actions"] == {"called": 3, "met": 3}
    assert "Llamaron a una instancia" in texts[".html"]
    await execute(case.database, "UPDATE partner_action SET withdrawn_at = now() WHERE kind = 'met'")
    assert json.loads((await told_as(case, coordinator))[""])["partner_actions"] == {"called": 3}
    await case.decide(Decision.STOP)
    assert json.loads((await told_as(case, coordinator))[""])["partner_actions"] == {}


async def test_what_one_or_two_organisations_did_is_not_told(case: Case, coordinator: Caller) -> None:
    signatures = [await signed(case, slug) for slug in PARTNERS]
    await released(case)
    without = await told_as(case, coordinator)
    for signature in signatures[:2]:
        await did(case, signature, PartnerActionKind.CALLED)
    await did(case, signatures[2], PartnerActionKind.MET)
    assert await told_as(case, coordinator) == without


@pytest.mark.parametrize("decision", [Decision.STOP, Decision.WITHDRAW])
async def test_that_consent_was_taken_back_is_told_as_a_stop(
    case: Case, coordinator: Caller, decision: Decision
) -> None:
    await case.decide(decision)
    told = json.loads((await told_as(case, coordinator))[""])
    assert (told["ending"], told["timeline"][-1]["milestone"]) == ("stopped", "ended")


async def test_what_became_of_people_is_told_without_a_number_and_not_of_who_is_withheld(
    case: Case, coordinator: Caller
) -> None:
    await written(coordinator, case, FAMILY, WORSE)
    assert json.loads((await told_as(case, coordinator))[""])["impacts"] == []
    await written(coordinator, case, CEIBA, WORSE)
    await written(coordinator, case, CEIBA, BETTER)
    texts = await told_as(case, coordinator)
    assert json.loads(texts[""])["impacts"] == ["moderate_positive"]
    assert "Ocurrió una parte de lo que se pedía." in texts[".html"]
    assert not any("Maestra" in text for text in texts.values())


def days_told(told: dict[str, Any]) -> list[tuple[str, int | None, str]]:
    """List what a timeline tells of submissions."""
    return [
        (one["milestone"], one["number"], one["on"])
        for one in told["timeline"]
        if one["milestone"].startswith("submi")
    ]


async def test_what_mechanisms_answered_to_submissions_is_counted_and_stands_on_the_timeline(
    site: Site, coordinator: Caller
) -> None:
    case = await overdue_case(site.services.database)
    silent = await submitted(case, Mechanism.CED, SENT_AT)
    answered = await submitted(case, Mechanism.UN_SPECIAL_PROCEDURES, SENT_AT + DAY)
    await submitted(case, Mechanism.IACHR, None)
    await answer_submission(case, silent, ResponseKind.TOKEN)
    await answer_submission(case, answered, ResponseKind.PLEDGE)
    texts = await told_as(case, coordinator)
    told = json.loads(texts[""])
    today = now().date().isoformat()
    assert days_told(told) == [
        ("submitted", 1, day_of(SENT_AT)),
        ("submitted", 2, day_of(SENT_AT + DAY)),
        ("submission_late", 1, day_of(SENT_AT + 14 * DAY)),
        ("submission_answered", 1, today),
        ("submission_answered", 2, today),
    ]
    mechanism = next(one for one in told["responses"] if one["kind"] == "mechanism")
    assert (mechanism["asked"], mechanism["kinds"]) == (3, {"pledge": 1, "token": 1})
    which = ("un_special_procedures", '"ced"', "Naciones Unidas", "Desaparición Forzada")
    named = {(ending, name) for ending, text in texts.items() for name in which if name in text}
    assert named == set(), "which mechanism it was may be confidential"


async def test_an_answer_after_its_time_is_told_with_the_time_that_ran_out_and_one_in_time_is_not(
    site: Site, coordinator: Caller
) -> None:
    case = await overdue_case(site.services.database)
    late = await submitted(case, Mechanism.CED, SENT_AT)
    in_time = await submitted(case, Mechanism.CED, now() - DAY)
    for submission in (late, in_time):
        await answer_submission(case, submission, ResponseKind.POSITIVE)
    told = json.loads((await told_as(case, coordinator))[""])
    assert [one[:2] for one in days_told(told)] == [
        ("submitted", 1),
        ("submission_late", 1),
        ("submitted", 2),
        ("submission_answered", 1),
        ("submission_answered", 2),
    ]


async def test_a_correction_takes_the_place_of_an_answer_to_a_submission(
    site: Site, coordinator: Caller
) -> None:
    case = await overdue_case(site.services.database)
    submission = await submitted(case, Mechanism.CED, now() - DAY)
    (row,) = await execute(
        site.services.database, "SELECT digest FROM submission WHERE id = :id", id=submission
    )
    entry = {**TOKEN, "target": None, "submission": row.digest.hex(), "received_on": day_of(now() - DAY)}
    wrong = await logged(coordinator, case, {**entry, "kind": "positive"})
    await logged(coordinator, case, {**entry, "kind": "none", "corrects": wrong["id"]})
    told = json.loads((await told_as(case, coordinator))[""])
    assert [one[0] for one in days_told(told)] == ["submitted"]
    mechanism = next(one for one in told["responses"] if one["kind"] == "mechanism")
    assert mechanism["kinds"] == {"none": 1}
