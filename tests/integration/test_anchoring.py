"""The task that anchors audit trails outside the database: restarted, torn, beside others, tampered with."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from local.environment import free_ports, local_environment
from local.process import Child
from models.anchors import AnchorFile
from models.lifecycle import Decision
from models.records import EventKind
from storage.changes import ChangeFeed
from storage.database import Database
from storage.records import record
from tests.integration.audit_trails import sound_trail, trail
from tests.integration.outbox_cases import Case, execute, make_case
from tests.waiting import until
from web.anchoring import Anchorer

A_FEW_SECONDS = 5
ROOT = Path(__file__).parents[2]


@pytest.fixture
async def case(database: Database) -> Case:
    return await make_case(database)


@pytest.fixture
def file(tmp_path: Path) -> AnchorFile:
    return AnchorFile(tmp_path / "own" / "anchors.jsonl")


def anchorer(database: Database, file: AnchorFile) -> Anchorer:
    """The task as it is after a start: it remembers nothing."""
    return Anchorer(database, ChangeFeed(database.url), file)


async def numbers(file: AnchorFile, case: Case) -> list[int]:
    return [one.number for one in file.read(reference=case.action.reference).anchors]


async def test_each_trail_that_has_grown_gets_one_line_and_no_other(case: Case, file: AnchorFile) -> None:
    other = await make_case(case.database)
    task = anchorer(case.database, file)
    await task.anchor()
    await task.anchor()
    assert len(file.read().anchors) == 2
    await case.decide(Decision.HOLD)
    await case.decide(Decision.RESUME)
    await task.anchor()
    ends = {one.action_id: one for one in file.read().anchors}
    for one in (case, other):
        events = await sound_trail(case.database, one.action.id)
        anchor = ends[str(one.action.id)]
        assert (anchor.reference, anchor.number, anchor.hash) == (
            one.action.reference,
            len(events),
            events[-1].hash,
        )
    assert len(file.read().anchors) == 3


async def test_a_restarted_task_goes_on_where_the_file_ends(case: Case, file: AnchorFile) -> None:
    await anchorer(case.database, file).anchor()
    before = file.path.read_bytes()
    await anchorer(case.database, file).anchor()
    assert file.path.read_bytes() == before
    await case.decide(Decision.HOLD)
    await anchorer(case.database, file).anchor()
    assert file.path.read_bytes().startswith(before)
    assert len(file.read().anchors) == 2


async def test_a_line_that_a_crash_tore_is_written_again(case: Case, file: AnchorFile) -> None:
    task = anchorer(case.database, file)
    await task.anchor()
    with file.path.open("r+b") as torn:
        torn.truncate(file.size() - 20)
    for restarted in (anchorer(case.database, file), task):
        await restarted.anchor()
        lines = file.read()
        assert (len(lines.anchors), lines.unreadable) == (1, 1)


async def test_a_file_that_was_taken_away_is_begun_again_with_every_trail(
    case: Case, file: AnchorFile
) -> None:
    task = anchorer(case.database, file)
    for _ in range(2):  # what it wrote it has then read again
        await task.anchor()
    file.path.unlink()
    await task.anchor()
    assert len(file.read().anchors) == 1


async def test_several_tasks_on_one_file_lose_nothing(case: Case, file: AnchorFile) -> None:
    tasks = [anchorer(case.database, file) for _ in range(4)]
    for decision in (Decision.HOLD, Decision.RESUME) * 5:
        await case.decide(decision)
        await asyncio.gather(*(task.anchor() for task in tasks))
    events = {one.number: one.hash for one in await sound_trail(case.database, case.action.id)}
    lines = file.read()
    assert lines.unreadable == 0
    assert all(events[one.number] == one.hash for one in lines.anchors)
    assert len({one.number for one in lines.anchors}) == 10


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_chain SET length = length - 1", "UPDATE audit_chain SET head = sha256('x')"],
    ids=["shorter", "other"],
)
async def test_a_trail_that_contradicts_its_anchor_is_logged_once_and_loudly(
    case: Case, file: AnchorFile, statement: str
) -> None:
    task = anchorer(case.database, file)
    await task.anchor()
    await execute(case.database, statement)
    with capture_logs() as logs:
        await task.anchor()
        await task.anchor()
    told = [(one["log_level"], one["event"], one["action_id"]) for one in logs]
    assert told == [("error", "anchors.contradicted", str(case.action.id))]


@pytest.fixture
async def running(case: Case, file: AnchorFile) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(anchorer(case.database, file).run())
    yield task
    task.cancel()
    await asyncio.wait([task])


async def test_a_file_that_cannot_be_written_ends_nothing_and_is_tried_again(
    case: Case, file: AnchorFile, running: asyncio.Task[None]
) -> None:
    file.path.mkdir(parents=True)
    with capture_logs() as logs:

        async def complained() -> bool:
            return any(one["event"] == "anchors.not_written" for one in logs)

        await until(complained, A_FEW_SECONDS)
    file.path.rmdir()

    async def anchored() -> bool:
        return bool(await numbers(file, case))

    await until(anchored, A_FEW_SECONDS)
    assert not running.done()


async def test_a_busy_trail_gets_a_line_a_second_at_most(
    case: Case, file: AnchorFile, running: asyncio.Task[None]
) -> None:
    for _ in range(40):
        async with case.database.transaction() as session:
            await record(session, case.action.id, EventKind.SIGNED)
        await asyncio.sleep(0.05)
    last = (await trail(case.database, case.action.id)).events[-1].number

    async def anchored() -> bool:
        return (await numbers(file, case))[-1:] == [last]

    await until(anchored, A_FEW_SECONDS)
    assert len(await numbers(file, case)) <= 6
    assert not running.done()


def web_process(folder: Path, name: str, database_url: str) -> Child:
    environment = {"PATH": "", **local_environment(folder / "data", free_ports(), database_url)}
    arguments = (sys.executable, "-m", "web")
    return Child(name, arguments, log=folder / f"{name}.log", environment=environment, folder=ROOT)


async def test_two_web_processes_anchor_in_one_file_and_a_killed_one_is_missed_by_nobody(
    case: Case, tmp_path: Path
) -> None:
    file = AnchorFile(tmp_path / "data" / "audit" / "anchors.jsonl")
    first, second = (web_process(tmp_path, name, case.database.url) for name in ("one", "two"))

    async def all_is_anchored() -> bool:
        last = (await trail(case.database, case.action.id)).events[-1].number
        return last in await numbers(file, case)

    try:
        first.start()
        second.start()
        await until(all_is_anchored, 30)
        for decision in (Decision.HOLD, Decision.RESUME) * 3:
            await case.decide(decision)
            await asyncio.sleep(0.4)
        await first.kill()
        await case.decide(Decision.HOLD)
        await until(all_is_anchored, A_FEW_SECONDS)
        await second.kill()
        await case.decide(Decision.RESUME)
        third = web_process(tmp_path, "three", case.database.url)
        third.start()
        await until(all_is_anchored, 30)
        await third.stop()
    finally:
        await first.kill()
        await second.kill()
    hashes = {one.number: one.hash for one in await sound_trail(case.database, case.action.id)}
    assert all(hashes[one.number] == one.hash for one in file.read().anchors)
