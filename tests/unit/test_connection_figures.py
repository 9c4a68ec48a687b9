"""How many connections to PostgreSQL all parts have together, beside those that it takes."""

import re

import pytest

from local.postgres import ALWAYS
from storage.database import POOL, most_connections
from tests.deployment_files import SERVICES
from web.serving import pool_of

LISTENING = 1
RESERVED_FOR_SUPERUSERS = 3
COMMANDS = 3
"""For commands of the office, which have a pool of one each."""
ROLES_OF_TEMPORAL = 4
MOST_OF_WEB = 100


def taken_in_compose() -> int:
    (said,) = re.findall(r"--max_connections=(\d+)", " ".join(SERVICES["postgres"]["command"]))
    return int(said)


def of_temporal() -> int:
    environment = SERVICES["temporal"]["environment"]
    each = [int(environment[name]) for name in ("SQL_MAX_CONNS", "SQL_VIS_MAX_CONNS")]
    return ROLES_OF_TEMPORAL * sum(each)


@pytest.mark.parametrize("processes", range(1, 17))
def test_however_many_web_processes_there_are_postgres_has_connections_for_all_parts(processes: int) -> None:
    of_web = processes * (most_connections(pool_of(processes)) + LISTENING)
    assert of_web <= MOST_OF_WEB
    beside = most_connections() + COMMANDS * most_connections(1) + RESERVED_FOR_SUPERUSERS
    assert of_web + beside <= int(ALWAYS["max_connections"])
    assert of_web + beside + of_temporal() <= taken_in_compose()


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_a_few_have_as_many_as_one_alone(processes: int) -> None:
    assert pool_of(processes) == POOL
