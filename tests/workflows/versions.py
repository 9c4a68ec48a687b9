"""Which workflows a worker of another version has."""

from typing import Any

from assembly import WORKFLOWS


def today_but(changed: type[Any]) -> list[type[Any]]:
    """List the workflows of today with another in the place of the one that it is made of."""
    return [changed if kind is changed.__mro__[1] else kind for kind in WORKFLOWS]
