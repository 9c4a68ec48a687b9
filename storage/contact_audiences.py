"""Which contacts receive a release, and where, as SQL: shaped as in `storage/audiences.py`.

Of her addresses the first in her order is taken that leads somewhere. Where she unsubscribed, or complained,
that is a word about the channel: nothing goes to her by it, at whichever address, and nothing by another in
its place, since that is not what she asked for. A channel that she prefers to it goes on.

Parameters: audiences, and the chosen_… of `selection_parameters`.
"""

from collections.abc import Mapping
from typing import Any, Final

from storage.suppressions import NO

_FIELDS: Final = ("lists", "tags", "countries", "kinds")

_FIRST_THAT_LEADS_SOMEWHERE: Final = f"""
    SELECT DISTINCT ON (way.contact_id) way.contact_id, way.channel, way.address, way.fingerprint
    FROM contact_address AS way LEFT JOIN suppression ON suppression.fingerprint = way.fingerprint
    WHERE suppression.reason IS NULL OR suppression.reason IN ({NO})
    ORDER BY way.contact_id, way.position
"""

_SAID_NO: Final = f"""
    EXISTS (SELECT 1 FROM contact_address AS other
            JOIN suppression AS word ON word.fingerprint = other.fingerprint AND word.reason IN ({NO})
            WHERE other.contact_id = contact.id AND other.channel = chosen.channel)
"""

_SELECTED: Final = """
    ((contact.kind = 'press' AND 'press' = ANY(:audiences))
     OR (contact.kind = 'member' AND 'members' = ANY(:audiences)))
    AND (CAST(:chosen_lists AS text[]) IS NULL OR contact.lists && CAST(:chosen_lists AS text[]))
    AND (CAST(:chosen_tags AS text[]) IS NULL OR contact.tags && CAST(:chosen_tags AS text[]))
    AND (CAST(:chosen_countries AS text[]) IS NULL
         OR contact.country = ANY(CAST(:chosen_countries AS text[])))
    AND (CAST(:chosen_kinds AS text[]) IS NULL OR contact.kind = ANY(CAST(:chosen_kinds AS text[])))
"""

CONTACTS: Final = f"""
    SELECT 'contact', contact.id, NULL, NULL, chosen.channel, chosen.address, chosen.fingerprint,
           contact.languages[1], 'public', CASE contact.kind WHEN 'press' THEN 3 ELSE 4 END, contact.languages
    FROM contact JOIN ({_FIRST_THAT_LEADS_SOMEWHERE}) AS chosen ON chosen.contact_id = contact.id
    WHERE {_SELECTED} AND NOT {_SAID_NO}
"""

UNREACHABLE_CONTACTS: Final = f"""
    SELECT count(*) FROM contact
    LEFT JOIN ({_FIRST_THAT_LEADS_SOMEWHERE}) AS chosen ON chosen.contact_id = contact.id
    WHERE {_SELECTED} AND (chosen.contact_id IS NULL OR {_SAID_NO})
"""
"""How many are selected and must not, or cannot, be written to."""


def selection_parameters(policy: Mapping[str, Any]) -> dict[str, object]:
    """Return the parameters of an audience, from the policy of an action."""
    release = policy["release"]
    chosen = release.get("contacts") or {}
    return {
        "audiences": release["audiences"],
        **{f"chosen_{field}": chosen.get(field) for field in _FIELDS},
    }
