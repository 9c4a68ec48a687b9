"""`admin.py verifiers`: enrolment and the duty list."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from models.people import Enrolment, Person
from models.vocabulary import Channel
from security.fingerprints import AddressFingerprint
from security.keys import decode_key
from security.tokens import token_hash
from storage.verifiers import open_enrolment, set_pin
from tests.integration.office.desk_work import FINGERPRINT_KEY, PUBLIC_URL, Read, Run
from tests.integration.verifiers import HASHER
from web.pages import ENROLMENTS

EVA = ("--name", "Eva Ejemplo", "--email", "eva@red.example")
PHONE = ("--phone", "+1 202 555 0123")
LINK = re.compile(re.escape(PUBLIC_URL + ENROLMENTS) + r"([\w-]{43})\n")


def person(read: Read, email: str = "eva@red.example") -> Person:
    async def look(session: AsyncSession) -> Person:
        return (await session.exec(select(Person).where(Person.email == email))).one()

    return read(look)


def people(read: Read) -> int:
    async def count(session: AsyncSession) -> int:
        return len((await session.exec(select(Person.id))).all())

    return read(count)


def change(read: Read, make: Callable[[Person], None]) -> None:
    async def apply(session: AsyncSession) -> None:
        for one in await session.exec(select(Person)):
            make(one)

    read(apply)


def token_in(stdout: str) -> str:
    found = LINK.fullmatch(stdout)
    assert found, stdout
    return found[1]


def owner(read: Read, token: str) -> UUID | None:
    async def look(session: AsyncSession) -> UUID | None:
        opened = await open_enrolment(session, token_hash(token))
        return opened.person.id if opened else None

    return read(look)


def use(read: Read, token: str) -> None:
    async def choose(session: AsyncSession) -> None:
        opened = await open_enrolment(session, token_hash(token), lock=True)
        assert opened
        set_pin(opened, await HASHER.hash(opened.person.id, SecretStr("493817")))

    read(choose)


def test_a_new_verifier_gets_a_link_that_opens_once_within_72_hours(run: Run, read: Read) -> None:
    result = run("verifiers", "enrol", *EVA, "--language", "pt", "--time-zone", "America/Sao_Paulo")

    assert result.exit_code == 0
    token, eva = token_in(result.stdout), person(read)
    assert owner(read, token) == eva.id
    assert (eva.name, eva.language, eva.time_zone) == ("Eva Ejemplo", "pt", "America/Sao_Paulo")
    assert eva.roles == ["verifier"]
    assert (eva.asked_by, eva.phone, eva.phone_fingerprint) == (Channel.EMAIL, None, None)
    assert eva.duty_position is None
    use(read, token)
    assert owner(read, token) is None


def test_the_link_is_printed_once_and_kept_nowhere(run: Run, read: Read) -> None:
    result = run("verifiers", "enrol", *EVA)

    token = token_in(result.stdout)
    assert token not in result.stderr
    listed = run("verifiers", "list").stdout + run("verifiers", "list", "--json").stdout
    assert token not in listed

    async def only(session: AsyncSession) -> Enrolment:
        return (await session.exec(select(Enrolment))).one()

    enrolment = read(only)
    assert token.encode() not in enrolment.token_hash
    assert timedelta(hours=71) < enrolment.expires_at - now() < timedelta(hours=72)


def test_a_verifier_may_be_asked_by_sms_and_put_on_duty_at_once(run: Run, read: Read) -> None:
    result = run("verifiers", "enrol", *EVA, *PHONE, "--asked-by", "sms", "--duty", "2")

    assert result.exit_code == 0
    eva = person(read)
    assert (eva.phone, eva.asked_by, eva.duty_position) == ("+12025550123", Channel.SMS, 2)
    fingerprint = AddressFingerprint(decode_key(FINGERPRINT_KEY))
    assert eva.phone_fingerprint == fingerprint.of("sms", "+12025550123")
    assert "asked by sms" in result.stderr
    assert "place 2" in result.stderr


def test_who_is_asked_by_sms_needs_a_phone(run: Run, read: Read) -> None:
    result = run("verifiers", "enrol", *EVA, "--asked-by", "sms")

    assert result.exit_code == 2
    assert "--phone" in result.stderr
    assert people(read) == 0


def test_a_known_phone_is_enough_to_be_asked_by_sms_later(run: Run, read: Read) -> None:
    run("verifiers", "enrol", *EVA, *PHONE)

    assert run("verifiers", "enrol", *EVA, "--asked-by", "sms").exit_code == 0
    assert person(read).asked_by is Channel.SMS


def test_a_coordinator_who_verifies_too_is_one_person(run: Run, read: Read) -> None:
    run("keys", "create", *EVA, "--role", "coordinator", "--language", "en")

    result = run("verifiers", "enrol", "--name", "Evita", "--email", "Eva@RED.example", "--language", "fr")

    eva = person(read)
    assert people(read) == 1
    assert eva.roles == ["coordinator", "verifier"]
    assert (eva.name, eva.language) == ("Eva Ejemplo", "en")
    assert "stay as they are" in result.stderr
    assert owner(read, token_in(result.stdout)) == eva.id


def test_enrolled_again_she_needs_the_new_link_and_keeps_what_was_not_named(run: Run, read: Read) -> None:
    first = token_in(run("verifiers", "enrol", *EVA, *PHONE, "--asked-by", "sms", "--duty", "2").stdout)
    use(read, first)

    result = run("verifiers", "enrol", *EVA, "--phone", "+52 55 5080 2000")

    eva = person(read)
    assert "void from now on" in result.stderr
    assert eva.pin_hash is None
    assert (eva.phone, eva.asked_by, eva.duty_position) == ("+525550802000", Channel.SMS, 2)
    use(read, token_in(result.stdout))
    assert person(read).pin_hash


def test_every_wrong_value_is_named_at_once_and_nobody_is_enrolled(run: Run, read: Read) -> None:
    wrong = {
        "--name": "Eva\nEjemplo",
        "--email": "eva at red",
        "--phone": "555 0123",
        "--asked-by": "partner_api",
        "--language": "xx",
        "--time-zone": "Mexico",
    }
    result = run("verifiers", "enrol", *(part for pair in wrong.items() for part in pair))

    assert result.exit_code == 2
    for field in ("name", "email", "phone", "asked_by", "language", "time_zone"):
        assert f"  {field} " in result.stderr
    assert "'email' or 'sms'" in result.stderr
    assert not [value for value in ("eva at red", "555 0123") if value in result.stderr]
    assert people(read) == 0


@pytest.mark.parametrize("position", ["0", "-1", "first"])
def test_a_place_is_a_number_from_one_on(run: Run, read: Read, position: str) -> None:
    assert run("verifiers", "enrol", *EVA, "--duty", position).exit_code == 2
    assert people(read) == 0


def test_the_list_shows_who_is_asked_first_and_how_it_stands_with_her_pin(run: Run, read: Read) -> None:
    run("keys", "create", "--name", "Nadia", "--email", "nadia@red.example", "--role", "coordinator")
    use(read, token_in(run("verifiers", "enrol", *EVA).stdout))
    run("verifiers", "enrol", "--name", "Ana", "--email", "ana@red.example", *PHONE, "--duty", "1")

    heading, ana, eva = run("verifiers", "list").stdout.splitlines()
    trees = json.loads(run("verifiers", "list", "--json").stdout)

    assert heading.split("  ")[0] == "Duty"
    assert ana.startswith("1 ")
    assert "Ana <ana@red.example>" in ana
    assert "+12025550123" in ana
    assert "link open until" in ana
    assert eva.startswith("- ")
    assert f"set {now():%Y}" in eva
    assert [(one["person"]["name"], one["duty_position"], one["has_pin"]) for one in trees] == [
        ("Ana", 1, False),
        ("Eva Ejemplo", None, True),
    ]
    assert trees[0]["link_open_until"].endswith("+00:00")
    assert "argon2" not in json.dumps(trees)


def test_the_list_tells_who_is_locked_shut_out_or_was_never_enrolled(run: Run, read: Read) -> None:
    use(read, token_in(run("verifiers", "enrol", *EVA).stdout))

    def lock(eva: Person) -> None:
        eva.pin_failures, eva.pin_locked_until = 5, now() + timedelta(minutes=15)

    def shut(eva: Person) -> None:
        eva.pin_failures, eva.pin_locked_until, eva.pin_hash = 10, None, None

    def forget(eva: Person) -> None:
        eva.pin_failures = 0

    for step, words in (lock, "locked until"), (shut, "enrol her again"), (forget, "none: enrol her"):
        change(read, step)
        assert words in run("verifiers", "list").stdout


def test_a_verifier_is_put_on_duty_moved_and_taken_off(run: Run, read: Read) -> None:
    use(read, token_in(run("verifiers", "enrol", *EVA).stdout))
    for arguments, position in (("--position", "3"), 3), (("--position", "1"), 1), (("--off",), None):
        result = run("verifiers", "duty", "EVA@red.example", *arguments)
        assert result.exit_code == 0
        assert "Eva Ejemplo" in result.stdout
        assert person(read).duty_position == position
        assert "no PIN" not in result.stderr


def test_who_is_put_on_duty_without_a_pin_is_told_of(run: Run) -> None:
    run("verifiers", "enrol", *EVA)

    assert "not asked until" in run("verifiers", "duty", "eva@red.example", "--position", "1").stderr


@pytest.mark.parametrize("arguments", [(), ("--off", "--position", "1")])
def test_duty_needs_one_of_two_answers(run: Run, read: Read, arguments: tuple[str, ...]) -> None:
    run("verifiers", "enrol", *EVA, "--duty", "4")

    assert run("verifiers", "duty", "eva@red.example", *arguments).exit_code == 2
    assert person(read).duty_position == 4


def test_only_verifiers_are_on_duty(run: Run, read: Read) -> None:
    run("keys", "create", *EVA, "--role", "coordinator")

    for email in ("eva@red.example", "nobody@red.example"):
        result = run("verifiers", "duty", email, "--position", "1")
        assert result.exit_code == 1
        assert "verifiers enrol" in result.stderr
        assert email not in result.stderr
    assert run("verifiers", "duty", "not an address", "--off").exit_code == 2
    assert person(read).duty_position is None


def test_a_database_that_is_away_is_told(run: Run) -> None:
    away = "postgresql+psycopg://acuerpa:geheim@127.0.0.1:1/acuerpa"

    for command in ("list",), ("enrol", *EVA), ("duty", "eva@red.example", "--off"):
        result = run("verifiers", *command, ACUERPA_DATABASE_URL=away)
        assert result.exit_code == 3
        assert "geheim" not in result.output
