"""Commands for the keys of partners' systems."""

import json
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table
from rich.text import Text
from sqlmodel.ext.asyncio.session import AsyncSession

from console.errors import RefusedError
from models.partner_vocabulary import PartnerStatus
from office.desk import AsJson, OpenOffice, group, iso_times, local_time, screen, table
from security.tokens import new_partner_key, token_hash
from storage.directory import partner_by_slug
from storage.partner_keys import PartnerKeyHolder, make_key, partner_keys, revoke_partner_key

PartnerId = Annotated[str, typer.Argument(metavar="PARTNER", help="Its id in the directory.")]
KeyId = Annotated[UUID, typer.Argument(metavar="KEY_ID", help="As `partner-keys list` shows it.")]


class PartnerKeyCommands:
    """Make, list and revoke keys of partners' systems."""

    def __init__(self, open_office: OpenOffice) -> None:
        self._open_office = open_office

    def create(self, partner: PartnerId) -> None:
        """Make a key by which a partner's system reads what was released to it."""
        with screen() as shown:
            key = new_partner_key()
            key_id = self._open_office().in_database(lambda session: _issue(session, partner, key))
            shown.say(f"Key {key_id} of the system of {partner}.")
            shown.say("It is shown only now. Hand it over on a safe channel:")
            typer.echo(key)

    def list_keys(self, *, as_json: AsJson = False) -> None:
        """List every key, oldest first; no key can be read again."""
        with screen(as_json=as_json) as shown:
            holders = self._open_office().in_database(partner_keys)
            if as_json:
                shown.json(json.dumps([_as_tree(holder) for holder in holders], ensure_ascii=False))
            else:
                shown.show(_table(holders))

    def revoke(self, key_id: KeyId) -> None:
        """Revoke a key: it opens nothing from this moment on."""
        with screen() as shown:
            revoked = self._open_office().in_database(
                lambda session: revoke_partner_key(session, key_id, None)
            )
            if not revoked:
                raise RefusedError(
                    "There is no live key with this id. Look it up: python admin.py partner-keys list"
                )
            shown.show(f"Key {key_id} is revoked.")


def partner_key_commands(open_office: OpenOffice) -> typer.Typer:
    """Register the commands."""
    commands, keys = (
        PartnerKeyCommands(open_office),
        group("Make, list and revoke keys of partners' systems."),
    )
    keys.command("create")(commands.create)
    keys.command("list")(commands.list_keys)
    keys.command("revoke")(commands.revoke)
    return keys


async def _issue(session: AsyncSession, slug: str, key: str) -> UUID:
    partner = await partner_by_slug(session, slug)
    if partner is None:
        raise RefusedError("There is no partner with this id. Look it up: starter.py partners list")
    if partner.status in {PartnerStatus.ENDED, PartnerStatus.COMPROMISED}:
        raise RefusedError(f"The partner is {partner.status}; no key of it opens anything.")
    return (await make_key(session, partner, token_hash(key), None)).id


def _table(holders: list[PartnerKeyHolder]) -> Table:
    listed = table("Key id", "Partner", "Created", "Last used", "Revoked")
    for partner, key in holders:
        listed.add_row(
            Text(str(key.id), no_wrap=True),
            Text(partner.slug),
            local_time(key.created_at),
            local_time(key.last_used_at),
            local_time(key.revoked_at),
            style="dim" if key.revoked_at else "",
        )
    return listed


def _as_tree(holder: PartnerKeyHolder) -> dict[str, object]:
    partner, key = holder
    times = iso_times(created_at=key.created_at, last_used_at=key.last_used_at, revoked_at=key.revoked_at)
    return {"key_id": str(key.id), "partner": partner.slug, **times}
