"""The worker as it is, that dies where it is told to.

CHAOS_POINT names where, CHAOS_AT at which time that it comes there, and CHAOS_FIRED the file in which it says
so before it ends itself by SIGKILL. CHAOS_WITHOUT takes protections away, for controls.
"""

import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text
from temporalio import workflow
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    ExecuteWorkflowInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

import assembly
import worker
from activities import sending, turnstile
from activities.composing import Composer
from activities.context import ActivityContext
from activities.drafts import Draft
from channels.base import HandOver, Outbound, Receipt
from channels.email import EmailChannel
from channels.mime import EmailContent
from channels.smtp_dialogue import Dialogue
from models.messages import Purpose
from storage import claims, database
from storage.groups import settle_and_hand_over
from storage.handing_over import Claimed, Settled
from storage.limited_claims import claim_within
from tests.chaos.points import Point, Protection

LAST_DOT = b"\r\n.\r\n"
Async = Callable[..., Awaitable[Any]]


class Breakpoint:
    """Where this process dies, and how often it may pass before."""

    def __init__(self, point: Point, at: int, fired: Path) -> None:
        self._point, self._left, self._fired = point, at, fired

    def reach(self, point: Point) -> None:
        """Die here, if it is here and now."""
        if point is not self._point:
            return
        self._left -= 1
        if self._left == 0:
            self._fired.write_text(point)
            os.kill(os.getpid(), signal.SIGKILL)


class BreakingContext(ActivityContext):
    """Surrounds activities and workflows as the worker does, and dies behind them."""

    broken: Breakpoint

    def intercept_activity(self, following: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _BehindActivity(super().intercept_activity(following))

    def workflow_interceptor_class(
        self, _input: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor]:
        return _BehindWorkflow


class _BehindActivity(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        result = await self.next.execute_activity(input)
        if input.fn.__name__ == "send_batch":
            BreakingContext.broken.reach(Point.BEFORE_ACTIVITY_ENDS)
        return result


class _BehindWorkflow(WorkflowInboundInterceptor):
    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002
        result = await super().execute_workflow(input)
        with workflow.unsafe.sandbox_unrestricted():
            BreakingContext.broken.reach(Point.AT_WORKFLOW_END)
        return result


def put(owner: object, name: str, value: object) -> None:
    """Put something in the place of what an owner has."""
    assert hasattr(owner, name), f"{owner} has no {name} any more"
    setattr(owner, name, value)


def wrap_claims(broken: Breakpoint) -> None:
    claim: Async = claim_within
    compose: Async = Composer.email

    async def claim_and_reach(*given: Any, **named: Any) -> Any:
        claimed = await claim(*given, **named)
        if claimed.deliveries:
            broken.reach(Point.BEFORE_CLAIM)
        return claimed

    async def reach_and_compose(self: Composer, draft: Draft) -> Any:
        broken.reach(Point.BEHIND_CLAIM)
        return await compose(self, draft)

    put(sending, "claim_within", claim_and_reach)
    put(Composer, "email", reach_and_compose)


def wrap_dialogue(broken: Breakpoint) -> None:
    say, send = Dialogue.say, EmailChannel.send

    def say_and_reach(self: Dialogue, words: bytes, *, answers: int) -> None:
        if words.startswith(b"MAIL FROM:"):
            broken.reach(Point.BEFORE_MAIL)
        say(self, words, answers=answers)
        if LAST_DOT in words:
            broken.reach(Point.BEHIND_LAST_DOT)

    async def send_and_reach(
        self: EmailChannel, message: Outbound[EmailContent], hand_over: HandOver
    ) -> Receipt:
        receipt = await send(self, message, hand_over)
        broken.reach(Point.BEHIND_ANSWER)
        return receipt

    put(Dialogue, "say", say_and_reach)
    put(EmailChannel, "send", send_and_reach)


def wrap_outcomes(broken: Breakpoint) -> None:
    group: Async = settle_and_hand_over
    leave: Async = turnstile.Turnstile.leave

    async def group_and_reach(
        session: Any, action_id: UUID, settled: Sequence[Settled], claimed: dict[Purpose, list[Claimed]]
    ) -> Any:
        passed = await group(session, action_id, settled, claimed)
        if settled:
            broken.reach(Point.BEFORE_OUTCOME)
        return passed

    async def leave_and_reach(self: turnstile.Turnstile, *given: Any, **named: Any) -> None:
        await leave(self, *given, **named)
        broken.reach(Point.BEHIND_OUTCOME)

    put(turnstile, "settle_and_hand_over", group_and_reach)
    put(turnstile.Turnstile, "leave", leave_and_reach)


def wrap_ends(broken: Breakpoint) -> None:
    BreakingContext.broken = broken
    put(assembly, "ActivityContext", BreakingContext)


def take_away(protection: Protection) -> None:
    if protection is Protection.DOUBT:
        # Whatever its claimer had done with it.
        blind = "UPDATE delivery SET state = 'ready', handed_over_at = NULL"
        condition = "AND state = 'sending' AND claim_id <> :claim_id RETURNING id, state"
        claims._RECOVER = text(f"{blind} WHERE {claims._RANGE} {condition}")
    elif protection is Protection.DISK:
        assert database.SESSION["synchronous_commit"] == "on"
        database.SESSION["synchronous_commit"] = "off"
    else:
        for purpose, statement in list(claims._CLAIM.items()):
            claims._CLAIM[purpose] = text(statement.text.replace("delivery.state = 'ready'", "true"))


async def main() -> None:
    for protection in os.environ.get("CHAOS_WITHOUT", "").split():
        take_away(Protection(protection))
    if "CHAOS_POINT" in os.environ:
        point, at = Point(os.environ["CHAOS_POINT"]), int(os.environ["CHAOS_AT"])
        broken = Breakpoint(point, at, Path(os.environ["CHAOS_FIRED"]))
        for wrap in (wrap_claims, wrap_dialogue, wrap_outcomes, wrap_ends):
            wrap(broken)
    await worker.main()
