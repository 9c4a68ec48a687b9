"""The facts of one invented action, in memory: what the database and the providers are to the workflows."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from models.decision_messages import PersonDecision
from models.follow_up_messages import Due, DueKind
from models.later_windows import LaterWindow
from models.lifecycle import Decision, Phase, Refusal
from models.mechanisms import Mechanism
from models.messages import (
    ActionRef,
    AskedDocument,
    CaseFacts,
    CasePlan,
    DeliveryState,
    DispatchRequest,
    DocumentRef,
    FollowUpPlan,
    Purpose,
    SignOnPlan,
    VerificationPlan,
    VerificationRef,
)
from models.milestone_reminders import Dated, Offsets
from models.vocabulary import Channel, ReleasePolicy
from models.weekly import Weekly

ACTION = ActionRef(action_id=UUID(int=1), reference="UA-2026-014")
DOCUMENT = DocumentRef(
    action_id=ACTION.action_id, reference=ACTION.reference, document_id=UUID(int=2), number=1
)
COORDINATOR = UUID(int=3)

ATTESTATIONS_REQUIRED = 2


def by_coordinator(decision: Decision, until: datetime | None = None) -> PersonDecision:
    """Return a decision of the coordinator."""
    return PersonDecision(action_id=ACTION.action_id, decision=decision, person_id=COORDINATOR, until=until)


AUDIENCE = (Channel.EMAIL, Channel.EMAIL, Channel.EMAIL, Channel.SMS, Channel.PARTNER_API)
"""The channel of each recipient of a statement."""

PATIENCE_SECONDS = 20

SIGN_ON = SignOnPlan(
    closes_after=timedelta(hours=48),
    release=ReleasePolicy.AT_QUORUM_OR_CLOSE,
    quorum=3,
    remind_after=(timedelta(hours=24), timedelta(hours=42)),
)
FOLLOW_UP = FollowUpPlan(
    expires_after=timedelta(days=42), check_ins=tuple(timedelta(days=day) for day in (1, 3, 7, 14, 28))
)


VERIFICATION = VerificationRef(
    document=DOCUMENT,
    cycle=1,
    plan=VerificationPlan(remind_after=timedelta(hours=1), escalate_after=timedelta(hours=2)),
)
BATCH_SIZE = 2
LATER = DOCUMENT.model_copy(update={"document_id": UUID(int=4), "number": 2})
NOTICE = DispatchRequest(document=LATER, purpose=Purpose.STOP_NOTICE, round=1)
LATER_RELEASE = DispatchRequest(document=LATER, purpose=Purpose.STATEMENT, round=2)


def case_plan(
    sign_on: SignOnPlan | None = SIGN_ON,
    follow_up: FollowUpPlan = FOLLOW_UP,
    reached: Phase = Phase.RECEIVED,
    released_at: datetime | None = None,
) -> CasePlan:
    """Return the plan of a case that nothing has happened to, unless told otherwise."""
    return CasePlan(
        reached=reached, released_at=released_at, document=DOCUMENT, sign_on=sign_on, follow_up=follow_up
    )


@dataclass
class Sheet:
    """A frozen dispatch: the channel and the state of each delivery."""

    request: DispatchRequest
    dispatch_id: UUID
    frozen_at: datetime
    channels: tuple[Channel, ...]
    states: list[DeliveryState]


@dataclass
class World:
    """Facts that tests change, and a record of what the workflows did with them."""

    plan: CasePlan
    attestations: int = 0
    returned: bool = False
    rejected: bool = False
    withdrawn: bool = False
    parked_dispatches: int = 0
    verification: VerificationRef | None = None
    release: DispatchRequest | None = None
    notice: DispatchRequest | None = None
    links: DispatchRequest | None = None
    personal: tuple[DispatchRequest, ...] = ()
    sign_again: DispatchRequest | None = None
    addendum: DispatchRequest | None = None
    untold: bool = False
    notice_refused: bool = False
    asked: list[int] = field(default_factory=list)
    """How many verifiers each turn asked."""
    on_duty: int = 0
    """How many on the duty list were not asked yet."""
    acknowledged: int = 0
    on_hold: bool = False
    stopped: bool = False
    consent: bool = True
    invited: int = 5
    batch_size: int = BATCH_SIZE
    signed: int = 0
    declined: int = 0
    untold_answers: int = 0
    resent: list[DispatchRequest] = field(default_factory=list)
    """Dispatches of which messages in doubt are to be sent again."""
    unasked: int = 0
    """How many invited partners nothing has reached, and none will."""
    missed_turns: list[int] = field(default_factory=list)
    """The turns at which contacts were found not to have been reached, and nobody was told of that."""
    outage: timedelta | None = None
    """For how long nothing answers the next time that partners are to be asked again, or a window ended."""
    opened_at: datetime | None = None
    closes_at: datetime | None = None
    sign_on_ended: bool = False
    later: AskedDocument | None = None
    """A document after the first that partners are asked to sign: its window is then the world's."""
    due: dict[Purpose, datetime] = field(default_factory=dict)
    """Until when the messages of a purpose wait."""
    audience: tuple[Channel, ...] = AUDIENCE
    greylisted: set[int] = field(default_factory=set)
    """Positions of recipients whom their relay puts off for now."""
    spent: timedelta | None = None
    """For how long providers may be given nothing more, the next time that a batch is sent."""
    asleep: datetime | None = None
    """Until when it is quiet where text messages go; what is planned before one was put off does not know."""
    put_off: bool = False
    """A text message was put off."""
    down: set[Channel] = field(default_factory=set)
    """Channels whose provider is out of order for days."""
    suggests_after: int | None = None
    """After how many events of a history the server suggests another run; None: as it does by itself."""
    zone: str = "UTC"
    """By whose calendar the follow-up counts days."""
    dates: dict[UUID, tuple[Dated, Offsets, datetime]] = field(default_factory=dict)
    """The dates that hold of days of the case, each by the id of its entry, with when it was written down."""
    released_at: datetime | None = None
    """When the statement went out; as the plan says, or as the workflow showed it."""
    fallen: dict[tuple[DueKind, UUID], int] = field(default_factory=dict)
    """The last of each subject of the follow-up that fell due and was settled."""
    submitted: dict[UUID, tuple[Mechanism, datetime]] = field(default_factory=dict)
    """Submissions that were sent, when, and to which mechanism."""
    asking: DocumentRef = DOCUMENT
    """The document whose demands are those of now."""
    replied: dict[UUID, date] = field(default_factory=dict)
    """When a final answer to a submission came."""
    weekly: Weekly = field(default_factory=lambda: Weekly(0, time(9)))
    """When digests are due, in `zone`."""
    digests: dict[date, datetime] = field(default_factory=dict)
    """When the digest of each week was decided."""
    looked: list[datetime] = field(default_factory=list)
    """When somebody asked whose digest is due."""
    done: list[Due] = field(default_factory=list)
    """What fell due, in the order in which it was done."""
    sheets: dict[tuple[Purpose, int], Sheet] = field(default_factory=dict)
    phases: list[Phase] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    sent: Counter[tuple[Purpose, int, int]] = field(default_factory=Counter)
    """How often each delivery (purpose, round, position) was handed to a provider."""

    def __post_init__(self) -> None:
        self._changed = asyncio.Event()
        self._blocked: dict[str, asyncio.Event] = {}

    @property
    def phase(self) -> Phase:
        return self.phases[-1] if self.phases else self.plan.reached

    @property
    def running(self) -> bool:
        return not self.stopped and self.phase not in {Phase.CLOSED, Phase.DORMANT, Phase.STOPPED}

    @property
    def attested(self) -> bool:
        return self.attestations >= ATTESTATIONS_REQUIRED

    @property
    def permitted(self) -> bool:
        return self.consent and self.attested

    @property
    def facts(self) -> CaseFacts:
        """What the database would tell the workflow."""
        window = self._later_window
        return CaseFacts(
            lacking=() if self.attested else (Refusal.ATTESTATIONS_MISSING,),
            on_hold=self.on_hold,
            stopped=self.stopped,
            returned=self.returned,
            rejected=self.rejected,
            withdrawn=self.withdrawn,
            parked_dispatches=self.parked_dispatches,
            verification=self.verification,
            release=self.release,
            notice=self.notice,
            links=self.links,
            personal=self.personal,
            sign_again=self.sign_again,
            addendum=self.addendum,
            untold=self.untold,
            sign_on=self.later if window and window.is_asked_for else None,
            signed=LATER_RELEASE if window and window.lets_go_out else None,
        )

    @property
    def _later_window(self) -> LaterWindow | None:
        if self.later is None:
            return None
        return LaterWindow(
            plan=self.later.plan,
            awaited=self.running and (Purpose.STATEMENT, LATER_RELEASE.round) not in self.sheets,
            ended=self.sign_on_ended,
            on_hold=self.on_hold,
            signed_in_time=self.signed,
        )

    def sheet(self, dispatch_id: UUID) -> Sheet:
        return next(sheet for sheet in self.sheets.values() if sheet.dispatch_id == dispatch_id)

    def states(self, purpose: Purpose, number: int = 1) -> Counter[DeliveryState]:
        """Count the deliveries of a round by state; none where it was not frozen."""
        sheet = self.sheets.get((purpose, number))
        return Counter(sheet.states if sheet else ())

    def all_sent(self, purpose: Purpose, number: int = 1) -> bool:
        return set(self.states(purpose, number)) == {DeliveryState.SENT}

    def rounds(self, purpose: Purpose) -> list[datetime]:
        """Return when each round of a purpose was frozen."""
        return [sheet.frozen_at for (of, _), sheet in sorted(self.sheets.items()) if of is purpose]

    def changed(self) -> None:
        self._changed.set()

    async def called(self, activity: str) -> None:
        """Count a call, and keep it waiting where tests want that."""
        self.calls[activity] += 1
        self.changed()
        if activity in self._blocked:
            await self._blocked[activity].wait()

    def block(self, activity: str) -> None:
        """Keep the calls of an activity waiting."""
        self._blocked[activity] = asyncio.Event()

    def unblock(self, activity: str) -> None:
        self._blocked.pop(activity).set()

    async def until_called(self, activity: str, times: int = 1) -> None:
        """Wait until an activity was called so many times, from the start."""
        await self.until(lambda: self.calls[activity] >= times)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until the workflows have brought something about."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():
                self._changed.clear()
                await self._changed.wait()
