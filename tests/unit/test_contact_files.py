"""The contacts file, as a tree and as a table: what is read, and where it is said to be wrong."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import contact_file
from models.contact_csv import CONTACTS_TABLE
from models.contact_file import ContactsReading, divided, parse_contacts
from models.contact_vocabulary import BasisKind, BasisMeans
from models.directory_tables import DirectoryTable, read_table, write_table
from models.problems import WHOLE_INPUT, InvalidInput
from models.vocabulary import Channel
from models.yaml_tree import read_yaml, write_yaml

EXAMPLES = Path(__file__).parents[2] / "examples"
HEADER = "id,name,kind,languages,tags,lists,basis_kind,basis_on,basis_by,channel,address"
ANA = "ana,Ana,member,pt;es,radio;diario,a;b,subscribed,2026-01-02,paper,email,ana@red.example"


def contact(**changes: Any) -> dict[str, Any]:
    return {
        "id": "ana",
        "name": "Ana",
        "kind": "member",
        "languages": ["es"],
        "basis": {"kind": "member", "on": "2026-01-02"},
        "channels": [{"channel": "email", "value": "ana@red.example"}],
        **changes,
    }


def problems_of(*rows: str) -> list[tuple[str, str]]:
    read = read_table("\n".join((HEADER, *rows)), CONTACTS_TABLE)
    try:
        parse_contacts(read.tree)
    except InvalidInput as found:
        return [(one.field, one.rule) for one in (*read.problems, *read.located(found.problems))]
    return [(one.field, one.rule) for one in read.problems]


def test_the_example_table_holds_press_and_members_with_channels_in_their_order() -> None:
    table = read_table((EXAMPLES / "contacts.csv").read_text(encoding="utf-8"), CONTACTS_TABLE)
    entries = parse_contacts(table.tree)
    assert [entry.id for entry in entries] == ["diario-la-ceiba", "agencia-rumbo-sur", "zenaida-inventada"]
    assert entries[1].languages == ("pt", "es")
    assert [way.channel for way in entries[1].channels] == [Channel.EMAIL, Channel.SMS]
    lists = parse_lists(read_yaml((EXAMPLES / "contacts.yaml").read_text(encoding="utf-8")))
    assert {one for entry in entries for one in entry.lists} <= lists


def parse_lists(tree: Any) -> set[str]:
    return {one["id"] for one in tree["lists"]}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((ANA,), []),
        ((ANA, ",,,,,,,,,sms,+12025550123"), []),
        ((ANA, ",,,,,,,,,sms,123"), [("line 3, address", "must be a phone number")]),
        ((ANA, ",,,,,,,,,fax,123"), [("line 3, channel", "is not one of the known words")]),
        ((ANA, ",,,,,,,,,email,ana@red.example"), [("line 3, address", "is given twice")]),
        ((ANA.replace("paper", ""),), [("line 2, basis_by", "is required for who subscribed")]),
        ((ANA.replace("2026-01-02", "ayer"),), [("line 2, basis_on", "must be a date")]),
        ((ANA.replace("a;b", "a;a"),), [("line 2, lists", "is given twice")]),
        ((ANA, ANA.replace("Ana,", "Eva,")), [("line 3, name", "says something else than line 2"),
                                              ("line 3, address", "is given twice")]),
        (("ana,Ana,member,es,,,member,2026-01-02,,,",), [("line 2, channels", "is required")]),
    ],
)  # fmt: skip
def test_a_problem_is_told_with_its_line_and_column(
    rows: tuple[str, ...], expected: list[tuple[str, str]]
) -> None:
    assert problems_of(*rows) == expected


LINES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=12).filter(
    lambda text: text.strip() != "" and "{{" not in text and "{%" not in text
)
SLUGS = st.lists(st.from_regex("[a-z0-9]{1,6}", fullmatch=True), max_size=3, unique=True)
WAYS = st.lists(
    st.from_regex("[a-z]{1,6}", fullmatch=True).map(
        lambda name: {"channel": "email", "value": f"{name}@red.example"}
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda way: way["value"],
)
ENTRIES = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.from_regex("[a-z0-9]{1,8}", fullmatch=True),
            "name": LINES | st.builds("".join, st.tuples(st.sampled_from("=+-@'\uff1d\"; ,"), LINES)),
            "kind": st.sampled_from(["press", "member"]),
            "languages": st.sampled_from([["es"], ["no", "es"]]),
            "tags": SLUGS,
            "lists": SLUGS,
            "basis": st.fixed_dictionaries(
                {
                    "kind": st.sampled_from([kind.value for kind in BasisKind]),
                    "on": st.just("2026-01-02"),
                    "by": st.sampled_from([means.value for means in BasisMeans]),
                }
            ),
            "channels": WAYS,
        },
        optional={"country": st.just("NO"), "time_zone": st.just("Europe/Oslo")},
    ),
    max_size=4,
    unique_by=lambda entry: str(entry["id"]),
)


@pytest.mark.parametrize("as_csv", [True, False])
@settings(deadline=None, max_examples=40)
@given(entries=ENTRIES)
def test_what_is_exported_is_imported_as_the_same(as_csv: bool, entries: list[dict[str, Any]]) -> None:  # noqa: FBT001
    known = parse_contacts({"contacts": entries})
    trees = [entry.model_dump(mode="json", exclude_none=True) for entry in known]
    first, second = trees[:2], trees[2:]
    if as_csv:
        text = write_table(first, CONTACTS_TABLE) + write_table(second, CONTACTS_TABLE, header=False)
        assert parse_contacts(read_table(text, CONTACTS_TABLE).tree) == known
    else:
        assert parse_contacts(read_yaml(write_yaml({"contacts": trees}))) == known


def test_a_reading_finds_lists_that_nobody_knows_and_ids_that_come_twice() -> None:
    reading = ContactsReading({"a"})
    reading.begin({"lists": [{"id": "b", "names": {"es": "B"}}]})
    taken = [
        reading.read(one)
        for one in (contact(lists=["a", "b"]), contact(lists=["c"], id="eva"), contact(id="Eva"), contact())
    ]
    assert [entry and entry.id for entry in taken] == ["ana", None, None, None]
    assert [(one.field, one.rule) for one in reading.told()] == [
        ("contacts.1.lists.0", "is no list"),
        ("contacts.2.id", "must be a short name"),
        ("contacts.3.id", "is given twice"),
    ]
    assert [one.id for one in reading.lists] == ["b"]


def test_a_list_that_is_wrong_in_the_head_is_told_once_and_not_again_by_each_contact() -> None:
    reading = ContactsReading(set())
    reading.begin({"lists": [{"id": "b"}], "list": 3})
    reading.read(contact(lists=["b"]))
    assert [one.field for one in reading.told()] == ["lists.0.names", "list"]


def test_a_reading_ends_where_there_are_more_problems_than_anybody_mends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(contact_file, "MOST_PROBLEMS", 3)
    reading = ContactsReading()
    read = 0
    while not reading.is_over:
        reading.read(contact(id=f"c-{read}", kind="friend"))
        read += 1
    assert read == 4
    told = reading.told()
    assert [one.field for one in told] == [*(f"contacts.{place}.kind" for place in range(3)), WHOLE_INPUT]


def test_a_reading_ends_where_there_are_more_contacts_than_a_file_may_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(contact_file, "MOST_CONTACTS", 2)
    reading = ContactsReading()
    for number in range(3):
        reading.read(contact(id=f"c-{number}"))
    assert reading.is_over
    assert [(one.field, one.rule) for one in reading.told()] == [("contacts", "must have at most 2 entries")]


@pytest.mark.parametrize(
    ("tree", "field"), [([], WHOLE_INPUT), ({}, "contacts"), ({"contacts": "ana"}, "contacts")]
)
def test_what_is_no_contacts_file_is_not_divided(tree: object, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        divided(tree)
    assert [one.field for one in refused.value.problems] == [field]


def test_every_field_of_a_contact_has_its_column() -> None:
    columns = CONTACTS_TABLE.all_columns
    assert len(columns) == len(set(columns)) == 13
    assert DirectoryTable(CONTACTS_TABLE).tree == {"contacts": []}
