"""The lists that contacts stand on, and what was done to the directory of contacts."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query

from models.contact_file import ListEntry
from models.strict_model import parse
from storage import contacts
from storage.directory import have_directory_alone
from web.authentication import DirectoryKeeper
from web.contact_imports import list_row
from web.contact_schemas import ContactEvents, ContactEventView, ListRemoved, ListsView, ListView
from web.errors import ApiError
from web.services import Work

router = APIRouter(prefix="/lists", tags=["directory"])

_EXAMPLE = {
    "id": "prensa-mexico",
    "names": {"es": "Prensa de México", "en": "Press in Mexico"},
    "description": "Redacciones y agencias con corresponsalía en el país",
}


@router.get("", response_model_exclude_none=True)
async def all_lists(services: Work, _caller: DirectoryKeeper) -> ListsView:
    """List every list, and how many stand on each."""
    async with services.database.transaction() as session:
        found = await contacts.all_lists(session)
    return ListsView(
        lists=[
            ListView(id=one.slug, names=one.names, description=one.description, contacts=count)
            for one, count in found
        ]
    )


@router.post("", response_model_exclude_none=True)
async def keep_list(
    services: Work, caller: DirectoryKeeper, tree: Annotated[Any, Body(examples=[_EXAMPLE])]
) -> ListView:
    """Make a list, or describe the one that has this id anew."""
    entry = parse(ListEntry, tree)
    async with services.database.transaction() as session:
        await have_directory_alone(session)
        await contacts.keep_lists(session, [list_row(entry)], caller.person_id)
        counts = {one.slug: count for one, count in await contacts.all_lists(session)}
    return ListView(
        id=entry.id, names=dict(entry.names), description=entry.description, contacts=counts[entry.id]
    )


@router.get("/events")
async def newest_events(
    services: Work, _caller: DirectoryKeeper, limit: Annotated[int, Query(ge=1, le=500)] = 50
) -> ContactEvents:
    """Tell what was done to contacts and lists, newest first: who and how many, and never to whom."""
    async with services.database.transaction() as session:
        found = await contacts.newest_events(session, limit)
    return ContactEvents(
        events=[
            ContactEventView(at=event.at, kind=event.kind, person=person, detail=event.detail)
            for event, person in found
        ]
    )


@router.delete("/{list_id}")
async def remove_list(list_id: str, services: Work, caller: DirectoryKeeper) -> ListRemoved:
    """Take a list away; whoever stood on it is a contact still. Refused while a release is to go to it."""
    async with services.database.transaction() as session:
        await have_directory_alone(session)
        references = await contacts.selecting(session, list_id) if "\0" not in list_id else []
        if references:
            named = ", ".join(references[:5])
            remedy = f"Change first to whom it goes: starter.py audience set REF ({named})."
            raise ApiError(409, "Actions under way release to this list.", remedy)
        left = await contacts.remove_list(session, list_id, caller.person_id)
        if left is None:
            raise ApiError(404, "There is no such list.", "Look the id up: starter.py lists list.")
    return ListRemoved(id=list_id, contacts=left)
