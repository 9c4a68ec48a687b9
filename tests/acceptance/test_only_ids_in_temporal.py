"""A whole action with planted words: Temporal and the logs hold ids, and none of the words."""

import asyncio
import json
import re
from base64 import b64encode
from dataclasses import dataclass

import pytest
import pytest_asyncio
from temporalio.client import Client

from tests.acceptance.cases import example_contacts, example_partners
from tests.acceptance.crashes import connected
from tests.acceptance.network import Network
from tests.acceptance.people import SIGNER
from tests.acceptance.planting import Garden
from tests.acceptance.traces import Record, files_of_temporal, found, logs_of, records_of
from tests.factories import case_tree

pytestmark = pytest.mark.asyncio(loop_scope="module")

PUT_OFF = b"deliveries were put off"
BROKEN = b"the activity failed; the worker's log has the place"


@dataclass(frozen=True)
class Traces:
    """What was planted in one action, and what there is of it in Temporal."""

    reference: str
    words: list[str]
    dispatch_ids: list[str]
    while_sending: Record
    records: list[Record]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def traces(network: Network) -> Traces:
    """Carry a planted action from intake to its end, through a provider's and the database's failures."""
    garden = Garden()
    reference = await _sign_on(network, garden)
    await network.providers.order_faults({"channel": "sms", "status": 503, "retry_after": 2})
    _break_first_claims(network)
    await network.partners.answer(await _link(network, reference, 1))
    release = f"{reference}/1/release-1"
    while_sending = await _pending_failure(network, release)
    await network.coordinator.reaches(reference, "closed")
    assert await network.providers.fired() == [1]
    events = await network.coordinator.events(reference)
    tokens = [
        token for mail in await network.mailbox.mails() for token in re.findall(r"/[sr]/([\w-]+)", mail.text)
    ]
    people = [network.coordinator, *network.verifiers]
    secrets = [*tokens, SIGNER, *(one.key for one in people), *(one.email for one in people)]
    return Traces(
        reference=reference,
        words=[*garden.words, *secrets],
        dispatch_ids=[one["detail"]["dispatch_id"] for one in events if one["kind"] == "dispatch_ended"],
        while_sending=while_sending,
        records=[record async for record in records_of(network.stack)],
    )


async def test_the_planted_words_really_went_through_the_engine(network: Network, traces: Traces) -> None:
    action = await network.coordinator.action(traces.reference)
    mails = await network.mailbox.mails(traces.reference)
    shown = json.dumps(action) + "".join(one.to + one.subject + one.text for one in mails)
    assert len(found(shown.encode(), traces.words)) > len(traces.words) / 3


async def test_what_our_key_opens_is_really_opened(traces: Traces) -> None:
    names = {f"{traces.reference}{part}" for part in ("", "/1/sign-on", "/1/follow-up")}
    dispatches = {f"{traces.reference}/1/{name}" for name in ("invitation-1", "release-1", "check-in-1")}
    assert names | dispatches <= {record.workflow_id for record in traces.records}
    opened = {record.workflow_id: record.opened for record in traces.records}
    assert [name for name in names | dispatches if f'"{traces.reference}"'.encode() not in opened[name]] == []
    assert len(traces.dispatch_ids) >= 3
    everything = b"".join(opened.values())
    assert [one for one in traces.dispatch_ids if one.encode() not in everything] == []


async def test_no_payload_is_in_clear_and_no_record_holds_a_planted_word(traces: Traces) -> None:
    for record in (traces.while_sending, *traces.records):
        assert record.unsealed == 0
        assert found(record.clear + record.opened, traces.words) == []


async def test_failures_of_providers_and_of_the_database_leave_no_words_either(traces: Traces) -> None:
    release = next(one for one in traces.records if one.workflow_id == f"{traces.reference}/1/release-1")
    assert PUT_OFF in release.opened
    assert BROKEN in release.opened
    assert traces.while_sending.pending_failures
    assert PUT_OFF in traces.while_sending.opened + release.opened
    assert PUT_OFF not in release.clear


async def test_the_files_of_the_temporal_server_hold_no_planted_word(
    network: Network, traces: Traces
) -> None:
    kept = files_of_temporal(network.stack)
    assert traces.reference.encode() in kept
    assert found(kept, traces.words) == []


async def test_the_logs_of_all_processes_hold_no_planted_word(network: Network, traces: Traces) -> None:
    logs = logs_of(network.stack)
    for event in (b"worker.ready", b"request.served", b"delivery.not_taken", b"activity.failed"):
        assert event in logs
    assert found(logs, traces.words) == []


async def test_the_audit_trail_and_its_anchors_hold_no_planted_word(network: Network, traces: Traces) -> None:
    trail = json.dumps(await network.coordinator.trail(traces.reference), ensure_ascii=False).encode()
    anchors = network.stack.settings.audit_anchors.read_bytes()
    assert b'"settled"' in trail
    assert traces.reference.encode() in anchors
    assert found(trail + anchors, traces.words) == []


async def test_the_same_search_finds_words_that_are_planted_in_clear(
    network: Network, traces: Traces
) -> None:
    garden = Garden()
    plain, escaped, wide, encoded, memo = (f"control-{garden.word()}" for _ in range(5))
    in_base64 = b64encode(f"x{encoded}".encode())
    careless = await Client.connect(network.stack.settings.temporal_address)
    handle = await careless.start_workflow(
        "Careless",
        args=[plain.encode(), escaped, wide.encode("utf-16-le"), in_base64],
        id="control",
        task_queue="nobody",
        memo={"note": memo},
    )
    planted = [plain, escaped, wide, encoded, memo]
    control = [record async for record in records_of(network.stack, "WorkflowId = 'control'")]
    await handle.terminate()

    assert json.dumps(escaped) != f'"{escaped}"'
    assert [found(record.clear, planted) for record in control] == [planted]
    assert control[0].unsealed > len(planted), "four arguments, and the memo in history and description"
    assert found(files_of_temporal(network.stack), planted) == planted
    assert traces.reference.encode() not in control[0].clear


async def _sign_on(network: Network, garden: Garden) -> str:
    """Hand the planted case in, with planted partners and contacts, and have the first partner sign."""
    tree = garden.planted(case_tree())
    tree["sign_on"] |= {"partners": "all", "quorum": 2, "remind_after": []}
    tree["follow_up"] = {"expires_after": "PT20S", "check_ins": ["PT1S"]}
    partners = garden.planted(example_partners(network.providers.url))
    await network.coordinator.import_partners(partners)
    await network.coordinator.import_contacts(garden.planted(example_contacts()))
    reference = await network.attested(tree)
    await network.mailbox.has(len(partners), reference, "invitation")
    await network.partners.answer(await _link(network, reference, 0), visibility="withheld")
    return reference


async def _link(network: Network, reference: str, number: int) -> str:
    invitations = [one for one in await network.mailbox.mails(reference) if one.kind == "invitation"]
    return invitations[number].link


def _break_first_claims(network: Network) -> None:
    """Have the database refuse the release's first claims of mails, with errors that quote an address."""
    with connected(network.stack) as connection:
        connection.execute("""
            CREATE SEQUENCE claims_tried;
            CREATE FUNCTION break_the_first() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF nextval('claims_tried') <= 3 THEN RAISE EXCEPTION 'cannot write to %', NEW.address; END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER break_the_first BEFORE UPDATE ON delivery FOR EACH ROW
            WHEN (NEW.state = 'sending' AND NEW.recipient_kind = 'contact' AND NEW.channel = 'email')
            EXECUTE FUNCTION break_the_first()
        """)


async def _pending_failure(network: Network, workflow_id: str) -> Record:
    """Read the record of a workflow while one of its activities has failed and waits to be tried again."""
    async with asyncio.timeout(30):
        while True:
            async for record in records_of(network.stack, f"WorkflowId = '{workflow_id}'"):
                if record.pending_failures:
                    return record
