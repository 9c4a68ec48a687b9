"""A contact asks before she signs; a coordinator reads it, and the answer comes back on her page."""

from typing import Any
from uuid import uuid4

import pytest

from models.lifecycle import Decision
from tests.integration.outbox_cases import Case, execute
from tests.integration.questions import ANSWER, WORDS
from tests.integration.sign_links import sign_link
from tests.integration.web.approver_visits import SideVisit, beside
from tests.integration.web.sign_visits import ELSEWHERE, Visit, assert_is_kept_by_nobody, without_nonce
from tests.integration.web.site import API, Caller, Site, problem
from tests.integration.web.snapshots import contents_of, count_of

WHY = {"why": "coordinating"}


@pytest.fixture
async def asking(visit: Visit) -> SideVisit:
    """The page on which she asks."""
    return await beside(visit, "questions")


def path(case: Case, *parts: str) -> str:
    return "/".join((f"{API}/actions/{case.action.reference}/questions", *parts))


async def listed(caller: Caller, case: Case) -> list[dict[str, Any]]:
    answer = await caller.client.get(path(case), params=WHY)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    questions: list[dict[str, Any]] = answer.json()["questions"]
    return questions


async def test_a_question_is_answered_by_the_coordinator_on_her_page(
    site: Site, case: Case, visit: Visit, asking: SideVisit, coordinator: Caller
) -> None:
    assert_is_kept_by_nobody(await asking.read())
    assert f'href="{asking.path}"' in (await visit.read()).text
    page = await asking.post({"question": f"  {WORDS}\r\nGracias. "})
    assert f"{WORDS}\nGracias." in page.text
    assert "Le responderemos aquí" in page.text
    (one,) = await listed(coordinator, case)
    assert (one["text"], one["answer"], one["partner"]) == (f"{WORDS}\nGracias.", None, "casa-manantial")
    answered = await coordinator.client.post(path(case, one["id"], "answer"), json={"text": ANSWER})
    assert answered.status_code == 200
    assert ANSWER in (await asking.read()).text
    assert "Respondimos su pregunta" in (await visit.read()).text
    assert (await listed(coordinator, case))[0]["answer"] == ANSWER
    assert await count_of(site.services.database, "signature") == 0
    again = await coordinator.client.post(path(case, one["id"], "answer"), json={"text": "Otra."})
    problem(again, 409)


async def test_question_and_answer_are_sealed_and_each_reading_is_written_down(
    site: Site, case: Case, asking: SideVisit, coordinator: Caller
) -> None:
    await asking.post({"question": WORDS})
    (one,) = await listed(coordinator, case)
    await coordinator.client.post(path(case, one["id"], "answer"), json={"text": ANSWER})
    everything = repr(await contents_of(site.services.database))
    assert WORDS not in everything
    assert ANSWER not in everything
    read = await execute(
        site.services.database,
        "SELECT person_id, detail FROM audit_event WHERE kind = 'private_read' AND person_id IS NOT NULL",
    )
    assert [(row.person_id, row.detail["fields"]) for row in read] == [(coordinator.person_id, ["questions"])]
    events = await execute(
        site.services.database, "SELECT kind, detail FROM audit_event WHERE kind LIKE 'question_%'"
    )
    assert [(row.kind, set(row.detail)) for row in events] == [
        ("question_asked", {"question_id", "invitation_id"}),
        ("question_answered", {"question_id", "invitation_id"}),
    ]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Escriba su pregunta."),
        (" ? ", "Escriba su pregunta."),
        ("x" * 2001, "Escriba como máximo 2000 caracteres"),
        ("a\u202eb", "Escriba como máximo 2000 caracteres"),
    ],
)
async def test_what_is_no_question_is_said_and_kept(
    site: Site, asking: SideVisit, typed: str, said: str
) -> None:
    page = await asking.post({"question": typed})
    assert page.status_code == 422
    assert said in page.text
    assert await count_of(site.services.database, "question") == 0


async def test_another_site_or_a_form_of_another_page_asks_nothing(
    site: Site, visit: Visit, asking: SideVisit
) -> None:
    for headers in ELSEWHERE:
        assert (await asking.post({"question": WORDS}, headers)).status_code == 422
    for token in (None, "x", (await visit.fields())["form_token"]):
        assert (await asking.post({"question": WORDS, "form_token": token})).status_code == 422
    assert await count_of(site.services.database, "question") == 0


async def test_a_second_click_asks_once_and_ten_questions_may_wait(site: Site, asking: SideVisit) -> None:
    for _repetition in range(2):
        await asking.post({"question": WORDS})
    assert await count_of(site.services.database, "question") == 1
    for number in range(11):
        page = await asking.post({"question": f"¿Y la pregunta {number}?"})
    assert "todavía esperan respuesta" in page.text
    assert await count_of(site.services.database, "question") == 10


async def test_on_hold_and_once_a_name_may_not_be_said_nothing_is_shown_or_asked(
    site: Site, case: Case, asking: SideVisit
) -> None:
    await asking.post({"question": WORDS})
    await case.decide(Decision.HOLD)
    page = await asking.post({"question": "¿Y ahora?"})
    assert "no está abierto" in page.text
    assert WORDS not in page.text
    await case.decide(Decision.RESUME)
    await execute(site.services.database, "UPDATE consent SET revoked_at = now()")
    assert WORDS not in (await asking.read()).text
    assert await count_of(site.services.database, "question") == 1


async def test_an_answer_may_not_say_what_must_not_be_said(
    case: Case, asking: SideVisit, coordinator: Caller
) -> None:
    await asking.post({"question": WORDS})
    (one,) = await listed(coordinator, case)
    said = {"text": "Es Maruca Tovilla Espinar."}
    refused = problem(await coordinator.client.post(path(case, one["id"], "answer"), json=said), 422)
    assert {one["field"] for one in refused["problems"]} == {"text"}
    assert "Maruca" not in str(refused)
    for text in ("", "x", "x" * 2001, None):
        answer = await coordinator.client.post(path(case, one["id"], "answer"), json={"text": text})
        problem(answer, 422)
    assert (await listed(coordinator, case))[0]["answer"] is None


async def test_an_unknown_question_and_an_ended_action_are_said(
    case: Case, asking: SideVisit, coordinator: Caller
) -> None:
    await asking.post({"question": WORDS})
    (one,) = await listed(coordinator, case)
    problem(await coordinator.client.post(path(case, str(uuid4()), "answer"), json={"text": ANSWER}), 404)
    problem(await coordinator.client.get(path(case)), 422)
    await case.decide(Decision.STOP)
    problem(await coordinator.client.post(path(case, one["id"], "answer"), json={"text": ANSWER}), 409)


async def test_a_neighbour_and_a_stranger_read_nothing(
    site: Site, case: Case, visit: Visit, asking: SideVisit
) -> None:
    await asking.post({"question": WORDS})
    neighbour = Visit(case, await sign_link(case, "red-del-volcan"), visit.browser)
    assert WORDS not in (await (await beside(neighbour, "questions")).read()).text
    unknown = "/sign/00000000-0000-0000-0000-000000000000/questions"
    async with site.client() as stranger:
        pages = {without_nonce(await stranger.get(one)) for one in (asking.path, unknown)}
        pages |= {
            without_nonce(await stranger.post(one, data={"question": "x"})) for one in (asking.path, unknown)
        }
    assert len(pages) == 1
    assert next(iter(pages))[0] == 404
