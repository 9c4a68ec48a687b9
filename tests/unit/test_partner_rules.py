from typing import Any

import pytest

from models.directory import PartnerEntry, parse_partners, read_partners
from models.partner_rules import changed_fields, directory_problems, filled_in
from models.partner_vocabulary import PartnerStatus
from models.problems import InvalidInput

SECRET = "whsec_YW4gaW52ZW50ZWQgc2VjcmV0LCBkZW1vIG9ubHkgMDE="
API = {"url": "https://casa.example/in", "secret": SECRET}
UNKNOWN = "is no partner of the file or the directory"
CIRCLE = "leads in a circle"


def tree(slug: str, **changes: Any) -> dict[str, Any]:
    contact = {"name": "Ana", "email": f"ana@{slug}.example", "language": "es"}
    entry = {"id": slug, "name": slug, "country": "MX", "languages": ["es"], "groups": []}
    return {**entry, "contacts": [contact], **changes}


def entry(slug: str, **changes: Any) -> PartnerEntry:
    return parse_partners({"partners": [tree(slug, **changes)]})[0]


def follows(slug: str) -> dict[str, str]:
    return {"follows": slug, "given_on": "2026-01-02", "given_by": "Asamblea"}


def found(*entries: PartnerEntry, known: tuple[PartnerEntry, ...] = ()) -> list[tuple[str, str]]:
    directory = {one.id: filled_in(one, None) for one in known}
    return [(one.field, one.rule) for one in directory_problems(tuple(enumerate(entries)), directory)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"members": ["casa"]}, [("members.0", "is the partner itself")]),
        ({"mandate": follows("casa")}, [("mandate.follows", "is the partner itself")]),
        ({"members": ["a", "b"], "member_count": 1}, [("member_count", "is less than the members listed")]),
        ({"members": ["a", "a"]}, [("members.1", "is given twice")]),
        ({"member_count": 0}, [("member_count", "must be at least 1")]),
        ({"kind": "club"}, [("kind", "is not one of the known words")]),
        ({"status": "gone"}, [("status", "is not one of the known words")]),
        ({"id": "changes"}, [("id", "is a word of the API")]),
        (
            {"mandate": {**follows("a"), "given_on": "2999-01-01"}},
            [("mandate.given_on", "must not be in the future")],
        ),
    ],
)
def test_one_change_of_an_entry_breaks_exactly_these_rules(
    changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_partners({"partners": [tree("casa", **changes)]})
    assert [(one.field, one.rule) for one in refused.value.problems] == [
        (f"partners.0.{field}", rule) for field, rule in expected
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"asked_by": "sms"}, [("asked_by", "is not how partners are asked: only mail is")]),
        ({"asked_by": "letter"}, [("asked_by", "is not how partners are asked: only mail is")]),
        ({"phone": "123"}, [("phone", "must be a phone number")]),
    ],
)
def test_a_contact_is_asked_by_mail_alone(changes: dict[str, str], expected: list[tuple[str, str]]) -> None:
    contact = {"name": "Ana", "email": "ana@casa.example", "language": "es", **changes}
    read = read_partners({"partners": [tree("casa", contacts=[contact])]})
    assert [(one.field, one.rule) for one in read.problems] == [
        (f"partners.0.contacts.0.{field}", rule) for field, rule in expected
    ]


def test_members_and_mandates_name_partners_of_the_file_or_the_directory() -> None:
    network = entry("red", members=["casa", "otra"], mandate=follows("nadie"))
    assert found(network, entry("casa")) == [
        ("partners.0.members.1", UNKNOWN),
        ("partners.0.mandate.follows", UNKNOWN),
    ]
    assert found(network, entry("casa"), known=(entry("otra"), entry("nadie"))) == []


def test_nobody_is_member_of_herself_by_way_of_others() -> None:
    a, b, c = entry("a", members=["b"]), entry("b", members=["c"]), entry("c", members=["a"])
    assert found(a, b, c) == [(f"partners.{place}.members", CIRCLE) for place in range(3)]
    assert found(c, known=(a, b)) == [("partners.0.members", CIRCLE)]
    assert found(a, b, entry("c"), known=(c,)) == []


def test_mandates_do_not_follow_each_other_in_a_circle() -> None:
    assert found(entry("a", mandate=follows("b")), entry("b", mandate=follows("a"))) == [
        ("partners.0.mandate.follows", CIRCLE),
        ("partners.1.mandate.follows", CIRCLE),
    ]


def test_five_thousand_partners_in_one_row_are_judged_at_once() -> None:
    chain = [entry(f"p{place}", members=[f"p{place + 1}"]) for place in range(4_999)]
    assert found(*chain, entry("p4999")) == []


def test_a_secret_may_be_left_out_only_where_it_is_known_for_the_address() -> None:
    without = {"url": API["url"]}
    rule = [("partners.0.api.secret", "is required for a new address")]
    assert found(entry("casa", api=without)) == rule
    assert found(entry("casa", api=without), known=(entry("casa"),)) == rule
    assert found(entry("casa", api=without), known=(entry("casa", api=API),)) == []
    moved = {"url": "https://otra.example/in"}
    assert found(entry("casa", api=moved), known=(entry("casa", api=API),)) == rule


@pytest.mark.parametrize("before", PartnerStatus)
@pytest.mark.parametrize("after", [None, *PartnerStatus])
def test_a_file_neither_declares_a_partner_compromised_nor_takes_it_back(
    before: PartnerStatus, after: PartnerStatus | None
) -> None:
    compromised = PartnerStatus.COMPROMISED
    refused = after is not None and (before is compromised) != (after is compromised)
    problems = found(entry("casa", status=after), known=(entry("casa", status=before),))
    assert [field for field, _ in problems] == (["partners.0.status"] if refused else [])


def test_what_a_file_leaves_out_stays_as_it_is() -> None:
    known = filled_in(entry("casa", status="paused", registered_address="oficina@casa.example"), None)
    same = filled_in(entry("casa"), known)
    assert same.status is PartnerStatus.PAUSED
    assert same.registered_address == "ana@casa.example"
    assert changed_fields(same, known) == ["registered_address"]
    assert filled_in(entry("casa"), None).status is PartnerStatus.ACTIVE


def test_of_a_file_with_mistakes_the_rest_is_read_in_its_place() -> None:
    read = read_partners({"partners": [tree("A"), tree("casa"), 3, tree("casa", name="Otra")]})
    assert [(place, one.name) for place, one in read.entries] == [(1, "casa")]
    assert {problem.field for problem in read.problems} == {"partners.0.id", "partners.2", "partners.3.id"}
    odd: list[object] = [None, [], {"partners": {}}]
    assert [read_partners(one).entries for one in odd] == [(), (), ()]
