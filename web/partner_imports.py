"""What a partners file would do to the directory, and doing it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from models.directory import PartnerEntry
from models.endpoints import refused_endpoint
from models.partner_rules import Numbered, changed_fields, directory_problems, filled_in
from models.partner_vocabulary import PartnerEventKind
from models.problems import InvalidInput, Problem
from storage import directory, partners
from storage.directory import Imported, PartnerRecord
from web.partner_rows import brings_back, entry_of, knows_secret, partner_record
from web.services import Services


@dataclass(frozen=True)
class ImportPlan:
    """What an import finds in the directory, and how it would change it."""

    known: Mapping[str, PartnerRecord]
    problems: tuple[Problem, ...]
    created: list[PartnerEntry] = field(default_factory=list)
    updated: list[tuple[PartnerEntry, list[str]]] = field(default_factory=list)
    unchanged: list[PartnerEntry] = field(default_factory=list)


async def planned(
    session: AsyncSession, services: Services, entries: Numbered, also_named: Collection[str] = ()
) -> ImportPlan:
    """Compare entries with the directory; nobody else changes it until the transaction ends."""
    await directory.have_directory_alone(session)
    known = {record.partner.slug: record for record in await partners.partner_records(session)}
    as_they_are = {slug: entry_of(record) for slug, record in known.items()}
    problems = (
        *directory_problems(entries, as_they_are, also_named),
        *_refused_addresses(services, entries),
        *_replaced_secrets(services, entries, known),
    )
    plan = ImportPlan(known, problems)
    for _, entry in entries:
        before = as_they_are.get(entry.id)
        if before is None:
            plan.created.append(entry)
            continue
        fields = changed_fields(filled_in(_without_known_secret(entry, known, services), before), before)
        if fields:
            plan.updated.append((entry, fields))
        else:
            plan.unchanged.append(entry)
    return plan


def _without_known_secret(
    entry: PartnerEntry, known: Mapping[str, PartnerRecord], services: Services
) -> PartnerEntry:
    if entry.api is None or not knows_secret(entry, known[entry.id], services.cipher):
        return entry
    return entry.model_copy(update={"api": entry.api.model_copy(update={"secret": None})})


def _refused_addresses(services: Services, entries: Numbered) -> Iterator[Problem]:
    for position, entry in entries:
        refused = refused_endpoint(entry.api.url, services.partner_endpoints) if entry.api else None
        if refused:
            yield Problem(field=f"partners.{position}.api.url", rule=refused.rule, remedy=refused.remedy)


def _replaced_secrets(
    services: Services, entries: Numbered, known: Mapping[str, PartnerRecord]
) -> Iterator[Problem]:
    for position, entry in entries:
        before = known.get(entry.id)
        if before and brings_back(entry, before, services.cipher):
            yield Problem(
                field=f"partners.{position}.api.secret",
                rule="is the secret that was replaced",
                remedy="Leave it out: the directory keeps the new one.",
            )


async def carried_out(
    session: AsyncSession,
    services: Services,
    plan: ImportPlan,
    person_id: UUID,
    *,
    by_change: UUID | None = None,
) -> Imported:
    """Change the directory as it was planned, and write down who did it.

    Raises:
        InvalidInput: the plan has problems.
    """
    if plan.problems:
        raise InvalidInput(plan.problems)
    changed = [*plan.created, *(entry for entry, _ in plan.updated)]
    records = [
        partner_record(entry, services.cipher, services.fingerprint, plan.known.get(entry.id))
        for entry in changed
    ]
    imported = await directory.upsert_partners(session, records, by_change=by_change)
    events: dict[str, tuple[PartnerEventKind, dict[str, object]]] = {
        **{entry.id: (PartnerEventKind.CREATED, {}) for entry in plan.created},
        **{entry.id: (PartnerEventKind.UPDATED, {"fields": fields}) for entry, fields in plan.updated},
    }
    for slug, partner_id in (await partners.ids_of(session, events)).items():
        kind, detail = events[slug]
        await partners.note(session, partner_id, kind, person_id=person_id, detail=detail)
    return imported
