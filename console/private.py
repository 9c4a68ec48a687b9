"""What is sealed of an action, as those who must judge it or reach its people read it."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from console.private_answers import (
    Private,
    PrivateAnswer,
    PrivateObjection,
    PrivatePerson,
    PrivateReason,
    PrivateSigner,
    PrivateSource,
)
from console.words import clock, named, phrase

_INDENT = (0, 0, 0, 2)
_HEADING = "bold dim"


def private_details(private: Private) -> RenderableType:
    """Show facts, who the people at risk are, the sources, and why it is dangerous."""
    return Group(
        *_part("Facts", Text(private.facts.strip())),
        *_part("Identities, as nobody outside may read them", *map(_person, private.people_at_risk)),
        *_part("Sources", *map(_source, private.sources)),
        Text(f"Risk: {named({}, private.risk_level)}", style=_HEADING),
        Padding(Text(private.risk_note.strip()), _INDENT),
        *_objections(private.objections),
        *_answers(private.answers),
        *_signers(private.signers),
    )


def _part(heading: str, *entries: RenderableType) -> Iterator[RenderableType]:
    yield Text(heading, style=_HEADING)
    for entry in entries:
        yield Padding(entry, _INDENT)
    yield Text()


def _objections(objections: Sequence[PrivateObjection]) -> Iterator[RenderableType]:
    if objections:
        yield Text()
        yield from _part("Objections of verifiers, newest first", *map(_objection, objections))


def _objection(objection: PrivateObjection) -> RenderableType:
    told = Text(f"{phrase(objection.kind)} {clock(objection.raised_at)}")
    return Group(told, Padding(Text(objection.reason.strip()), _INDENT))


def _answers(answers: Sequence[PrivateAnswer]) -> Iterator[RenderableType]:
    if answers:
        yield Text()
        yield from _part("Why partners answered as they did, newest first", *map(_answer, answers))


def _answer(one: PrivateAnswer) -> RenderableType:
    told = Text(f"{one.partner or 'not to be named'}: {phrase(one.answer).lower()} {clock(one.answered_at)}")
    return Group(told, Padding(Text(one.reason.strip()), _INDENT))


def _signers(signers: Sequence[PrivateSigner]) -> Iterator[RenderableType]:
    if signers:
        yield Text()
        yield from _part("Who answered for partners that may be named", *map(_signer, signers))


def _signer(one: PrivateSigner) -> Text:
    told = f"{one.partner}: {phrase(one.answer).lower()} {clock(one.answered_at)}"
    by = f"{told} by {_who(one.name, one.role)}"
    asked = f", as {_who(one.proposed_by, one.proposed_by_role)} asked her to" if one.proposed_by else ""
    return Text(by + asked)


def _who(name: str, role: str | None) -> str:
    return f"{name} ({role})" if role else name


def _person(person: PrivatePerson) -> RenderableType:
    shown = person.display_name or "not named"
    told = [Text(f"{person.name} ({named({}, person.kind)}, {person.visibility}, shown as: {shown})")]
    if person.aliases:
        told.append(Text(f"also called {', '.join(person.aliases)}"))
    told += [_detail(what, value) for what, value in person.private.items()]
    told += _family(person)
    told += [Text(_reason(reason)) for reason in person.consent_reasons]
    return Group(told[0], *[Padding(line, _INDENT) for line in told[1:]])


def _detail(what: str, value: str | None) -> Text:
    return Text(f"{named({}, what)}: {value}" if value else what)


def _family(person: PrivatePerson) -> Iterator[Text]:
    if person.family:
        yield Text(f"her family decides: {person.family.name}, {person.family.relation}")
        yield from [Text(person.family.note)] if person.family.note else []


def _reason(reason: PrivateReason) -> str:
    use = phrase(reason.use).lower()
    return f"nobody could be asked about {use} ({clock(reason.recorded_at)}): {reason.reason.strip()}"


def _source(source: PrivateSource) -> RenderableType:
    told = Text(f"{source.name} ({phrase(source.kind).lower()}, received {source.received_on})")
    return Group(told, Padding(Text(source.note), _INDENT)) if source.note else told
