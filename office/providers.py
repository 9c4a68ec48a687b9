"""Commands for those who keep the server: what is known of the providers."""

import json
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text
from sqlmodel.ext.asyncio.session import AsyncSession

from console.errors import RefusedError
from models.columns import now
from models.providers import Provider
from office.desk import AsJson, OpenOffice, group, iso_times, local_time, screen, table
from storage.providers import known_providers, was_served


class ProviderCommands:
    """See whom messages are given to, and have one that was given up tried again."""

    def __init__(self, open_office: OpenOffice) -> None:
        self._open_office = open_office

    def list_providers(self, *, as_json: AsJson = False) -> None:
        """List the providers that messages were given to: how each stands, and what it was given today."""
        with screen(as_json=as_json) as shown:
            office = self._open_office()
            found = office.in_database(known_providers)
            if as_json:
                shown.json(json.dumps([_as_tree(one) for one in found]))
            else:
                shown.show(_table(found))

    def retry(self, name: Annotated[str, typer.Argument(help="As the list names it.")]) -> None:
        """Forget that a provider failed: messages are given to it at once, however it answered before."""

        async def forget(session: AsyncSession) -> bool:
            known = {one.name for one in await known_providers(session)}
            await was_served(session, name)
            return name in known

        with screen() as shown:
            if not self._open_office().in_database(forget):
                raise RefusedError("No provider has this name. Look it up: python admin.py providers list")
            shown.show(f"{name} is given messages again.")


def provider_commands(open_office: OpenOffice) -> typer.Typer:
    """Register the commands."""
    commands, providers = ProviderCommands(open_office), group("See who carries the messages.")
    providers.command("list")(commands.list_providers)
    providers.command("retry")(commands.retry)
    return providers


def _table(found: list[Provider]) -> Table:
    rows = table("Provider", "Stands", "Given today (UTC)")
    for one in found:
        rows.add_row(Text(one.name), _standing(one), str(_given_today(one)))
    return rows


def _standing(one: Provider) -> str:
    if one.opened_at:
        return f"given up at {local_time(one.opened_at)}, next tried at {local_time(one.probe_at)}"
    if one.paused_until and one.paused_until > now():
        return f"asked for a pause until {local_time(one.paused_until)}"
    return f"{one.failures} failed in a row" if one.failures else "served"


def _given_today(one: Provider) -> int:
    return one.taken_today if one.day == now().date() else 0


def _as_tree(one: Provider) -> dict[str, object]:
    return {
        "provider": one.name,
        "given_today": _given_today(one),
        "failures": one.failures,
        **iso_times(opened_at=one.opened_at, probe_at=one.probe_at, paused_until=one.paused_until),
    }
