"""`admin.py providers`: what the operator sees of those who carry the messages."""

import json
from datetime import timedelta

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from models.providers import Limits
from storage import providers
from tests.integration.office.desk_work import Read, Run


@pytest.fixture(autouse=True)
def _known(read: Read) -> None:
    """One is served and was given three messages, one asked for a pause, one has failed."""

    async def write(session: AsyncSession) -> None:
        await providers.allow(session, [Limits("smtp", per_day=100)], 3)
        for name in ("sms", "second_smtp"):
            await providers.allow(session, [Limits(name)], 1)
        await providers.pause(session, "sms", timedelta(hours=1))
        await providers.has_failed(session, "second_smtp", 1, at_once=True, probe=False)

    read(write)


def listed(run: Run) -> dict[str, dict[str, object]]:
    return {one["provider"]: one for one in json.loads(run("providers", "list", "--json").stdout)}


def test_each_provider_is_listed_with_how_it_stands(run: Run) -> None:
    lines = {line.split()[0]: line for line in run("providers", "list").stdout.splitlines() if line.strip()}
    assert "served" in lines["smtp"]
    assert " 3" in lines["smtp"]
    assert "pause" in lines["sms"]
    assert "given up" in lines["second_smtp"]
    found = listed(run)
    assert [one for one, how in found.items() if how["opened_at"]] == ["second_smtp"]
    assert (found["smtp"]["given_today"], found["sms"]["given_today"]) == (3, 0)


def test_one_that_was_given_up_can_be_tried_at_once(run: Run) -> None:
    assert run("providers", "retry", "second_smtp").exit_code == 0
    assert listed(run)["second_smtp"]["opened_at"] is None


def test_a_name_that_no_provider_has_is_refused_with_the_remedy(run: Run) -> None:
    refused = run("providers", "retry", "pigeon")
    assert refused.exit_code != 0
    assert "providers list" in refused.stderr
