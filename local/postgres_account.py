"""The system account that PostgreSQL runs under when we are root, since it refuses to run as root."""

import fcntl
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ACCOUNT = "acuerpa-postgres"
ACCOUNTS = Path("/etc")
OWNER_MAY_READ_AND_RUN = stat.S_IRUSR | stat.S_IXUSR
OWNER_TO_OTHERS = 6


class AccountError(RuntimeError):
    """Say why PostgreSQL cannot be run as root here."""


@dataclass(frozen=True)
class Account:
    """A user and group id that own the data and run the programs."""

    user: int
    group: int

    def own(self, path: Path) -> None:
        """Give the path to this account and let it reach it."""
        if os.geteuid() == 0:
            os.chown(path, self.user, self.group)
            _let_through(path)

    def process_options(self) -> dict[str, Any]:
        """Return the keyword arguments with which subprocess runs a program as this account."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.user, "group": self.group, "extra_groups": []}

    def reach_program(self, program: Path) -> None:
        """Make sure that this account may run the program, opening its folders only where it must."""
        if os.geteuid() == 0 and not self._can_run(program):
            _let_through(program)
            for path in program.parents[1].rglob("*"):
                mode = stat.S_IMODE(path.stat().st_mode)
                path.chmod(mode | (mode & OWNER_MAY_READ_AND_RUN) >> OWNER_TO_OTHERS)

    def _can_run(self, program: Path) -> bool:
        try:
            subprocess.run([program, "--version"], capture_output=True, check=True, **self.process_options())
        except (PermissionError, subprocess.CalledProcessError):
            return False
        return True


def postgres_account() -> Account:
    """Return our own account, or as root the one that is made for PostgreSQL."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    entry = _find()
    if entry is None:
        with _alone():
            entry = _find() or _create()
    return Account(entry.pw_uid, entry.pw_gid)


@contextmanager
def _alone() -> Iterator[None]:
    # Of two useradd at the same moment, one may put its account in the place of the other's.
    folder = os.open(ACCOUNTS, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _find() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        return None


def _create() -> pwd.struct_passwd:
    useradd = shutil.which("useradd") or "/usr/sbin/useradd"
    command = [useradd, "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", ACCOUNT]
    try:
        subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise AccountError(_remedy()) from error
    entry = _find()
    if entry is None:
        raise AccountError(_remedy())
    return entry


def _remedy() -> str:
    return (
        f"PostgreSQL does not run as root and the account {ACCOUNT} could not be made: "
        "run as a normal user, or make a system account of this name"
    )


def _let_through(path: Path) -> None:
    """Let others pass through, not read, the folders above the path."""
    for folder in path.parents:
        mode = stat.S_IMODE(folder.stat().st_mode)
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
