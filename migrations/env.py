"""Runs the migrations against ACUERPA_DATABASE_URL, or against a connection that a test hands over."""

import os

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, pool

from models.tables import METADATA


def migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=METADATA, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


def database_url() -> str:
    try:
        return os.environ["ACUERPA_DATABASE_URL"]
    except KeyError:
        raise CommandError("ACUERPA_DATABASE_URL is not set: set it to postgresql+psycopg://…") from None


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with create_engine(database_url(), poolclass=pool.NullPool, hide_parameters=True).connect() as connection:
        migrate(connection)
        connection.commit()
