"""What the warning that an action expires says."""

from activities.drafts import Draft
from storage.expiry import expiry_of


def expiry_context(draft: Draft, time_zone: str) -> dict[str, object]:
    """Return when it expires, as it stands now: it may have been extended since the warning was frozen."""
    action = draft.contents.action
    released_at = action.released_at or draft.contents.frozen_at
    return {
        "recipient_name": draft.recipient.name,
        "reference": action.reference,
        "expires_at": expiry_of(action, released_at, time_zone),
        "time_zone": draft.recipient.time_zone or time_zone,
    }
