from pathlib import Path

import pytest

from tests.integration.office.desk_work import Read, Run


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Commands on a fresh database."""
    monkeypatch.chdir(tmp_path)  # where no .env is
    return Run(database_url)


@pytest.fixture
def read(database_url: str) -> Read:
    """Looks into that database."""
    return Read(database_url)
