"""Runs a command with the settings of the local stack: `python -m local.command admin.py keys list`."""

import os
import sys
from pathlib import Path

from local.environment import data_folder, given_settings, local_environment
from local.postgres import EmbeddedPostgres

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Become the command, with every setting in its environment."""
    script, *arguments = sys.argv[1:]
    given = given_settings()
    data = data_folder(given)
    if not (data / "postgres").exists():
        sys.exit(f"There is no local stack in {data}: start it once with `make up`.")
    environment = local_environment(data, given, EmbeddedPostgres(data / "postgres").url("acuerpa"))
    os.execve(sys.executable, [sys.executable, str(ROOT / script), *arguments], {**os.environ, **environment})


if __name__ == "__main__":
    main()
