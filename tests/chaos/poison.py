"""Recipients whom a relay refuses for ever, or puts off for hours, in the middle of a release."""

from functools import partial
from random import Random
from typing import Any, Final

import httpx

from local.ports import LOOPBACK
from tests.chaos.judge import Judged, judged
from tests.chaos.killed_workers import Killed, finished
from tests.chaos.scene import PATIENCE_SECONDS, Release, Scene
from tests.waiting import until

REFUSALS: Final = (("rcpt", 550), ("rcpt", 552), ("data", 554))
REASONS: Final = {550: "no_such_address", 552: "message_refused", 554: "message_refused"}
PUT_OFF: Final = ("rcpt", 451)
ALWAYS: Final = 10**6


async def refused_for_ever(scene: Scene, members: int, poisonous: int, random: Random) -> Killed:
    """Release to members of whom the relay refuses some; all others get theirs."""
    chosen, release = await _begun(scene, members, poisonous, random, *REFUSALS)
    await finished(scene, [release])
    fired = await _fired(scene)
    await scene.dismiss()
    assert len(fired) == poisonous
    assert all(fired)
    await _order(scene, [])
    expected = [REASONS[fault["code"]] for fault in chosen]
    figures = {
        "poisonous": poisonous,
        "expected": {one: expected.count(one) for one in sorted(set(expected))},
    }
    return await judged(scene, [release]), figures


async def put_off_for_hours(scene: Scene, members: int, poisonous: int, random: Random) -> Killed:
    """Release to members of whom the relay puts some off; all others get theirs while those wait."""
    before = scene.arrived()
    _, release = await _begun(scene, members, poisonous, random, PUT_OFF)
    await until(partial(_these_alone_wait, scene, poisonous), seconds=PATIENCE_SECONDS)
    arrived = scene.arrived() - before
    assert arrived == members - poisonous
    assert all(await _fired(scene))
    await _order(scene, [])
    await finished(scene, [release])
    await scene.dismiss()
    return await judged(scene, [release]), {"poisonous": poisonous, "expected": {}}


def faults_of(found: Judged, poisonous: int, expected: dict[str, int]) -> list[str]:
    """List what must not be: nobody else misses her mail, and each that failed has its reason."""
    failed = sum(expected.values())
    states = {"sent": found.messages - failed, **({"failed": failed} if failed else {})}
    return [
        *found.faults(most_in_doubt=0),
        *([] if found.states == states else [f"states {found.states} of {poisonous} poisonous"]),
        *([] if found.failures == expected else [f"reasons {found.failures}"]),
    ]


async def _begun(
    scene: Scene, members: int, poisonous: int, random: Random, *refusals: tuple[str, int]
) -> tuple[list[dict[str, Any]], Release]:
    await scene.members(members)
    chosen = [
        {"verb": verb, "code": code, "address": f"miembra-{number}@amigas.example", "times": ALWAYS}
        for number in random.sample(range(1, members + 1), poisonous)
        for verb, code in (random.choice(refusals),)
    ]
    await _order(scene, chosen)
    release = await scene.release(members)
    await scene.worker()
    return chosen, release


async def _these_alone_wait(scene: Scene, number: int) -> bool:
    return await scene.waiting() == number


async def _order(scene: Scene, faults: list[dict[str, Any]]) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        (await http.put(_faults_of_mailbox(scene), json=faults)).raise_for_status()


async def _fired(scene: Scene) -> list[int]:
    async with httpx.AsyncClient(trust_env=False) as http:
        return [fault["fired"] for fault in (await http.get(_faults_of_mailbox(scene))).json()]


def _faults_of_mailbox(scene: Scene) -> str:
    return f"http://{LOOPBACK}:{scene.stack.settings.local_mailbox_port}/faults"
