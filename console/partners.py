"""Commands that keep the directory of partners."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from console.answers import read, read_as_it_is
from console.directory_files import DirectoryFile, DryRun, FileFormat, Format
from console.directory_imports import Directory
from console.errors import BadInputError
from console.partner_answers import (
    ChangeDecided,
    ChangeList,
    Checked,
    Compromised,
    ExportedPartners,
    Imported,
    Logo,
    PartnerList,
    PartnerWhole,
    Restored,
    Status,
)
from console.partner_rendering import change_table, check_summary, partner_table, whole_partner
from console.session import DEFAULT_API_URL, ApiKey, ApiUrl, AsJson, Session, partner_path, session
from console.words import COMMAND
from models.directory import read_partners
from models.partner_csv import PARTNERS_TABLE, write_partners_csv
from models.yaml_tree import write_yaml


class SettableStatus(StrEnum):
    """The statuses that are set by hand."""

    ACTIVE = "active"
    """It is invited."""
    PAUSED = "paused"
    """It is not invited for a while."""
    ENDED = "ended"
    """It is a partner no more."""


PartnerId = Annotated[
    str, typer.Argument(metavar="ID", help="The partner's id, as `partners list` tells it.")
]
NewStatus = Annotated[SettableStatus, typer.Argument(help="How it stands from now on.")]
LogoFile = Annotated[Path, typer.Argument(metavar="FILE", help="PNG, JPEG or WebP, at most 1 MB.")]
ChangeId = Annotated[str, typer.Argument(metavar="CORRECTION", help="As `partners changes` tells it.")]


def _told_import(answer: str) -> str:
    done = read(Imported, answer)
    return f"Imported partners: {done.created} new, {done.updated} updated, {done.unchanged} unchanged."


PARTNERS = Directory(
    path="/partners",
    form=PARTNERS_TABLE,
    problems_of=lambda tree: read_partners(tree).problems,
    send=lambda client, path, tree: client.post(path, tree, repeatable=True),
    tell_check=lambda answer: check_summary(read(Checked, answer)),
    tell_import=_told_import,
)


def import_partners(
    file: DirectoryFile,
    *,
    dry_run: DryRun = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Create or update partners by their ids.

    All of the file is taken, or nothing.
    """
    with session(api_url, api_key, as_json=as_json) as opened:
        PARTNERS.take(opened, file, dry_run=dry_run)


def export(
    *,
    file_format: Format = FileFormat.YAML,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Write every partner as a file that can be imported again.

    Secrets of partners' systems are left out; an import keeps them.
    """
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get("/partners")
        if as_json:
            opened.screen.json(answer)
            return
        entries = read_as_it_is(ExportedPartners, answer).partners
        is_csv = file_format is FileFormat.CSV
        opened.screen.file(write_partners_csv(entries) if is_csv else write_yaml({"partners": entries}))


def list_partners(
    *, api_url: ApiUrl = DEFAULT_API_URL, api_key: ApiKey = None, as_json: AsJson = False
) -> None:
    """List the partners."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get("/partners")
        opened.tell(answer, lambda: partner_table(read(PartnerList, answer).partners))


def show(
    partner: PartnerId,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Show a partner, the people who answer for it, and who did what to it."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get(partner_path(partner))
        opened.tell(answer, lambda: whole_partner(read(PartnerWhole, answer)))


def status(
    partner: PartnerId,
    status: NewStatus,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Set whether a partner is invited from now on.

    Invitations that are out stay as they are.
    """
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.post(partner_path(partner, "status"), {"status": status}, repeatable=True)
        if as_json:
            opened.screen.json(answer)
            return
        told = read(Status, answer)
        opened.screen.show(f"{told.id} is {told.status}{'' if told.changed else ', as it was'}.")


def compromised(
    partner: PartnerId,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Revoke every link of a partner at once, since somebody else may hold its addresses.

    Its signatures do not count until it confirms them.
    """
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.post(partner_path(partner, "compromised"), {}, repeatable=True)
        if as_json:
            opened.screen.json(answer)
            return
        told = read(Compromised, answer)
        opened.screen.show(
            f"No link of {told.id} opens anything any more (invitations: {told.invitations})."
            f" Signatures that do not count until they are confirmed: {told.doubted}.",
            f"Correct its addresses, then: {COMMAND} partners restore {told.id}",
        )


def restore(
    partner: PartnerId,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Ask a partner that was compromised, at its registered address, to confirm its signatures.

    Correct that address first. Links to sign stay revoked until you reissue them.
    """
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.post(partner_path(partner, "restore"), {})
        if as_json:
            opened.screen.json(answer)
            return
        told = read(Restored, answer)
        opened.screen.show(f"{told.id} is active. Signatures that it is asked to confirm: {told.asked}.")


def logo(
    partner: PartnerId,
    file: LogoFile,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Give a partner a logo; what the file holds beside the picture is not kept."""
    with session(api_url, api_key, as_json=as_json) as opened:
        try:
            picture = file.read_bytes()
        except OSError as error:
            message = f"{file.name} cannot be read ({error.strerror}). Check the path and the permissions."
            raise BadInputError(message) from None
        answer = opened.client.put(partner_path(partner, "logo"), picture)
        if as_json:
            opened.screen.json(answer)
            return
        kept = read(Logo, answer)
        opened.screen.show(f"{partner} has a logo of {kept.width} x {kept.height} pixels.")


def changes(*, api_url: ApiUrl = DEFAULT_API_URL, api_key: ApiKey = None, as_json: AsJson = False) -> None:
    """List what partners corrected of their own details, and nobody has decided about."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get("/partners/changes")
        opened.tell(answer, lambda: change_table(read(ChangeList, answer).changes))


def approve(
    change: ChangeId,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Take a partner's correction into the directory."""
    with session(api_url, api_key, as_json=as_json) as opened:
        _decide(opened, change, "approve")


def refuse(
    change: ChangeId,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Leave the directory as it is, whatever a partner corrected."""
    with session(api_url, api_key, as_json=as_json) as opened:
        _decide(opened, change, "refuse")


def _decide(opened: Session, change: str, decision: str) -> None:
    answer = opened.client.post(partner_path("changes", change), {"decision": decision})
    if opened.screen.as_json:
        opened.screen.json(answer)
        return
    told = read(ChangeDecided, answer)
    opened.screen.show(f"The correction of {told.partner} was {told.outcome}.")
