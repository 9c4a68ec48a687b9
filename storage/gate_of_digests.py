"""Who may be told of all her actions, as SQL."""

from typing import Final

from models.messages import Purpose
from models.vocabulary import Role

OF_ALL_ACTIONS: Final = frozenset({Purpose.DIGEST})
"""What one action only keeps: how it stands holds nothing back that is about others, too."""


def coordinates(person: str) -> str:
    """Ask whether somebody, by the alias of her row, is a coordinator with a key that opens something."""
    return f"""
        ('{Role.COORDINATOR}' = ANY({person}.roles)
         AND EXISTS (SELECT 1 FROM api_key
                     WHERE api_key.person_id = {person}.id AND api_key.revoked_at IS NULL))
    """


STILL_COORDINATES: Final = f"""
    EXISTS (SELECT 1 FROM person WHERE person.id = delivery.recipient_id AND {coordinates("person")})
"""
"""Whom a digest is for is a coordinator now, whatever she was when it was frozen."""
