"""Partners as people read them: in a list, whole, and what they corrected."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from console.partner_answers import Change, Checked, Partner, PartnerEvent, PartnerWhole
from console.words import clock, phrase


def partner_table(partners: Sequence[Partner]) -> RenderableType:
    """Lay out partners as a table."""
    if not partners:
        return Text("There is no partner yet. Import some: python starter.py partners import FILE")
    table = plain_table("Id", "Status", "Kind", "Country", "Languages", "Groups", "Name")
    for one in partners:
        table.add_row(
            Text(one.id, style="cyan", no_wrap=True),
            Text(phrase(one.status), style="" if one.status == "active" else "bold yellow"),
            Text(phrase(one.kind)),
            Text(one.country),
            Text(" ".join(one.languages)),
            Text(" ".join(one.groups)),
            Text(one.name),
        )
    return table


def whole_partner(whole: PartnerWhole) -> RenderableType:
    """Lay out a partner with its people and what was done to it."""
    partner = whole.partner
    people = plain_table("Contact", "Mail", "Language", "Asked by")
    for contact in partner.contacts:
        by = f"{contact.asked_by}, telephone {contact.phone}" if contact.phone else contact.asked_by
        people.add_row(*map(Text, (contact.name, contact.email, contact.language, by)))
    return Group(
        Text(partner.name, style="bold"),
        pairs(_details(whole)),
        Text(""),
        people,
        Text(""),
        *(Text(_event_line(event)) for event in whole.events),
    )


def check_summary(checked: Checked) -> RenderableType:
    """Tell what an import would do."""
    table = plain_table("Would be", "Partner", "Fields")
    for slug in checked.created:
        table.add_row(*map(Text, ("new", slug, "")))
    for one in checked.updated:
        table.add_row(*map(Text, ("updated", one.id, ", ".join(one.fields))))
    counts = (
        f"{len(checked.created)} new, {len(checked.updated)} updated, {len(checked.unchanged)} unchanged."
    )
    return Group(Text(f"Dry run, nothing was changed: {counts}"), table)


def change_table(changes: Sequence[Change]) -> RenderableType:
    """Lay out corrections: each field as it would be, beside what it is now."""
    if not changes:
        return Text("No partner's correction waits for you.")
    table = plain_table("Correction", "Partner", "By", "Field", "Now", "Would be")
    for change in changes:
        before = dict(_flat(change.now))
        for field, value in _flat(change.fields):
            row = (change.id, change.partner, change.contact, field, before.get(field, "-"), value)
            table.add_row(*map(Text, row))
    return table


def plain_table(*headings: str) -> Table:
    """Make a table without lines."""
    return Table(*headings, box=None, header_style="bold", pad_edge=False, padding=(0, 3, 0, 0))


def pairs(named_values: Mapping[str, str]) -> Table:
    """Lay out values, each behind its name."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 3, 0, 0))
    for name, value in named_values.items():
        table.add_row(Text(name, style="dim"), Text(value))
    return table


def _details(whole: PartnerWhole) -> dict[str, str]:
    partner, logo = whole.partner, whole.logo
    details = {
        "Id": partner.id,
        "Status": phrase(partner.status),
        "Kind": phrase(partner.kind),
        "Country": partner.country,
        "Languages": " ".join(partner.languages),
        "Groups": " ".join(partner.groups),
        "Time zone": partner.time_zone or "",
        "Website": partner.website or "",
        "Registered address": partner.registered_address,
        "Members": _members(partner),
        "Mandate": _mandate(partner),
        "System": (partner.api or {}).get("url", ""),
        "Former secret": _former_secret(whole.former_secret_until),
        "Logo": f"{logo.width} x {logo.height}, {logo.bytes} bytes" if logo else "",
    }
    return {name: value for name, value in details.items() if value}


def _former_secret(until: datetime | None) -> str:
    return f"holds until {clock(until)}" if until and until > datetime.now(UTC) else ""


def _members(partner: Partner) -> str:
    count = "" if partner.member_count is None else str(partner.member_count)
    return " ".join(part for part in (count, *partner.members) if part)


def _mandate(partner: Partner) -> str:
    if partner.mandate is None:
        return ""
    told = "signs whatever {follows} signs; given on {given_on} by {given_by}"
    return told.format(**partner.mandate)


def _event_line(event: PartnerEvent) -> str:
    by = f" by {event.person}" if event.person else ""
    what = ", ".join(event.detail.get("fields", [])) or str(event.detail.get("after", ""))
    return f"{clock(event.at)}  {phrase(event.kind)}{by}{f': {what}' if what else ''}"


def _flat(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field, value in fields.items():
        if isinstance(value, dict):
            yield from ((f"{field} {part}", str(inner)) for part, inner in value.items())
        else:
            yield field, " ".join(value) if isinstance(value, list) else str(value or "-")
