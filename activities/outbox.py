"""What a distribution does around its batches."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import references
from models.messages import (
    Batch,
    BatchOutcome,
    Dispatched,
    DispatchOutcome,
    DispatchPlan,
    DispatchRequest,
)
from storage import claims, freezing, outbox
from storage.database import Database
from storage.reminders import Reminders


class OutboxActivities(references.OutboxActivities):
    """Short transactions on dispatches."""

    def __init__(self, database: Database, reminders: Reminders, *, batch_size: int) -> None:
        self._database = database
        self._reminders = reminders
        self._batch_size = batch_size

    @activity.defn
    async def freeze_dispatch(self, request: DispatchRequest) -> Dispatched:
        """Write the messages of a purpose to the outbox, once; raises `NOT_PERMITTED`."""
        try:
            async with self._database.transaction() as session:
                return await freezing.freeze(session, request, self._reminders)
        except freezing.NotPermittedError:
            async with self._database.transaction() as session:
                await freezing.record_refusal(session, request)
            raise ApplicationError(
                "the gate refused the dispatch", type=references.NOT_PERMITTED, non_retryable=True
            ) from None

    @activity.defn
    async def plan_dispatch(self, dispatched: Dispatched) -> DispatchPlan:
        """Divide what may be sent now into batches, and tell when more of it will be due."""
        async with self._database.transaction() as session:
            return await outbox.plan_dispatch(session, dispatched, self._batch_size)

    @activity.defn
    async def give_up_batch(self, batch: Batch) -> BatchOutcome:
        """Fail what no provider took in time."""
        async with self._database.transaction() as session:
            return await claims.give_up(session, batch)

    @activity.defn
    async def end_dispatch(self, dispatched: Dispatched) -> DispatchOutcome:
        """Cancel what is not wanted any more, and count how the deliveries ended."""
        async with self._database.transaction() as session:
            return await outbox.end_dispatch(session, dispatched)
