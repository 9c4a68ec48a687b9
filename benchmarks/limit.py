"""What aiosmtplib alone reaches: prebuilt mails over connections that are kept open, a process of its own."""

import asyncio
import json
import sys
import time
from uuid import uuid4

import aiosmtplib

from local.ports import LOOPBACK


def _mails(example: str, count: int) -> list[bytes]:
    """Return so many mails like an example, each with an id of its own."""
    head, _, rest = example.partition("Message-ID: <")
    tail = rest.partition("@")[2]
    return [f"{head}Message-ID: <{uuid4()}@{tail}".encode() for _ in range(count)]


async def send_all(port: int, connections: int, mails: list[bytes]) -> float:
    """Send all mails; return the seconds that it took, connecting aside."""
    waiting = iter(mails)

    async def work(smtp: aiosmtplib.SMTP) -> None:
        for mail in waiting:
            await smtp.sendmail("acuerpa@red.example", ["member@amigas.example"], mail)

    opened = [aiosmtplib.SMTP(hostname=LOOPBACK, port=port) for _ in range(connections)]
    for one in opened:
        await one.connect()
    started = time.perf_counter()
    await asyncio.gather(*map(work, opened))
    seconds = time.perf_counter() - started
    for one in opened:
        await one.quit()
    return seconds


def main() -> None:
    """Print the seconds as JSON; the arguments are port, connections and count, the example comes in."""
    port, connections, count = map(int, sys.argv[1:4])
    mails = _mails(sys.stdin.read(), count)
    seconds = asyncio.run(send_all(port, connections, mails))
    sys.stdout.write(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main()
