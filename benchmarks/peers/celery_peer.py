"""Celery over Redis: a task for each mail, acknowledged late, its result kept; two worker processes.

Arguments: the sink's port, how many mails, and the address of an empty Redis. An example comes in.
"""

import json
import os
import smtplib
import subprocess
import sys
import time
from functools import cache

from celery import Celery  # type: ignore[import-not-found]

BROKER = os.environ.get("PEER_BROKER") or sys.argv[3]
app = Celery("celery_peer", broker=BROKER, backend=BROKER)
app.conf.update(task_acks_late=True, worker_prefetch_multiplier=16, task_ignore_result=False)


@cache
def _smtp() -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", int(os.environ["PEER_PORT"]))


@app.task(name="send")  # type: ignore[untyped-decorator]
def send(number: int) -> str:
    """Send one mail over the connection of this process."""
    mail = os.environ["PEER_EXAMPLE"].replace("Message-ID: <", f"Message-ID: <c{number}-", 1)
    _smtp().sendmail("acuerpa@red.example", [f"m{number}@amigas.example"], mail.encode())
    return "sent"


def main() -> None:
    """Queue all tasks, then time a worker until the last result is there."""
    port, count = sys.argv[1], int(sys.argv[2])
    environment = {
        **os.environ, "PEER_PORT": port, "PEER_BROKER": BROKER, "PEER_EXAMPLE": sys.stdin.read(),
        "PYTHONPATH": os.path.dirname(__file__),  # noqa: PTH120 - a script on its own
    }  # fmt: skip
    results = [send.delay(number) for number in range(count)]
    command = (sys.executable, "-m", "celery", "-A", "celery_peer", "worker", "-c", "2", "-l", "ERROR")
    started = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - this very file
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as worker:
        try:
            first = results[0].get(timeout=60)
            started = time.perf_counter() if first else started  # the start of the worker is not counted
            for one in results:
                one.get(timeout=600)
            seconds = time.perf_counter() - started
        finally:
            worker.terminate()
    sys.stdout.write(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main()
