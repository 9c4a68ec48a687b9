"""Writing documents and versions while Temporal is away: what is taken, what is refused, what it voids."""

import asyncio
from typing import Any

import pytest

from models.vocabulary import Role
from tests.factories import case_tree
from tests.integration.outbox_cases import Case, execute
from tests.integration.web.paperwork import FURTHER, UPDATE, Papers, reached, released
from tests.integration.web.site import Caller, Site, problem
from tests.integration.web.snapshots import contents_of, count_of

HIDDEN = "Maruca Espinar"


@pytest.fixture
def papers(case: Case, coordinator: Caller) -> Papers:
    return Papers(case, coordinator)


def changed(language: str = "es", **parts: Any) -> dict[str, Any]:
    """Return the texts of the update with other parts in one language."""
    return {**UPDATE, language: {**UPDATE[language], **parts}}


async def test_a_further_document_gets_the_next_number_and_what_it_leaves_out(papers: Papers) -> None:
    await released(papers.case)
    answer = await papers.add()
    assert answer.status_code == 201
    added = answer.json()["document"]
    assert (added["index"], added["kind"]) == (f"{papers.case.action.reference}/2", "further_information")
    assert answer.json()["workflow_informed"] is False
    shown = (await papers.version(2, 1)).json()
    texts = {one["language"]: one for one in shown["texts"]}
    assert list(texts) == ["es", "en"]
    assert [texts["es"]["headline"], texts["en"]["headline"]] == [
        UPDATE["es"]["headline"],
        UPDATE["en"]["summary"],
    ]
    assert texts["en"]["demands"] == [one["en"] for one in case_tree()["demands"]]
    assert texts["en"]["background"] is None


async def test_a_language_that_the_action_does_not_have_takes_no_demands_of_another(papers: Papers) -> None:
    await released(papers.case)
    texts = {**UPDATE, "fr": {"summary": "Encore un appel.", "body": "Ceiba tient bon."}}
    assert (await papers.add({"kind": "action", "texts": texts})).status_code == 201
    shown = (await papers.version(2, 1)).json()["texts"]
    assert [(one["language"], bool(one["demands"])) for one in shown] == [
        ("es", True),
        ("en", True),
        ("fr", False),
    ]


async def test_the_next_document_waits_until_the_one_before_is_out(papers: Papers) -> None:
    told = problem(await papers.add(), 409)
    assert "not out yet" in told["title"]
    assert "documents version" in told["detail"]
    assert await count_of(papers.case.database, "document") == 1


@pytest.mark.parametrize("ended", ["stopped_at", "rejected_at", "closed_at"])
async def test_nothing_is_written_for_an_action_that_has_ended(papers: Papers, ended: str) -> None:
    await released(papers.case)
    closed = ", phase = 'closed'" if ended == "closed_at" else ""
    await execute(papers.case.database, f"UPDATE urgent_action SET {ended} = now(){closed}")
    before = await contents_of(papers.case.database)
    for answer in (await papers.add(), await papers.change(1)):
        assert problem(answer, 409)["refusal"] == "already_ended"
    assert await contents_of(papers.case.database) == before


async def test_a_notice_of_a_stop_is_not_written_as_a_document(papers: Papers) -> None:
    (found,) = problem(await papers.add({**FURTHER, "kind": "stop_action"}), 422)["problems"]
    assert found["field"] == "kind"
    assert "stop REF" in found["remedy"]


async def test_all_problems_of_a_document_are_told_at_once(papers: Papers) -> None:
    tree = {"kind": "press_release", "texts": {"es": {"sumary": "Zopilotillo"}, "zz": UPDATE["en"]}}
    answer = await papers.add(tree)
    found = {one["field"]: one for one in problem(answer, 422)["problems"]}
    assert set(found) == {"kind", "texts.es.summary", "texts.es.body", "texts.es.sumary", "texts.zz"}
    assert "Did you mean summary" in found["texts.es.sumary"]["remedy"]
    assert "Zopilotillo" not in answer.text


@pytest.mark.parametrize("way", ["add", "change"])
async def test_a_text_that_names_somebody_is_refused_with_every_place_and_without_the_name(
    papers: Papers, way: str
) -> None:
    await released(papers.case)
    before = await contents_of(papers.case.database)
    texts = changed(body=f"Ella es {HIDDEN}.", demands=["Proteger.", f"Que viva {HIDDEN}."])
    texts["en"] = {**texts["en"], "background": "Ask doña MARU."}
    answer = await (papers.change(1, texts) if way == "change" else papers.add({**FURTHER, "texts": texts}))
    found = problem(answer, 422)["problems"]
    assert {one["field"] for one in found} == {"texts.es.body", "texts.es.demands.1", "texts.en.background"}
    assert all("people_at_risk.0" in one["rule"] for one in found)
    assert "line 1, column" in found[0]["rule"]
    assert not any(word in answer.text.casefold() for word in ("maru", "espinar"))
    assert await contents_of(papers.case.database) == before


async def test_who_took_her_consent_back_is_not_written_of_by_name_any_more(papers: Papers) -> None:
    assert (await papers.change(1)).status_code == 201
    await execute(
        papers.case.database, "UPDATE consent SET revoked_at = now() WHERE use = 'name_in_public' AND given"
    )
    found = problem(await papers.change(1, changed(summary="Otra.")), 422)["problems"]
    assert {one["field"] for one in found} == {"texts.es.body", "texts.en.body"}
    assert "Jacinta" not in str(found)


async def test_a_version_keeps_the_headline_and_the_demands_that_it_leaves_out(papers: Papers) -> None:
    handed_in = case_tree()
    texts = {language: dict(one) for language, one in handed_in["texts"].items()}
    texts["en"]["summary"] = "They were threatened again."
    answer = await papers.change(1, texts)
    assert [one["version"] for one in answer.json()["document"]["versions"]] == [1, 2]
    shown = {one["language"]: one for one in (await papers.version(1, 2)).json()["texts"]}
    assert shown["es"]["headline"] == handed_in["title"]
    assert shown["en"]["headline"] == "They were threatened again."
    assert shown["es"]["demands"] == [one["es"] for one in handed_in["demands"]]
    emptied = {language: {**one, "demands": []} for language, one in texts.items()}
    assert (await papers.change(1, emptied)).status_code == 201
    assert [one["demands"] for one in (await papers.version(1, 3)).json()["texts"]] == [[], []]


async def test_a_version_that_says_the_same_is_refused(papers: Papers) -> None:
    assert (await papers.change(1)).status_code == 201
    told = problem(await papers.change(1), 409)
    assert told["title"] == "Nothing has changed."
    assert "Version 2" in told["detail"]
    assert await count_of(papers.case.database, "document_version") == 2


async def test_the_same_texts_are_another_version_where_authorities_may_be_told_of_somebody_else(
    papers: Papers,
) -> None:
    assert (await papers.change(1)).status_code == 201
    await execute(
        papers.case.database,
        "UPDATE consent SET revoked_at = now() WHERE use = 'name_to_authorities' AND person_at_risk_id ="
        " (SELECT id FROM person_at_risk WHERE visibility = 'pseudonym')",
    )
    assert (await papers.change(1)).status_code == 201
    before, after = (await papers.listed())[0]["versions"][1:]
    assert before["digest"] == after["digest"]
    kinds = [[one["kind"] for one in side["renderings"]] for side in (before, after)]
    assert kinds == [["identified", "public"] * 2, ["public"] * 2]


async def test_a_version_made_from_another_than_the_newest_is_refused(papers: Papers) -> None:
    first = await papers.digest(1)
    assert (await papers.change(1, replaces=first)).status_code == 201
    told = problem(await papers.change(1, changed(summary="Otra."), replaces=first), 409)
    assert "meanwhile" in told["title"]
    newest = await papers.digest(1)
    assert (await papers.change(1, changed(summary="Otra."), replaces=newest)).status_code == 201


async def test_only_the_newest_document_is_changed(papers: Papers) -> None:
    await released(papers.case)
    assert (await papers.add()).status_code == 201
    told = problem(await papers.change(1), 409)
    assert "later document" in told["title"]
    problem(await papers.change(3), 404)
    for number in ("0", "10000", "99999999999999999999", "x"):
        address = f"{papers.address}/documents/{number}/versions"
        problem(await papers.caller.client.post(address, json={"texts": UPDATE}), 422)
    assert (await papers.change(2, changed(summary="Otra."))).status_code == 201


async def test_the_notice_of_a_stop_keeps_each_language_in_which_somebody_is_to_be_told(
    papers: Papers,
) -> None:
    await reached(papers.case)
    assert (await papers.decide("stop")).is_success
    text = {"summary": "La acción terminó.", "body": "No escriban más, por favor."}
    before = await contents_of(papers.case.database)
    (found,) = problem(await papers.change(2, {"es": text}), 422)["problems"]
    assert (found["field"], "leaves out en" in found["rule"]) == ("texts", True)
    assert await contents_of(papers.case.database) == before


async def test_the_notice_of_a_stop_is_changed_while_everything_else_stays(papers: Papers) -> None:
    await reached(papers.case)
    assert (await papers.decide("stop")).is_success
    notice = (await papers.listed())[-1]
    assert (notice["kind"], notice["number"]) == ("stop_action", 2)
    text = {"summary": "La acción terminó.", "body": "No escriban más, por favor."}
    texts = dict.fromkeys(notice["versions"][0]["languages"], text)
    found = problem(await papers.change(2, {**texts, "es": {**text, "body": HIDDEN}}), 422)["problems"]
    assert [one["field"] for one in found] == ["texts.es.body"]
    assert (await papers.change(2, texts)).status_code == 201
    shown = (await papers.version(2, 2)).json()
    assert {one["body"] for one in shown["texts"]} == {text["body"]}
    assert [one["demands"] for one in shown["texts"]] == [[]] * len(texts)
    assert {one["kind"] for one in shown["renderings"]} == {"public"}
    assert "later document" in problem(await papers.change(1), 409)["title"]


async def test_of_versions_written_at_once_each_gets_a_number_of_its_own(papers: Papers) -> None:
    texts = [changed(summary=f"Llamada {number}.") for number in range(5)]
    answers = await asyncio.gather(*(papers.change(1, one) for one in texts))
    assert {answer.status_code for answer in answers} == {201}
    assert [one["version"] for one in (await papers.listed())[0]["versions"]] == [1, 2, 3, 4, 5, 6]


async def test_of_equal_versions_written_at_once_one_is_taken(papers: Papers) -> None:
    answers = await asyncio.gather(*(papers.change(1) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert await count_of(papers.case.database, "document_version") == 2


async def test_of_documents_written_at_once_each_gets_a_number_of_its_own(papers: Papers) -> None:
    await released(papers.case)
    answers = await asyncio.gather(*(papers.add() for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert [one["number"] for one in await papers.listed()] == [1, 2, 3, 4, 5]


async def _nudges(papers: Papers) -> int:
    rows = await execute(
        papers.case.database, "SELECT requested FROM pending_nudge WHERE addressee = 'action'"
    )
    return int(rows[0][0])


async def test_what_was_written_is_in_the_trail_and_told_to_the_workflow(papers: Papers) -> None:
    await released(papers.case)
    before = await _nudges(papers)
    await papers.add()
    await papers.change(2, changed(summary="Otra."))
    timeline = await papers.caller.client.get(f"{papers.address}/timeline")
    told = [one for one in timeline.json()["events"] if one["kind"] != "private_read"]
    opened, written = told[-2:]
    assert (opened["kind"], opened["detail"]["document"]) == ("document_opened", 2)
    assert (written["kind"], written["detail"]["version"]) == ("version_written", 2)
    assert written["detail"]["digest"] == await papers.digest(2)
    assert await _nudges(papers) == before + 2


async def test_who_follows_an_action_sees_a_new_version_at_once(papers: Papers) -> None:
    query = {"seen": (await papers.action())["revision"], "wait": 20}
    following = asyncio.create_task(papers.caller.client.get(papers.address, params=query))
    await asyncio.wait([following], timeout=0.5)
    assert not following.done()
    async with asyncio.timeout(15):
        assert (await papers.change(1)).status_code == 201
        assert (await following).json()["document"]["version"] == 2


async def test_writing_is_for_coordinators(site: Site, papers: Papers) -> None:
    verifier = await site.caller(Role.VERIFIER)
    for answer in (await papers.of(verifier).add(), await papers.of(verifier).change(1)):
        problem(answer, 403)
