"""Actions as people read them: in a list, whole, and as what a verifier confirms."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from console.answers import Action, Event, Person, Signature, Summary
from console.answers import Text as DocumentText
from console.private import private_details
from console.private_answers import Private
from console.progress import bars, paper_words, step_line
from console.words import (
    COMMAND,
    approved_words,
    clock,
    consent_words,
    duplicate_words,
    named,
    next_step,
    phrase,
    signature_words,
    unreachable_words,
)
from models.vocabulary import Answer

_INDENT = (0, 0, 0, 2)
_SMALL_HEADING = "bold dim"


def action_list(actions: Sequence[Summary]) -> RenderableType:
    """Lay out actions as a table."""
    if not actions:
        return Text("There is no action yet. Start one: python starter.py start FILE")
    headings = ("Reference", "Phase", "Urgency", "Received", "Released", "Title")
    table = Table(*headings, box=None, header_style="bold", pad_edge=False, padding=(0, 3, 0, 0))
    for action in actions:
        released = clock(action.released_at) if action.released_at else "-"
        table.add_row(
            Text(action.reference, style="cyan", no_wrap=True),
            phase_words(action),
            phrase(action.urgency),
            Text(clock(action.created_at), no_wrap=True),
            Text(released, no_wrap=True),
            Text(action.title),
        )
    return table


def phase_words(action: Summary) -> Text:
    """Tell the phase, and loudly a pause."""
    told = Text(phrase(action.phase))
    return told.append("  ON HOLD", style="bold yellow") if action.on_hold else told


def heading(action: Action) -> RenderableType:
    """Tell which action this is, what is feared, and whether it may be in the system already."""
    where = f"{action.region}, {action.country}" if action.region else action.country
    concerns = ", ".join(named({}, concern) for concern in action.concerns)
    first = Text.assemble((action.reference, "bold cyan"), "  ", (action.title, "bold"))
    if action.on_hold:
        first.append("  ON HOLD", style="bold yellow")
    alike = [Text(duplicate_words(one), style="bold yellow") for one in action.possible_duplicates]
    return Group(first, Text(f"{phrase(action.urgency)} · {where} · {concerns}", style="dim"), *alike)


def standing(action: Action, events: Sequence[Event]) -> RenderableType:
    """Tell what it is and how far it is."""
    count, required = action.attestations.count, action.attestations.required
    return Group(
        heading(action),
        Text(),
        step_line(action, events),
        Text(),
        Text(f"Attested  {count} of {required}", style="green" if count >= required else ""),
        Text(f"Approved  {approved_words(action.document)}"),
        *(Text(unreachable_words(one), style="bold yellow") for one in action.unreachable_targets),
        *([Text(f"Expires   {clock(action.expires_at)}")] if action.expires_at else []),
        bars(action),
        *(Text(told, style="bold yellow") for told in (paper_words(action),) if told),
    )


def whole(action: Action, events: Sequence[Event], signatures: Sequence[Signature]) -> RenderableType:
    """Show all that a coordinator looks for."""
    parts: list[RenderableType] = [standing(action, events), Text(), *_known(action)]
    if signatures:
        parts += [Text(), Text("Partners", style=_SMALL_HEADING), Padding(_answers(signatures), _INDENT)]
    step = next_step(action)
    parts += [Text(), Text(step, style="bold")] if step else []
    return Group(*parts)


def to_attest(action: Action, private: Private) -> RenderableType:
    """Show all that an attestation confirms: facts, people, sources, consents, every text word by word."""
    parts: list[RenderableType] = [
        heading(action),
        Text(),
        private_details(private),
        Text(),
        *_people(action),
    ]
    for text in action.document.texts:
        parts += [Text(), *document_text(text)]
    document = action.document
    version = f"Document {document.index}, version {document.version}"
    parts += [Text(), Rule(style="dim"), Text(version), Text(f"Digest {document.digest}", overflow="fold")]
    return Group(*parts)


def _known(action: Action) -> Iterator[RenderableType]:
    yield Text(f"What happened on {action.occurred_on}", style=_SMALL_HEADING)
    yield Padding(
        Text(f"Facts, identities and sources are sealed:\n{COMMAND} private {action.reference}"), _INDENT
    )
    yield Text()
    yield Text("Sources", style=_SMALL_HEADING)
    for source in action.sources:
        yield Padding(Text(f"{phrase(source.kind)}, received {source.received_on}"), _INDENT)
    yield Text()
    yield from _people(action)


def _people(action: Action) -> Iterator[RenderableType]:
    yield Text(f"People at risk (risk: {named({}, action.risk_level)})", style=_SMALL_HEADING)
    for person in action.people_at_risk:
        yield Padding(_person(person), _INDENT)


def _person(person: Person) -> RenderableType:
    name = person.display_name or "name withheld"
    told = Text(f"{name} ({named({}, person.kind)}, {person.visibility})")
    if person.consent_passed:
        told.append(f", her family decides ({named({}, person.consent_passed)})", style="bold yellow")
    if not person.consents:
        return Group(told, Padding(Text("no consent recorded", style="dim"), _INDENT))
    return Group(told, *[Padding(Text(consent_words(consent)), _INDENT) for consent in person.consents])


def document_text(text: DocumentText) -> Iterator[RenderableType]:
    """Show a text in one language."""
    # The Markdown is shown as it was written: a verifier confirms words, not our rendering of them.
    yield Rule(Text(f"Text in {text.language}", style="bold"), align="left", style="dim")
    yield Text(text.headline, style="bold")
    yield Text(text.summary)
    yield Text()
    yield Text(text.body.strip())
    if text.background:
        yield Text()
        yield Text("Background", style=_SMALL_HEADING)
        yield Text(text.background.strip())
    if text.demands:
        yield Text()
        yield Text("Demands", style=_SMALL_HEADING)
    for number, demand in enumerate(text.demands, start=1):
        yield Padding(Text(f"{number}. {demand}"), _INDENT)


def _answers(signatures: Sequence[Signature]) -> RenderableType:
    answered = [signature for signature in signatures if signature.answer]
    grid = Table.grid(padding=(0, 3, 0, 0))
    for signature in answered:
        style = "green" if signature.answer == Answer.SIGNED else "yellow"
        name = signature.partner or "(counted, not named)"
        told = Text(phrase(str(signature.answer)), style=style)
        grid.add_row(told, Text(name), signature.country or "", Text(signature_words(signature)))
    silent = len(signatures) - len(answered)
    return Group(grid, Text(f"{silent} not answered yet", style="dim")) if silent else grid
