import asyncio
import base64
import os
import smtplib
import socket
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from pydantic import ValidationError
from sqlalchemy import make_url
from temporalio.client import Client, WorkflowExecutionStatus

from local.environment import PORT_SETTINGS, free_ports, local_environment, settings_of
from local.ports import PortTaken, free_port, require_free
from local.postgres import EmbeddedPostgres
from local.process import Child, ChildError, end_leftover
from local.providers import ProviderFault
from local.services import answers
from local.smtp_server import SmtpFault
from local.stack import Stack, StackBusyError
from local.temporal import EmbeddedTemporal, temporal_binary

ROOT = Path(__file__).resolve().parents[2]
ANA = "ana@partner.example"
BEA = "bea@partner.example"
HOOK = {"webhook-id": "d-1", "webhook-timestamp": "1767225600", "webhook-signature": "v1,c2lnbmF0dXJl"}


def connect(server: EmbeddedPostgres, database: str) -> psycopg.Connection:
    address = make_url(server.url(database)).set(drivername="postgresql")
    return psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)


def only(connection: psycopg.Connection, query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    return row and row[0]


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path / "postgres", fast=True)
    server.start()
    server.create_database("ledger")
    yield server
    server.stop()


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


@pytest.fixture
async def mailbox(tmp_path: Path) -> AsyncIterator[Served]:
    served = Served("local.mailbox", tmp_path, "ACUERPA_LOCAL_MAILBOX_PORT")
    await served.start()
    yield served
    await served.child.stop()


@pytest.fixture
async def providers(tmp_path: Path) -> AsyncIterator[Served]:
    served = Served("local.providers", tmp_path, "ACUERPA_LOCAL_PROVIDERS_PORT")
    await served.start()
    yield served
    await served.child.stop()


@pytest.fixture
async def http(request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    name = next(name for name in ("mailbox", "providers") if name in request.fixturenames)
    served: Served = request.getfixturevalue(name)
    async with httpx.AsyncClient(base_url=served.url, timeout=20, trust_env=False) as client:
        yield client


def test_a_taken_port_names_the_setting_that_moves_it() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(PortTaken) as taken:
            require_free(port, "ACUERPA_LOCAL_MAILBOX_PORT")
    assert str(taken.value) == (
        f"port {port} (ACUERPA_LOCAL_MAILBOX_PORT) is in use: "
        "stop the other program or set ACUERPA_LOCAL_MAILBOX_PORT to another port"
    )
    require_free(port, "ACUERPA_LOCAL_MAILBOX_PORT")


def test_postgresql_speaks_utf_8_and_utc_and_keeps_what_was_committed(postgres: EmbeddedPostgres) -> None:
    with connect(postgres, "ledger") as connection:
        assert only(connection, "SHOW server_encoding") == "UTF8"
        assert only(connection, "SHOW timezone") == "UTC"
        connection.execute("CREATE TABLE word AS SELECT 'acuerpar ñ' AS text")
    postgres.stop()
    assert not postgres.running
    postgres.start()
    with connect(postgres, "ledger") as connection:
        assert only(connection, "SELECT text FROM word") == "acuerpar ñ"


def test_postgresql_recovers_what_was_committed_before_it_was_killed(postgres: EmbeddedPostgres) -> None:
    with closing(connect(postgres, "ledger")) as still_open:
        still_open.execute("CREATE TABLE word AS SELECT 'acuerpar' AS text")
        postgres.kill()
        assert not postgres.running
        postgres.start()
    with connect(postgres, "ledger") as connection:
        assert only(connection, "SELECT text FROM word") == "acuerpar"


def test_a_second_start_takes_over_the_running_server_of_the_same_folder(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    with connect(postgres, "ledger") as connection:
        started = only(connection, "SELECT pg_postmaster_start_time()")
        again = EmbeddedPostgres(tmp_path / "postgres")
        again.start()
        with connect(again, "ledger") as other:
            assert only(other, "SELECT pg_postmaster_start_time()") == started


def test_a_process_that_got_a_dead_servers_number_is_not_taken_for_the_server(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    postgres.stop()
    (tmp_path / "postgres" / "cluster" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    assert not postgres.running
    postgres.start()
    assert postgres.running


def test_a_database_is_created_once_copied_from_a_template_and_dropped(postgres: EmbeddedPostgres) -> None:
    with connect(postgres, "ledger") as connection:
        connection.execute("CREATE TABLE word AS SELECT 'acuerpar' AS text")
    postgres.create_database("ledger")
    postgres.create_database("copy", template="ledger")
    with connect(postgres, "copy") as connection:
        assert only(connection, "SELECT text FROM word") == "acuerpar"
        postgres.drop_database("copy")
    with pytest.raises(psycopg.OperationalError):
        connect(postgres, "copy")


def test_a_folder_too_long_for_a_socket_still_works(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / ("it's long " * 12) / "postgres", fast=True)
    server.start()
    try:
        server.create_database("ledger")
        with connect(server, "ledger") as connection:
            folder = Path(only(connection, "SHOW unix_socket_directories").strip('"'))
        assert len(str(folder)) < 100
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    finally:
        server.stop()
    assert not folder.exists()


def test_the_servers_log_quotes_no_row(postgres: EmbeddedPostgres) -> None:
    with connect(postgres, "ledger") as connection:
        connection.execute("CREATE TABLE person (address text UNIQUE)")
        with pytest.raises(psycopg.errors.UniqueViolation, match="canary"):
            connection.execute("INSERT INTO person VALUES ('canary@x.example'), ('canary@x.example')")
    log = postgres.log.read_text()
    assert "ready to accept connections" in log
    assert "canary" not in log


async def test_temporal_keeps_a_workflow_through_a_kill(tmp_path: Path) -> None:
    port = free_port()
    server = EmbeddedTemporal(temporal_binary(), tmp_path / "temporal.db", port)
    await server.start()
    try:
        client = await Client.connect(server.address)
        await client.start_workflow("Waits", id="kept-1", task_queue="nobody-polls")
        await server.kill()
        assert not server.child.running
        await server.start()
        client = await Client.connect(server.address)
        description = await client.get_workflow_handle("kept-1").describe()
        assert description.status is WorkflowExecutionStatus.RUNNING
        await client.start_workflow("Waits", id="kept-2", task_queue="nobody-polls")
    finally:
        await server.stop()
    assert not server.child.running


async def test_a_service_that_cannot_start_says_where_its_log_is(tmp_path: Path) -> None:
    command = (sys.executable, "-c", "raise SystemExit('no luck today')")
    child = Child("worker", command, log=tmp_path / "worker.log")
    child.start()
    with pytest.raises(ChildError) as failure:
        await child.wait_until(answers(f"http://127.0.0.1:{free_port()}/"))
    assert str(failure.value).splitlines() == [
        f"worker ended by itself (1): see {tmp_path / 'worker.log'}",
        "no luck today",
    ]


async def test_a_stopped_child_leaves_no_grandchild(tmp_path: Path) -> None:
    # The grandchild holds the pipe open: its reader sees the end only when nobody is left.
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    code = f"import subprocess; subprocess.run(['sleep', '600'], stdout=open({str(pipe)!r}, 'w'))"
    child = Child("parent", (sys.executable, "-c", code), log=tmp_path / "log")
    child.start()
    reader = await asyncio.to_thread(pipe.open, "rb")
    with reader:
        await child.stop(seconds=5)
        assert await asyncio.wait_for(asyncio.to_thread(reader.read), 10) == b""


async def test_what_a_killed_parent_left_is_ended_and_a_stranger_with_its_number_is_not(
    tmp_path: Path,
) -> None:
    record = tmp_path / "service.pid"
    child = Child("service", ("sleep", "600"), log=tmp_path / "log", record=record)
    child.start()
    written = record.read_text()
    record.write_text(f"{child.pid} 1.5")
    assert not end_leftover(record)
    assert child.running
    record.write_text(written)
    assert end_leftover(record)
    assert await child.wait_for_exit(seconds=10)
    assert not record.exists()


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


@pytest.mark.parametrize("fault", [{}, {"status": 200}, {"status": 503, "store_then_reset": True}])
def test_an_impossible_provider_fault_is_refused(fault: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="status"):
        ProviderFault.model_validate({"channel": "sms", **fault})


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


def sms_headers(served: Served, key: str = "d-1") -> dict[str, str]:
    return {"Authorization": f"Bearer {served.environment['ACUERPA_SMS_KEY']}", "Idempotency-Key": key}


SMS = {"to": "+525512345678", "from": "Acuerpa", "text": "Acción urgente"}


async def test_a_text_message_is_kept_once_for_each_key_even_through_a_kill(
    providers: Served, http: httpx.AsyncClient
) -> None:
    first = await http.post("/sms", json=SMS, headers=sms_headers(providers))
    assert first.status_code == 201
    await providers.restart_after_kill()
    again = await http.post("/sms", json=SMS, headers=sms_headers(providers))
    assert (again.status_code, again.json()) == (201, first.json())
    other = await http.post("/sms", json=SMS, headers=sms_headers(providers, "d-2"))
    assert other.json() != first.json()
    received = (await http.get("/received", params={"channel": "sms"})).json()
    assert [(item["key"], item["content"]) for item in received] == [("d-1", SMS), ("d-2", SMS)]


async def test_a_key_used_for_another_text_is_refused(providers: Served, http: httpx.AsyncClient) -> None:
    await http.post("/sms", json=SMS, headers=sms_headers(providers))
    other = await http.post("/sms", json={**SMS, "text": "otra"}, headers=sms_headers(providers))
    assert other.status_code == 409
    assert len((await http.get("/received")).json()) == 1


async def test_a_text_message_without_key_or_with_a_wrong_one_is_refused(
    providers: Served, http: httpx.AsyncClient
) -> None:
    right = sms_headers(providers)
    wrong_key = await http.post("/sms", json=SMS, headers={**right, "Authorization": "Bearer wrong"})
    no_key = await http.post("/sms", json=SMS, headers={"Authorization": right["Authorization"]})
    no_text = await http.post("/sms", json={"to": "+525512345678"}, headers=right)
    assert [answer.status_code for answer in (wrong_key, no_key, no_text)] == [401, 400, 422]
    assert (await http.get("/received")).json() == []


async def test_a_webhook_is_kept_once_with_its_signature_and_its_exact_body(
    providers: Served, http: httpx.AsyncClient
) -> None:
    body = b'{"title":  "Acci\xc3\xb3n"}'
    waiting = asyncio.create_task(http.get("/received", params={"channel": "partner_api", "wait": 20}))
    assert providers.child.running
    replies = [await http.post("/partners/p-1", content=body, headers=HOOK) for _ in range(2)]
    assert [answer.status_code for answer in replies] == [200, 200]
    assert replies[0].json() == replies[1].json()
    assert (await http.post("/partners/p-2", content=body, headers=HOOK)).json() != replies[0].json()
    received = (await waiting).json()[0]
    assert (received["partner_id"], received["headers"]) == ("p-1", HOOK)
    assert received["body"].encode() == body
    assert len((await http.get("/received")).json()) == 2
    assert "p-2" in (await http.get("/")).text


async def test_a_webhook_without_signature_or_json_is_refused(
    providers: Served, http: httpx.AsyncClient
) -> None:
    assert providers.child.running
    unsigned = await http.post("/partners/p-1", json={})
    assert unsigned.status_code == 400
    assert "webhook-signature" in unsigned.json()["detail"]
    assert (await http.post("/partners/p-1", content=b"\xff", headers=HOOK)).status_code == 400


async def test_an_ordered_provider_fault_fires_is_counted_and_ends(
    providers: Served, http: httpx.AsyncClient
) -> None:
    fault = {"channel": "sms", "status": 503, "times": 1, "retry_after": 1}
    await http.put("/faults", json=fault)
    assert (await http.post("/partners/p-1", json={}, headers=HOOK)).status_code == 200
    failed = await http.post("/sms", json=SMS, headers=sms_headers(providers))
    assert (failed.status_code, failed.headers["retry-after"]) == (503, "1")
    assert (await http.get("/received", params={"channel": "sms"})).json() == []
    assert (await http.post("/sms", json=SMS, headers=sms_headers(providers))).status_code == 201
    assert (await http.get("/faults")).json() == [{**fault, "store_then_reset": False, "fired": 1}]


async def test_a_request_can_be_kept_while_its_answer_is_lost(
    providers: Served, http: httpx.AsyncClient
) -> None:
    await http.put("/faults", json={"channel": "sms", "store_then_reset": True})
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await http.post("/sms", json=SMS, headers=sms_headers(providers))
    again = await http.post("/sms", json=SMS, headers=sms_headers(providers))
    received = (await http.get("/received")).json()
    assert [item["id"] for item in received] == [again.json()["id"]]
    assert [fault["fired"] for fault in (await http.get("/faults")).json()] == [1]


async def test_half_a_line_that_a_kill_left_is_dropped(
    providers: Served, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    await http.post("/sms", json=SMS, headers=sms_headers(providers))
    await providers.child.kill()
    with (tmp_path / "providers" / "received.jsonl").open("ab") as file:
        file.write(b'{"channel": "sm')
    await providers.start()
    assert len((await http.get("/received")).json()) == 1
    await http.post("/sms", json=SMS, headers=sms_headers(providers, "d-2"))
    await providers.restart_after_kill()
    assert len((await http.get("/received")).json()) == 2


def test_keys_are_made_on_the_first_run_and_kept(tmp_path: Path) -> None:
    url = "postgresql+psycopg://postgres@127.0.0.1/acuerpa"
    first = local_environment(tmp_path / "data", {}, url)
    file = tmp_path / "data" / "secrets.env"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert local_environment(tmp_path / "data", {}, url) == first
    assert local_environment(tmp_path / "other", {}, url)["ACUERPA_FIELD_KEYS"] != first["ACUERPA_FIELD_KEYS"]
    settings = settings_of(first)
    assert len(base64.urlsafe_b64decode(settings.fingerprint_key.get_secret_value())) == 32
    assert settings.partner_api_allow_private


def test_a_secret_that_an_upgrade_needs_is_added_to_the_kept_ones(tmp_path: Path) -> None:
    url = "postgresql+psycopg://postgres@127.0.0.1/acuerpa"
    (tmp_path / "secrets.env").write_text("ACUERPA_SMS_KEY=kept\n")
    completed = local_environment(tmp_path, {}, url)
    assert completed["ACUERPA_SMS_KEY"] == "kept"
    assert completed["ACUERPA_PAYLOAD_KEYS"].startswith("k1:")
    assert local_environment(tmp_path, {}, url) == completed


def test_given_ports_lead_to_the_local_services(tmp_path: Path) -> None:
    given = {name: str(9000 + number) for number, name in enumerate(PORT_SETTINGS)}
    settings = settings_of(local_environment(tmp_path, given, "postgresql+psycopg://postgres@127.0.0.1/a"))
    assert settings.public_url == f"http://127.0.0.1:{settings.web_port}"
    assert settings.smtp_port == settings.local_smtp_port
    assert settings.temporal_address == f"127.0.0.1:{settings.local_temporal_port}"
    assert settings.sms_url == f"http://127.0.0.1:{settings.local_providers_port}/sms"


async def test_a_stack_whose_port_is_taken_starts_nothing(tmp_path: Path) -> None:
    given = free_ports()
    with closing(socket.create_server(("127.0.0.1", int(given["ACUERPA_WEB_PORT"])))):
        stack = Stack(tmp_path, given=given)
        with pytest.raises(PortTaken, match="ACUERPA_WEB_PORT"):
            await stack.up()
    assert not any(service.running for service in stack.services.values())


async def test_a_second_stack_on_the_same_folder_is_refused_and_harms_nothing(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    first = Stack(data, given=free_ports(), postgres=postgres)
    first._take_folder()
    try:
        await first.start("postgres")
        with pytest.raises(StackBusyError, match="already runs"):
            await Stack(data, given=free_ports(), postgres=postgres).up()
        assert first.services["postgres"].running
    finally:
        await first.down()
    assert postgres.running
