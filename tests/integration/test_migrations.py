from collections.abc import Iterator
from contextlib import closing

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Engine, MetaData, Text, create_engine, inspect, text

from local.postgres import EmbeddedPostgres
from models.tables import METADATA
from tests.conftest import ROOT

EMPTY = "migrations_from_nothing"


def configuration() -> Config:
    config = Config(ROOT / "alembic.ini")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config


@pytest.fixture
def engine(postgres: EmbeddedPostgres) -> Iterator[Engine]:
    postgres.create_database(EMPTY)
    opened = create_engine(postgres.url(EMPTY))
    yield opened
    opened.dispose()
    postgres.drop_database(EMPTY)


def bring(connection: Connection, revision: str) -> None:
    config = configuration()
    config.attributes["connection"] = connection
    (command.downgrade if revision == "base" else command.upgrade)(config, revision)


def differences(connection: Connection, metadata: MetaData) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


def test_the_migrations_lead_from_an_empty_database_to_what_the_models_say(engine: Engine) -> None:
    with engine.begin() as connection:
        bring(connection, "head")
        assert differences(connection, METADATA) == []


def test_a_model_that_no_migration_knows_is_noticed(engine: Engine) -> None:
    changed = MetaData()
    for table in METADATA.tables.values():
        table.to_metadata(changed)
    changed.tables["person"].append_column(Column("nickname", Text()))
    with engine.begin() as connection:
        bring(connection, "head")
        assert [difference[0] for difference in differences(connection, changed)] == ["add_column"]  # type: ignore[index]


def test_the_migrations_can_be_undone_and_done_again(engine: Engine) -> None:
    with engine.begin() as connection:
        bring(connection, "head")
        bring(connection, "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
        bring(connection, "head")
        assert differences(connection, METADATA) == []


def test_who_was_there_before_enrolment_is_asked_by_email_and_has_no_pin(engine: Engine) -> None:
    with engine.begin() as connection:
        bring(connection, "0001")
        connection.execute(
            text(
                "INSERT INTO person (id, name, email, fingerprint, language, time_zone, roles, created_at)"
                " VALUES (gen_random_uuid(), 'Ana', 'ana@red.example', 'f', 'es', 'UTC', '{verifier}', now())"
            )
        )
        bring(connection, "head")
        kept = connection.execute(text("SELECT asked_by, pin_failures, pin_hash, duty_position FROM person"))
        assert kept.one() == ("email", 0, None, None)


def test_the_migrations_are_one_chain() -> None:
    assert len(ScriptDirectory.from_config(configuration()).get_heads()) == 1


def test_a_migration_without_a_database_says_which_variable_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ACUERPA_DATABASE_URL", raising=False)
    with pytest.raises(Exception, match="ACUERPA_DATABASE_URL is not set"):
        command.upgrade(configuration(), "head")


def test_a_migration_finds_its_database_by_the_variable(
    engine: Engine, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACUERPA_DATABASE_URL", postgres.url(EMPTY))
    command.upgrade(configuration(), "head")
    with closing(engine.connect()) as connection:
        assert "delivery" in inspect(connection).get_table_names()
