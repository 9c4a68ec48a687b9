"""Files that came with answers: kept by what they are, encrypted, handed out with a record."""

from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from models.response_vocabulary import LARGEST_ATTACHMENT_BYTES, MEDIA_TYPES, MOST_ATTACHMENTS, AttachmentType
from tests.integration.outbox_cases import Case, execute, make_case
from tests.integration.web.consent_calls import address, post
from tests.integration.web.site import Caller, Site, problem
from tests.integration.web.snapshots import count_of
from tests.unit import files_of_strangers as files

TOKEN = {"target": 0, "kind": "token", "channel": "email", "received_on": "2026-11-03"}
WHY = {"why": "reviewing"}
LETTER = files.PDF + b"Oficio de la Fiscalia"


@pytest.fixture
async def response(case: Case, coordinator: Caller) -> str:
    """A response beside which files are put: its path."""
    answer = await post(coordinator, case, "responses", TOKEN)
    return address(case, f"responses/{answer.json()['id']}")


async def attached(caller: Caller, path: str, content: bytes, name: str | None = None) -> httpx.Response:
    headers = {} if name is None else {"File-Name": quote(name)}
    return await caller.client.post(f"{path}/attachments", content=content, headers=headers)


async def names(caller: Caller, path: str) -> list[str]:
    opened = await caller.client.get(path, params=WHY)
    return [one["name"] for one in opened.json()["attachments"]]


async def test_a_file_comes_back_as_it_was_and_is_encrypted_meanwhile(
    site: Site, case: Case, coordinator: Caller, verifier: Caller, response: str
) -> None:
    answer = await attached(coordinator, response, LETTER, "Oficio 123 (recibido).pdf")
    assert answer.status_code == 201
    told: dict[str, Any] = answer.json()
    assert (told["kind"], told["size"]) == ("pdf", len(LETTER))
    assert "name" not in told
    (row,) = await execute(site.services.database, "SELECT * FROM response_attachment")
    assert b"Fiscalia" not in bytes(row.sealed_content)
    assert b"Oficio" not in bytes(row.sealed_name)
    (listed,) = (await verifier.client.get(address(case, "responses"))).json()["responses"]
    assert listed["attachments"] == [told]
    fetched = await verifier.client.get(f"{response}/attachments/{told['id']}", params=WHY)
    assert fetched.content == LETTER
    assert fetched.headers["Content-Type"] == "application/pdf"
    assert fetched.headers["Content-Disposition"] == f'attachment; filename="{told["id"]}.pdf"'
    assert fetched.headers["Cache-Control"] == "no-store"
    assert "sandbox" in fetched.headers["Content-Security-Policy"]
    assert await names(verifier, response) == ["Oficio 123 (recibido).pdf"]


async def test_keeping_and_each_reading_are_events_of_the_trail(
    site: Site, coordinator: Caller, verifier: Caller, response: str
) -> None:
    told = (await attached(coordinator, response, LETTER)).json()
    await verifier.client.get(f"{response}/attachments/{told['id']}", params=WHY)
    events = await execute(
        site.services.database,
        "SELECT kind, person_id, detail FROM audit_event"
        " WHERE kind IN ('response_attached', 'private_read') ORDER BY number",
    )
    kept, read = events
    assert (kept.kind, kept.person_id) == ("response_attached", coordinator.person_id)
    assert set(kept.detail) == {"response_id", "attachment_id", "kind", "size"}
    assert (read.kind, read.person_id) == ("private_read", verifier.person_id)
    assert read.detail == {"fields": ["response_attachment"], "why": "reviewing", "attachment_id": told["id"]}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (files.PNG, AttachmentType.PNG),
        (files.DOCX, AttachmentType.DOCX),
        (files.ODT, AttachmentType.ODT),
        (files.TXT, AttachmentType.TXT),
        (b"<script>alert(1)</script>", AttachmentType.TXT),
    ],
)
async def test_what_a_file_is_called_counts_for_nothing(
    coordinator: Caller, response: str, content: bytes, kind: AttachmentType
) -> None:
    told = (await attached(coordinator, response, content, "carta.html")).json()
    assert told["kind"] == kind
    fetched = await coordinator.client.get(f"{response}/attachments/{told['id']}", params=WHY)
    assert fetched.headers["Content-Type"] == MEDIA_TYPES[kind]
    assert fetched.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00\x03", files.DOCM, files.packed("a.exe")])
async def test_what_is_of_no_type_that_is_kept_is_refused(
    site: Site, coordinator: Caller, response: str, content: bytes
) -> None:
    refused = problem(await attached(coordinator, response, content, "carta.pdf"), 422)
    assert [one["field"] for one in refused["problems"]] == ["file"]
    assert await count_of(site.services.database, "response_attachment") == 0


async def test_a_file_that_is_too_large_is_refused(site: Site, coordinator: Caller, response: str) -> None:
    largest = files.PDF.ljust(LARGEST_ATTACHMENT_BYTES, b" ")
    problem(await attached(coordinator, response, largest + b" "), 422)
    problem(await attached(coordinator, response, largest * 2), 413)
    assert await count_of(site.services.database, "response_attachment") == 0
    assert (await attached(coordinator, response, largest)).status_code == 201


async def test_a_response_has_only_so_many_files(coordinator: Caller, response: str) -> None:
    for _number in range(MOST_ATTACHMENTS):
        assert (await attached(coordinator, response, files.TXT)).status_code == 201
    problem(await attached(coordinator, response, files.TXT), 409)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, "file.txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\cartas\\oficio.txt", "oficio.txt"),
        ("a\x00b\u202e.txt", "ab.txt"),
        ("x" * 400, "x" * 150),
    ],
)
async def test_a_name_is_made_harmless(
    coordinator: Caller, response: str, given: str | None, kept: str
) -> None:
    assert (await attached(coordinator, response, files.TXT, given)).status_code == 201
    assert await names(coordinator, response) == [kept]


async def test_a_file_is_found_beside_its_own_response_alone(
    site: Site, case: Case, coordinator: Caller, response: str
) -> None:
    told = (await attached(coordinator, response, LETTER)).json()
    neighbour = (await post(coordinator, case, "responses", TOKEN)).json()["id"]
    other = await make_case(site.services.database)
    for path in (
        address(case, f"responses/{neighbour}/attachments/{told['id']}"),
        address(case, f"responses/{uuid4()}/attachments/{told['id']}"),
        f"{response}/attachments/{uuid4()}",
        response.replace(case.action.reference, other.action.reference) + f"/attachments/{told['id']}",
    ):
        problem(await coordinator.client.get(path, params=WHY), 404)
    problem(await attached(coordinator, address(case, f"responses/{uuid4()}"), LETTER), 404)
