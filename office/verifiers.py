"""Commands for those who verify: enrolment and the duty list."""

import json
from datetime import datetime
from typing import Annotated, NamedTuple

import typer
from rich.table import Table
from rich.text import Text
from sqlmodel.ext.asyncio.session import AsyncSession

from console.errors import BadInputError, RefusedError
from models.columns import now
from models.people import Person
from models.vocabulary import Channel, Role
from office.applicants import Address, VerifierApplicant, admitted, filled_in, found
from office.desk import AsJson, Office, OpenOffice, group, iso_times, local_time, screen, table
from security.tokens import new_token, token_hash
from storage.verifiers import Verifier, all_verifiers, issue_enrolment

Position = Annotated[int | None, typer.Option(min=1, help="Her place on the duty list: 1 is asked first.")]


class Enrolled(NamedTuple):
    """A link to set a PIN by, shown this once, and whose it is."""

    link: str
    expires_at: datetime
    person: Person
    known_before: bool


class VerifierCommands:
    """Enrol verifiers, list them, and keep the duty list."""

    def __init__(self, open_office: OpenOffice) -> None:
        self._open_office = open_office

    def enrol(
        self,
        *,
        name: Annotated[str, typer.Option(help="Her name, as coordinators will see it.")],
        email: Annotated[str, typer.Option(help="Her mail address; by it a person is known.")],
        phone: Annotated[str | None, typer.Option(help="Like +12025550123; needed for SMS.")] = None,
        asked_by: Annotated[
            str | None,
            typer.Option(metavar="email|sms", help="What may ask her without giving her away; else email."),
        ] = None,
        language: Annotated[str | None, typer.Option(help="Language of messages to her, like es.")] = None,
        time_zone: Annotated[str | None, typer.Option(help="Like America/Mexico_City.")] = None,
        duty: Position = None,
    ) -> None:
        """Print the link by which somebody sets her PIN as a verifier.

        It opens once, within 72 hours. Where she was enrolled before, her PIN and her earlier links are void
        at once: she has no PIN until she has used this link.
        """
        with screen() as shown:
            who = {"name": name, "email": email, "language": language, "time_zone": time_zone}
            applicant = filled_in(
                VerifierApplicant, "Nobody was enrolled.", phone=phone, asked_by=asked_by, **who
            )
            office = self._open_office()
            enrolled = office.in_database(lambda session: _enrol(session, office, applicant, duty))
            if enrolled.known_before:
                shown.say("This person is known: her name, language and time zone stay as they are.")
                shown.say("If she had a PIN or another link, both are void from now on.")
            shown.say(
                f"{enrolled.person.name} is asked by {enrolled.person.asked_by}. {_duty(enrolled.person)}"
            )
            shown.say(f"The link is shown only now, and opens once, until {local_time(enrolled.expires_at)}.")
            shown.say("Hand it over on a safe channel, best from hand to hand:")
            typer.echo(enrolled.link)

    def list_verifiers(self, *, as_json: AsJson = False) -> None:
        """List everybody who verifies, in the order in which they are asked."""
        with screen(as_json=as_json) as shown:
            listed = self._open_office().in_database(all_verifiers)
            if as_json:
                shown.json(json.dumps([_as_tree(one) for one in listed], ensure_ascii=False))
            else:
                shown.show(_table(listed))

    def duty(
        self,
        email: Annotated[str, typer.Argument(metavar="EMAIL", help="Whose place it is.")],
        *,
        position: Position = None,
        off: Annotated[
            bool, typer.Option("--off", help="Ask her no more, until she is given a place.")
        ] = False,
    ) -> None:
        """Put a verifier on the duty list, or take her off it."""
        with screen() as shown:
            if (position is None) != off:
                raise BadInputError("Say where: --position 1, or --off.")
            address = filled_in(Address, "The duty list was not changed.", email=email)
            office = self._open_office()
            person = office.in_database(lambda session: _place(session, office, address.email, position))
            shown.show(f"{person.name}: {_duty(person)}")
            if position is not None and person.pin_hash is None:
                shown.say("She has no PIN and is not asked until she has set one: admin.py verifiers enrol")


def verifier_commands(open_office: OpenOffice) -> typer.Typer:
    """Register the commands."""
    commands, verifiers = VerifierCommands(open_office), group("Enrol verifiers and keep the duty list.")
    verifiers.command("enrol")(commands.enrol)
    verifiers.command("list")(commands.list_verifiers)
    verifiers.command("duty")(commands.duty)
    return verifiers


async def _enrol(
    session: AsyncSession, office: Office, applicant: VerifierApplicant, duty: int | None
) -> Enrolled:
    person, known_before = await admitted(session, office, applicant, [Role.VERIFIER])
    if applicant.phone is not None:
        person.phone = applicant.phone
        person.phone_fingerprint = office.fingerprint.of(Channel.SMS, applicant.phone)
    person.asked_by = Channel(applicant.asked_by or person.asked_by)
    if person.asked_by is Channel.SMS and person.phone is None:
        raise BadInputError("She cannot be asked by SMS without a phone. Add --phone, or --asked-by email.")
    person.duty_position = duty or person.duty_position
    token = new_token()
    enrolment = await issue_enrolment(session, person.id, token_hash(token))
    return Enrolled(f"{office.public_url}/e/{token}", enrolment.expires_at, person, known_before)


async def _place(session: AsyncSession, office: Office, email: str, position: int | None) -> Person:
    person = await found(session, office, email)
    if person is None or Role.VERIFIER not in person.roles:
        raise RefusedError(
            "No verifier has this mail address. Look it up: python admin.py verifiers list,"
            " or let her in: python admin.py verifiers enrol"
        )
    person.duty_position = position
    return person


def _duty(person: Person) -> str:
    return f"On duty at place {person.duty_position}." if person.duty_position else "Not on duty."


def _table(listed: list[Verifier]) -> Table:
    rows = table("Duty", "Person", "Asked by", "Phone", "PIN")
    for one in listed:
        person = one.person
        rows.add_row(
            str(person.duty_position or "-"),
            Text(f"{person.name} <{person.email}>", overflow="fold"),
            person.asked_by,
            person.phone or "-",
            _pin(one),
        )
    return rows


def _pin(one: Verifier) -> str:
    person = one.person
    if one.link_open_until:
        return f"none yet, link open until {local_time(one.link_open_until)}"
    if person.is_shut_out:
        return "shut after too many wrong ones: enrol her again"
    if person.pin_hash is None:
        return "none: enrol her"
    if person.pin_locked_until and person.pin_locked_until > now():
        return f"locked until {local_time(person.pin_locked_until)}"
    return f"set {local_time(person.pin_set_at)}"


def _as_tree(one: Verifier) -> dict[str, object]:
    person = one.person
    return {
        "person": {"name": person.name, "email": person.email, "phone": person.phone},
        "asked_by": person.asked_by,
        "duty_position": person.duty_position,
        "has_pin": person.pin_hash is not None,
        "shut_out": person.is_shut_out,
        **iso_times(
            pin_set_at=person.pin_set_at,
            pin_locked_until=person.pin_locked_until,
            link_open_until=one.link_open_until,
        ),
    }
