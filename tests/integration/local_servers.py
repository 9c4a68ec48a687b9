"""The mailbox and the providers of `local/` as real processes, and how a test talks to them."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import httpx

from channels.mime import Relay
from local.environment import free_ports, local_environment
from local.process import Child
from local.services import answers

ROOT = Path(__file__).parents[2]


class LocalServer:
    """One of our HTTP processes, run as `make up` runs it."""

    def __init__(self, module: str, data: Path, port_setting: str) -> None:
        ports = free_ports()
        self.environment = local_environment(data, ports, "postgresql+psycopg://nobody@127.0.0.1/none")
        self.url = f"http://127.0.0.1:{ports[port_setting]}"
        command = (sys.executable, "-m", module)
        self.child = Child(
            module,
            command,
            log=data / "log",
            environment={**os.environ, **self.environment},
            folder=ROOT,
        )
        self._http = httpx.Client(base_url=self.url, timeout=90, trust_env=False)

    def start(self) -> None:
        self.child.start()
        asyncio.run(self.child.wait_until(answers(f"{self.url}/health")))

    def stop(self) -> None:
        self._http.close()
        asyncio.run(self.child.stop())

    def order(self, *faults: dict[str, Any]) -> None:
        """Order faults in place of the former ones."""
        self._http.put("/faults", json=list(faults)).raise_for_status()

    def fired(self) -> list[int]:
        return [fault["fired"] for fault in self.get("/faults")]

    def get(self, path: str, **parameters: str) -> Any:
        return self._http.get(path, params=parameters).raise_for_status().json()

    def forget_messages(self) -> None:
        self._http.delete("/messages").raise_for_status()


class LocalMailbox(LocalServer):
    """The mailbox."""

    def __init__(self, data: Path) -> None:
        super().__init__("local.mailbox", data, "ACUERPA_LOCAL_MAILBOX_PORT")
        self.relay = Relay(
            host="127.0.0.1",
            port=int(self.environment["ACUERPA_LOCAL_SMTP_PORT"]),
            security="none",
            sender="acuerpa@red.example",
            sender_name="Red Acuerpa",
            domain="red.example",
            timeout_seconds=10,
        )

    def messages(self, to: str | None = None) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = self.get("/messages", **({} if to is None else {"to": to}))
        return messages


class LocalProviders(LocalServer):
    """The SMS provider and the partners' endpoints."""

    def __init__(self, data: Path) -> None:
        super().__init__("local.providers", data, "ACUERPA_LOCAL_PROVIDERS_PORT")

    @property
    def sms_key(self) -> str:
        return self.environment["ACUERPA_SMS_KEY"]

    def received(self, key: object) -> list[dict[str, Any]]:
        """Return what came with an idempotency key."""
        return [item for item in self.get("/received") if item["key"] == str(key)]
