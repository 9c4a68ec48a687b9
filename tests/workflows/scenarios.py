"""The ways an action can go, from its start to its end; listed in `all_scenarios.py`."""

from datetime import timedelta

from models.lifecycle import Decision, Phase
from models.messages import DispatchRequest, FollowUpPlan, Purpose
from models.vocabulary import Channel
from tests.workflows.stage import Stage
from tests.workflows.windows import close_at, end_window, opened_at
from tests.workflows.world import DOCUMENT, NOTICE, SIGN_ON, VERIFICATION
from workflows.sign_on import BETWEEN_ROUNDS

BRIEF = FollowUpPlan(expires_after=timedelta(days=2), check_ins=(timedelta(days=1),))
"""One check-in, where a scenario is about something else."""

BATCHES = 4
"""Into how many batches the statement is divided."""


async def reach_sign_on(stage: Stage) -> None:
    """Start, attest, and wait until every partner was invited."""
    await stage.start()
    await stage.attest_twice()
    await stage.world.until(lambda: stage.world.all_sent(Purpose.INVITATION))


async def reach_follow_up(stage: Stage) -> None:
    """Get the statement out, at quorum where partners sign and by hand elsewhere."""
    if stage.world.plan.sign_on is None:
        await stage.start()
        await stage.attest_twice()
        await release_when_attested(stage)
    else:
        await reach_sign_on(stage)
        await stage.sign(SIGN_ON.quorum)
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)


async def release_when_attested(stage: Stage) -> None:
    """Release once the workflow knows of the attestations."""
    await stage.decide(Decision.ATTEST)
    await stage.decide(Decision.RELEASE)


async def expire(stage: Stage) -> None:
    """Let the time of the follow-up pass to its end."""
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)
    await stage.started(stage.follow_up)
    await stage.pass_time(stage.follow_up)


async def signed_at_quorum(stage: Stage) -> None:
    """Enough partners sign after the first reminder; the follow-up runs its whole time."""
    await reach_sign_on(stage)
    await stage.pass_time(stage.sign_on, timedelta(hours=25))
    await stage.sign(SIGN_ON.quorum)
    await expire(stage)


async def signed_at_deadline(stage: Stage) -> None:
    """Too few partners sign; the window closes after its last reminder."""
    await reach_sign_on(stage)
    await stage.sign()
    await stage.pass_time(stage.sign_on)
    await expire(stage)


async def released_by_hand(stage: Stage) -> None:
    """The coordinator releases while the window is open."""
    await reach_sign_on(stage)
    await stage.sign()
    await stage.decide(Decision.RELEASE)
    await expire(stage)


async def extended(stage: Stage) -> None:
    """The window is moved to a later end, and too few sign until then."""
    await reach_sign_on(stage)
    await stage.sign()
    await close_at(stage, opened_at(stage) + timedelta(hours=60))
    await stage.pass_time(stage.sign_on)
    await expire(stage)


async def ended_by_hand(stage: Stage) -> None:
    """The coordinator ends the window before its time."""
    await reach_sign_on(stage)
    await stage.sign()
    await end_window(stage)
    await expire(stage)


async def asked_again(stage: Stage) -> None:
    """An invitation does not arrive, and goes to the next contact; the coordinator is told."""
    await reach_sign_on(stage)
    stage.world.unasked, stage.world.missed_turns = 1, [1]
    await stage.sign_on.signal("recount")
    await stage.pass_time(stage.sign_on, BETWEEN_ROUNDS)
    await stage.world.until(lambda: stage.world.all_sent(Purpose.INVITATION, 2))
    await stage.world.until(lambda: stage.world.all_sent(Purpose.INVITATION_ALARM))
    await stage.sign(SIGN_ON.quorum)
    await expire(stage)


async def reminded_in_the_morning(stage: Stage) -> None:
    """A reminder waits for the hour at which partners are at work."""
    await reach_sign_on(stage)
    stage.world.due[Purpose.SIGN_ON_REMINDER] = opened_at(stage) + timedelta(hours=30)
    await stage.pass_time(stage.sign_on, SIGN_ON.remind_after[0])
    await stage.world.until_called("plan_dispatch", 2)
    await stage.pass_time(stage.distribution(Purpose.SIGN_ON_REMINDER))
    await stage.sign(SIGN_ON.quorum)
    await expire(stage)


async def put_off_by_quiet_hours(stage: Stage) -> None:
    """A text message meets its recipient's quiet hours on the way, and leaves when they end."""
    await reach_sign_on(stage)
    stage.world.asleep = opened_at(stage) + timedelta(hours=9)
    planned = stage.world.calls["plan_dispatch"]
    await stage.sign(SIGN_ON.quorum)
    await stage.world.until_called("plan_dispatch", planned + 2)
    await stage.pass_time(stage.distribution(Purpose.STATEMENT))
    await expire(stage)


async def alone(stage: Stage) -> None:
    """The network signs alone and releases by hand."""
    await stage.start()
    await stage.attest_twice()
    await release_when_attested(stage)
    await expire(stage)


async def held_and_resumed(stage: Stage) -> None:
    """A hold meets the release on its way; it goes on when the hold ends."""
    await hold_release(stage)
    await stage.resume()
    await expire(stage)


async def hold_release(stage: Stage) -> None:
    """Hold the action between the freezing of the statement and its first hand-over."""
    await stop_providers_at_release(stage)
    await stage.hold()
    stage.world.unblock("send_batch")
    await stage.world.until_called("kept_back", BATCHES)


async def stop_providers_at_release(stage: Stage) -> None:
    """Get as far as the first batch of the statement, at which every provider falls silent."""
    await reach_sign_on(stage)
    stage.world.block("send_batch")
    invitations = stage.world.calls["send_batch"]
    await stage.sign(SIGN_ON.quorum)
    await stage.world.until(lambda: stage.world.calls["send_batch"] > invitations)


async def stopped_in_verification(stage: Stage) -> None:
    """The stop comes before anybody attested."""
    await stage.start()
    await stage.stop()


async def stopped_in_sign_on(stage: Stage) -> None:
    """The stop comes while partners sign."""
    await reach_sign_on(stage)
    await stage.stop()


async def stopped_in_release(stage: Stage) -> None:
    """The stop comes before the first hand-over of the statement."""
    await stop_providers_at_release(stage)
    stage.world.stopped = True
    await stage.nudge()
    stage.world.unblock("send_batch")


async def stopped_in_follow_up(stage: Stage) -> None:
    """The stop comes when the statement is out."""
    await reach_follow_up(stage)
    await stage.stop()


async def closed_in_follow_up(stage: Stage) -> None:
    """The coordinator closes the action after its first check-in."""
    await reach_follow_up(stage)
    await stage.started(stage.follow_up)
    await stage.pass_time(stage.follow_up, timedelta(hours=25))
    await stage.world.until(lambda: stage.world.all_sent(Purpose.CHECK_IN))
    await stage.decide(Decision.CLOSE)


async def given_up(stage: Stage) -> None:
    """One provider is out of order for longer than a batch is tried."""
    stage.world.down.add(Channel.SMS)
    await reach_sign_on(stage)
    await stage.sign(SIGN_ON.quorum)
    await expire(stage)


async def refused_at_first(stage: Stage) -> None:
    """A consent is missing when the statement is to be frozen, and is given later."""
    await reach_sign_on(stage)
    stage.world.consent = False
    await stage.sign(SIGN_ON.quorum)
    await stage.ended(stage.distribution(Purpose.STATEMENT))
    stage.world.consent = True
    await stage.nudge()
    await expire(stage)


async def escalated(stage: Stage) -> None:
    """Nobody who was asked answers; the next one on the duty list takes the case, and it goes its way."""
    stage.world.verification, stage.world.on_duty = VERIFICATION, 3
    await stage.start()
    await stage.started(stage.verification)
    await stage.world.until(lambda: stage.world.all_sent(Purpose.VERIFICATION))
    await stage.pass_time(stage.verification, timedelta(hours=2, minutes=1))
    await stage.world.until(lambda: stage.world.all_sent(Purpose.VERIFICATION, 2))
    stage.world.verification = None
    await stage.attest_twice()
    await release_when_attested(stage)
    await expire(stage)


async def returned_and_completed(stage: Stage) -> None:
    """A verifier sends the case back; the coordinator completes it."""
    await stage.start()
    await stage.send_back()
    await stage.world.until(lambda: stage.world.phase is Phase.RETURNED)
    await stage.complete()
    await stage.attest_twice()
    await release_when_attested(stage)
    await expire(stage)


async def rejected(stage: Stage) -> None:
    """A verifier says that it shall not go out."""
    await stage.start()
    stage.world.rejected = True
    await stage.decide(Decision.REJECT)


async def stopped_and_told(stage: Stage) -> None:
    """Those who received the statement are told that the action was stopped."""
    await reach_follow_up(stage)
    stage.world.untold, stage.world.notice = True, NOTICE
    stage.world.block("end_dispatch")
    await stage.stop()
    await stage.world.until(lambda: stage.world.all_sent(Purpose.STOP_NOTICE))
    stage.world.untold = False
    stage.world.unblock("end_dispatch")


async def released_in_two_languages(stage: Stage) -> None:
    """A language is approved and released while the follow-up runs."""
    await reach_follow_up(stage)
    stage.world.release = DispatchRequest(document=DOCUMENT, purpose=Purpose.STATEMENT, round=2)
    await stage.decide(Decision.ATTEST)
    await stage.decide(Decision.RELEASE)
    await stage.world.until(lambda: stage.world.all_sent(Purpose.STATEMENT, 2))
    await expire(stage)


async def told_of_answers(stage: Stage) -> None:
    """Partners are told what was answered for them, in two rounds: one answered while the first was sent."""
    await reach_follow_up(stage)
    await stage.answer(2)
    await stage.world.until(lambda: stage.world.all_sent(Purpose.ANSWER_RECEIPT))
    await stage.answer()
    await stage.pass_time(stage.receipts)
    await stage.world.until(lambda: stage.world.all_sent(Purpose.ANSWER_RECEIPT, 2))
    await expire(stage)
