"""The sink as a child of the benchmark, and what it tells."""

import json
import socket
import sys
from pathlib import Path
from typing import Any, Self

from local.ports import LOOPBACK, free_port
from local.process import Child

ROOT = Path(__file__).resolve().parent.parent


class Sink:
    """A sink that runs until the block ends."""

    def __init__(self, data: Path) -> None:
        self.port, self._control_port = free_port(), free_port()
        arguments = (sys.executable, "-m", "benchmarks.sink", str(self.port), str(self._control_port))
        self._child = Child("sink", arguments, log=data / "logs" / "sink.log", folder=ROOT)

    async def __aenter__(self) -> Self:
        self._child.start()
        await self._child.wait_until(self._answers)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._child.stop()

    async def _answers(self) -> bool:
        try:
            self.told()
        except OSError:
            return False
        return True

    def reset(self, delay_ms: int = 0) -> None:
        """Begin to count anew, with this delay before each answer."""
        self._ask(f"reset {delay_ms}")

    def told(self) -> dict[str, Any]:
        """Return what it has counted."""
        return self._ask("told")

    def _ask(self, line: str) -> dict[str, Any]:
        with socket.create_connection((LOOPBACK, self._control_port), timeout=5) as connection:
            connection.sendall(f"{line}\n".encode())
            with connection.makefile() as answers:
                told: dict[str, Any] = json.loads(answers.readline())
                return told
