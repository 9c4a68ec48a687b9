"""What the API answers about to whom releases go."""

from pydantic import Field

from models.vocabulary import Audience, ContactKind
from web.schemas import Schema, UnreachableTarget


class SelectionView(Schema):
    """Which contacts of the audiences are written to; what is left out is not asked."""

    lists: list[str] | None = None
    tags: list[str] | None = None
    countries: list[str] | None = None
    kinds: list[ContactKind] | None = None


class AudienceView(Schema):
    """To whom releases go from now on; without `contacts`, to all contacts of the audiences."""

    audiences: list[Audience]
    contacts: SelectionView | None = None
    unreachable_targets: list[UnreachableTarget] = Field(default_factory=list)
