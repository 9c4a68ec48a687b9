import asyncio
import smtplib
import socket
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from local.process import ChildError
from local.smtp_server import SmtpFault
from tests.integration.local.served import Served

ANA = "ana@partner.example"
BEA = "bea@partner.example"


async def test_mail_is_received_told_and_kept_through_a_kill(
    mailbox: Served, http: httpx.AsyncClient
) -> None:
    await asyncio.to_thread(mailbox.send)
    before = (await http.get("/messages")).json()
    await mailbox.restart_after_kill()
    await asyncio.to_thread(mailbox.send, BEA)
    messages = (await http.get("/messages")).json()
    assert messages[:1] == before
    assert [message["sequence"] for message in messages] == [1, 2]
    first = messages[0]
    assert first["to"] == [ANA]
    assert first["from"] == "Red <red@red.example>"
    assert first["envelope_from"] == "bounces@red.example"
    assert first["subject"] == "Acción urgente"
    assert first["message_id"] == "<d-1@red.example>"
    assert first["text"].strip() == "Únanse a https://red.example/s/abc"
    assert first["html"].strip() == "<p>Únanse</p>"
    assert first["headers"]["To"] == "x@y.example"
    assert (await http.get("/messages/2")).json() == messages[1]
    assert (await http.get("/messages/3")).status_code == 404


async def test_a_reader_waits_until_her_mail_comes(mailbox: Served, http: httpx.AsyncClient) -> None:
    waiting = asyncio.create_task(http.get("/messages", params={"to": BEA.upper(), "after": 1, "wait": 20}))
    for_all = asyncio.create_task(http.get("/messages", params={"to": "", "wait": 20}))
    await asyncio.to_thread(mailbox.send, ANA)
    await asyncio.to_thread(mailbox.send, ANA)
    assert (await for_all).json()[0]["sequence"] == 1
    assert not waiting.done()
    await asyncio.to_thread(mailbox.send, BEA)
    assert [message["sequence"] for message in (await waiting).json()] == [3]
    assert (await http.get("/messages", params={"after": 3, "wait": 0.05})).json() == []


async def test_emptying_the_mailbox_does_not_start_the_sequence_again(
    mailbox: Served, http: httpx.AsyncClient
) -> None:
    await asyncio.to_thread(mailbox.send)
    assert (await http.delete("/messages")).status_code == 204
    assert (await http.get("/messages")).json() == []
    await asyncio.to_thread(mailbox.send)
    assert [message["sequence"] for message in (await http.get("/messages")).json()] == [2]


@pytest.mark.parametrize(
    ("verb", "error"),
    [
        ("connect", smtplib.SMTPConnectError),
        ("mail", smtplib.SMTPSenderRefused),
        ("rcpt", smtplib.SMTPRecipientsRefused),
        ("data", smtplib.SMTPDataError),
    ],
)
async def test_an_ordered_smtp_fault_fires_as_often_as_it_was_ordered(
    mailbox: Served, http: httpx.AsyncClient, verb: str, error: type[smtplib.SMTPException]
) -> None:
    fault = {"verb": verb, "code": 451, "times": 2}
    assert (await http.put("/faults", json=fault)).json()[0]["fired"] == 0
    for fired in (1, 2):
        with pytest.raises(error, match="451"):
            await asyncio.to_thread(mailbox.send)
        assert (await http.get("/faults")).json() == [{**fault, "address": None, "fired": fired}]
    assert (await http.get("/messages")).json() == []
    await asyncio.to_thread(mailbox.send)
    assert len((await http.get("/messages")).json()) == 1


async def test_a_fault_for_one_address_spares_the_others(mailbox: Served, http: httpx.AsyncClient) -> None:
    await http.put("/faults", json=[{"verb": "rcpt", "code": 550, "times": 9, "address": BEA}])
    await asyncio.to_thread(mailbox.send, ANA)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        await asyncio.to_thread(mailbox.send, BEA)
    assert refused.value.recipients[BEA][0] == 550
    assert [fault["fired"] for fault in (await http.get("/faults")).json()] == [1]
    assert (await http.put("/faults", json=[])).json() == []
    await asyncio.to_thread(mailbox.send, BEA)


async def test_a_message_can_be_kept_while_its_answer_is_lost(
    mailbox: Served, http: httpx.AsyncClient
) -> None:
    await http.put("/faults", json={"verb": "accepted_then_drop"})
    with pytest.raises(smtplib.SMTPServerDisconnected):
        await asyncio.to_thread(mailbox.send)
    assert len((await http.get("/messages")).json()) == 1
    assert [fault["fired"] for fault in (await http.get("/faults")).json()] == [1]


@pytest.mark.parametrize(
    ("fault", "wrong"),
    [
        ({"verb": "vrfy"}, "verb"),
        ({"verb": "rcpt", "code": 250}, "code"),
        ({"verb": "data", "times": 0}, "times"),
        ({"verb": "connect", "address": ANA}, "address is not known at connect"),
    ],
)
def test_an_impossible_smtp_fault_is_refused(fault: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValidationError, match=wrong):
        SmtpFault.model_validate(fault)


async def test_a_shown_message_is_escaped_and_cannot_run_scripts(
    mailbox: Served, http: httpx.AsyncClient
) -> None:
    script = '<script>alert("x")</script>'
    await asyncio.to_thread(mailbox.send, ANA, script, f'<p>"quoted"</p>{script}')
    for path in ("/", "/view/1"):
        answer = await http.get(path)
        assert answer.status_code == 200
        assert "&lt;script&gt;alert" in answer.text
        assert "<script>alert" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in answer.text
    assert 'href="https://red.example/s/abc"' in answer.text


async def test_a_page_elsewhere_cannot_read_the_mail_by_a_name_of_its_own(
    mailbox: Served, http: httpx.AsyncClient
) -> None:
    assert mailbox.child.running
    answer = await http.get("/messages", headers={"Host": "attacker.example"})
    assert answer.status_code == 400


async def test_a_mailbox_whose_port_is_taken_says_so(tmp_path: Path) -> None:
    served = Served("local.mailbox", tmp_path, "ACUERPA_LOCAL_MAILBOX_PORT")
    with (
        closing(socket.create_server(("127.0.0.1", served.smtp_port))),
        pytest.raises(ChildError, match=rf"port {served.smtp_port} \(ACUERPA_LOCAL_SMTP_PORT\) is in use"),
    ):
        await served.start()
