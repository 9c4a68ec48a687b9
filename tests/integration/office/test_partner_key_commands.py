"""`admin.py partner-keys`: what the operator does for the keys of partners' systems."""

import json
from uuid import UUID, uuid4

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from models.partner_vocabulary import PartnerStatus
from security.tokens import PARTNER_KEY_PREFIX, token_hash
from storage.directory import partner_by_slug
from storage.partner_keys import PartnerKeyHolder, live_partner_key
from storage.partners import events_of
from tests import factories
from tests.integration.office.desk_work import Read, Run

SLUG = "casa-manantial"


@pytest.fixture(autouse=True)
def _directory(read: Read) -> None:
    read(factories.add_partners)


def _holder(read: Read, key: str) -> PartnerKeyHolder | None:
    return read(lambda session: live_partner_key(session, token_hash(key)))


def test_a_key_is_made_shown_once_listed_and_revoked(run: Run, read: Read) -> None:
    made = run("partner-keys", "create", SLUG)

    key = made.stdout.removesuffix("\n")
    holder = _holder(read, key)
    assert made.exit_code == 0
    assert key.startswith(PARTNER_KEY_PREFIX)
    assert key not in made.stderr
    assert holder is not None
    assert holder.partner.slug == SLUG
    assert key.encode() not in holder.key.key_hash
    (listed,) = json.loads(run("partner-keys", "list", "--json").stdout)
    assert (UUID(listed["key_id"]), listed["partner"], listed["revoked_at"]) == (holder.key.id, SLUG, None)
    shown = run("partner-keys", "list").stdout
    assert SLUG in shown
    assert key not in shown

    assert run("partner-keys", "revoke", str(holder.key.id)).exit_code == 0
    assert _holder(read, key) is None
    again = run("partner-keys", "revoke", str(holder.key.id))
    assert again.exit_code != 0
    assert "no live key" in again.stderr
    assert [(one, person) for one, person in read(_events)] == [("key_made", None), ("key_revoked", None)]


async def _events(session: AsyncSession) -> list[tuple[str, object]]:
    partner = await partner_by_slug(session, SLUG)
    assert partner
    return [(event.kind.value, event.person_id) for event in await events_of(session, partner.id)]


@pytest.mark.parametrize("status", [PartnerStatus.ENDED, PartnerStatus.COMPROMISED])
def test_who_is_no_partner_any_more_gets_no_key(run: Run, read: Read, status: PartnerStatus) -> None:
    async def end(session: AsyncSession) -> None:
        partner = await partner_by_slug(session, SLUG)
        assert partner
        partner.status = status

    read(end)
    refused = run("partner-keys", "create", SLUG)
    assert refused.exit_code != 0
    assert status in refused.stderr
    assert refused.stdout == ""


def test_an_id_that_nobody_has_is_refused_with_a_remedy(run: Run) -> None:
    refused = run("partner-keys", "create", "nobody")
    assert "partners list" in refused.stderr
    assert refused.exit_code == run("partner-keys", "revoke", str(uuid4())).exit_code != 0
