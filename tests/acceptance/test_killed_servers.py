"""The Temporal server and the web process are killed; what was promised is kept."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import psycopg
import pytest

from local.stack import Stack
from tests.acceptance.cases import addresses_of, case, mailbox_of, partner, press, sign_on
from tests.acceptance.crashes import child_of, connected, kill, restart_after_kill
from tests.acceptance.network import Network

pytestmark = pytest.mark.asyncio(loop_scope="module")

JOURNALISTS = press(300)
SWEPT_WITHIN_SECONDS = 10
PATIENCE_SECONDS = 30
GATE = 4711


@pytest.fixture(scope="module")
def given() -> dict[str, str]:
    """Have a release make more batches than are under way at once."""
    return {"ACUERPA_BATCH_SIZE": "40"}


async def test_an_intake_without_temporal_is_taken_and_starts_when_temporal_is_back(network: Network) -> None:
    killed = await kill(network.stack, "temporal")
    reference = await network.coordinator.hand_in(case())
    assert (await network.coordinator.action(reference))["phase"] == "received"
    await asyncio.to_thread(_wait_for_the_failed_nudge, network.stack)

    await restart_after_kill(network.stack, "temporal", killed)
    back = time.monotonic()
    await network.coordinator.reaches(reference, "verifying", seconds=SWEPT_WITHIN_SECONDS)
    assert time.monotonic() - back < SWEPT_WITHIN_SECONDS


async def test_a_sign_on_outlives_a_kill_of_the_temporal_server(network: Network) -> None:
    names = ["una", "dos", "tres"]
    await network.coordinator.import_partners([partner(name) for name in names])
    plan = sign_on(names, quorum=2, remind_after=["PT3S"])
    reference = await network.attested(case(sign_on=plan, audiences=["signatories"], expires_after="PT1S"))
    await network.mailbox.has(3, reference, "invitation")

    killed = await kill(network.stack, "temporal")
    await network.partners.sign(reference, mailbox_of("una"))
    await restart_after_kill(network.stack, "temporal", killed)

    await network.partners.answer(await network.partners.link(reference, mailbox_of("dos"), "reminder"))
    await network.coordinator.reaches(reference, "closed")
    copies = network.mailbox.copies
    assert await copies(reference, "invitation") == Counter(map(mailbox_of, names))
    assert await copies(reference, "reminder") == Counter(map(mailbox_of, ["dos", "tres"]))
    assert await copies(reference, "statement") == Counter(map(mailbox_of, ["una", "dos"]))


async def test_a_release_outlives_a_kill_of_the_temporal_server(network: Network) -> None:
    await network.coordinator.import_contacts(JOURNALISTS)
    reference = await network.released(case(audiences=["press"], expires_after="PT1S"))
    await network.mailbox.has(30, reference)

    killed = await kill(network.stack, "temporal")
    assert 30 <= await network.mailbox.arrived(reference) < len(JOURNALISTS)
    await restart_after_kill(network.stack, "temporal", killed)

    await network.coordinator.reaches(reference, "closed")
    assert await network.mailbox.copies(reference, "statement") == Counter(addresses_of(JOURNALISTS))
    assert {one["state"] for one in await network.coordinator.deliveries(reference)} == {"sent"}


async def test_a_partner_finds_her_answer_although_the_web_process_died_before_it_thanked(
    network: Network,
) -> None:
    await network.coordinator.import_partners([partner("siete"), partner("ocho")])
    reference = await network.attested(case(sign_on=sign_on(["siete", "ocho"], quorum=2)))
    link = await network.partners.link(reference, mailbox_of("siete"))
    form = await network.partners.filled_form(link)

    with _commits_of_signatures_wait(network.stack) as gate:
        posted = asyncio.create_task(_post(link, form))
        await asyncio.to_thread(_wait_for_the_commit, gate)
        # Frozen while its COMMIT is under way, the process never learns that the signature is safe.
        os.kill(child_of(network.stack, "web").pid, signal.SIGSTOP)
    await asyncio.to_thread(_wait_for_signatures, network.stack, reference)
    killed = await kill(network.stack, "web")
    with pytest.raises(httpx.TransportError):
        await posted

    await restart_after_kill(network.stack, "web", killed)
    assert "Colectiva siete" in (await network.partners.page(link)).text
    assert [one["answer"] for one in await network.coordinator.signatures(reference)] == [None, "signed"]
    thanks = await network.partners.post(link, {**form, "answer": "decline"})
    assert "Colectiva siete ya firmó" in thanks
    assert [one["answer"] for one in await network.coordinator.signatures(reference)] == [None, "signed"]
    await network.partners.sign(reference, mailbox_of("ocho"))
    await network.coordinator.reaches(reference, "following_up")
    await network.coordinator.decide(reference, "close")


def _wait_for_the_failed_nudge(stack: Stack) -> None:
    """Return when the web process has given up telling the workflow, so that only its sweep is left."""
    log = child_of(stack, "web").log
    _poll(lambda: "nudges.temporal_unavailable" in log.read_text())


async def _post(link: str, form: dict[str, str]) -> httpx.Response:
    async with httpx.AsyncClient(timeout=40, trust_env=False) as browser:
        page = await browser.get(link, follow_redirects=True)
        return await browser.post(page.url, data=form)


@contextmanager
def _commits_of_signatures_wait(stack: Stack) -> Iterator[psycopg.Connection]:
    """Have every commit of a signature wait for the end of this block."""
    with connected(stack) as connection:
        connection.execute(f"""
            CREATE FUNCTION wait_at_the_gate() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_advisory_xact_lock_shared({GATE}); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER gate AFTER INSERT ON signature
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_at_the_gate();
            SELECT pg_advisory_lock({GATE})
        """)
        try:
            yield connection
        finally:
            connection.execute(f"SELECT pg_advisory_unlock({GATE})")
            connection.execute("DROP FUNCTION wait_at_the_gate CASCADE")


def _wait_for_the_commit(connection: psycopg.Connection) -> None:
    query = "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
    _poll(lambda: connection.execute(query, [GATE]).fetchone() == (True,))


def _wait_for_signatures(stack: Stack, reference: str) -> None:
    query = """
        SELECT count(*) > 0 FROM signature JOIN document ON document.id = signature.document_id
        JOIN urgent_action ON urgent_action.id = document.action_id WHERE reference = %s
    """
    with connected(stack) as connection:
        _poll(lambda: connection.execute(query, [reference]).fetchone() == (True,))


def _poll(holds: Callable[[], bool]) -> None:
    """Return when something holds of which nobody tells us."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
