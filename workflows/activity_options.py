"""How long activities may take, and how they are tried again."""

from datetime import timedelta

from temporalio.common import Priority, RetryPolicy
from temporalio.workflow import ActivityConfig

from models.messages import Batch
from workflows.addresses import CASE_QUEUE, CHANNEL_QUEUES

FACTS = ActivityConfig(
    task_queue=CASE_QUEUE,
    start_to_close_timeout=timedelta(seconds=30),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=5)
    ),
)
"""Short transactions: tried until the database is there."""


PATIENCE = timedelta(days=1)
"""For how long a batch is tried that a provider puts off."""


def sending(batch: Batch, patience: timedelta = PATIENCE, *, attempts: int = 0) -> ActivityConfig:
    """Return the options of a batch: what a provider puts off is tried again for a day, or so many times.

    More urgent ones overtake in the queue, and dispatches share it fairly.
    """
    return ActivityConfig(
        task_queue=CHANNEL_QUEUES[batch.channel],
        priority=Priority(priority_key=batch.priority, fairness_key=str(batch.dispatch_id)),
        schedule_to_close_timeout=patience,
        start_to_close_timeout=timedelta(hours=1),
        heartbeat_timeout=timedelta(seconds=10),
        retry_policy=RetryPolicy(
            initial_interval=timedelta(seconds=1),
            backoff_coefficient=2,
            maximum_interval=timedelta(minutes=1),
            maximum_attempts=attempts,
        ),
    )
