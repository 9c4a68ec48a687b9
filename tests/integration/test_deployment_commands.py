"""What compose and the image run, run here without an engine: the same files, settings, commands, checks."""

import base64
import hashlib
import hmac
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import make_url
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from local.ports import LOOPBACK, free_port
from local.postgres import EmbeddedPostgres
from local.process import Child
from local.services import answers, exists
from local.temporal import EmbeddedTemporal, temporal_binary
from models.messages import DeliveryState
from models.people import PinOutcome
from security.keys import new_key, new_key_ring
from security.tokens import token_hash
from storage.actions import action_by_id
from storage.database import Database
from storage.verifiers import open_enrolment
from tests.deployment_files import ROOT, SERVICES, copy_application, environment_of, instructions
from tests.integration.outbox_cases import make_case
from tests.integration.verifiers import PIN, enrolment_link, typed, verifier

NAMESPACE = "acuerpa"
GIVEN = {
    "POSTGRES_PASSWORD": "invented1",
    "DATABASE_PASSWORD": "invented2",
    "TEMPORAL_DATABASE_PASSWORD": "invented3",
    "ACUERPA_TEMPORAL_NAMESPACE": NAMESPACE,
    "ACUERPA_PAYLOAD_KEYS": new_key_ring("k1"),
    "ACUERPA_FIELD_KEYS": new_key_ring("k1"),
    "ACUERPA_FINGERPRINT_KEY": new_key(),
    "ACUERPA_PUBLIC_URL": "https://acuerpa.red.example",
    "ACUERPA_NETWORK_NAME": "Red de defensoras",
    "ACUERPA_MAIL_FROM": "acuerpa@red.example",
    "ACUERPA_MESSAGE_ID_DOMAIN": "red.example",
    "ACUERPA_SMTP_HOST": "mail.red.example",
    "ACUERPA_SMS_URL": "https://sms.red.example/messages",
    "ACUERPA_SMS_KEY": "invented",
}
PATH = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def address(server: EmbeddedPostgres, user: str, database: str) -> str:
    """The address of a database for a role; a Unix socket stands in for the container network."""
    return make_url(server.url(database)).set(username=user).render_as_string(hide_password=False)


def connect(server: EmbeddedPostgres, user: str, database: str) -> psycopg.Connection:
    return psycopg.connect(address(server, user, database).replace("+psycopg", ""), autocommit=True)


def run(arguments: list[str | Path], environment: Mapping[str, str], folder: Path) -> str:
    done = subprocess.run(  # noqa: S603 - the commands of our own files
        arguments, env={**PATH, **environment}, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server of its own, since roles are shared by all databases of a server, prepared by our SQL file."""
    folder = tmp_path_factory.mktemp("compose")
    server = EmbeddedPostgres(folder / "postgres", fast=True)
    server.start()
    make_databases(server, environment_of("postgres", GIVEN), folder)
    yield server
    server.stop()


def make_databases(server: EmbeddedPostgres, environment: Mapping[str, str], folder: Path) -> None:
    """Run our SQL file as the entry point of PostgreSQL's image does."""
    script = ROOT / "docker/postgres/databases.sql"
    where = {"PGHOST": str(make_url(server.url("postgres")).query["host"]), "PGUSER": "postgres"}
    psql = server._programs / "psql"
    run([psql, "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--file", script], {**where, **environment}, folder)


@pytest.fixture
async def temporal(tmp_path: Path) -> AsyncIterator[EmbeddedTemporal]:
    server = EmbeddedTemporal(temporal_binary(), tmp_path / "temporal.db", free_port())
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A folder with the files of the image and no others."""
    folder = tmp_path / "app"
    folder.mkdir()
    copy_application(folder)
    return folder


def command(service: str) -> list[str | Path]:
    python, *arguments = SERVICES[service]["command"]
    assert python == "python"
    return [sys.executable, *arguments]


def process(service: str, image: Path, here: Mapping[str, str]) -> Child:
    environment = {**PATH, **environment_of(service, GIVEN), **here}
    log = image.parent / f"{service}.log"
    return Child(service, command(service), log=log, environment=environment, folder=image)


def connected(prepared: EmbeddedPostgres, temporal: EmbeddedTemporal) -> dict[str, str]:
    return {
        "ACUERPA_DATABASE_URL": address(prepared, "acuerpa", "acuerpa"),
        "ACUERPA_TEMPORAL_ADDRESS": temporal.address,
    }


def create_namespace(temporal: EmbeddedTemporal, folder: Path) -> str:
    """Run compose's job against the embedded server."""
    environment = {**environment_of("temporal-namespace", GIVEN), "TEMPORAL_ADDRESS": temporal.address}
    script = ROOT / "docker/temporal/create-namespace.sh"
    return run(["/bin/sh", script], {**environment, "HOME": str(folder)}, folder)


@pytest.mark.parametrize(
    ("user", "own", "other"), [("acuerpa", "acuerpa", "temporal"), ("temporal", "temporal", "acuerpa")]
)
def test_each_role_enters_its_own_database_and_no_other(
    prepared: EmbeddedPostgres, user: str, own: str, other: str
) -> None:
    with connect(prepared, user, own) as connection:
        connection.execute("CREATE TABLE mine ()")
        connection.execute("DROP TABLE mine")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        connect(prepared, user, other)


def test_temporals_role_may_make_tables_and_install_a_trusted_extension(prepared: EmbeddedPostgres) -> None:
    """Its schema of visibility begins with btree_gin, which the owner of a database may install."""
    in_database = "has_database_privilege(current_database(), 'CREATE')"
    in_schema = "has_schema_privilege('public', 'CREATE')"
    for database in ("temporal", "temporal_visibility"):
        with connect(prepared, "temporal", database) as connection:
            found = connection.execute(f"SELECT {in_database}, {in_schema}".encode()).fetchone()
            assert found == (True, True)


def is_password(stored: str, password: str) -> bool:
    """Check a password against PostgreSQL's SCRAM secret (RFC 5803)."""
    iterations, salt, stored_key = re.split(r"[:$]", stored)[1:4]
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(iterations))
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    return hashlib.sha256(client_key).digest() == base64.b64decode(stored_key)


def test_each_role_has_the_password_of_its_variable(prepared: EmbeddedPostgres) -> None:
    with connect(prepared, "postgres", "postgres") as connection:
        stored: dict[str, str] = dict(
            connection.execute("SELECT rolname, rolpassword FROM pg_authid").fetchall()
        )
    assert is_password(stored["acuerpa"], GIVEN["DATABASE_PASSWORD"])
    assert is_password(stored["temporal"], GIVEN["TEMPORAL_DATABASE_PASSWORD"])
    assert not is_password(stored["acuerpa"], GIVEN["TEMPORAL_DATABASE_PASSWORD"])


def test_a_missing_password_stops_the_making_of_databases(prepared: EmbeddedPostgres, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="syntax error"):
        make_databases(prepared, {}, tmp_path)


async def test_the_namespace_job_makes_the_namespace_once(temporal: EmbeddedTemporal, tmp_path: Path) -> None:
    assert "registered" in create_namespace(temporal, tmp_path)
    assert "is there" in create_namespace(temporal, tmp_path)
    client = await Client.connect(temporal.address)
    request = DescribeNamespaceRequest(namespace=NAMESPACE)
    described = await client.workflow_service.describe_namespace(request)
    days = described.config.workflow_execution_retention_ttl.ToTimedelta().days
    assert f"{days}d" == SERVICES["temporal-namespace"]["environment"]["RETENTION"]


def check_of_the_image(environment: Mapping[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    words = json.loads(instructions("HEALTHCHECK")[0].rest.split("CMD ", 1)[1])
    return subprocess.run(  # noqa: S603 - the check of our own image
        [sys.executable, *words[1:]],
        env={**PATH, **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


async def test_the_images_files_migrate_work_and_serve(
    prepared: EmbeddedPostgres, temporal: EmbeddedTemporal, image: Path
) -> None:
    here = connected(prepared, temporal)
    create_namespace(temporal, image.parent)
    run(command("migrate"), {"ACUERPA_DATABASE_URL": here["ACUERPA_DATABASE_URL"]}, image)

    ready_file = image.parent / "worker.ready"
    worker = process("worker", image, {**here, "ACUERPA_READY_FILE": str(ready_file)})
    anchors = image.parent / "anchors.jsonl"
    on_web = {**here, "ACUERPA_WEB_HOST": LOOPBACK, "ACUERPA_WEB_PORT": str(free_port())}
    on_web["ACUERPA_AUDIT_ANCHORS"] = str(anchors)
    web = process("web", image, on_web)
    url = f"http://{LOOPBACK}:{on_web['ACUERPA_WEB_PORT']}"
    try:
        worker.start()
        web.start()
        await worker.wait_until(exists(ready_file))
        await web.wait_until(answers(f"{url}/health/ready"))
        assert check_of_the_image(on_web, image).returncode == 0

        key = issue_key(image, {**environment_of("web", GIVEN), **here})
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            assert (await client.get("/api/v1/actions")).status_code == 401
            listed = await client.get("/api/v1/actions", headers={"Authorization": f"Bearer {key}"})
        assert listed.status_code == 200
    finally:
        await web.stop()
        await worker.stop()
    # uvicorn ends in order, and then by the signal that asked for it.
    assert (web.exit_code, worker.exit_code) == (-signal.SIGTERM, 0)
    assert check_of_the_image(on_web, image).returncode != 0


def issue_key(image: Path, environment: dict[str, str]) -> str:
    """Make a key as the manual tells the operator to."""
    who = ["--name", "Ana", "--email", "ana@red.example", "--role", "coordinator"]
    out = run([sys.executable, "admin.py", "keys", "create", *who], environment, image)
    key = re.search(r"^acu_\S+$", out, re.MULTILINE)
    assert key is not None
    return key[0]


def test_the_coordinators_script_runs_from_the_image(image: Path) -> None:
    assert "follow" in run([sys.executable, "starter.py", "--help"], {}, image)


async def run_what_follows_a_restore(database: Database) -> None:
    script = (ROOT / "docker/restore/nothing-leaves-unseen.sql").read_text()
    async with await psycopg.AsyncConnection.connect(database.url.replace("+psycopg", "")) as connection:
        await connection.execute(script.encode())


async def test_in_a_restored_database_no_enrolment_link_opens_and_pins_are_as_they_were(
    database: Database,
) -> None:
    eva, ana = await verifier(database, pin=True), await verifier(database)
    token = await enrolment_link(database, ana)
    await run_what_follows_a_restore(database)
    async with database.transaction() as session:
        assert await open_enrolment(session, token_hash(token)) is None
    assert await typed(database, eva, PIN) == [PinOutcome.RIGHT]


async def test_a_restored_database_sends_nothing_and_holds_every_open_action(database: Database) -> None:
    case = await make_case(database)
    batch = await case.batch()
    assert DeliveryState.READY in await case.states(batch)

    await run_what_follows_a_restore(database)

    assert set(await case.states(batch)) == {DeliveryState.UNKNOWN}
    assert await case.claim(batch) == []
    async with database.transaction() as session:
        action = await action_by_id(session, case.action.id)
        assert action.held_at is not None
