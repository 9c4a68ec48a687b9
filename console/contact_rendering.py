"""Contacts and lists as people read them."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from console.contact_answers import Checked, Contact, ContactEvent, ContactList, ContactWhole
from console.partner_rendering import pairs, plain_table
from console.words import clock, named, phrase


def contact_table(contacts: Sequence[Contact]) -> RenderableType:
    """Lay out contacts as a table; addresses are shown for one at a time only."""
    if not contacts:
        return Text("There is no such contact. Import some: python starter.py contacts import FILE")
    table = plain_table("Id", "Kind", "Country", "Languages", "Channels", "Lists", "Tags", "Name")
    for one in contacts:
        channels = " ".join(way.channel for way in one.channels)
        lists, tags = " ".join(one.lists), " ".join(one.tags)
        row = (phrase(one.kind), one.country or "-", " ".join(one.languages), channels, lists, tags, one.name)
        table.add_row(Text(one.id, style="cyan", no_wrap=True), *map(Text, row))
    return table


def whole_contact(whole: ContactWhole) -> RenderableType:
    """Lay out a contact with her addresses, and which of them are not written to."""
    contact, suppressed = whole.contact, {one.place: one for one in whole.suppressed}
    ways = plain_table("Channel", "Address", "Written to")
    for place, way in enumerate(contact.channels):
        found = suppressed.get(place)
        told = f"no: {named({}, found.reason)}, since {clock(found.since)}" if found else "yes"
        ways.add_row(Text(way.channel), Text(way.value), Text(told, style="bold yellow" if found else ""))
    details = {
        "Id": contact.id,
        "Kind": phrase(contact.kind),
        "Languages": " ".join(contact.languages),
        "Country": contact.country or "",
        "Time zone": contact.time_zone or "",
        "Lists": " ".join(contact.lists),
        "Tags": " ".join(contact.tags),
        "Basis": _basis(contact),
    }
    shown = pairs({name: value for name, value in details.items() if value})
    return Group(Text(contact.name, style="bold"), shown, Text(), ways)


def _basis(contact: Contact) -> str:
    if contact.basis is None:
        return "none on record; name one with the next import"
    means = contact.basis.get("by")
    by = f", by {named({}, means)}" if means else ""
    return f"{named({}, str(contact.basis.get('kind')))} since {contact.basis.get('on')}{by}"


def check_summary(checked: Checked) -> RenderableType:
    """Tell what an import would do, and the first of those whom it would change."""
    table = plain_table("Would be", "Contact", "Fields")
    for one in checked.changes:
        table.add_row(*map(Text, ("updated", one.id, ", ".join(one.fields))))
    for slug in checked.barred_ids:
        table.add_row(*map(Text, ("left out", slug, "she had herself removed")))
    counts = f"{checked.created} new, {checked.updated} updated, {checked.unchanged} unchanged"
    left_out = f", {checked.barred} left out" if checked.barred else ""
    return Group(Text(f"Dry run, nothing was changed: {counts}{left_out}."), table)


def list_table(lists: Sequence[ContactList]) -> RenderableType:
    """Lay out lists as a table."""
    if not lists:
        return Text("There is no list yet. Make one: python starter.py lists set ID --name es=...")
    table = plain_table("Id", "Contacts", "Names", "Description")
    for one in lists:
        names = ", ".join(f"{language}: {name}" for language, name in one.names.items())
        row = (str(one.contacts), names, one.description or "")
        table.add_row(Text(one.id, style="cyan", no_wrap=True), *map(Text, row))
    return table


def event_table(events: Sequence[ContactEvent]) -> RenderableType:
    """Lay out what was done to contacts and lists."""
    if not events:
        return Text("Nothing was done to the contacts yet.")
    table = plain_table("When", "What", "Who", "How many")
    for event in events:
        detail = ", ".join(f"{name} {value}" for name, value in event.detail.items())
        table.add_row(*map(Text, (clock(event.at), phrase(event.kind), event.person, detail)))
    return table
