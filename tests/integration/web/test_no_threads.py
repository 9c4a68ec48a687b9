"""No request waits for a thread before it begins: what routes ask for first is read where they run."""

from collections.abc import Callable, Iterator
from inspect import iscoroutinefunction
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from tests.integration.web.site import Site


def _asked_for(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    for part in dependant.dependencies:
        assert part.call
        yield part.call
        yield from _asked_for(part)


def _runs_in_place(call: Callable[..., Any]) -> bool:
    return iscoroutinefunction(call) or iscoroutinefunction(type(call).__call__)


async def test_what_a_route_depends_on_is_read_without_a_thread(site: Site) -> None:
    routes = [one.original_route for one in iter_route_contexts(site.app.routes)]
    dependants = [route.dependant for route in routes if isinstance(route, APIRoute)]
    calls = {call for dependant in dependants for call in _asked_for(dependant)}
    assert calls
    assert [str(call) for call in calls if not _runs_in_place(call)] == []
