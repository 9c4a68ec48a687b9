"""The web process as it is started for real, on a real port, with everything logged that it can log."""

import asyncio
import json
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from local.environment import free_ports, local_environment
from local.ports import LOOPBACK
from local.process import Child
from models.vocabulary import Role
from storage.actions import action_by_reference
from storage.database import Database
from tests import factories
from tests.integration.outbox_cases import make_case
from tests.integration.sign_links import sign_link
from tests.integration.verifiers import enrolment_link, verifier
from tests.integration.web.enrolment_visits import PIN
from tests.integration.web.sign_visits import Visit, hidden_fields
from tests.integration.web.snapshots import contents_of

CANARY = "Zopilotillo-Kanarienvogel"
ROOT = Path(__file__).parents[3]


@pytest.fixture
async def process(tmp_path: Path, database_url: str, database: Database) -> AsyncIterator[tuple[Child, str]]:
    """The web process and its address; Temporal is away, the demo's partners are known."""
    async with database.transaction() as session:
        await factories.add_partners(session)
    given = {**free_ports(), "ACUERPA_LOG_LEVEL": "DEBUG"}
    environment = {"PATH": "", **local_environment(tmp_path / "data", given, database_url)}
    address = environment["ACUERPA_PUBLIC_URL"]
    arguments = (sys.executable, "-m", "web")
    child = Child("web", arguments, log=tmp_path / "web.log", environment=environment, folder=ROOT)
    child.start()

    async def serves() -> bool:
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"{address}/health/ready")).is_success
        except httpx.TransportError:
            return False

    await child.wait_until(serves)
    yield child, address
    await child.stop()


async def test_neither_keys_nor_links_nor_what_was_typed_are_in_the_log(
    process: tuple[Child, str], database: Database
) -> None:
    child, address = process
    case = await make_case(database)
    await case.open_sign_on()
    tokens = [await sign_link(case, slug) for slug in ("casa-manantial", "red-del-volcan")]
    async with database.transaction() as session:
        key = await factories.add_key(session, await factories.add_person(session, Role.COORDINATOR))
    enrolment = await enrolment_link(database, await verifier(database))
    async with httpx.AsyncClient(base_url=address, timeout=20) as client:
        for token in tokens:
            await client.get(f"/s/{token}/", params={"lang": "en"})
            await client.get(f"/s/{token}/{CANARY}")
            await client.request("PROPFIND", f"/s/{token}")
            await client.post(f"/s/{token}", files={"answer": ("a.txt", CANARY.encode())})
            await Visit(case, token, client).answer(signer_name=f"{CANARY}\0")
        own_page = {"Origin": address}
        visit = Visit(case, tokens[0], client)
        form = {**await visit.fields(), "answer": "sign"}
        signed = await visit.post({**form, "signer_name": CANARY}, own_page)
        assert signed.status_code == 200
        await client.get(f"/e/{enrolment}/{CANARY}")
        await client.post(f"/e/{enrolment}", files={"pin": ("a.txt", CANARY.encode())})
        chosen = {**hidden_fields(await client.get(f"/e/{enrolment}")), "pin": PIN, "pin_again": PIN}
        mistyped = {**chosen, "pin_again": CANARY}
        for typed, status in (mistyped, 422), (chosen, 200), (chosen, 404):
            answer = await client.post(f"/e/{enrolment}", data=typed, headers=own_page)
            assert answer.status_code == status
        bearer = {"Authorization": f"Bearer {key}"}
        for body in ({"title": CANARY}, [CANARY], {CANARY: 1}):
            assert (await client.post("/api/v1/actions", json=body, headers=bearer)).status_code == 422
        await client.post(f"/api/v1/actions/{CANARY}/hold", headers={**bearer, "Idempotency-Key": CANARY})
        await client.post("/api/v1/contacts", content=CANARY, headers=bearer)
        await client.get("/api/v1/actions", headers={"Authorization": f"Bearer {CANARY}"})
    await child.stop()
    log = child.log.read_text()
    assert log.count('"request.served"') > 15
    assert '"/s/{token}"' in log
    assert '"/sign/{invitation_id}"' in log
    assert '"/e/{token}"' in log
    assert [secret for secret in (*tokens, enrolment, PIN, key, CANARY, "Amparo") if secret in log] == []


async def test_what_is_logged_about_an_action_names_it(
    process: tuple[Child, str], database: Database
) -> None:
    child, address = process
    async with database.transaction() as session:
        key = await factories.add_key(session, await factories.add_person(session, Role.COORDINATOR))
    bearer = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=address, headers=bearer, timeout=20) as client:
        path = (await client.post("/api/v1/actions", json=factories.case_tree())).headers["Location"]
        for call in ("GET", path), ("POST", f"{path}/hold"), ("GET", "/api/v1/actions"):
            assert (await client.request(*call)).is_success
    await child.stop()
    lines = [json.loads(line) for line in child.log.read_text().splitlines() if line.startswith("{")]
    served = [line for line in lines if line["event"] == "request.served" and "person_id" in line]
    async with database.transaction() as session:
        action = await action_by_reference(session, path.rsplit("/", 1)[1])
    assert action
    assert [line.get("action_id") for line in served] == [str(action.id)] * 3 + [None]


async def test_head_answers_like_get_without_a_body(process: tuple[Child, str], database: Database) -> None:
    _, address = process
    case = await make_case(database)
    await case.open_sign_on()
    link = f"/s/{await sign_link(case, 'casa-manantial')}"
    paths = [
        link,
        f"/e/{await enrolment_link(database, await verifier(database))}",
    ]
    before = await contents_of(database)
    async with httpx.AsyncClient(base_url=address, timeout=20) as client:
        its_page = (await client.get(link)).headers["Location"]
        for path in (*paths, its_page, "/s/unknown", "/sign/unknown", "/e/unknown"):
            seen, told = await client.get(path), await client.head(path)
            assert told.status_code == seen.status_code
            assert told.content == b""
            assert set(told.headers) == set(seen.headers)
            assert told.headers["Content-Length"] == seen.headers["Content-Length"]
    assert await contents_of(database) == before


async def test_the_process_ends_promptly_and_frees_its_port(process: tuple[Child, str]) -> None:
    child, address = process
    started = time.monotonic()
    await child.stop(seconds=10)
    assert time.monotonic() - started < 5
    assert child.exit_code in {0, -signal.SIGTERM}
    with socket.socket() as probe:
        assert probe.connect_ex((LOOPBACK, int(address.rpartition(":")[2]))) != 0


async def test_whoever_waits_for_a_change_does_not_keep_the_process_from_ending(
    process: tuple[Child, str], database: Database
) -> None:
    child, address = process
    async with database.transaction() as session:
        key = await factories.add_key(session, await factories.add_person(session, Role.COORDINATOR))
    bearer = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=address, headers=bearer, timeout=40) as client:
        handed_in = await client.post("/api/v1/actions", json=factories.case_tree())
        seen, path = handed_in.json()["revision"], handed_in.headers["Location"]
        waiting = asyncio.create_task(client.get(path, params={"seen": seen, "wait": 30}))
        await asyncio.wait([waiting], timeout=0.5)
        assert not waiting.done()
        started = time.monotonic()
        await child.stop(seconds=15)
        assert time.monotonic() - started < 5
        assert (await waiting).json()["revision"] == seen


async def test_a_malformed_host_does_not_break_the_answers(process: tuple[Child, str]) -> None:
    _, address = process
    async with httpx.AsyncClient(base_url=address, headers={"Host": "[half"}) as client:
        for path in ("/s/unknown", "/s/a/b", "/e/unknown", "/nothing", "/api/v1/actions", "/api/v1/actions/"):
            assert (await client.get(path)).status_code < 500, path
