"""Consents as people read them: who allows what, and what may go out to whom."""

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from console.consent_answers import ConsentRecord, Consents, PersonConsents, Reader, Use
from console.words import READERS, clock, consent_words, named, phrase

_INDENT = (0, 0, 0, 3)


def consents_table(listed: Consents) -> RenderableType:
    """Show each person with her number and every record, the one that counts first."""
    people = [part for person in listed.people for part in (_person(person), Text())]
    return Group(*people, readers_table(listed.readers))


def readers_table(readers: Iterable[Reader]) -> RenderableType:
    """Tell to whom the document may go out, and what to do where it may not."""
    return Group(*(line for reader in readers for line in _reader(reader)))


def _reader(reader: Reader) -> Iterator[RenderableType]:
    to_whom = named(READERS, reader.reader)
    if reader.may_go_out:
        yield Text(f"May go out to {to_whom}.", style="green")
        return
    yield Text(f"Must not go out to {to_whom}:", style="bold yellow")
    for missing in reader.missing:
        yield Padding(Text(f"{missing.check}: {missing.remedy}"), _INDENT)


def _person(person: PersonConsents) -> RenderableType:
    name = person.display_name or "name withheld"
    told = Text.assemble((f"{person.position}  ", "bold cyan"), f"{name} ({named({}, person.kind)}, ")
    told.append(f"{person.visibility})")
    lines = [line for use in person.uses for line in _use(use)] or [Text("no consent recorded", style="dim")]
    if person.passage:
        passed = f"Her family decides since {person.passage.happened_on} ({person.passage.because})."
        lines.insert(0, Text(passed, style="bold yellow"))
    return Group(told, *[Padding(line, _INDENT) for line in lines])


def _use(use: Use) -> Iterator[Text]:
    newest, *earlier = use.records
    style = "green" if use.live else "yellow"
    yield Text.assemble((f"{'allowed' if use.live else 'NOT allowed'}  ", style), _record(newest))
    for one in earlier:
        yield Text(f"         before: {_record(one)}", style="dim")


def _record(record: ConsentRecord) -> str:
    by = f" by {record.recorded_by}" if record.recorded_by else ""
    reason = ", reason sealed" if record.has_reason else ""
    return f"{consent_words(record)}{reason}, recorded {clock(record.recorded_at)}{by}"


def taken_back(count: int) -> str:
    """Tell how many consents were taken back."""
    if not count:
        return "there was no consent to take back"
    return "one consent is taken back" if count == 1 else f"{count} consents are taken back"


def asked_back(person: object, use: object) -> str:
    """Tell what somebody is about to take back."""
    whose = "everybody" if person is None else f"person {person}"
    what = "all consents" if use is None else f"the consent “{phrase(str(use)).lower()}”"
    return f"Take back {what} of {whose}?"
