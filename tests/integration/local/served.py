import os
import smtplib
import sys
from email.message import EmailMessage
from pathlib import Path

from local.environment import free_ports, local_environment
from local.process import Child
from local.services import answers

ROOT = Path(__file__).resolve().parents[3]
ANA = "ana@partner.example"


class Served:
    """One of our HTTP processes, run as `make up` runs it."""

    def __init__(self, module: str, data: Path, port_setting: str) -> None:
        ports = free_ports()
        self.environment = local_environment(data, ports, "postgresql+psycopg://nobody@127.0.0.1/none")
        self.url = f"http://127.0.0.1:{ports[port_setting]}"
        self.smtp_port = int(ports["ACUERPA_LOCAL_SMTP_PORT"])
        command = (sys.executable, "-m", module)
        environment = {**os.environ, **self.environment}
        self.child = Child(module, command, log=data / "log", environment=environment, folder=ROOT)

    async def start(self) -> None:
        self.child.start()
        await self.child.wait_until(answers(f"{self.url}/health"))

    async def restart_after_kill(self) -> None:
        await self.child.kill()
        await self.start()

    def send(self, to: str = ANA, subject: str = "Acción urgente", html: str = "<p>Únanse</p>") -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "Red <red@red.example>", "x@y.example", subject
        message["Message-ID"] = "<d-1@red.example>"
        message.set_content("Únanse a https://red.example/s/abc\n")
        message.add_alternative(html, subtype="html")
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=10) as smtp:
            smtp.send_message(message, "bounces@red.example", [to])
