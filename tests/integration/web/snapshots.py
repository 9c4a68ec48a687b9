"""What a database holds, so that a test can tell whether anything changed."""

from sqlalchemy import text
from sqlmodel import SQLModel

from storage.database import Database


async def contents_of(database: Database) -> dict[str, str]:
    """Return a digest of all rows of every table; of keys without when they were last used."""
    digests = {}
    async with database.transaction() as session:
        for table in sorted(SQLModel.metadata.tables):
            row = "to_jsonb(line) - 'last_used_at'"
            query = f"SELECT md5(coalesce(string_agg(({row})::text, ',' ORDER BY ({row})::text), '')) FROM {table} AS line"  # noqa: E501
            digests[table] = (await session.execute(text(query))).scalar_one()
    return digests


async def count_of(database: Database, table: str) -> int:
    """Count the rows of a table."""
    async with database.transaction() as session:
        counted: int = (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
    return counted
