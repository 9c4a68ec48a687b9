"""Approving documents language by language: whose word counts, for which text, and what goes out by it."""

import pytest

from models.vocabulary import Role
from storage.freezing import NotPermittedError
from tests.integration.outbox_cases import Case, execute
from tests.integration.web.paperwork import (
    FURTHER,
    UPDATE,
    Papers,
    languages_frozen,
    reached,
    released,
    two_verifiers,
)
from tests.integration.web.site import Caller, Site, problem
from tests.integration.web.snapshots import contents_of


@pytest.fixture
def papers(case: Case, coordinator: Caller) -> Papers:
    return Papers(case, coordinator)


@pytest.fixture
async def update(site: Site, papers: Papers) -> tuple[Papers, Papers]:
    """A further document, with two verifiers who confirm its facts and consents, and no text yet."""
    await released(papers.case)
    assert (await papers.add()).status_code == 201
    first, second = [papers.of(one) for one in await two_verifiers(site)]
    for verifier in (first, second):
        assert (await verifier.attest("facts", "consent")).is_success
    return first, second


async def test_editing_voids_attestations_and_the_gate_refuses_until_it_is_attested_again(
    site: Site, papers: Papers
) -> None:
    assert (await papers.action())["attestations"] == {"count": 2, "required": 2}
    assert await languages_frozen(papers.case, 1, 1) == {"es", "en"}
    assert (await papers.change(1)).status_code == 201
    view = await papers.action()
    assert view["attestations"] == {"count": 0, "required": 2}
    assert (view["document"]["version"], view["document"]["approved"]) == (2, [])
    for verifier in await two_verifiers(site):
        assert problem(await papers.decide("release"), 409)["refusal"] == "attestations_missing"
        with pytest.raises(NotPermittedError):
            await languages_frozen(papers.case, 1, 2)
        assert (await papers.of(verifier).attest()).is_success
    assert (await papers.action())["attestations"]["count"] == 2
    assert await languages_frozen(papers.case, 1, 2) == set()  # everybody was served by the first round
    await execute(papers.case.database, "DELETE FROM delivery")
    assert await languages_frozen(papers.case, 1, 3) == {"es", "en"}


async def test_a_language_goes_out_later_than_another_and_never_unapproved(
    papers: Papers, update: tuple[Papers, Papers]
) -> None:
    first, second = update
    with pytest.raises(NotPermittedError):
        await languages_frozen(papers.case, 2, 1)
    answer = await first.approve(2, 1, "es")
    assert answer.json()["document"]["versions"][-1]["approved"] == ["es"]
    assert (await papers.action())["releasable"] is True
    assert await languages_frozen(papers.case, 2, 1) == {"es"}
    assert (await papers.action())["releasable"] is False
    assert (await second.approve(2, 1, "en")).is_success
    assert (await papers.action())["releasable"] is True
    assert (await papers.action())["document"]["approved"] == ["es", "en"]
    assert await languages_frozen(papers.case, 2, 2) == {"en"}


async def test_one_approval_is_not_enough_where_the_policy_asks_for_two(
    papers: Papers, update: tuple[Papers, Papers]
) -> None:
    await execute(papers.case.database, "UPDATE urgent_action SET approvals_required = 2")
    first, second = update
    for verifier, approved in ((first, []), (first, []), (second, ["es"])):
        assert (await verifier.approve(2, 1, "es")).is_success
        assert (await papers.newest(2))["approved"] == approved
    assert len((await papers.newest(2))["approvals"]) == 2


async def test_whoever_wrote_the_version_or_the_case_does_not_approve_it(
    site: Site, papers: Papers, update: tuple[Papers, Papers]
) -> None:
    author = await site.caller(Role.COORDINATOR, Role.VERIFIER)
    assert (await papers.of(author).change(2, UPDATE | {"fr": UPDATE["en"]})).status_code == 201
    before = await contents_of(papers.case.database)
    told = problem(await papers.of(author).approve(2, 2, "es"), 409)
    assert "author" in told["title"]
    assert await contents_of(papers.case.database) == before
    problem(await papers.of(author).attest(), 409)
    assert (await papers.newest(2))["approved"] == []
    assert (await papers.newest(2))["approvals"] == []
    await execute(
        papers.case.database, "UPDATE urgent_action SET author_id = :id", id=papers.caller.person_id
    )
    problem(await papers.approve(2, 2, "es"), 409)
    assert (await update[0].approve(2, 2, "es")).is_success
    assert (await papers.newest(2))["approved"] == ["es"]


async def test_a_coordinator_who_wrote_neither_may_approve(
    site: Site, papers: Papers, update: tuple[Papers, Papers]
) -> None:
    colleague = papers.of(await site.caller(Role.COORDINATOR))
    version = (await colleague.approve(2, 1, "en")).json()["document"]["versions"][-1]
    assert version["approved"] == ["en"]
    (approval,) = version["approvals"]
    assert approval["language"] == "en"
    assert approval["person"].startswith("Persona ")
    assert update


async def test_a_text_that_names_somebody_since_she_took_her_consent_back_is_not_approved(
    papers: Papers, update: tuple[Papers, Papers]
) -> None:
    await execute(
        papers.case.database, "UPDATE consent SET revoked_at = now() WHERE use = 'name_in_public' AND given"
    )
    before = await contents_of(papers.case.database)
    answer = await update[0].approve(2, 1, "es")
    (found,) = problem(answer, 422)["problems"]
    assert found["field"] == "texts.es.body"
    assert "people_at_risk.1: line 1, column 15" in found["rule"]
    assert not any(word in answer.text for word in ("Jacinta", "Olvera", "Montejo"))
    assert await contents_of(papers.case.database) == before


async def test_only_the_newest_version_that_was_read_is_approved(
    papers: Papers, update: tuple[Papers, Papers]
) -> None:
    old = await papers.digest(2)
    assert (await papers.change(2, UPDATE | {"fr": UPDATE["en"]})).status_code == 201
    before = await contents_of(papers.case.database)
    for version, digest in ((1, old), (1, None), (2, old), (2, "0" * 64)):
        told = problem(await update[0].approve(2, version, "es", digest), 409)
        assert "Read version 2" in told["detail"], version
    problem(await update[0].approve(2, 3, "es"), 404)
    problem(await update[0].approve(3, 1, "es", old), 404)
    (found,) = problem(await update[0].approve(2, 2, "pt"), 422)["problems"]
    assert (found["field"], found["remedy"]) == ("language", "Use en, es, fr.")
    problem(await update[0].approve(2, 2, "es", "9F" * 32), 422)
    assert await contents_of(papers.case.database) == before


async def test_what_was_returned_or_has_ended_is_not_approved(
    papers: Papers, update: tuple[Papers, Papers]
) -> None:
    for change, refusal in (("returned_at = now()", "returned"), ("rejected_at = now()", "already_ended")):
        await execute(papers.case.database, f"UPDATE urgent_action SET {change}")
        assert problem(await update[0].approve(2, 1, "es"), 409)["refusal"] == refusal


async def test_the_notice_of_a_stop_is_approved_by_somebody_else_than_who_stopped(
    site: Site, papers: Papers
) -> None:
    await reached(papers.case)
    await papers.decide("stop")
    notice = await papers.newest(2)
    problem(await papers.approve(2, 1, "es"), 409)
    verifier = papers.of(await site.caller(Role.VERIFIER))
    for language in notice["languages"]:
        assert (await verifier.approve(2, 1, language)).is_success
    assert (await papers.newest(2))["approved"] == notice["languages"]
    assert (await papers.change(2, dict.fromkeys(notice["languages"], UPDATE["en"]))).status_code == 201
    assert (await papers.newest(2))["approved"] == []


async def test_a_document_of_which_nothing_is_approved_is_attested_and_stays_in(
    papers: Papers, update: tuple[Papers, Papers]
) -> None:
    view = await papers.action()
    assert (view["attestations"]["count"], view["releasable"]) == (2, False)
    assert problem(await papers.decide("release"), 409)["refusal"] == "approval_missing"
    assert FURTHER["kind"] == view["document"]["kind"]
    assert update
