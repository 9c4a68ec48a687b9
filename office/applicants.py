"""The people whom the operator lets in; by her mail address a person is known."""

from collections.abc import Iterable
from typing import Literal, NamedTuple, TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from console.errors import BadInputError
from models.addresses import EmailAddress, PhoneNumber
from models.people import Person
from models.problems import InvalidInput
from models.scalars import Language, Line, TimeZone
from models.strict_model import StrictModel, parse
from models.vocabulary import Channel, Role
from office.desk import Office
from storage.people import known_person

Form = TypeVar("Form", bound=StrictModel)


class Address(StrictModel):
    """By what somebody is looked up."""

    email: EmailAddress


class Applicant(Address):
    """Who is to be let in."""

    name: Line
    language: Language | None = None
    time_zone: TimeZone | None = None


class VerifierApplicant(Applicant):
    """Who is to verify, and by which channel she may be asked without giving her away."""

    phone: PhoneNumber | None = None
    asked_by: Literal["email", "sms"] | None = None


class Admitted(NamedTuple):
    """A person who is stored, and whether she was before."""

    person: Person
    known_before: bool


def filled_in(form: type[Form], without_effect: str, /, **given: object) -> Form:
    """Read what was typed; what was left out has its default.

    Raises:
        BadInputError: says `without_effect`, and every problem at once.
    """
    try:
        return parse(form, {field: value for field, value in given.items() if value is not None})
    except InvalidInput as error:
        found = error
    raise BadInputError(without_effect, problems=found.problems)


async def found(session: AsyncSession, office: Office, email: str) -> Person | None:
    """Find a person by any spelling of her mail address, and lock her."""
    return await known_person(session, email, office.fingerprint.of(Channel.EMAIL, email))


async def admitted(
    session: AsyncSession, office: Office, applicant: Applicant, roles: Iterable[Role]
) -> Admitted:
    """Store a person with roles; a known one gets the roles added and is otherwise left as she is."""
    known = await found(session, office, applicant.email)
    person = known or Person(
        name=applicant.name,
        email=applicant.email,
        fingerprint=office.fingerprint.of(Channel.EMAIL, applicant.email),
        language=applicant.language or office.default_language,
        time_zone=applicant.time_zone or office.default_time_zone,
        roles=[],
    )
    person.roles = [name.value for name in Role if name in {*person.roles, *roles}]
    if not person.roles:
        raise BadInputError("A new person needs a role. Add --role coordinator, verifier or admin.")
    session.add(person)
    await session.flush()
    return Admitted(person, known is not None)
