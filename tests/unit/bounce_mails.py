"""Mails that come back, as mail servers write them; all invented."""

from uuid import UUID

DOMAIN = "red.example"
HERS = UUID("3f2b0c1e-0d8c-4f4e-9a57-0b7f5a1f8f10")
ADDRESS = "prensa@diario.example"


def returned(delivery_id: UUID = HERS, *, domain: str = DOMAIN, body: str = "Hola.\r\n") -> str:
    """Write the mail that is returned."""
    return (
        f"From: Red Acuerpa <acuerpa@red.example>\r\nTo: <{ADDRESS}>\r\nSubject: =?utf-8?q?Acci=C3=B3n?=\r\n"
        f"Message-ID: <{delivery_id}@{domain}>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}"
    )


def status(
    action: str = "failed",
    code: str = "5.1.1",
    recipient: str = ADDRESS,
    diagnostic: str = "smtp; 550 5.1.1 no such user",
) -> str:
    """Write what is said of one recipient."""
    return (
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {code}\r\n"
        f"Diagnostic-Code: {diagnostic}\r\n"
    )


def bounce(
    *statuses: str,
    original: str | None = None,
    original_type: str = "message/rfc822",
    envelope: str = "",
    top: str = "",
    kind: str = "multipart/report; report-type=delivery-status",
    status_type: str = "message/delivery-status",
) -> bytes:
    """Write a delivery status notification (RFC 3464)."""
    said = "\r\n".join(statuses or (status(),))
    back = returned() if original is None else original
    third = f"--frontera\r\nContent-Type: {original_type}\r\n\r\n{back}\r\n" if back else ""
    return (
        f"From: MAILER-DAEMON@relay.example\r\nTo: acuerpa@red.example\r\nSubject: Undelivered\r\n{top}"
        f'MIME-Version: 1.0\r\nContent-Type: {kind}; boundary="frontera"\r\n\r\n'
        "--frontera\r\nContent-Type: text/plain\r\n\r\nIt did not arrive.\r\n\r\n"
        f"--frontera\r\nContent-Type: {status_type}\r\n\r\n"
        f"Reporting-MTA: dns; relay.example\r\n{envelope}\r\n{said}\r\n{third}--frontera--\r\n"
    ).encode()
