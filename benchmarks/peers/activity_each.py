"""One Temporal activity for each mail, its result recorded by the history; 16 activities at once.

Arguments: the sink's port, how many mails, and the address of a Temporal server. An example comes in.
"""

import asyncio
import json
import sys
import time
from datetime import timedelta

import aiosmtplib
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

CONNECTIONS = 16
EXAMPLE = "" if sys.stdin.isatty() else sys.stdin.read()
idle: asyncio.Queue[aiosmtplib.SMTP] = asyncio.Queue()


@activity.defn
async def send_one(number: int) -> str:
    """Send one mail; what the relay says is the result."""
    smtp = await idle.get()
    mail = EXAMPLE.replace("Message-ID: <", f"Message-ID: <a{number}-", 1).encode()
    try:
        _, said = await smtp.sendmail("acuerpa@red.example", [f"m{number}@amigas.example"], mail)
    finally:
        idle.put_nowait(smtp)
    return said


@workflow.defn
class OneActivityEach:
    """Sends mails, a window at a time."""

    @workflow.run
    async def run(self, count: int) -> int:
        """Send so many."""
        window = asyncio.Semaphore(CONNECTIONS * 4)

        async def one(number: int) -> None:
            async with window:
                await workflow.execute_activity(
                    send_one, number, start_to_close_timeout=timedelta(seconds=30)
                )

        await asyncio.gather(*(one(number) for number in range(count)))
        return count


async def main() -> None:
    """Time the workflow."""
    port, count, address = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    client = await Client.connect(address)
    for _ in range(CONNECTIONS):
        smtp = aiosmtplib.SMTP(hostname="127.0.0.1", port=port)
        await smtp.connect()
        idle.put_nowait(smtp)
    worker = Worker(
        client, task_queue="peer", workflows=[OneActivityEach], activities=[send_one],
        max_concurrent_activities=CONNECTIONS, workflow_runner=UnsandboxedWorkflowRunner(),
    )  # fmt: skip
    async with worker:
        started = time.perf_counter()
        await client.execute_workflow(
            OneActivityEach.run, count, id=f"peer-{time.time_ns()}", task_queue="peer"
        )
        seconds = time.perf_counter() - started
    sys.stdout.write(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    asyncio.run(main())
