import json
from datetime import date, timedelta

import pytest
import yaml

from models.case import canonical_tree, parse_case
from models.problems import InvalidInput
from models.yaml_tree import read_yaml
from tests.unit.case_trees import (
    ADDRESS,
    CANARY,
    CONSENT,
    EXAMPLES,
    FORMAT_SAMPLE,
    LEFT_OUT,
    PERSON,
    TODAY,
    changed,
    problems,
    sample,
)

REQUIRED_FIELDS = [
    "title",
    "concerns",
    "urgency",
    "languages",
    "event",
    "people_at_risk",
    "sources",
    "risk_assessment",
    "demands",
    "texts",
    "targets",
    "release",
    "follow_up",
    "event.occurred_on",
    "event.country",
    "event.facts",
    "people_at_risk.0.kind",
    "people_at_risk.0.name",
    "people_at_risk.0.role",
    "people_at_risk.0.visibility",
    "people_at_risk.0.consents",
    "people_at_risk.0.consents.2.use",
    "people_at_risk.0.consents.2.given",
    "people_at_risk.0.consents.2.given_by",
    "people_at_risk.0.consents.2.method",
    "people_at_risk.0.consents.2.on",
    "sources.0.kind",
    "sources.0.name",
    "sources.0.received_on",
    "risk_assessment.level",
    "risk_assessment.note",
    "texts.en.summary",
    "texts.en.body",
    "targets.0.office",
    "targets.0.salutation",
    "targets.0.kind",
    "targets.0.language",
    "targets.0.addresses",
    "targets.0.addresses.0.channel",
    "targets.0.addresses.0.value",
    "targets.0.addresses.0.source",
    "targets.0.addresses.0.checked_on",
    "targets.0.addresses.0.valid_until",
    "sign_on.partners",
    "sign_on.quorum",
    "sign_on.closes_after",
    "sign_on.release",
    "sign_on.remind_after",
    "release.audiences",
    "release.quiet_hours.sms",
    "follow_up.expires_after",
    "follow_up.check_ins",
]

OPTIONAL_FIELDS = [
    "event.region",
    "people_at_risk.0.aliases",
    "people_at_risk.0.private",
    "people_at_risk.0.consents.2.until",
    "sources.0.note",
    "texts.es.background",
    "targets.0.holder",
    "targets.0.replies_within",
    "sign_on",
    "release.quiet_hours",
    "follow_up.milestones",
    "follow_up.milestones.0.at",
    "follow_up.milestones.0.time_zone",
    "follow_up.milestones.0.note",
    "follow_up.milestones.1.remind_before",
]


def test_the_format_sample_is_a_valid_case() -> None:
    case = parse_case(sample(), latest_day=TODAY)
    assert case.title.startswith("Amenazas de muerte")
    assert case.event.occurred_on == "2026-11-19"
    assert case.people_at_risk[0].pseudonym == "Luna"
    assert case.people_at_risk[0].consents[2].until == date(2027, 11, 20)
    assert case.targets[0].replies_within == timedelta(days=15)
    assert case.sign_on is not None
    assert case.sign_on.closes_after == timedelta(hours=48)
    assert case.release.quiet_hours is not None
    assert str(case.release.quiet_hours.sms) == "21:00-08:00"


def test_the_demo_case_is_valid_and_lives_in_seconds() -> None:
    case = parse_case(read_yaml((EXAMPLES / "case.yaml").read_text(encoding="utf-8")), latest_day=TODAY)
    assert case.sign_on is not None
    assert case.sign_on.closes_after <= timedelta(minutes=1)
    assert case.follow_up.expires_after <= timedelta(minutes=1)
    assert set(case.languages) == {"es", "en"}


def test_a_yaml_reader_that_makes_dates_and_reads_on_as_true_gives_the_same_case() -> None:
    tree = yaml.safe_load(FORMAT_SAMPLE)
    assert isinstance(tree["event"]["occurred_on"], date)
    assert True in tree["people_at_risk"][0]["consents"][0]
    assert parse_case(tree, latest_day=TODAY) == parse_case(sample(), latest_day=TODAY)
    through_json = json.loads(json.dumps(tree, default=str))
    assert parse_case(through_json, latest_day=TODAY) == parse_case(sample(), latest_day=TODAY)


def test_the_canonical_tree_is_json_and_parses_to_the_same_case() -> None:
    case = parse_case(sample(), latest_day=TODAY)
    assert parse_case(json.loads(json.dumps(canonical_tree(case))), latest_day=TODAY) == case


def test_a_case_cannot_be_changed() -> None:
    case = parse_case(sample(), latest_day=TODAY)
    with pytest.raises(ValueError, match="frozen"):
        case.title = "otro"  # type: ignore[misc]
    with pytest.raises(TypeError):
        case.texts["es"] = case.texts["en"]  # type: ignore[index]


@pytest.mark.parametrize("path", REQUIRED_FIELDS)
def test_a_required_field_that_is_missing_is_named(path: str) -> None:
    assert problems(changed(path, LEFT_OUT)) == [(path, "is required")]


@pytest.mark.parametrize("path", OPTIONAL_FIELDS)
def test_an_optional_field_may_be_left_out(path: str) -> None:
    assert problems(changed(path, LEFT_OUT)) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("event.occurred_on", "2026-11"),
        ("event.occurred_on", date(2026, 11, 22)),
        ("event.country", "XK"),
        (f"{ADDRESS}.value", "oficina@fge.test"),
        (f"{ADDRESS}.value", "oficina@fge.example"),
        (
            "targets.0.addresses.0",
            {
                "channel": "sms",
                "value": "+1 (202) 555-0123",
                "source": "x",
                "checked_on": "2026-11-01",
                "valid_until": "2036-11-02",
            },
        ),
        (
            "targets.0.addresses.0",
            {
                "channel": "letter",
                "value": "Calle 1\nCiudad",
                "source": "x",
                "checked_on": "2026-11-01",
                "valid_until": "2036-11-02",
            },
        ),
        ("sign_on.partners", "all"),
        ("sign_on.partners", {"ids": ["casa-manantial"]}),
        ("sign_on.remind_after", []),
        ("sign_on.closes_after", "P20Y"),
        ("sign_on.closes_after", "P7305D"),
        ("sign_on.remind_after", ["PT0.5S"]),
        ("follow_up.check_ins", []),
        ("follow_up.expires_after", "P6W"),
        (f"{CONSENT}.until", "2026-11-20"),
        ("texts.en.body", "First.\r\nSecond.\tIndented."),
    ],
)
def test_a_value_at_the_edge_of_its_rule_is_taken(path: str, value: object) -> None:
    assert problems(changed(path, value)) == []


def test_addresses_are_kept_in_their_canonical_form() -> None:
    tree = changed(f"{ADDRESS}.value", "Fiscalia@FGE.Example")
    tree["targets"][0]["addresses"].append(
        tree["targets"][0]["addresses"][0] | {"channel": "sms", "value": "+1 202 555 0123"}
    )
    case = parse_case(tree, latest_day=TODAY)
    assert [address.value for address in case.targets[0].addresses] == [
        "Fiscalia@fge.example",
        "+12025550123",
    ]


@pytest.mark.parametrize(
    ("place", "typed", "meant"),
    [
        (None, "follow_upp", "follow_up"),
        (PERSON, "pseudonim", "pseudonym"),
        (CONSENT, "untill", "until"),
        ("targets.0", "adresses", "addresses"),
        ("sign_on.partners", "group", "groups"),
    ],
)
def test_an_unknown_field_is_named_with_the_nearest_known_one(
    place: str | None, typed: str, meant: str
) -> None:
    path = f"{place}.{typed}" if place else typed
    with pytest.raises(InvalidInput) as refused:
        parse_case(changed(path, CANARY), latest_day=TODAY)
    (problem,) = refused.value.problems
    assert (problem.field, problem.rule) == (path, "is not a known field")
    assert problem.remedy == f"Did you mean {meant}?"


def test_ten_mistakes_are_ten_problems() -> None:
    mistakes: dict[str, object] = {
        "title": "",
        "urgency": "soon",
        "event.country": "Mexico",
        "people_at_risk.0.pseudonym": LEFT_OUT,
        "people_at_risk.1.consents.1.given": False,
        "texts.en": LEFT_OUT,
        "targets.0.adress": "x",
        "targets.0.addresses.0.valid_until": "2026-10-01",
        "sign_on.remind_after": ["PT42H", "PT24H"],
        "follow_up.check_ins": ["P1D", "P50D"],
    }
    tree = sample()
    for path, value in mistakes.items():
        changed(path, value, tree)
    found = {field for field, _ in problems(tree)}
    assert len(problems(tree)) == 10
    assert found == (
        set(mistakes) - {"people_at_risk.1.consents.1.given", "sign_on.remind_after", "follow_up.check_ins"}
    ) | {"people_at_risk.1.consents", "sign_on.remind_after.1", "follow_up.check_ins.1"}


def test_a_rule_between_fields_is_reported_along_with_a_wrong_field_beside_it() -> None:
    tree = changed("people_at_risk.0.consents.0.on", "ayer")
    changed("people_at_risk.0.consents.2.use", "name_in_public", tree)
    changed("people_at_risk.0.pseudonym", LEFT_OUT, tree)
    changed("texts.es.body", "", tree)
    changed("texts.en", LEFT_OUT, tree)
    assert set(problems(tree)) == {
        ("people_at_risk.0.consents.0.on", "must be a date"),
        ("people_at_risk.0.consents.2.use", "is given twice"),
        ("people_at_risk.0.pseudonym", "is required with visibility: pseudonym"),
        ("texts.es.body", "must not be empty"),
        ("texts.en", "is required in every language of the action"),
    }


def test_the_clock_decides_what_is_the_future_where_no_day_is_given() -> None:
    tree = changed("event.occurred_on", "2999-01-01")
    with pytest.raises(InvalidInput, match=r"event\.occurred_on must not be in the future"):
        parse_case(tree)
