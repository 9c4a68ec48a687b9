"""Which contacts a release is frozen for, where, and in which language; and that counting agrees."""

import json
from typing import Any

from models.contact_file import parse_contacts
from models.contact_vocabulary import SuppressionReason
from models.outbox import RecipientKind
from models.vocabulary import Channel
from storage import actions, documents
from storage.audience_counts import AudienceCounts, count_audience
from storage.contact_imports import upsert_contacts
from storage.database import Database
from tests import factories
from tests.integration.outbox_cases import Case, by_address, execute, make_case
from web.contact_rows import contact_row

MAIL, SMS = Channel.EMAIL, Channel.SMS
A, B = (MAIL, "a@amigas.example"), (MAIL, "b@amigas.example")
GONE, NO = SuppressionReason.NO_SUCH_ADDRESS, SuppressionReason.UNSUBSCRIBED


def contact(slug: str = "ana", *ways: tuple[Channel, str], **changes: Any) -> dict[str, Any]:
    return {
        "id": slug,
        "name": f"Compañera {slug}",
        "kind": "member",
        "languages": ["es"],
        "basis": {"kind": "member", "on": "2026-01-02"},
        "channels": [{"channel": channel, "value": value} for channel, value in ways or (A,)],
        **changes,
    }


async def case_of(database: Database, *contacts: dict[str, Any], **release: Any) -> Case:
    """Store a case that goes to press and members, with just these contacts in the directory."""
    tree = factories.case_tree()
    tree["release"] = {"audiences": ["press", "members"], **release}
    case = await make_case(database, tree)
    for table in ("contact_address", "contact"):
        await execute(database, f"DELETE FROM {table}")
    rows = [contact_row(one, factories.FINGERPRINT) for one in parse_contacts({"contacts": contacts})]
    async with database.transaction() as session:
        await upsert_contacts(session, rows)
    return case


async def suppress(database: Database, way: tuple[Channel, str], reason: str) -> None:
    await execute(
        database,
        "INSERT INTO suppression VALUES (:fingerprint, :reason, now())",
        fingerprint=factories.FINGERPRINT.of(*way),
        reason=reason,
    )


async def frozen(case: Case) -> list[Any]:
    dispatched = await case.freeze()
    query = "SELECT * FROM delivery WHERE dispatch_id = :id ORDER BY position"
    return await execute(case.database, query, id=dispatched.dispatch_id)


async def counted(case: Case) -> AudienceCounts:
    async with case.database.transaction() as session:
        action = await actions.action_by_id(session, case.action.id)
        current = await documents.current_version(session, action.id)
        approved = await documents.approved_languages(session, action, current.version)
        return await count_audience(session, action, current, approved)


SUPPRESSED: list[tuple[str, dict[str, str], str | None]] = [
    ("ap", {}, "a"),
    ("pa", {}, "p"),
    ("ap", {"a": GONE}, "p"),
    ("abp", {"a": SuppressionReason.BOUNCED}, "b"),
    ("ap", {"a": "a_word_of_a_newer_version"}, "p"),
    ("ap", {"a": NO}, None),
    ("ap", {"a": SuppressionReason.COMPLAINED}, None),
    ("ap", {"a": SuppressionReason.REMOVED}, None),
    ("abp", {"a": NO}, None),
    ("abp", {"b": NO}, None),
    ("ap", {"p": NO}, "a"),
    ("pa", {"p": GONE, "a": NO}, None),
    ("abp", {"a": GONE, "b": NO}, None),
    ("a", {"a": GONE}, None),
]
"""Of somebody with mails `a` and `b` and a telephone `p`: their order, what is suppressed, what is used."""


def way(number: int, letter: str) -> tuple[Channel, str]:
    return (SMS, f"+120255501{number:02}") if letter == "p" else (MAIL, f"{letter}{number}@amigas.example")


async def test_an_address_that_leads_nowhere_gives_way_and_a_no_does_not(database: Database) -> None:
    people = [
        contact(f"c-{number}", *(way(number, letter) for letter in order))
        for number, (order, _, _) in enumerate(SUPPRESSED)
    ]
    case = await case_of(database, *people)
    for number, (_, suppressed, _) in enumerate(SUPPRESSED):
        for letter, reason in suppressed.items():
            await suppress(database, way(number, letter), reason)
    before = await counted(case)
    expected = {way(number, used) for number, (_, _, used) in enumerate(SUPPRESSED) if used}
    assert {(row.channel, row.address) for row in await frozen(case)} == expected
    assert before.total == len(expected)
    assert before.unreachable == len(SUPPRESSED) - len(expected)
    events = await execute(database, "SELECT detail FROM audit_event WHERE kind = 'dispatch_frozen'")
    assert events[0].detail["unreachable_contacts"] == before.unreachable


PRESS_MX = contact("press-mx", (MAIL, "mx@prensa.example"), kind="press", country="MX", tags=["radio"])
PRESS_GT = contact("press-gt", (MAIL, "gt@prensa.example"), kind="press", country="GT", lists=["a"])
MEMBER_MX = contact("member-mx", A, country="MX", lists=["a", "b"])
MEMBER = contact("member", B, tags=["radio", "norte"])


SELECTIONS: list[tuple[dict[str, Any] | None, set[str]]] = [
    (None, {"press-mx", "press-gt", "member-mx", "member"}),
    ({"lists": ["a"]}, {"press-gt", "member-mx"}),
    ({"lists": ["b", "c"]}, {"member-mx"}),
    ({"tags": ["radio"]}, {"press-mx", "member"}),
    ({"countries": ["MX"]}, {"press-mx", "member-mx"}),
    ({"kinds": ["press"]}, {"press-mx", "press-gt"}),
    ({"kinds": ["press"], "tags": ["radio"]}, {"press-mx"}),
    ({"countries": ["MX", "GT"], "lists": ["a"], "tags": None}, {"press-gt", "member-mx"}),
    ({"lists": ["a"], "tags": ["radio"]}, set()),
]


async def test_a_selection_narrows_the_audiences(database: Database) -> None:
    case = await case_of(database, PRESS_MX, PRESS_GT, MEMBER_MX, MEMBER)
    found = []
    for turn, (selection, slugs) in enumerate(SELECTIONS, start=1):
        await execute(
            database,
            "UPDATE urgent_action SET policy = jsonb_set(policy, '{release,contacts}', CAST(:tree AS jsonb))",
            tree=json.dumps(selection),
        )
        before = await counted(case)
        await case.freeze(turn=turn)
        rows = await execute(
            database,
            "WITH gone AS (DELETE FROM delivery RETURNING recipient_id)"
            " SELECT slug FROM contact JOIN gone ON recipient_id = contact.id",
        )
        found.append((selection, {row.slug for row in rows}))
        assert before.total == len(slugs)
        assert before.lists["a"] == len(slugs & {"press-gt", "member-mx"})
    assert found == SELECTIONS


async def test_an_audience_that_is_not_the_cases_is_not_selected_from(database: Database) -> None:
    case = await case_of(database, PRESS_MX, MEMBER_MX, audiences=["press"], contacts={"countries": ["MX"]})
    assert [row.address for row in await frozen(case)] == ["mx@prensa.example"]


async def test_one_who_stands_there_twice_gets_one_message(database: Database) -> None:
    twice = contact("otra", (MAIL, "A@amigas.example"), kind="press", languages=["en"])
    case = await case_of(database, contact("ana", A), twice)
    assert (await counted(case)).total == 1
    (row,) = await frozen(case)
    assert (row.recipient_kind, row.language) == (RecipientKind.CONTACT, "en")


async def test_a_message_goes_in_the_first_language_that_is_approved(database: Database) -> None:
    spoken = {"en es": "en", "pt en es": "en", "es en": "es", "pt": "es", "fr pt": "es"}
    people = [
        contact(f"c-{number}", (MAIL, f"c{number}@amigas.example"), languages=languages.split())
        for number, languages in enumerate(spoken)
    ]
    rows = by_address(await frozen(await case_of(database, *people)))
    assert [rows[f"c{number}@amigas.example"].language for number in range(len(spoken))] == [*spoken.values()]


async def test_who_reads_only_a_language_that_is_not_approved_yet_waits_and_others_do_not(
    database: Database,
) -> None:
    only, also = contact("ana", A, languages=["en"]), contact("eva", B, languages=["en", "es"])
    case = await case_of(database, only, also)
    await execute(database, "UPDATE attestation SET confirms = 'text:xx' WHERE confirms = 'text:en'")
    assert {(one.language, count) for one, count in (await counted(case)).groups.items()} == {("es", 1)}
    assert {address: row.language for address, row in by_address(await frozen(case)).items()} == {B[1]: "es"}
    await execute(database, "UPDATE attestation SET confirms = 'text:en' WHERE confirms = 'text:xx'")
    await case.freeze(turn=2)
    rows = await execute(database, "SELECT address, language FROM delivery ORDER BY address")
    assert [tuple(row) for row in rows] == [(A[1], "en"), (B[1], "es")]


async def test_who_has_another_address_by_now_does_not_get_it_twice_unless_nothing_arrived(
    database: Database,
) -> None:
    slugs = {"ana": "sent", "eva": "bounced"}
    case = await case_of(database, *(contact(one, (MAIL, f"{one}@amigas.example")) for one in slugs))
    await case.freeze()
    for slug, state in slugs.items():
        await execute(
            database,
            "UPDATE delivery SET state = :state FROM contact"
            " WHERE contact.id = recipient_id AND slug = :slug",
            state=state,
            slug=slug,
        )
        await execute(
            database,
            "UPDATE contact_address SET address = CAST(:address AS text),"
            " fingerprint = sha256(convert_to(:address, 'UTF8'))"
            " FROM contact WHERE contact.id = contact_id AND slug = :slug",
            address=f"nueva.{slug}@amigas.example",
            slug=slug,
        )
    await case.freeze(turn=2)
    rows = await execute(database, "SELECT address FROM delivery WHERE address LIKE 'nueva%'")
    assert [row.address for row in rows] == ["nueva.eva@amigas.example"]


async def test_what_is_counted_is_what_is_frozen(database: Database) -> None:
    case = await make_case(database)
    before = await counted(case)
    rows = await frozen(case)
    assert before.total == len(rows) > 10
    assert {(one.recipient, one.channel, one.language) for one in before.groups} == {
        (row.recipient_kind, row.channel, row.language) for row in rows
    }
    assert before.lists == {"redacciones": 4, "respuesta-rapida": 3}
    events = await execute(database, "SELECT detail FROM audit_event WHERE kind = 'dispatch_frozen'")
    assert "unreachable_contacts" not in events[0].detail
