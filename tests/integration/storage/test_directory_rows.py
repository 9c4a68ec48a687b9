import asyncio
from typing import Any

import pytest

from models.contact_file import parse_contacts
from models.directory import Mandate, parse_partners
from models.messages import Purpose
from models.partner_vocabulary import PartnerStatus
from models.yaml_tree import read_yaml
from storage import directory, partners
from storage.contact_imports import Comparison, upsert_contacts
from storage.database import Database
from storage.directory import Imported
from tests import factories
from tests.integration.outbox_cases import execute, make_case
from web.contact_rows import contact_row
from web.partner_rows import entry_of, partner_record

ANA = {"name": "Ana Ejemplo", "email": "ana@red.example", "language": "es"}
BEA = {"name": "Bea Ejemplo", "email": "bea@red.example", "language": "en"}


def example(name: str) -> Any:
    return read_yaml((factories.EXAMPLES / name).read_text())


async def import_partners(database: Database, tree: Any) -> Imported:
    records = [partner_record(one, factories.CIPHER, factories.FINGERPRINT) for one in parse_partners(tree)]
    async with database.transaction() as session:
        return await directory.upsert_partners(session, records)


async def import_contacts(database: Database, tree: Any) -> Comparison:
    rows = [contact_row(one, factories.FINGERPRINT) for one in parse_contacts(tree)]
    async with database.transaction() as session:
        return await upsert_contacts(session, rows)


def partner(*contacts: dict[str, str], **changes: object) -> dict[str, Any]:
    entry = {"id": "red", "name": "Red", "country": "MX", "languages": ["es"], "groups": ["a"]}
    return {"partners": [{**entry, "contacts": list(contacts), **changes}]}


async def people(database: Database) -> list[tuple[int, str, str]]:
    rows = await execute(database, "SELECT position, name, email FROM partner_contact ORDER BY position")
    return [tuple(row) for row in rows]


def signed_by(chosen: object = None, **selection: object) -> dict[str, Any]:
    tree = factories.case_tree()
    tree["sign_on"]["partners"] = chosen or selection
    return tree


async def test_a_directory_imported_twice_is_the_same_directory(database: Database) -> None:
    partners, contacts = example("partners.yaml"), example("contacts.yaml")
    assert (await import_partners(database, partners)).created == len(partners["partners"])
    assert (await import_contacts(database, contacts)).created == len(contacts["contacts"])
    tables = ("partner", "partner_contact", "contact", "contact_address")
    counts = [await execute(database, f"SELECT count(*) FROM {table}") for table in tables]
    ids = await execute(database, "SELECT id FROM contact UNION SELECT id FROM partner ORDER BY 1")
    assert await import_partners(database, partners) == Imported(0, len(partners["partners"]))
    assert await import_contacts(database, contacts) == Comparison(0, 0, len(contacts["contacts"]), 0)
    assert counts == [await execute(database, f"SELECT count(*) FROM {table}") for table in tables]
    assert ids == await execute(database, "SELECT id FROM contact UNION SELECT id FROM partner ORDER BY 1")


async def test_imports_at_the_same_time_make_one_directory(database: Database) -> None:
    partners, contacts = example("partners.yaml"), example("contacts.yaml")
    twice = [import_partners(database, partners), import_partners(database, partners)]
    taken = [import_contacts(database, contacts), import_contacts(database, contacts)]
    of_partners, of_contacts = await asyncio.gather(asyncio.gather(*twice), asyncio.gather(*taken))
    assert sum(one.created for one in of_partners) == len(partners["partners"])
    assert sum(one.updated for one in of_partners) == len(partners["partners"])
    assert sum(one.created for one in of_contacts) == len(contacts["contacts"])
    assert sum(one.unchanged for one in of_contacts) == len(contacts["contacts"])


async def test_a_partner_is_updated_and_each_person_keeps_her_row_by_her_address(database: Database) -> None:
    await import_partners(database, partner(ANA))
    before = await execute(database, "SELECT id FROM partner_contact")
    renamed = {**ANA, "name": "Ana Nueva", "email": "ana@RED.example"}
    await import_partners(database, partner(BEA, renamed, name="Red Nueva", country="GT", groups=["b"]))
    assert await people(database) == [(0, BEA["name"], BEA["email"]), (1, "Ana Nueva", ANA["email"])]
    assert before == await execute(database, "SELECT id FROM partner_contact WHERE position = 1")
    assert await execute(database, "SELECT name, country, groups FROM partner") == [
        ("Red Nueva", "GT", ["b"])
    ]


async def test_people_change_places_and_one_who_comes_back_is_the_same(database: Database) -> None:
    await import_partners(database, partner(ANA, BEA))
    before = await execute(database, "SELECT id, email FROM partner_contact ORDER BY email")
    for order in ((BEA, ANA), (BEA,), (ANA, BEA)):
        await import_partners(database, partner(*order))
        staying = "SELECT email FROM partner_contact WHERE gone_at IS NULL ORDER BY position"
        assert [row.email for row in await execute(database, staying)] == [one["email"] for one in order]
    assert before == await execute(database, "SELECT id, email FROM partner_contact ORDER BY email")


async def test_the_invitations_of_a_person_who_left_pass_to_whoever_is_asked_now(database: Database) -> None:
    case = await make_case(database)
    await case.open_sign_on()
    tree = example("partners.yaml")
    volcan = next(entry for entry in tree["partners"] if entry["id"] == "red-del-volcan")
    assert len(volcan["contacts"]) == 2
    left = volcan["contacts"].pop(0)
    await import_partners(database, tree)
    batch = await case.batch(Purpose.INVITATION)
    addresses = {delivery.address for delivery in await case.deliveries(batch)}
    assert volcan["contacts"][0]["email"] in addresses
    assert left["email"] not in addresses
    kept = "SELECT position FROM partner_contact WHERE email = :email AND gone_at IS NOT NULL"
    assert await execute(database, kept, email=left["email"]) == [(None,)]


async def test_a_person_who_left_is_asked_no_more(database: Database) -> None:
    await import_partners(database, partner(ANA, BEA))
    await import_partners(database, partner(BEA))
    case = await make_case(database, signed_by(ids=["red"]))
    await case.open_sign_on()
    asked = "SELECT email FROM invitation JOIN partner_contact AS contact ON contact.id = contact_id"
    assert await execute(database, asked) == [(BEA["email"],)]


@pytest.mark.parametrize("status", [one for one in PartnerStatus if one is not PartnerStatus.ACTIVE])
@pytest.mark.parametrize("chosen", [{"groups": ["a", "women"]}, {"ids": ["red", "casa-manantial"]}, "all"])
async def test_only_active_partners_are_invited(
    database: Database, status: PartnerStatus, chosen: object
) -> None:
    await import_partners(database, partner(ANA, status=status))
    case = await make_case(database, signed_by(chosen))
    await case.open_sign_on()
    invited = await execute(database, "SELECT slug FROM invitation JOIN partner ON partner.id = partner_id")
    assert "casa-manantial" in [row.slug for row in invited]
    assert "red" not in [row.slug for row in invited]


async def test_members_and_mandates_point_at_partners_that_come_later_in_the_file(database: Database) -> None:
    first, second = partner(ANA)["partners"][0], partner(BEA, id="casa")["partners"][0]
    mandate = {"follows": "casa", "given_on": "2026-01-02", "given_by": "Asamblea"}
    await import_partners(
        database, {"partners": [{**first, "members": ["casa"], "mandate": mandate}, second]}
    )
    async with database.transaction() as session:
        casa, red = await partners.partner_records(session)
    assert (red.members, red.follows) == (("casa",), "casa")
    assert red.partner.members == [red.partner.mandate_follows] == [casa.partner.id]
    assert entry_of(red).mandate == Mandate.model_validate(mandate)


async def test_a_registered_address_that_goes_is_kept_to_be_told(database: Database) -> None:
    await import_partners(database, partner(ANA))
    await import_partners(database, partner(ANA, BEA))
    assert await execute(database, "SELECT 1 FROM registered_address_change") == []
    await import_partners(database, partner(ANA, registered_address="oficina@red.example"))
    kept = await execute(database, "SELECT previous_address FROM registered_address_change")
    assert kept == [(ANA["email"],)]


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
    contact = {
        "id": "ana",
        "name": "Ana",
        "kind": "member",
        "languages": ["es"],
        "basis": {"kind": "member", "on": "2026-01-02"},
    }
    mail, phone = (
        {"channel": "email", "value": "ana@red.example"},
        {"channel": "sms", "value": "+12025550123"},
    )
    for channels in ([mail], [phone, mail], [phone]):
        await import_contacts(database, {"contacts": [{**contact, "channels": channels}]})
        rows = await execute(database, "SELECT channel, address FROM contact_address ORDER BY position")
        assert [tuple(row) for row in rows] == [(way["channel"], way["value"]) for way in channels]
