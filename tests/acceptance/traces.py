"""Looking for planted words in what Temporal keeps and in log files, in every form they could take."""

import json
import sqlite3
from base64 import b64encode
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.client import Client

from assembly import build_client
from local.stack import Stack
from security.keys import KeyRing
from security.payload_encryption import ENCODING, PayloadEncryption

FIRST_WHOLE_SEXTET = (0, 2, 3)
"""How many characters of Base64 the bytes before a word also shape, by their number modulo 3."""


def forms(word: str) -> set[bytes]:
    """Return how a word may stand in a file: plain, in wide characters, escaped, quoted, in Base64."""
    plain = word.encode()
    escaped = json.dumps(word)[1:-1].encode()
    texts = {plain, escaped, quote(word).encode()}
    wide = {word.encode("utf-16-le"), word.encode("utf-16-be")}
    return texts | wide | {inner for text in texts for inner in _in_base64(text)}


def _in_base64(text: bytes) -> Iterator[bytes]:
    """Yield the part of the Base64 of a text that does not depend on what stands around it."""
    for before, first in enumerate(FIRST_WHOLE_SEXTET):
        whole_sextets = (before + len(text)) * 8 // 6
        yield b64encode(bytes(before) + text)[first:whole_sextets]


def found(data: bytes, words: Iterable[str]) -> list[str]:
    """Name the words that stand in the data in any form."""
    return [word for word in words if any(form in data for form in forms(word))]


PATCH = "patch-data"
"""Where a history names the patches that it ran with, for the server to read."""


@dataclass(frozen=True)
class Record:
    """All that Temporal tells of one workflow: what stands there in clear, and what our key opens."""

    workflow_id: str
    clear: bytes
    opened: bytes
    unsealed: int
    """How many payloads stand there in clear, beside search attributes and the names of patches."""
    pending_failures: int
    """How many activities have failed and wait to be tried again."""


async def records(
    client: Client, encryption: PayloadEncryption, query: str | None = None
) -> AsyncIterator[Record]:
    """Read history and description (search attributes, memo, pending activities) of every workflow."""
    async for execution in client.list_workflows(query):
        handle = client.get_workflow_handle(execution.id, run_id=execution.run_id)
        history = await handle.fetch_history()
        description = (await handle.describe()).raw_description
        messages: list[Message] = [*history.events, description]
        payloads = [payload for message in messages for payload in _payloads(message)]
        sealed = [one for one in payloads if one.metadata.get("encoding") == ENCODING]
        opened = await encryption.decode(sealed)
        clear = [one for one in payloads if one not in sealed and "type" not in one.metadata]
        yield Record(
            workflow_id=execution.id,
            clear=b"\n".join(message.SerializeToString() for message in messages),
            opened=b"\n".join(payload.SerializeToString() for payload in opened),
            unsealed=len(clear),
            pending_failures=sum(one.HasField("last_failure") for one in description.pending_activities),
        )


async def records_of(stack: Stack, query: str | None = None) -> AsyncIterator[Record]:
    """Read the records of a stack's workflows, opened by its key."""
    settings = stack.settings
    encryption = PayloadEncryption(KeyRing.parse(settings.payload_keys.get_secret_value()))
    async for record in records(await build_client(settings), encryption, query):
        yield record


def files_of_temporal(stack: Stack) -> bytes:
    """Return the server's database file with its journals, raw, and the same once more cell by cell."""
    folder = stack.data / "temporal"
    return everything_in(folder) + every_cell_of(folder / "temporal.db")


def logs_of(stack: Stack) -> bytes:
    """Return the logs of all processes of a stack."""
    return everything_in(stack.data / "logs") + stack.postgres.log.read_bytes()


def _payloads(message: Message) -> Iterator[Payload]:
    if isinstance(message, Payload):
        yield message
        return
    for _, value in message.ListFields():
        for inner in _inner(value):
            yield from _payloads(inner)


def _inner(value: Any) -> Iterable[Message]:
    """Return the messages in a field, whether it is one, a list or a map."""
    if isinstance(value, Message):
        return [value]
    if isinstance(value, str | bytes | int | float):
        return []
    if hasattr(value, "items"):
        value = [inner for name, inner in value.items() if name != PATCH]
    return [one for one in value if isinstance(one, Message)]


def everything_in(folder: Path, pattern: str = "*") -> bytes:
    """Return the raw bytes of all files of a folder."""
    return b"\n".join(file.read_bytes() for file in sorted(folder.glob(pattern)) if file.is_file())


def every_cell_of(database: Path) -> bytes:
    """Return the values of a SQLite database, each whole: in the file, pages cut long ones."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        rows = [row for (table,) in tables for row in connection.execute(f'SELECT * FROM "{table}"')]
    cells = (cell for row in rows for cell in row)
    return b"\n".join(cell if isinstance(cell, bytes) else str(cell).encode() for cell in cells)
