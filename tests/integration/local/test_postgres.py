import os
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from local.postgres import EmbeddedPostgres


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
