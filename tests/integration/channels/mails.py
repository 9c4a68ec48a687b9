"""Mails to send in tests."""

from uuid import uuid4

from channels.base import Outbound
from channels.mime import EmailContent

ANA = "ana@partner.example"


class HandOvers:
    """Counts how often the last gate was passed."""

    def __init__(self) -> None:
        self.count = 0

    async def __call__(self) -> None:
        self.count += 1


def mail(
    address: str = ANA,
    *,
    name: str | None = "Ana Ejemplo",
    subject: str = "Acción urgente",
    text: str = "Únanse.\n",
    html: str = "<p>Únanse.</p>",
    language: str = "es",
) -> Outbound[EmailContent]:
    content = EmailContent(recipient_name=name, subject=subject, text=text, html=html, language=language)
    return Outbound(uuid4(), address, content)
