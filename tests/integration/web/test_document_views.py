"""What is shown of documents: who approved what, what readers get, what changed."""

import pytest

from models.vocabulary import Role
from tests.integration.outbox_cases import Case, execute
from tests.integration.web.paperwork import UPDATE, Papers
from tests.integration.web.site import Caller, Site, problem
from tests.integration.web.snapshots import contents_of

NEVER_SHOWN = ("Maruca", "Tovilla", "Espinar", "Maruquita", "967 000", "Aljibe", "sealed")


@pytest.fixture
def papers(case: Case, coordinator: Caller) -> Papers:
    return Papers(case, coordinator)


async def test_the_list_shows_versions_languages_approvals_and_renderings(site: Site, papers: Papers) -> None:
    await papers.change(1)
    verifier = papers.of(await site.caller(Role.VERIFIER))
    await verifier.approve(1, 2, "en")
    (document,) = await papers.listed()
    first, second = document["versions"]
    assert (document["index"], document["kind"]) == (f"{papers.case.action.reference}/1", "action")
    assert [first["approved"], second["approved"]] == [["es", "en"], ["en"]]
    assert [len(first["approvals"]), len(second["approvals"])] == [4, 1]
    assert first["languages"] == second["languages"] == ["es", "en"]
    assert first["digest"] != second["digest"]
    assert (await papers.action())["document"]["digest"] == second["digest"]
    renderings = [(one["language"], one["kind"], one["people"]) for one in second["renderings"]]
    assert renderings == [
        ("en", "identified", 1),
        ("en", "public", 0),
        ("es", "identified", 1),
        ("es", "public", 0),
    ]
    assert len({one["digest"] for one in second["renderings"]}) == 4
    assert {one["identified"] for one in second["renderings"]} == {None}


async def test_a_version_is_shown_whole_and_older_ones_for_ever(papers: Papers) -> None:
    before = (await papers.version(1, 1)).json()
    await papers.change(1)
    again = (await papers.version(1, 1)).json()
    assert (before["newest"], again["newest"]) == (True, False)
    assert {**before, "newest": None} == {**again, "newest": None}
    shown = (await papers.version(1, 2)).json()
    assert shown["newest"] is True
    assert shown["texts"][0]["body"] == UPDATE["es"]["body"]
    for number, version in ((1, 3), (2, 1)):
        problem(await papers.version(number, version), 404)


async def test_whom_authorities_are_told_of_is_shown_where_it_is_asked_for_and_the_trail_tells_it(
    site: Site, papers: Papers
) -> None:
    verifier = papers.of(await site.caller(Role.VERIFIER))
    plain = await verifier.version(1, 1)
    assert not any(word in plain.text for word in NEVER_SHOWN)
    before = await contents_of(papers.case.database)
    opened = await verifier.version(1, 1, identified="true")
    assert opened.headers["Cache-Control"] == "no-store"
    told = {(one["language"], one["kind"]): one["identified"] for one in opened.json()["renderings"]}
    assert told["es", "public"] == told["en", "public"] == []
    assert told["es", "identified"] == [
        {"shown_as": "Ceiba", "name": "Maruca Tovilla Espinar", "role": "guardiana del agua y partera"}
    ]
    assert told["en", "identified"][0]["role"] == "water guardian and midwife"
    assert not any(word in opened.text for word in ("Maruquita", "967 000", "Aljibe", "Familia"))
    after = await contents_of(papers.case.database)
    assert [table for table in after if before[table] != after[table]] == ["audit_chain", "audit_event"]
    timeline = await papers.caller.client.get(f"{papers.address}/timeline")
    event = timeline.json()["events"][-1]
    assert event["kind"] == "private_read"
    assert event["person"].startswith("Persona ")
    assert event["detail"] == {"document": 1, "version": 1, "fields": ["identities"], "why": "attesting"}


async def test_where_authorities_are_told_of_nobody_nothing_private_is_read(papers: Papers) -> None:
    await execute(papers.case.database, "DELETE FROM rendering WHERE kind = 'identified'")
    before = await contents_of(papers.case.database)
    shown = (await papers.version(1, 1, identified="true")).json()
    assert [one["identified"] for one in shown["renderings"]] == [[], []]
    assert await contents_of(papers.case.database) == before


async def test_neither_list_nor_difference_shows_who_is_not_to_be_named(papers: Papers) -> None:
    await papers.change(1)
    for path in ("documents", "documents/1/versions/2", "documents/1/versions/1/difference/2"):
        answer = await papers.caller.client.get(f"{papers.address}/{path}")
        assert answer.is_success
        assert not any(word in answer.text for word in NEVER_SHOWN), path


async def test_the_difference_of_two_versions_is_complete_and_tells_words_lines_and_languages(
    papers: Papers,
) -> None:
    before = (await papers.version(1, 1)).json()
    texts = {one["language"]: {**one, "language": None} for one in before["texts"]}
    spanish = {field: text for field, text in texts["es"].items() if field != "language"}
    spanish["body"] = spanish["body"].replace("cuatrocientas familias", "quinientas familias")
    spanish["background"] = None
    french = {"summary": "Une autre menace.", "body": "Ceiba tient bon."}
    assert (await papers.change(1, {"es": spanish, "fr": french})).status_code == 201
    address = f"{papers.address}/documents/1/versions"
    told = (await papers.caller.client.get(f"{address}/1/difference/2")).json()
    assert (told["before"], told["after"]) == (1, 2)
    languages = {one["language"]: one for one in told["languages"]}
    assert {name: one["change"] for name, one in languages.items()} == {
        "es": "changed",
        "en": "removed",
        "fr": "added",
    }
    fields = {one["field"]: one for one in languages["es"]["fields"]}
    assert {name: one["change"] for name, one in fields.items()} == {
        "headline": "unchanged",
        "summary": "unchanged",
        "body": "changed",
        "background": "removed",
        "demands": "unchanged",
    }
    (line,) = [one for one in fields["body"]["lines"] if one["change"] != "unchanged"]
    words = [(one["change"], one["text"]) for one in line["pieces"] if one["change"] != "unchanged"]
    assert words == [("removed", "cuatrocientas"), ("added", "quinientas")]
    assert "\n".join(one["before"] for one in fields["body"]["lines"]) == texts["es"]["body"]
    assert {(one["language"], one["change"]) for one in told["renderings"]} == {
        ("es", "changed"),
        ("en", "removed"),
        ("fr", "added"),
    }
    backwards = (await papers.caller.client.get(f"{address}/2/difference/1")).json()
    assert {one["change"] for one in backwards["languages"] if one["language"] == "en"} == {"added"}
    same = (await papers.caller.client.get(f"{address}/2/difference/2")).json()
    assert {one["change"] for one in same["languages"]} == {"unchanged"}
    problem(await papers.caller.client.get(f"{address}/1/difference/3"), 404)
