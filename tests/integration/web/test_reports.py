"""Closing reports: counts and days for everybody, no name, no private word, no withheld signer."""

import json

import pytest

from models.lifecycle import Decision
from models.vocabulary import SignatureVisibility
from tests.factories import case_tree
from tests.integration.outbox_cases import Case, execute
from tests.integration.web.consent_calls import CEIBA, FAMILY
from tests.integration.web.public_lists import released, signed
from tests.integration.web.site import API, Caller
from tests.integration.web.test_outcomes import BETTER, WORSE, written
from tests.integration.web.test_responses import PLEDGE, logged
from tests.unit.templates.letter_examples import on_paper

PARTNERS = ("casa-manantial", "red-del-volcan", "tejedoras-del-maiz")


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
    await signed(case, "red-del-volcan", SignatureVisibility.WITHHELD)
    assert await told_as(case, coordinator) == without
    assert "SV" not in json.loads(without[""])["signatures"]


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
