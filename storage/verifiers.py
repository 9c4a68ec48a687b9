"""Enrolment, PINs and the duty list: who verifies, and how she shows that it is she.

A person's row is the lock of her PIN and of her enrolments: what happens at once is done one after the other.
"""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement
from sqlmodel import and_, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from models.people import (
    ENROLMENT_LASTS,
    PIN_LOCK,
    WRONG_PINS_THAT_LOCK,
    Enrolment,
    Person,
    PinOutcome,
    PinVerdict,
)
from models.vocabulary import Role
from storage.database import Database
from storage.people import person as person_by_id

_log = structlog.get_logger(__name__)

Judge = Callable[[UUID, str], Awaitable[PinVerdict]]
"""Tells whether what was typed is the PIN behind a person's hash."""


class OpenEnrolment(NamedTuple):
    """A link that a PIN may be set by, and whose it is."""

    enrolment: Enrolment
    person: Person


class Verifier(NamedTuple):
    """Somebody who verifies, and until when she may set a PIN by a link that she was given."""

    person: Person
    link_open_until: datetime | None


async def issue_enrolment(session: AsyncSession, person_id: UUID, token_hash: bytes) -> Enrolment:
    """Make an enrolment link live; her PIN and her earlier links are void from this moment on."""
    person = await _locked(session, person_id)
    _keep_pin(person, None)
    for earlier in await _unused_enrolments(session, person_id):
        earlier.revoked_at = now()
    issued_at = now()
    enrolment = Enrolment(
        person_id=person_id,
        token_hash=token_hash,
        issued_at=issued_at,
        expires_at=issued_at + ENROLMENT_LASTS,
    )
    session.add(enrolment)
    return enrolment


async def open_enrolment(
    session: AsyncSession, token_hash: bytes, *, lock: bool = False
) -> OpenEnrolment | None:
    """Find what a token opens, if it still opens anything; with `lock`, nobody else uses or revokes it."""
    holder = select(Enrolment.person_id).where(Enrolment.token_hash == token_hash)
    person_id = (await session.exec(holder)).one_or_none()
    if person_id is None:
        return None
    person = await (_locked if lock else person_by_id)(session, person_id)
    for enrolment in await _unused_enrolments(session, person_id):
        if enrolment.token_hash == token_hash and enrolment.expires_at > now():
            return OpenEnrolment(enrolment, person)
    return None


def set_pin(opened: OpenEnrolment, pin_hash: str) -> None:
    """Give a person her PIN and use her link up; `opened` must be locked."""
    opened.enrolment.used_at = now()
    _keep_pin(opened.person, pin_hash)


async def check_pin(database: Database, person_id: UUID, judge: Judge) -> PinOutcome:
    """Judge a PIN and count the attempt, in a transaction of its own.

    So no error of the caller's can take the count back. Call it outside of transactions that lock the person.
    """
    async with database.transaction() as session:
        person = await _locked(session, person_id)
        if person.is_shut_out:
            return PinOutcome.SHUT
        if person.pin_hash is None:
            return PinOutcome.NOT_ENROLLED
        if person.pin_locked_until and person.pin_locked_until > now():
            return PinOutcome.LOCKED
        verdict = await judge(person.id, person.pin_hash)
        return _right(person, verdict.renewed) if verdict.right else _wrong(person)


async def on_duty(session: AsyncSession, excluding: Collection[UUID] = ()) -> list[Person]:
    """List who may be asked to verify, in the order in which to ask: on duty, verifiers, with a PIN."""
    found = await session.exec(
        select(Person)
        .where(
            _verifies(),
            col(Person.duty_position).is_not(None),
            col(Person.pin_hash).is_not(None),
            col(Person.id).not_in(excluding),
        )
        .order_by(col(Person.duty_position), col(Person.created_at), col(Person.id))
    )
    return list(found)


async def all_verifiers(session: AsyncSession) -> list[Verifier]:
    """List everybody who verifies: those on duty first, in the order in which they are asked."""
    found = await session.exec(
        select(Person, func.max(Enrolment.expires_at))
        .join(
            Enrolment,
            and_(col(Enrolment.person_id) == Person.id, *_unused(), col(Enrolment.expires_at) > now()),
            isouter=True,
        )
        .where(_verifies())
        .group_by(col(Person.id))
        .order_by(col(Person.duty_position).nulls_last(), col(Person.created_at), col(Person.id))
    )
    return [Verifier(person, link_open_until) for person, link_open_until in found]


def _right(person: Person, renewed_hash: str | None) -> PinOutcome:
    person.pin_failures = 0
    person.pin_locked_until = None
    person.pin_hash = renewed_hash or person.pin_hash
    return PinOutcome.RIGHT


def _wrong(person: Person) -> PinOutcome:
    person.pin_failures += 1
    if person.is_shut_out:
        person.pin_hash = person.pin_locked_until = None
        _log.warning("pin.shut", person_id=str(person.id))
        return PinOutcome.SHUT
    if person.pin_failures >= WRONG_PINS_THAT_LOCK:
        person.pin_locked_until = now() + PIN_LOCK
        _log.warning("pin.locked", person_id=str(person.id))
        return PinOutcome.LOCKED
    return PinOutcome.WRONG


def _keep_pin(person: Person, pin_hash: str | None) -> None:
    person.pin_hash = pin_hash
    person.pin_set_at = now() if pin_hash else None
    person.pin_failures = 0
    person.pin_locked_until = None


async def _locked(session: AsyncSession, person_id: UUID) -> Person:
    """Lock a person's row; rows that only point at her may still be written meanwhile."""
    found = await session.exec(select(Person).where(Person.id == person_id).with_for_update(key_share=True))
    return found.one()


async def _unused_enrolments(session: AsyncSession, person_id: UUID) -> list[Enrolment]:
    found = await session.exec(select(Enrolment).where(Enrolment.person_id == person_id, *_unused()))
    return list(found)


def _unused() -> tuple[ColumnElement[bool], ...]:
    return col(Enrolment.used_at).is_(None), col(Enrolment.revoked_at).is_(None)


def _verifies() -> ColumnElement[bool]:
    return col(Person.roles).contains([Role.VERIFIER.value])
