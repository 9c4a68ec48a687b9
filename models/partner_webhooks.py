"""What partners' systems are told: the events of version 1, from which their JSON Schema is made.

Within a version fields are only added. What a field means never changes, and none goes away.
"""

import json
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

VERSION: Final = 1
SCHEMA_ID: Final = "urn:acuerpa:partner-api:events:1"

Hex256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class _Part(BaseModel):
    """Base of all that is sent."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)


class ListedSignatory(_Part):
    """An organisation that signs and may be named."""

    name: str
    country: str = Field(description="ISO 3166-1 alpha-2.")


class _About(_Part):
    """What every event says of its document."""

    delivery_id: UUID = Field(description="The `webhook-id`: the same whenever this message comes again.")
    reference: str = Field(description="The urgent action, such as `UA-2026-014`.")
    index: str = Field(description="The document, such as `UA-2026-014/1`.")
    title: str
    statement_language: str = Field(description="Language of the text, such as `es` or `pt-BR`.")
    digest: Hex256 = Field(description="SHA-256 that names the wording: what was approved, signed and sent.")


class _Text(_About):
    """A document's text."""

    summary: str
    body: str = Field(description="Markdown without HTML.")
    background: str | None = Field(description="Markdown without HTML.")
    demands: list[str]


class StatementData(_Text):
    """A statement, and who signs it."""

    signatories: list[ListedSignatory] = Field(description="By country and name.")
    unnamed_signatories: int = Field(ge=0, description="Organisations that sign without being named.")
    organisations: int = Field(ge=0, description="All that sign, members of networks among them.")


class AddendumData(_About):
    """How the list of signatories changed since the last message to this partner about it."""

    added: list[ListedSignatory]
    gone: list[ListedSignatory] = Field(description="Always empty where the case does not tell who left.")


class NoticeData(_Text):
    """The notice that an action has ended: take down what you published about it."""


class _Event(_Part):
    """What every event carries."""

    version: Literal[1] = VERSION
    timestamp: datetime = Field(description="When it was decided that this goes out; aware, in UTC.")


class StatementReleased(_Event):
    """A statement is released, in the partner's language."""

    type: Literal["statement.released"] = "statement.released"
    data: StatementData


class StatementAddendum(_Event):
    """The list of a statement's signatories is another one by now."""

    type: Literal["statement.addendum"] = "statement.addendum"
    data: AddendumData


class ActionStopped(_Event):
    """An action was stopped or withdrawn."""

    type: Literal["action.stopped"] = "action.stopped"
    data: NoticeData


Event = Annotated[StatementReleased | StatementAddendum | ActionStopped, Field(discriminator="type")]
Document = Annotated[StatementReleased | ActionStopped, Field(discriminator="type")]
"""What a partner may fetch by its key: a list that it reads today needs no addendum."""


def as_json(event: StatementReleased | StatementAddendum | ActionStopped) -> dict[str, Any]:
    """Write an event as it is sent."""
    return event.model_dump(mode="json")


def schema_text() -> str:
    """Write the JSON Schema (2020-12) of every event, as it stands in `docs/partner-api/`."""
    adapter: TypeAdapter[Any] = TypeAdapter(Event)
    made = adapter.json_schema(mode="serialization")
    made.pop("discriminator")  # OpenAPI's word: JSON Schema needs none beside the constants of `type`
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "What Acuerpa sends to a partner's system",
    }
    return json.dumps({**head, **made}, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    print(schema_text(), end="")  # noqa: T201 - how the file is made
