import hashlib
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from uuid import UUID

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Engine, MetaData, Text, create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from local.postgres import EmbeddedPostgres
from models.records import EventKind
from models.tables import METADATA
from storage.database import Database
from storage.records import record
from tests.conftest import ROOT
from tests.integration.audit_trails import sound_trail

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


ACTIONS = [UUID(f"00{number}00000-0000-4000-8000-000000000000") for number in (1, 2, 3)]
PERSON = UUID("00000000-0000-4000-8000-000000000001")
A_PERSON = """
    INSERT INTO person (id, name, email, fingerprint, language, time_zone, roles, created_at)
    VALUES (:person, 'Ana', 'ana@red.example', '', 'es', 'UTC', '{}', now())
"""
AN_ACTION = """
    INSERT INTO urgent_action (id, reference, year, number, title, urgency, concerns, languages, country,
                               occurred_on, sealed_facts, author_id, policy, phase, created_at)
    VALUES (:id, :reference, 2026, :number, 'x', 'urgent', '{}', '{es}', 'MX',
            '2026-11-01', '', :person, '{}', 'received', now())
"""
RECORDED = """
    INSERT INTO audit_event (action_id, kind, person_id, at, detail)
    SELECT CASE WHEN turn % 3 = 0 THEN CAST(:first AS uuid) ELSE CAST(:second AS uuid) END,
           (ARRAY['received', 'attested', 'signed', 'dispatch_ended'])[1 + turn % 4],
           CASE WHEN turn % 2 = 0 THEN CAST(:person AS uuid) END,
           timestamptz '2026-11-24 06:00-06' + turn * interval '1 second 7 microseconds',
           jsonb_build_object('turn', turn, 'counts', jsonb_build_object('sent', 7, 'failed', 0), 'ñ', null)
    FROM generate_series(1, 2500) AS turn
"""


def record_without_a_chain(connection: Connection) -> None:
    """Write 833 events of a first action, 1667 of a second, and none of a third."""
    connection.execute(text(A_PERSON), {"person": PERSON})
    for number, action_id in enumerate(ACTIONS, start=1):
        row = {"id": action_id, "reference": f"UA-2026-00{number}", "number": number, "person": PERSON}
        connection.execute(text(AN_ACTION), row)
    events = {"first": ACTIONS[0], "second": ACTIONS[1], "person": PERSON}
    connection.execute(text(RECORDED), events)


async def test_what_was_recorded_before_there_was_a_chain_is_chained_and_goes_on(
    engine: Engine, postgres: EmbeddedPostgres
) -> None:
    with engine.begin() as connection:
        bring(connection, "0001")
        record_without_a_chain(connection)
        bring(connection, "head")
    database = Database(postgres.url(EMPTY))
    for action_id, recorded in zip(ACTIONS, (833, 1667, 0), strict=True):
        turns = [event.detail["turn"] for event in await sound_trail(database, action_id)]
        assert (len(turns), turns) == (recorded, sorted(turns))
        async with database.transaction() as session:
            await record(session, action_id, EventKind.HELD)
        assert len(await sound_trail(database, action_id)) == recorded + 1
    await database.close()


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


def test_what_was_attested_before_consents_had_revisions_still_counts(engine: Engine) -> None:
    with engine.begin() as connection:
        bring(connection, "0004")
        connection.execute(text("ALTER TABLE attestation DISABLE TRIGGER ALL"))  # no case is needed for it
        connection.execute(
            text(
                "INSERT INTO attestation"
                " (id, action_id, version_id, digest, person_id, confirms, attested_at)"
                " SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), sha256('x'),"
                " gen_random_uuid(), confirms, now() FROM unnest(ARRAY['facts', 'consent']) AS confirms"
            )
        )
        bring(connection, "0005")
        found = connection.execute(
            text("SELECT confirms, consent_revision FROM attestation ORDER BY confirms")
        )
        assert [tuple(row) for row in found] == [("consent", 1), ("facts", 0)]


def test_partners_of_before_the_directory_are_active_and_reached_by_whoever_stood_first(
    engine: Engine,
) -> None:
    with engine.begin() as connection:
        bring(connection, "0005")
        connection.execute(
            text(
                "INSERT INTO partner (id, slug, name, country, languages, groups, updated_at)"
                " VALUES (gen_random_uuid(), 'red', 'Red', 'MX', '{es}', '{}', now())"
            )
        )
        connection.execute(
            text(
                "INSERT INTO partner_contact (id, partner_id, position, name, email, fingerprint, language)"
                " SELECT gen_random_uuid(), partner.id, place, 'x', mail, sha256(lower(mail)::bytea), 'es'"
                " FROM partner, unnest(ARRAY['ana@red.example', 'bea@red.example', 'ANA@red.example'])"
                " WITH ORDINALITY AS written (mail, place)"
            )
        )
        bring(connection, "head")
        partner = "SELECT status, kind, registered_address, registered_fingerprint, members FROM partner"
        fingerprint = hashlib.sha256(b"ana@red.example").digest()
        kept: tuple[object, ...] = ("active", "organisation", "ana@red.example", fingerprint, [])
        assert [tuple(row) for row in connection.execute(text(partner))] == [kept]
        people = "SELECT email, position, gone_at IS NULL, asked_by FROM partner_contact ORDER BY position"
        assert [tuple(row) for row in connection.execute(text(people))] == [
            ("ana@red.example", 1, True, "email"),
            ("bea@red.example", 2, True, "email"),
            ("ANA@red.example", None, False, "email"),
        ]
        bring(connection, "base")


AN_ANSWER = """
    INSERT INTO signature
        (id, invitation_id, document_id, partner_id, version_id, digest, answer, visibility, answered_at)
    SELECT gen_random_uuid(), gen_random_uuid(), :document, :partner, gen_random_uuid(), sha256('x'),
           'signed', 'public', now()
"""
A_LATER_ANSWER = """
    INSERT INTO signature (id, invitation_id, document_id, partner_id, version_id, digest, answer, visibility,
                           late, answered_at)
    SELECT gen_random_uuid(), invitation_id, document_id, partner_id, version_id, digest, 'withdrawn',
           visibility, false, now()
    FROM signature
"""
A_LINK = """
    INSERT INTO sign_link (id, invitation_id, delivery_id, token_hash, issued_at)
    VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), sha256('x'), '2026-01-01')
"""


def test_answers_and_links_of_before_keep_counting_and_answers_can_be_superseded(engine: Engine) -> None:
    with engine.begin() as connection:
        bring(connection, "0005")
        for table in ("signature", "sign_link"):  # no case is needed for them
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        connection.execute(text(AN_ANSWER), {"document": ACTIONS[0], "partner": ACTIONS[1]})
        connection.execute(text(A_LINK))
        bring(connection, "0007")
        kept = connection.execute(text("SELECT late, sealed_reason, superseded_at FROM signature")).one()
        assert tuple(kept) == (False, None, None)
        lasts = connection.execute(text("SELECT expires_at - issued_at FROM sign_link")).scalar_one()
        assert lasts == timedelta(days=90)
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(text(A_LATER_ANSWER))
        connection.execute(text("UPDATE signature SET superseded_at = now()"))
        connection.execute(text(A_LATER_ANSWER))


def test_going_back_keeps_the_answer_that_counts(engine: Engine) -> None:
    with engine.begin() as connection:
        bring(connection, "0007")
        connection.execute(text("ALTER TABLE signature DISABLE TRIGGER ALL"))
        for superseded in ("now()", "NULL"):
            answer = AN_ANSWER.replace("answered_at)", "answered_at, late, superseded_at)")
            answer = answer.rstrip() + f", false, {superseded}"
            connection.execute(text(answer), {"document": ACTIONS[0], "partner": ACTIONS[1]})
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, "0005")
        assert connection.execute(text("SELECT count(*) FROM signature")).scalar_one() == 1


def test_a_contact_of_before_there_were_lists_keeps_its_language_and_has_no_basis(engine: Engine) -> None:
    with engine.begin() as connection:
        bring(connection, "0011")
        connection.execute(
            text(
                "INSERT INTO contact (id, slug, name, kind, language, updated_at)"
                " VALUES (gen_random_uuid(), 'ana', 'Ana', 'press', 'pt', now())"
            )
        )
        bring(connection, "head")
        kept = connection.execute(text("SELECT languages, tags, lists, basis FROM contact")).one()
        assert tuple(kept) == (["pt"], [], [], None)
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, "0011")
        assert connection.execute(text("SELECT language FROM contact")).scalar_one() == "pt"


def test_submissions_are_called_by_the_word_of_the_case_format(engine: Engine) -> None:
    with engine.begin() as connection:
        bring(connection, "0033")
        connection.execute(text("ALTER TABLE submission DISABLE TRIGGER ALL"))  # no case is needed for it
        connection.execute(
            text(
                "INSERT INTO submission (id, action_id, mechanism, language, digest, missing, left_out,"
                " drafted_by, drafted_at) SELECT gen_random_uuid(), gen_random_uuid(), mechanism, 'es',"
                " sha256(mechanism::bytea), '{}', '{}', gen_random_uuid(), now()"
                " FROM unnest(ARRAY['special_procedures', 'ced']) AS mechanism"
            )
        )
        bring(connection, "0038")
        words = "SELECT mechanism FROM submission ORDER BY mechanism"
        assert list(connection.execute(text(words)).scalars()) == ["ced", "un_special_procedures"]
