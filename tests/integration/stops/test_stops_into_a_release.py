"""Stops into a running release, at random moments: nothing begins behind them, and little is on its way.

Set SEED to repeat a run; `make soak` stops more often.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random

import pytest

from channels.email import EmailChannel
from models.messages import Purpose
from storage.database import Database
from tests import factories
from tests.integration.gate_without import claim_by, hand_over_by
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import execute, make_case
from tests.integration.stops.release import Release, Verdict
from tests.soak import SOAKING, new_seed

MEMBERS = 10_000
CONNECTIONS = 8
STOPS = 200 if SOAKING else 40
LONGEST_RUN = 60
LONGEST_PAUSE_SECONDS = 0.02
ADD_MEMBERS = """
    WITH added AS (
        INSERT INTO contact (id, slug, name, kind, languages, tags, lists, updated_at)
        SELECT gen_random_uuid(), 'miembra-' || number, 'Compañera ' || number, 'member', '{es}', '{}', '{}',
               now()
        FROM generate_series(1, :count) AS number
        RETURNING id, slug)
    INSERT INTO contact_address (id, contact_id, position, channel, address, fingerprint)
    SELECT gen_random_uuid(), id, 0, 'email', slug || '@amigas.example', sha256(convert_to(slug, 'UTF8'))
    FROM added
"""


@pytest.fixture
async def channel(mailbox: LocalMailbox) -> AsyncIterator[EmailChannel]:
    opened = EmailChannel(mailbox.relay, connections=CONNECTIONS)
    yield opened
    await opened.close()


async def frozen(database: Database, channel: EmailChannel, mailbox: LocalMailbox, members: int) -> Release:
    """Freeze a release to so many members, and to nobody else."""
    tree = factories.case_tree()
    tree["release"]["audiences"] = ["members"]
    case = await make_case(database, tree)
    await execute(database, "DELETE FROM contact_address")
    await execute(database, ADD_MEMBERS, count=members)
    dispatched = await case.freeze(Purpose.STATEMENT)
    assert dispatched.size == members
    return Release(case, dispatched, channel, mailbox)


async def stopped_often(release: Release, stops: int, random: Random) -> list[Verdict]:
    verdicts = []
    for _ in range(stops):
        run, pause = random.randint(1, LONGEST_RUN), random.uniform(0, LONGEST_PAUSE_SECONDS)
        verdicts.append(await release.stopped_after(run, pause))
        await release.go_on()
    return verdicts


def summary(verdicts: list[Verdict]) -> str:
    tails = [len(one.tail) for one in verdicts]
    lags = [lag for one in verdicts for lag in one.tail]
    return (
        f"{len(verdicts)} stops, {sum(one.sent_before for one in verdicts)} messages: "
        f"{sum(one.begun_after for one in verdicts)} begun after a stop; longest tail {max(tails)}; "
        f"last message {max(lags, default=timedelta(0)).total_seconds():.3f} s late; "
        f"last batch ended {max(one.ended_after for one in verdicts).total_seconds():.3f} s late"
    )


@pytest.mark.timeout(900)
async def test_no_send_begins_behind_a_stop_and_the_tail_is_short(
    database: Database, channel: EmailChannel, mailbox: LocalMailbox
) -> None:
    release = await frozen(database, channel, mailbox, MEMBERS)
    verdicts = await stopped_often(release, STOPS, Random(new_seed()))  # noqa: S311 - not for secrets
    print(summary(verdicts))  # noqa: T201 - the figures of the proof
    assert [one.faults(CONNECTIONS) for one in verdicts if one.faults(CONNECTIONS)] == []
    assert {address: count for address, count in release.arrived.items() if count > 1} == {}
    assert release.arrived.total() >= sum(one.sent_before for one in verdicts)
    assert len(verdicts) == STOPS
    assert all(one.sent_before > 0 for one in verdicts)


@pytest.mark.timeout(400)
async def test_a_hand_over_that_does_not_look_would_be_found(
    database: Database, channel: EmailChannel, mailbox: LocalMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_over_by(monkeypatch, (), "true")
    release = await frozen(database, channel, mailbox, members=4000)
    verdicts = await stopped_often(release, 40, Random(1))  # noqa: S311 - not for secrets
    assert any("begun after the stop" in fault for one in verdicts for fault in one.faults(CONNECTIONS))


async def test_a_claim_that_does_not_look_would_be_found(
    database: Database, channel: EmailChannel, mailbox: LocalMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_by(monkeypatch, ())
    hand_over_by(monkeypatch, (), "true")
    release = await frozen(database, channel, mailbox, members=100)
    (verdict,) = await stopped_often(release, 1, Random(1))  # noqa: S311 - not for secrets
    assert any("a tail of" in fault for fault in verdict.faults(CONNECTIONS))
