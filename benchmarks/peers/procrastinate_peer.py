"""procrastinate: a job for each mail in PostgreSQL, 16 at once in one worker, an SMTP connection for each.

Arguments: the sink's port, how many mails, and a connection string of an empty database. An example comes in.
"""

import asyncio
import json
import sys
import time

import aiosmtplib
import procrastinate  # type: ignore[import-not-found]

CONNECTIONS = 16
PORT, COUNT, DATABASE = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
EXAMPLE = sys.stdin.read()

app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=DATABASE, max_size=CONNECTIONS + 4))
idle: asyncio.Queue[aiosmtplib.SMTP] = asyncio.Queue()


@app.task(queue="mail")  # type: ignore[untyped-decorator]
async def send(number: int) -> str:
    """Send one mail; what the relay says is the result."""
    smtp = await idle.get()
    mail = EXAMPLE.replace("Message-ID: <", f"Message-ID: <p{number}-", 1).encode()
    try:
        _, said = await smtp.sendmail("acuerpa@red.example", [f"m{number}@amigas.example"], mail)
    finally:
        idle.put_nowait(smtp)
    return said


async def main() -> None:
    """Defer all jobs, then time the worker until none is left."""
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        await send.batch_defer_async(*({"number": number} for number in range(COUNT)))
        for _ in range(CONNECTIONS):
            smtp = aiosmtplib.SMTP(hostname="127.0.0.1", port=PORT)
            await smtp.connect()
            idle.put_nowait(smtp)
        started = time.perf_counter()
        await app.run_worker_async(wait=False, concurrency=CONNECTIONS, install_signal_handlers=False)
        seconds = time.perf_counter() - started
    sys.stdout.write(json.dumps({"seconds": seconds}))


asyncio.run(main())
