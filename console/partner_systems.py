"""Commands for the systems of partners: their secrets and their keys."""

from datetime import datetime
from typing import Annotated

import typer

from console.answers import Answer, read
from console.partners import PartnerId
from console.session import DEFAULT_API_URL, ApiKey, ApiUrl, AsJson, partner_path, session
from console.words import COMMAND, clock

OverlapDays = Annotated[
    int,
    typer.Option(min=0, max=30, help="How long the secret before holds as well; 0 where others may know it."),
]
KeyId = Annotated[str, typer.Argument(metavar="KEY_ID", help="As it was told when the key was made.")]


class NewSecret(Answer):
    """A new secret, shown this once."""

    id: str
    secret: str
    former_until: datetime | None = None


class RotationEnded(Answer):
    """Whether the secret before still held."""

    id: str
    ended: bool


class NewKey(Answer):
    """A new key, shown this once."""

    id: str
    key_id: str
    key: str


def rotate_secret(
    partner: PartnerId,
    *,
    overlap_days: OverlapDays = 7,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Replace the secret by which a partner's system checks what it gets.

    For some days messages carry two signatures. The new secret is shown once.
    """
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.post(partner_path(partner, "secret"), {"overlap_days": overlap_days})
        if as_json:
            opened.screen.json(answer)
            return
        told = read(NewSecret, answer)
        holds = f"holds until {clock(told.former_until)}" if told.former_until else "holds no more"
        opened.screen.say(f"{told.id} has a new secret; the one before {holds}.")
        opened.screen.say("It is shown only now. Hand it over on a safe channel:")
        typer.echo(told.secret)


def end_rotation(
    partner: PartnerId,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Sign with the new secret alone from now on, since the partner has changed over."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.delete(partner_path(partner, "secret", "former"))
        if as_json:
            opened.screen.json(answer)
            return
        told = read(RotationEnded, answer)
        as_it_was = "" if told.ended else ", as it was"
        opened.screen.show(f"Messages to {told.id} are signed with its one secret{as_it_was}.")


def make_key(
    partner: PartnerId,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Make a key by which a partner's system reads what was released to it.

    It is shown once.
    """
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.post(partner_path(partner, "keys"))
        if as_json:
            opened.screen.json(answer)
            return
        told = read(NewKey, answer)
        opened.screen.say(f"Key {told.key_id} of the system of {told.id}. To end it:")
        opened.screen.say(f"  {COMMAND} partners revoke-key {told.id} {told.key_id}")
        opened.screen.say("It is shown only now. Hand it over on a safe channel:")
        typer.echo(told.key)


def revoke_key(
    partner: PartnerId,
    key: KeyId,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Revoke a key of a partner's system: it opens nothing from this moment on."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.delete(partner_path(partner, "keys", key))
        opened.tell(answer, lambda: f"Key {key} of {partner} is revoked.")
