import asyncio
import base64
import os
import socket
import stat
import sys
from contextlib import closing
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowExecutionStatus

from local.environment import PORT_SETTINGS, free_ports, local_environment, settings_of
from local.ports import PortTaken, free_port, require_free
from local.postgres import EmbeddedPostgres
from local.process import Child, ChildError, end_leftover
from local.services import answers
from local.stack import Stack, StackBusyError
from local.temporal import EmbeddedTemporal, temporal_binary


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
