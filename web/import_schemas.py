"""What the API answers about imports into a directory, of whichever sort."""

from pydantic import Field

from web.schemas import Schema


class ImportResult(Schema):
    """How an import changed the directory."""

    created: int = Field(ge=0)
    updated: int = Field(ge=0)
    unchanged: int = Field(ge=0)


class UpdatedEntry(Schema):
    """An entry that an import would change, and the fields in which."""

    id: str
    fields: list[str]
