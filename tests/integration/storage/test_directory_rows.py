import asyncio
from typing import Any

from models.directory import parse_contacts, parse_partners
from models.yaml_tree import read_yaml
from storage import directory
from storage.database import Database
from storage.directory import Imported
from tests import factories
from tests.integration.outbox_cases import execute, make_case
from web.directory import contact_record, partner_record

ANA = {"name": "Ana Ejemplo", "email": "ana@red.example", "language": "es"}
BEA = {"name": "Bea Ejemplo", "email": "bea@red.example", "language": "en"}


def example(name: str) -> Any:
    return read_yaml((factories.EXAMPLES / name).read_text())


async def import_partners(database: Database, tree: Any) -> Imported:
    records = [partner_record(one, factories.CIPHER, factories.FINGERPRINT) for one in parse_partners(tree)]
    async with database.transaction() as session:
        return await directory.upsert_partners(session, records)


async def import_contacts(database: Database, tree: Any) -> Imported:
    records = [contact_record(one, factories.FINGERPRINT) for one in parse_contacts(tree)]
    async with database.transaction() as session:
        return await directory.upsert_contacts(session, records)


def partner(*contacts: dict[str, str], **changes: object) -> dict[str, Any]:
    entry = {"id": "red", "name": "Red", "country": "MX", "languages": ["es"], "groups": ["a"]}
    return {"partners": [{**entry, "contacts": list(contacts), **changes}]}


async def people(database: Database) -> list[tuple[int, str, str]]:
    rows = await execute(database, "SELECT position, name, email FROM partner_contact ORDER BY position")
    return [tuple(row) for row in rows]


async def test_a_directory_imported_twice_is_the_same_directory(database: Database) -> None:
    partners, contacts = example("partners.yaml"), example("contacts.yaml")
    assert (await import_partners(database, partners)).created == len(partners["partners"])
    assert (await import_contacts(database, contacts)).created == len(contacts["contacts"])
    tables = ("partner", "partner_contact", "contact", "contact_address")
    counts = [await execute(database, f"SELECT count(*) FROM {table}") for table in tables]
    ids = await execute(database, "SELECT id FROM contact UNION SELECT id FROM partner ORDER BY 1")
    assert await import_partners(database, partners) == Imported(0, len(partners["partners"]))
    assert await import_contacts(database, contacts) == Imported(0, len(contacts["contacts"]))
    assert counts == [await execute(database, f"SELECT count(*) FROM {table}") for table in tables]
    assert ids == await execute(database, "SELECT id FROM contact UNION SELECT id FROM partner ORDER BY 1")


async def test_imports_at_the_same_time_make_one_directory(database: Database) -> None:
    partners, contacts = example("partners.yaml"), example("contacts.yaml")
    imported = await asyncio.gather(
        *(import_partners(database, partners) for _ in range(4)),
        *(import_contacts(database, contacts) for _ in range(4)),
    )
    everything = len(partners["partners"]) + len(contacts["contacts"])
    assert sum(one.created for one in imported) == everything
    assert sum(one.updated for one in imported) == 3 * everything


async def test_a_partner_is_updated_and_its_first_person_keeps_her_row(database: Database) -> None:
    await import_partners(database, partner(ANA))
    before = await execute(database, "SELECT id FROM partner_contact")
    await import_partners(database, partner(BEA, ANA, name="Red Nueva", country="GT", groups=["b"]))
    assert await people(database) == [(0, BEA["name"], BEA["email"]), (1, ANA["name"], ANA["email"])]
    kept = await execute(database, "SELECT id FROM partner_contact WHERE position = 0")
    assert kept == before
    assert await execute(database, "SELECT name, country, groups FROM partner") == [
        ("Red Nueva", "GT", ["b"])
    ]


async def test_a_person_who_left_a_partner_is_removed_even_after_an_invitation(database: Database) -> None:
    case = await make_case(database)
    await case.open_sign_on()
    tree = example("partners.yaml")
    volcan = next(entry for entry in tree["partners"] if entry["id"] == "red-del-volcan")
    assert len(volcan["contacts"]) == 2
    volcan["contacts"] = volcan["contacts"][1:]
    await import_partners(database, tree)
    rows = await execute(
        database,
        "SELECT partner_contact.name FROM partner_contact JOIN partner ON partner.id = partner_id"
        " WHERE slug = 'red-del-volcan'",
    )
    assert rows == [(volcan["contacts"][0]["name"],)]


async def test_a_secret_is_kept_sealed_and_goes_when_the_api_goes(database: Database) -> None:
    secret = "whsec_" + "QUFB" * 8
    await import_partners(database, partner(ANA, api={"url": "https://api.red.example/in", "secret": secret}))
    kept = await execute(database, "SELECT api_url, sealed_api_secret FROM partner")
    context = f"partner_api_secret:{kept[0].api_url}"
    assert secret.encode() not in kept[0].sealed_api_secret
    assert factories.CIPHER.open(kept[0].sealed_api_secret, context=context) == secret
    await import_partners(database, partner(ANA))
    assert await execute(database, "SELECT api_url, sealed_api_secret FROM partner") == [(None, None)]


async def test_the_addresses_of_a_contact_are_replaced_in_their_order(database: Database) -> None:
    contact = {"id": "ana", "name": "Ana", "kind": "member", "language": "es"}
    mail, phone = (
        {"channel": "email", "value": "ana@red.example"},
        {"channel": "sms", "value": "+12025550123"},
    )
    for channels in ([mail], [phone, mail], [phone]):
        await import_contacts(database, {"contacts": [{**contact, "channels": channels}]})
        rows = await execute(database, "SELECT channel, address FROM contact_address ORDER BY position")
        assert [tuple(row) for row in rows] == [(way["channel"], way["value"]) for way in channels]
