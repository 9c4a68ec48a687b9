"""A case whose statement went out long ago, and whose targets have not answered."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from models.columns import now
from models.escalation import EscalationStep
from models.follow_up_messages import Due, DueKind, FallDue, FallenDue
from models.mechanisms import Mechanism
from models.messages import DispatchRequest, Purpose
from models.reply_letters import letter_digest
from models.reply_vocabulary import StepState
from models.response_vocabulary import ResponseChannel, ResponseKind
from models.responses import TargetResponse
from models.submissions import Submission
from models.working_hours import working_hours
from storage import escalation, responses, submissions
from storage.database import Database
from storage.follow_up import FollowUps
from storage.reminders import Reminders
from storage.reply_clocks import started_at
from storage.targets import target_at
from templates.rendering import Renderer
from tests.integration.outbox_cases import Case, execute, make_case

DAY = timedelta(days=1)
NETWORK_TIME_ZONE = "America/Mexico_City"
RENDERER = Renderer("Red Acuerpa")
"""As workers and the web process have them."""
SENT_AT = (datetime.now(UTC) - 40 * DAY).replace(hour=16, minute=37, second=0, microsecond=0)
RULES = Reminders(5, working_hours("mon-sun 00:00-23:59"), NETWORK_TIME_ZONE)
PROSECUTOR, MECHANISM, EMBASSY = 0, 1, 2
"""The targets of the demo's case: they have 15 days, 10 days, and no time."""


async def overdue_case(database: Database, tree: dict[str, Any] | None = None) -> Case:
    """Make a case that is followed up since its statement went out, 40 days ago."""
    case = await make_case(database, tree)
    await case.end(Purpose.STATEMENT)
    await execute(
        database,
        "UPDATE delivery SET settled_at = :at FROM dispatch"
        " WHERE dispatch.id = dispatch_id AND dispatch.action_id = :case",
        at=SENT_AT,
        case=case.action.id,
    )
    await execute(
        database,
        "UPDATE urgent_action SET phase = 'following_up', released_at = :at, policy = jsonb_set(policy,"
        """ '{follow_up}', '{"expires_after": "P900D", "check_ins": []}') WHERE id = :case""",
        at=SENT_AT,
        case=case.action.id,
    )
    return case


async def due(case: Case, at: datetime | None = None) -> Due | None:
    """Return what is due next in the case's follow-up."""
    async with case.database.transaction() as session:
        return (await FollowUps(session, RULES).next_due(case.document, at or now())).due


async def fall(case: Case, one: Due) -> FallenDue:
    """Have something fall due."""
    async with case.database.transaction() as session:
        return await FollowUps(session, RULES).fall_due(FallDue(document=case.document, due=one, now=now()))


async def settle(case: Case, one: Due) -> None:
    """Note that its messages are begun."""
    async with case.database.transaction() as session:
        await FollowUps(session, RULES).settle(FallDue(document=case.document, due=one, now=now()))


async def fallen(case: Case) -> FallenDue:
    """Have what is due next fall due, and be settled."""
    one = await due(case)
    assert one
    told = await fall(case, one)
    await settle(case, one)
    return told


async def target_id(case: Case, number: int) -> UUID:
    async with case.database.transaction() as session:
        target = await target_at(session, case.action.id, number)
    assert target
    return target.id


async def step_of(case: Case, number: int) -> EscalationStep:
    """Return the newest step of a target."""
    (row,) = await execute(
        case.database,
        "SELECT id FROM escalation_step WHERE target_id = :target ORDER BY number DESC LIMIT 1",
        target=await target_id(case, number),
    )
    async with case.database.transaction() as session:
        found = await escalation.proposed_step(session, case.action.id, row.id)
    assert found
    return found.step


async def approve(case: Case, step_id: UUID, digest: bytes | None = None) -> None:
    """Approve the letter of a step, as it stands or by another digest."""
    async with case.database.transaction() as session:
        one = await escalation.proposed_step(session, case.action.id, step_id)
        assert one
        sent_at = await started_at(session, one.step.document_id, one.late.id, NETWORK_TIME_ZONE)
        letter = escalation.letter_to(one, case.action.reference, sent_at)
        read = RENDERER.email("reply_reminder", letter.language, letter.context(NETWORK_TIME_ZONE))
        await escalation.decide_step(
            session,
            one,
            StepState.APPROVED,
            case.action.author_id,
            digest or letter_digest(read.subject, read.text),
        )


async def decided(case: Case, step_id: UUID, state: StepState) -> None:
    """Decide about a step otherwise."""
    async with case.database.transaction() as session:
        one = await escalation.proposed_step(session, case.action.id, step_id)
        assert one
        await escalation.decide_step(session, one, state, case.action.author_id, None)


async def respond(
    case: Case, number: int, kind: ResponseKind = ResponseKind.POSITIVE, corrects: UUID | None = None
) -> UUID:
    """Write down that a target answered today."""
    async with case.database.transaction() as session:
        target = await target_at(session, case.action.id, number)
        assert target
        response = TargetResponse(
            id=uuid4(),
            action_id=case.action.id,
            target_id=target.id,
            kind=kind,
            channel=ResponseChannel.EMAIL,
            received_on=now().date(),
            recorded_by=case.action.author_id,
            corrects=corrects,
        )
        await responses.log(session, response, target)
        return response.id


async def approved_letter(case: Case, digest: bytes | None = None) -> DispatchRequest:
    """Have the first target that is late be proposed a reminder, approved and due to be sent."""
    await fallen(case)
    (row,) = await execute(
        case.database, "SELECT id FROM escalation_step WHERE action_id = :case", case=case.action.id
    )
    await approve(case, row.id, digest)
    one = await due(case)
    while one and one.kind is not DueKind.REPLY_LETTER:
        await fallen(case)
        one = await due(case)
    assert one
    (request,) = (await fall(case, one)).rounds
    return request


async def submitted(case: Case, mechanism: Mechanism, sent_at: datetime | None) -> UUID:
    """Write down that a draft was drawn, and maybe that it was sent."""
    draft = Submission(
        action_id=case.action.id,
        mechanism=mechanism,
        language="es",
        digest=uuid4().bytes * 2,
        missing=[],
        left_out=[],
        drafted_by=case.action.author_id,
    )
    async with case.database.transaction() as session:
        await submissions.keep_draft(session, draft)
        row = await submissions.draft_with(session, case.action.id, draft.digest)
        assert row
        if sent_at:
            await submissions.mark_sent(session, row, sent_at, case.action.author_id)
        return row.id


async def answer_submission(case: Case, submission_id: UUID, kind: ResponseKind) -> None:
    """Write down that a mechanism answered today."""
    async with case.database.transaction() as session:
        submission = await session.get(Submission, submission_id)
        assert submission
        response = TargetResponse(
            action_id=case.action.id,
            submission_id=submission.id,
            kind=kind,
            channel=ResponseChannel.EMAIL,
            received_on=now().date(),
            recorded_by=case.action.author_id,
        )
        await responses.log(session, response, submission)
