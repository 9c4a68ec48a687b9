import csv
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.directory import parse_partners, read_partners
from models.directory_tables import DirectoryTable
from models.partner_csv import PARTNERS_TABLE, read_partners_csv, write_partners_csv
from models.partner_vocabulary import PartnerKind, PartnerStatus
from models.problems import InvalidInput
from models.yaml_tree import read_yaml, write_yaml

EXAMPLES = Path(__file__).parents[2] / "examples"
HEADER = "id,name,country,languages,groups,contact_name,contact_email,contact_language"
ONE = "casa,Casa,MX,es,women;land,Ana,ana@casa.example,es"


def table(*rows: str) -> DirectoryTable:
    return read_partners_csv("\n".join((HEADER, *rows)))


def problems_of(*rows: str) -> list[tuple[str, str]]:
    read = table(*rows)
    found = (*read.problems, *read.located(read_partners(read.tree).problems))
    return [(problem.field, problem.rule) for problem in found]


def exported(text: str, *, as_csv: bool) -> str:
    """Import a file into an empty directory and export it again, as JSON values."""
    tree = read_partners_csv(text).tree if as_csv else read_yaml(text)
    entries = [entry.model_dump(mode="json", exclude_none=True) for entry in parse_partners(tree)]
    return write_partners_csv(entries) if as_csv else write_yaml({"partners": entries})


def test_a_row_is_a_contact_and_the_partner_stands_in_the_first_or_in_each() -> None:
    blank = table(ONE, ",,,,,Bea,bea@casa.example,en")
    repeated = table(ONE, "casa,Casa,MX,es,women;land,Bea,bea@casa.example,en")
    (entry,) = parse_partners(blank.tree)
    assert parse_partners(repeated.tree) == (entry,)
    assert [contact.email for contact in entry.contacts] == ["ana@casa.example", "bea@casa.example"]
    assert entry.groups == ("women", "land")


@pytest.mark.parametrize("separator", [",", ";"])
def test_the_example_table_is_read_with_either_separator(separator: str) -> None:
    rows = csv.reader(StringIO((EXAMPLES / "partners.csv").read_text(encoding="utf-8")))
    written = StringIO()
    csv.writer(written, delimiter=separator).writerows(rows)
    entries = parse_partners(read_partners_csv(written.getvalue().replace("\r\n", "\n")).tree)
    assert len(entries) == 3
    assert entries[0].members == ("tejedoras-del-rio",)
    assert entries[1].mandate
    assert [contact.asked_by for contact in entries[0].contacts] == ["email", "email"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((ONE,), []),
        ((ONE, "", ",,,,,,,"), []),
        ((ONE, ",,,,,Bea,bea,en"), [("line 3, contact_email", "must be a mail address")]),
        ((ONE, ",,,,,Bea,ana@casa.example,en"), [("line 3, contact_email", "is given twice")]),
        ((ONE.replace("es,w", "es;es,w"),), [("line 2, languages", "is given twice")]),
        ((ONE.replace("MX", "UN"),), [("line 2, country", "must be an ISO 3166-1 country code")]),
        ((ONE, "casa,Otra,,,,,,"), [("line 3, name", "says something else than line 2")]),
        (("casa,Casa,MX,es,,,,",), [("line 2, contacts", "is required")]),
        ((",Casa,MX,es,,Ana,ana@casa.example,es",), [("line 2, id", "is required")]),
        ((f"{ONE},more",), [("line 2", "has more cells than the header")]),
        ((ONE, "", "otra,Otra,MX,es,,,,"), [("line 4, contacts", "is required")]),
    ],
)
def test_a_problem_is_told_with_its_line_and_column(
    rows: tuple[str, ...], expected: list[tuple[str, str]]
) -> None:
    assert problems_of(*rows) == expected


def test_a_line_is_counted_where_a_cell_has_several() -> None:
    assert problems_of(
        'casa,"Ca\nsa",MX,es,,Ana,ana@casa.example,es', "otra,Otra,UN,es,,B,b@c.example,es"
    ) == [
        ("line 2, name", "must be one line without control characters"),
        ("line 4, country", "must be an ISO 3166-1 country code"),
    ]


@pytest.mark.parametrize(
    ("text", "field", "told"),
    [
        ("id,nmae\n", "line 1, nmae", "Did you mean name?"),
        ("id,id\n", "line 1, id", "Keep one"),
        ('id,name\ncasa,"Casa', "line 2", "quotes"),
        ('id,name\ncasa,"Ca"sa', "line 2", "quotes"),
    ],
)
def test_what_is_no_table_of_partners_is_refused(text: str, field: str, told: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_partners_csv(text)
    assert [problem.field for problem in refused.value.problems] == [field]
    assert told in refused.value.problems[0].remedy


def test_a_formula_is_written_so_that_no_spreadsheet_computes_it_and_comes_back() -> None:
    (entry,) = parse_partners(table(ONE.replace("Casa", '"=HYPERLINK(""http://x"")"')).tree)
    text = exported(write_partners_csv([entry.model_dump(mode="json", exclude_none=True)]), as_csv=True)
    cells = [cell for row in csv.reader(StringIO(text)) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert parse_partners(read_partners_csv(text).tree) == (entry,)


def one_of(enum: type[PartnerKind | PartnerStatus]) -> st.SearchStrategy[str]:
    return st.sampled_from([member.value for member in enum])


NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=12).filter(
    lambda text: text.strip() != "" and "{{" not in text and "{%" not in text
)
FORMULAS = st.builds("".join, st.tuples(st.sampled_from("=+-@'\uff1d\"; ,"), NAMES))
LINES = NAMES | FORMULAS
SLUGS = st.from_regex("[a-z0-9]{1,8}", fullmatch=True)
CONTACTS = st.lists(
    st.fixed_dictionaries(
        {
            "name": LINES,
            "email": st.from_regex("[a-z]{1,8}", fullmatch=True).map(lambda name: f"{name}@red.example"),
            "language": st.sampled_from(["es", "en", "no", "pt"]),
        },
        optional={"phone": st.just("+12025550123")},
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda contact: contact["email"],
)
ENTRIES = st.lists(
    st.fixed_dictionaries(
        {
            "id": SLUGS,
            "name": LINES,
            "country": st.sampled_from(["MX", "NO"]),
            "languages": st.just(["es", "no"]),
            "groups": st.lists(SLUGS, max_size=3, unique=True),
            "contacts": CONTACTS,
        },
        optional={
            "kind": one_of(PartnerKind),
            "status": one_of(PartnerStatus),
            "member_count": st.integers(2, 1_000_000),
            "website": st.just("https://red.example/a;b,c"),
            "time_zone": st.just("America/Mexico_City"),
            "registered_address": st.just("oficina@red.example"),
            "mandate": st.fixed_dictionaries(
                {"follows": st.just("a-b"), "given_on": st.just("2026-01-02"), "given_by": LINES}
            ),
            "members": st.just(["c-d", "e-f"]),
            "api": st.just({"url": "https://red.example/in"}),
        },
    ),
    max_size=3,
    unique_by=lambda entry: entry["id"],
)


@pytest.mark.parametrize("as_csv", [True, False])
@settings(deadline=None, max_examples=60)
@given(entries=ENTRIES)
def test_what_is_exported_is_imported_as_the_same(as_csv: bool, entries: list[dict[str, Any]]) -> None:  # noqa: FBT001
    known = parse_partners({"partners": entries})
    trees = [entry.model_dump(mode="json", exclude_none=True) for entry in known]
    text = write_partners_csv(trees) if as_csv else write_yaml({"partners": trees})
    tree = read_partners_csv(text).tree if as_csv else read_yaml(text)
    assert parse_partners(tree) == known
    assert exported(text, as_csv=as_csv) == text


@settings(deadline=None, max_examples=100)
@given(text=st.text('id,name;contact_email"\n=ñ\x00\r ', max_size=60))
def test_any_text_is_a_table_or_invalid_input(text: str) -> None:
    try:
        table = read_partners_csv(text)
    except InvalidInput:
        return
    assert set(table.tree) == {"partners"}
    table.located(read_partners(table.tree).problems)


def test_every_field_of_an_entry_has_its_column() -> None:
    columns = PARTNERS_TABLE.all_columns
    assert len(columns) == len(set(columns)) == 22
