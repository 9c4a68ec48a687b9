"""`admin.py keys`: what the operator does for people's keys."""

import json
from uuid import UUID, uuid4

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from local.postgres import EmbeddedPostgres
from models.people import ApiKey, Person
from security.fingerprints import AddressFingerprint
from security.keys import decode_key
from security.tokens import API_KEY_PREFIX, token_hash
from storage.people import KeyHolder, live_key
from tests.integration.office.desk_work import FINGERPRINT_KEY, Read, Run

ANA = ("--name", "Ana Ejemplo", "--email", "ana@red.example")
AS_COORDINATOR = ("--role", "coordinator")


def _holder(read: Read, key: str) -> KeyHolder | None:
    return read(lambda session: live_key(session, token_hash(key)))


def _people(read: Read) -> list[Person]:
    async def everybody(session: AsyncSession) -> list[Person]:
        return list(await session.exec(select(Person)))

    return read(everybody)


async def _only_key_id(session: AsyncSession) -> UUID:
    return (await session.exec(select(ApiKey.id))).one()


def test_a_new_person_gets_a_key_that_opens_the_door(run: Run, read: Read) -> None:
    result = run("keys", "create", *ANA, "--role", "verifier", "--role", "coordinator", "--language", "en")

    key = result.stdout.removesuffix("\n")
    holder = _holder(read, key)
    assert result.exit_code == 0
    assert key.startswith(API_KEY_PREFIX)
    assert "\n" not in key
    assert holder is not None
    person = holder.person
    assert (person.name, person.email, person.language) == ("Ana Ejemplo", "ana@red.example", "en")
    assert person.time_zone == "America/Guatemala"
    assert person.roles == ["coordinator", "verifier"]
    fingerprint = AddressFingerprint(decode_key(FINGERPRINT_KEY))
    assert person.fingerprint == fingerprint.of("email", "ANA@red.example")


def test_the_key_is_printed_once_and_kept_nowhere(run: Run, read: Read) -> None:
    result = run("keys", "create", *ANA, *AS_COORDINATOR)

    key = result.stdout.strip()
    assert key not in result.stderr
    assert key not in run("keys", "list").stdout
    assert key not in run("keys", "list", "--json").stdout
    holder = _holder(read, key)
    assert holder is not None
    assert key.encode() not in holder.key.key_hash


@pytest.mark.parametrize("email", ["ana@red.example", "Ana@RED.example"])
def test_a_known_person_gets_another_key_and_the_roles_added(run: Run, read: Read, email: str) -> None:
    first = run("keys", "create", *ANA, *AS_COORDINATOR).stdout.strip()

    result = run("keys", "create", "--name", "Anita", "--email", email, "--role", "verifier")

    [person] = _people(read)
    assert person.name == "Ana Ejemplo"
    assert person.roles == ["coordinator", "verifier"]
    assert "stay as they are" in result.stderr
    for key in (first, result.stdout.strip()):
        holder = _holder(read, key)
        assert holder is not None
        assert holder.person.id == person.id


def test_a_known_person_needs_no_role_for_another_key(run: Run, read: Read) -> None:
    run("keys", "create", *ANA, *AS_COORDINATOR)

    assert run("keys", "create", *ANA).exit_code == 0
    assert [person.roles for person in _people(read)] == [["coordinator"]]


def test_a_new_person_without_a_role_is_refused_and_not_created(run: Run, read: Read) -> None:
    result = run("keys", "create", *ANA)

    assert result.exit_code == 2
    assert "--role" in result.stderr
    assert _people(read) == []


def test_every_wrong_value_is_named_at_once_and_nothing_is_created(run: Run, read: Read) -> None:
    wrong = {"--email": "ana at red", "--language": "xx", "--time-zone": "Mexico", "--name": "Ana\nEjemplo"}
    result = run("keys", "create", *AS_COORDINATOR, *(part for pair in wrong.items() for part in pair))

    assert result.exit_code == 2
    for field in ("email", "language", "time_zone", "name"):
        assert f"  {field} " in result.stderr
    assert "ana at red" not in result.stderr
    assert _people(read) == []


def test_an_unknown_role_is_refused_with_the_known_ones(run: Run, read: Read) -> None:
    result = run("keys", "create", *ANA, "--role", "queen")

    assert result.exit_code == 2
    assert all(role in result.stderr for role in ("coordinator", "verifier", "admin"))
    assert _people(read) == []


def test_keys_are_listed_with_their_people_oldest_first(run: Run) -> None:
    run("keys", "create", *ANA, *AS_COORDINATOR)
    run("keys", "create", "--name", "Eva Ejemplo", "--email", "eva@red.example", "--role", "verifier")

    heading, ana, eva = run("keys", "list").stdout.splitlines()
    listed = json.loads(run("keys", "list", "--json").stdout)

    assert heading.split("  ")[0] == "Key id"
    assert "Ana Ejemplo <ana@red.example>" in ana
    assert "verifier" in eva
    assert [entry["person"]["name"] for entry in listed] == ["Ana Ejemplo", "Eva Ejemplo"]
    assert ana.startswith(listed[0]["key_id"])
    assert listed[0]["created_at"].endswith("+00:00")
    assert listed[0]["revoked_at"] is None


def test_a_revoked_key_opens_nothing_and_is_listed_as_such(run: Run, read: Read) -> None:
    kept = run("keys", "create", *ANA, *AS_COORDINATOR).stdout.strip()
    lost = run("keys", "create", *ANA).stdout.strip()
    holder = _holder(read, lost)
    assert holder is not None

    result = run("keys", "revoke", str(holder.key.id))

    assert result.exit_code == 0
    assert _holder(read, lost) is None
    assert _holder(read, kept) is not None
    assert [bool(entry["revoked_at"]) for entry in json.loads(run("keys", "list", "--json").stdout)] == [
        False,
        True,
    ]


def test_a_key_is_revoked_once(run: Run, read: Read) -> None:
    run("keys", "create", *ANA, *AS_COORDINATOR)
    key_id = str(read(_only_key_id))

    assert run("keys", "revoke", key_id).exit_code == 0
    again = run("keys", "revoke", key_id)

    assert again.exit_code == 1
    assert "no live key" in again.stderr
    assert run("keys", "revoke", str(uuid4())).exit_code == 1
    assert run("keys", "revoke", "k1").exit_code == 2


def test_a_database_that_is_away_is_told_without_its_address(run: Run) -> None:
    away = "postgresql+psycopg://acuerpa:geheim@127.0.0.1:1/acuerpa"

    result = run("keys", "list", ACUERPA_DATABASE_URL=away)

    assert result.exit_code == 3
    assert "The database cannot be reached" in result.stderr
    assert "geheim" not in result.output


def test_a_database_without_tables_is_told_with_the_remedy(run: Run, postgres: EmbeddedPostgres) -> None:
    postgres.create_database("without_tables")

    result = run("keys", "list", ACUERPA_DATABASE_URL=postgres.url("without_tables"))

    assert result.exit_code == 3
    assert "alembic upgrade head" in result.stderr


def test_wrong_settings_are_told_before_anything_is_done(run: Run) -> None:
    result = run("keys", "list", ACUERPA_FINGERPRINT_KEY="")

    assert result.exit_code == 1
    assert "ACUERPA_FINGERPRINT_KEY" in result.output
