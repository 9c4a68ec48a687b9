"""What a partners file must keep beside what the directory holds already."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter

from models.directory import PartnerEntry
from models.partner_vocabulary import PartnerStatus
from models.problems import Problem

Numbered = Sequence[tuple[int, PartnerEntry]]
Directory = Mapping[str, PartnerEntry]


def filled_in(entry: PartnerEntry, known: PartnerEntry | None) -> PartnerEntry:
    """Return an entry with what a file may leave out; `known` is the partner as it is, if there is one."""
    status = known.status if known else PartnerStatus.ACTIVE
    return entry.model_copy(
        update={
            "registered_address": entry.registered_address or entry.contacts[0].email,
            "status": entry.status or status,
        }
    )


def changed_fields(entry: PartnerEntry, known: PartnerEntry) -> list[str]:
    """Name the fields by which an entry that is filled in differs from the partner as it is."""
    after, before = entry.model_dump(), known.model_dump()
    return [field for field in PartnerEntry.model_fields if after[field] != before[field]]


def directory_problems(
    entries: Numbered, known: Directory, also_named: Collection[str] = ()
) -> tuple[Problem, ...]:
    """Find what does not fit together once entries stand in the directory.

    `also_named` are ids of the file whose entries could not be read.
    """
    after = {**known, **{entry.id: entry for _, entry in entries}}
    there = after.keys() | set(also_named)
    member_circles = _leading_in_circles({slug: entry.members for slug, entry in after.items()})
    mandate_circles = _leading_in_circles({slug: _followed(entry) for slug, entry in after.items()})
    problems: list[Problem] = []
    for index, entry in entries:
        path = f"partners.{index}"
        problems += _unknown(path, entry, there)
        if entry.id in member_circles:
            problems.append(_circle(f"{path}.members"))
        if entry.id in mandate_circles:
            problems.append(_circle(f"{path}.mandate.follows"))
        problems += _beside_itself(path, entry, known.get(entry.id))
    return tuple(problems)


def _followed(entry: PartnerEntry) -> tuple[str, ...]:
    return (entry.mandate.follows,) if entry.mandate else ()


def _leading_in_circles(graph: Mapping[str, Iterable[str]]) -> set[str]:
    sorter = TopologicalSorter(graph)
    with suppress(CycleError):  # it still sorts what leads into no circle
        sorter.prepare()
    straight: set[str] = set()
    while ready := sorter.get_ready():
        straight.update(ready)
        sorter.done(*ready)
    return graph.keys() - straight


def _circle(field: str) -> Problem:
    return Problem(
        field=field, rule="leads in a circle", remedy="Follow the ids, and take the one out that leads back."
    )


def _unknown(path: str, entry: PartnerEntry, there: Collection[str]) -> Iterator[Problem]:
    named = [(f"{path}.members.{place}", member) for place, member in enumerate(entry.members)]
    named += [(f"{path}.mandate.follows", followed) for followed in _followed(entry)]
    for field, slug in named:
        if slug not in there:
            yield Problem(
                field=field,
                rule="is no partner of the file or the directory",
                remedy="Correct the id, or add that partner.",
            )


def _beside_itself(path: str, entry: PartnerEntry, known: PartnerEntry | None) -> Iterator[Problem]:
    """Find what an entry may not change, or leave out, of the partner as it is."""
    if entry.api and entry.api.secret is None and entry.api.url != _api_url(known):
        yield Problem(
            field=f"{path}.api.secret", rule="is required for a new address", remedy="Add the partner's."
        )
    if (
        known
        and entry.status
        and (known.status is PartnerStatus.COMPROMISED) != (entry.status is PartnerStatus.COMPROMISED)
    ):
        yield Problem(
            field=f"{path}.status",
            rule="cannot say or take back by a file that a partner is compromised",
            remedy="Leave it out here: it is a command of its own.",
        )


def _api_url(known: PartnerEntry | None) -> str | None:
    return known.api.url if known and known.api else None
