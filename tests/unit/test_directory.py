import base64
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.contact_file import parse_contacts
from models.directory import PartnerContact, PartnerEntry, parse_partners
from models.problems import InvalidInput
from models.vocabulary import Channel, ContactKind
from models.yaml_tree import read_yaml

EXAMPLES = Path(__file__).parents[2] / "examples"
SECRET = "whsec_YW4gaW52ZW50ZWQgc2VjcmV0LCBkZW1vIG9ubHkgMDE="
CANARY = "canario-7f3a"

SHORT_NAME = "must be a short name"
SECRET_RULE = "must be a Standard Webhooks secret"
WEB_ADDRESS = "must be a web address"
TWICE = "is given twice"


def example(name: str) -> object:
    return read_yaml((EXAMPLES / name).read_text(encoding="utf-8"))


def partner(**changes: Any) -> dict[str, Any]:
    return {
        "id": "casa-uno",
        "name": "Casa Uno",
        "country": "MX",
        "languages": ["es"],
        "groups": ["women"],
        "contacts": [{"name": "Ana", "email": "ana@casauno.example", "language": "es"}],
        "api": {"url": "https://casauno.example/in", "secret": SECRET},
    } | changes


def contact(**changes: Any) -> dict[str, Any]:
    return {
        "id": "ana",
        "name": "Ana",
        "kind": "member",
        "languages": ["es"],
        "country": "MX",
        "time_zone": "America/Mexico_City",
        "tags": ["radio"],
        "lists": ["redacciones"],
        "basis": {"kind": "member", "on": "2026-01-02"},
        "channels": [{"channel": "email", "value": "ana@vecinas.example"}],
    } | changes


def partner_problems(*partners: object) -> list[tuple[str, str]]:
    try:
        parse_partners({"partners": list(partners)})
    except InvalidInput as refused:
        return [(problem.field, problem.rule) for problem in refused.problems]
    return []


def contact_problems(*contacts: object) -> list[tuple[str, str]]:
    try:
        parse_contacts({"contacts": list(contacts)})
    except InvalidInput as refused:
        return [(problem.field, problem.rule) for problem in refused.problems]
    return []


def test_the_example_partners_are_valid_and_enough_for_the_demo() -> None:
    partners = parse_partners(example("partners.yaml"))
    assert len(partners) == 8
    assert len({entry.country for entry in partners}) == 8
    invited = [entry for entry in partners if {"mesoamerica", "women"} & set(entry.groups)]
    assert len(invited) >= 5
    assert {entry.contacts[0].language for entry in invited} == {"es", "en"}
    assert any(entry.api for entry in invited)


def test_the_example_of_the_format_is_valid_and_shows_every_field() -> None:
    tree: Any = example("partner-format.yaml")
    network, collective = parse_partners(tree)
    assert collective.mandate
    assert collective.mandate.follows == network.id == "red-de-los-rios"
    assert network.members == (collective.id,)
    assert (network.member_count or 0) > len(network.members)
    assert {key for entry in tree["partners"] for key in entry} == set(PartnerEntry.model_fields)
    shown = {key for entry in tree["partners"] for person in entry["contacts"] for key in person}
    assert shown == set(PartnerContact.model_fields)


def test_the_example_contacts_are_press_and_members_by_mail_and_sms() -> None:
    contacts = parse_contacts(example("contacts.yaml"))
    assert len(contacts) == 12
    assert {entry.kind for entry in contacts} == set(ContactKind)
    assert {way.channel for entry in contacts for way in entry.channels} == {Channel.EMAIL, Channel.SMS}


def test_no_example_writes_to_anybody_real() -> None:
    partners = parse_partners(example("partners.yaml"))
    contacts = parse_contacts(example("contacts.yaml"))
    shown = parse_partners(example("partner-format.yaml"))
    mails = [person.email for entry in (*partners, *shown) for person in entry.contacts]
    ways = [way for entry in contacts for way in entry.channels]
    mails += [way.value for way in ways if way.channel is Channel.EMAIL]
    assert all(mail.endswith(".example") for mail in mails)
    assert all(way.value.startswith("+120255501") for way in ways if way.channel is Channel.SMS)
    assert all(entry.api.url.startswith("http://127.0.0.1:") for entry in partners if entry.api)


def test_values_are_kept_in_their_canonical_form() -> None:
    (entry,) = parse_contacts(
        {"contacts": [contact(channels=[{"channel": "sms", "value": "+1 202-555-0123"}])]}
    )
    assert entry.channels[0].value == "+12025550123"


@pytest.mark.parametrize(("size", "taken"), [(23, False), (24, True), (64, True), (65, False)])
def test_a_secret_has_the_size_that_standard_webhooks_asks_for(size: int, taken: bool) -> None:  # noqa: FBT001
    secret = "whsec_" + base64.b64encode(bytes(size)).decode()
    api = {"url": "https://casauno.example/in", "secret": secret}
    assert partner_problems(partner(api=api)) == ([] if taken else [("partners.0.api.secret", SECRET_RULE)])


def test_a_secret_is_not_shown() -> None:
    (entry,) = parse_partners({"partners": [partner()]})
    assert SECRET not in f"{entry!r} {entry.model_dump_json()}"
    assert entry.api
    assert entry.api.secret
    assert entry.api.secret.get_secret_value() == SECRET


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"api": None}, []),
        ({"groups": []}, []),
        ({"id": "Casa Uno"}, [("id", SHORT_NAME)]),
        ({"id": "casa--uno"}, [("id", SHORT_NAME)]),
        ({"id": "a" * 65}, [("id", "must have at most 64 characters")]),
        ({"name": "Casa\nUno"}, [("name", "must be one line without control characters")]),
        ({"country": "UN"}, [("country", "must be an ISO 3166-1 country code")]),
        ({"languages": []}, [("languages", "must have at least 1 entries")]),
        ({"languages": ["es", "es"]}, [("languages.1", TWICE)]),
        ({"groups": ["women", "women"]}, [("groups.1", TWICE)]),
        ({"contacts": []}, [("contacts", "must have at least 1 entries")]),
        (
            {"contacts": [{"name": "Ana", "email": "ana", "language": "es"}]},
            [("contacts.0.email", "must be a mail address")],
        ),
        (
            {
                "contacts": [
                    {"name": "Ana", "email": "a@b.example", "language": "es"},
                    {"name": "Eva", "email": "A@B.example", "language": "es"},
                ]
            },
            [("contacts.1.email", TWICE)],
        ),
        ({"api": {"url": "ftp://casauno.example", "secret": SECRET}}, [("api.url", WEB_ADDRESS)]),
        ({"api": {"url": "https://", "secret": SECRET}}, [("api.url", WEB_ADDRESS)]),
        ({"api": {"url": "https://[::1", "secret": SECRET}}, [("api.url", WEB_ADDRESS)]),
        ({"api": {"url": "https://casauno.example:99999", "secret": SECRET}}, [("api.url", WEB_ADDRESS)]),
        ({"api": {"url": "https://casauno.example/a b", "secret": SECRET}}, [("api.url", WEB_ADDRESS)]),
        (
            {"api": {"url": "https://u:p@casauno.example", "secret": SECRET}},
            [("api.url", "must be a web address without user name or fragment")],
        ),
        ({"api": {"url": "https://casauno.example", "secret": "whsec_short"}}, [("api.secret", SECRET_RULE)]),
        ({"api": {"url": "https://casauno.example", "secret": SECRET[6:]}}, [("api.secret", SECRET_RULE)]),
        ({"api": {"url": "https://casauno.example", "secret": "whsec_ñ"}}, [("api.secret", SECRET_RULE)]),
        ({"api": {"url": "https://casauno.example"}}, []),
        ({"webhook": "x"}, [("webhook", "is not a known field")]),
    ],
)
def test_one_change_of_a_partner_breaks_exactly_these_rules(
    changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert partner_problems(partner(**changes)) == [(f"partners.0.{field}", rule) for field, rule in expected]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"country": None, "time_zone": None}, []),
        ({"kind": "friend"}, [("kind", "is not one of the known words")]),
        ({"languages": ["español"]}, [("languages.0", "must be an ISO 639 language code")]),
        ({"languages": []}, [("languages", "must have at least 1 entries")]),
        ({"languages": ["es", "es"]}, [("languages.1", TWICE)]),
        ({"language": "es"}, [("language", "is not a known field")]),
        ({"tags": ["radio", "radio"]}, [("tags.1", TWICE)]),
        ({"tags": ["La Radio"]}, [("tags.0", SHORT_NAME)]),
        ({"lists": "redacciones"}, [("lists", "must be a list")]),
        ({"basis": None}, [("basis", "must be a mapping of fields")]),
        ({"basis": {"kind": "member"}}, [("basis.on", "is required")]),
        (
            {"basis": {"kind": "bought", "on": "2026-01-02"}},
            [("basis.kind", "is not one of the known words")],
        ),
        ({"basis": {"kind": "member", "on": "2199-01-02"}}, [("basis.on", "must not be in the future")]),
        (
            {"basis": {"kind": "subscribed", "on": "2026-01-02"}},
            [("basis.by", "is required for who subscribed")],
        ),
        ({"basis": {"kind": "subscribed", "on": "2026-01-02", "by": "phone"}}, []),
        ({"time_zone": "Mexico City"}, [("time_zone", "must be an IANA time zone")]),
        ({"time_zone": "../etc/passwd"}, [("time_zone", "must be an IANA time zone")]),
        ({"channels": []}, [("channels", "must have at least 1 entries")]),
        (
            {"channels": [{"channel": "sms", "value": "123"}]},
            [("channels.0.value", "must be a phone number")],
        ),
        (
            {"channels": [{"channel": "email", "value": "a@b"}]},
            [("channels.0.value", "must be a mail address")],
        ),
        (
            {"channels": [{"channel": "letter", "value": "Calle 1"}]},
            [("channels.0.channel", "is not a way to write to a contact")],
        ),
        (
            {
                "channels": [
                    {"channel": "sms", "value": "+1 202 555 0123"},
                    {"channel": "sms", "value": "+12025550123"},
                ]
            },
            [("channels.1.value", TWICE)],
        ),
        ({"chanels": []}, [("chanels", "is not a known field")]),
    ],
)
def test_one_change_of_a_contact_breaks_exactly_these_rules(
    changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert contact_problems(contact(**changes)) == [(f"contacts.0.{field}", rule) for field, rule in expected]


def test_an_id_given_twice_is_reported_even_where_another_entry_is_wrong() -> None:
    assert partner_problems(partner(), partner(id="B"), partner(name="Otra")) == [
        ("partners.1.id", SHORT_NAME),
        ("partners.2.id", TWICE),
    ]
    assert contact_problems(contact(), contact(name="Otra")) == [("contacts.1.id", TWICE)]


@pytest.mark.parametrize("tree", [None, [], "partners", {}, {"partners": {}}, {"contacts": 3}])
def test_a_file_of_another_shape_is_refused(tree: object) -> None:
    for parse in (parse_partners, parse_contacts):
        with pytest.raises(InvalidInput):
            parse(tree)


anything = st.recursive(
    st.none() | st.integers() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(partner(), anything)))
def test_any_partner_is_taken_or_invalid_input(changes: dict[str, Any]) -> None:
    partner_problems(partner(**changes))


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(contact(), anything)))
def test_any_contact_is_taken_or_invalid_input(changes: dict[str, Any]) -> None:
    contact_problems(contact(**changes))


@pytest.mark.parametrize("address", ["email", "sms"])
@given(text=st.text('+0123456789 @."()<>[]:ñ\x00\n-a', max_size=40))
def test_any_address_is_taken_or_invalid_input(address: str, text: str) -> None:
    contact_problems(contact(channels=[{"channel": address, "value": text}]))


@pytest.mark.parametrize("field", sorted({*partner(), *contact()}))
def test_a_problem_never_repeats_what_was_typed(field: str) -> None:
    for parse, tree in (
        (parse_partners, {"partners": [partner()]}),
        (parse_contacts, {"contacts": [contact()]}),
    ):
        next(iter(tree.values()))[0][field] = [f"{CANARY}\n"]
        with pytest.raises(InvalidInput) as refused:
            parse(tree)
        assert CANARY not in f"{refused.value!r} {refused.value}"
