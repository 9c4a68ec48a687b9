"""What a coordinator may write of a document, and what she is told where it is wrong."""

from datetime import timedelta
from typing import Any

import pytest

from models.case_sign_on import DocumentSignOn, LaterSignOn, PartnerSelection
from models.document_file import parse_document, parse_version, tree_of
from models.problems import InvalidInput
from models.vocabulary import DocumentKind, ReleasePolicy
from web.document_schemas import DOCUMENT_EXAMPLE, VERSION_EXAMPLE

TEXT = {"summary": "Otra amenaza.", "body": "**Luna** sigue firme.\r\n\r\nNadie la deja sola."}
WHOLE = {**TEXT, "headline": "Amenazas", "background": "Antes.", "demands": ["Investigar.", "Proteger."]}


def problems_of(parse: Any, tree: object) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        parse(tree)
    return {one.field: f"{one.rule} {one.remedy}" for one in caught.value.problems}


def test_a_document_is_read_with_all_that_it_may_hold() -> None:
    file = parse_document({"kind": "further_information", "texts": {"es": WHOLE, "en": TEXT}})
    assert file.kind is DocumentKind.FURTHER_INFORMATION
    assert list(file.texts) == ["es", "en"]
    assert file.texts["es"].demands == ("Investigar.", "Proteger.")
    assert (file.texts["en"].headline, file.texts["en"].demands) == (None, None)
    assert file.texts["en"].body == "**Luna** sigue firme.\n\nNadie la deja sola."


def test_the_examples_of_the_manual_are_taken() -> None:
    assert list(parse_document(DOCUMENT_EXAMPLE).texts) == ["es", "en"]
    assert parse_version(VERSION_EXAMPLE).replaces


def test_what_was_left_out_is_not_sent_and_what_was_emptied_is() -> None:
    tree = {"kind": "action", "texts": {"es": {**TEXT, "demands": []}}}
    sent = tree_of(parse_document(tree))
    assert set(sent["texts"]["es"]) == {"summary", "body", "demands"}
    assert sent["texts"]["es"]["demands"] == []
    assert parse_document(sent) == parse_document(tree)
    version = {"texts": {"es": TEXT}, "replaces": "9f" * 32}
    assert tree_of(parse_version(version))["replaces"] == "9f" * 32


@pytest.mark.parametrize("kind", ["stop_action", "press_release", "", None, 1, ["action"]])
def test_only_the_kinds_that_people_write_are_taken(kind: object) -> None:
    told = problems_of(parse_document, {"kind": kind, "texts": {"es": TEXT}})
    assert set(told) == {"kind"}
    assert "Use action or further_information" in told["kind"]
    assert ("stop REF" in told["kind"]) == (kind == "stop_action")


@pytest.mark.parametrize("parse", [parse_document, parse_version])
def test_every_problem_is_told_at_once_with_its_place(parse: Any) -> None:
    texts = {
        "es": {"sumary": "Zopilotillo", "body": "\x00", "headline": "dos\nlíneas"},
        "zz": {**TEXT, "demands": ["", "{{ luna }}", 3]},
        "en": "Zopilotillo",
    }
    told = problems_of(parse, {"texts": texts, "kin": "Zopilotillo"})
    assert {
        "texts.es.summary",
        "texts.es.sumary",
        "texts.es.body",
        "texts.es.headline",
        "texts.zz",
        "texts.zz.demands.0",
        "texts.zz.demands.1",
        "texts.zz.demands.2",
        "texts.en",
        "kin",
    } <= set(told)
    assert "Did you mean summary?" in told["texts.es.sumary"]
    assert "Zopilotillo" not in str(told)


@pytest.mark.parametrize("tree", [None, [], "texto", 7, {"kind": "action"}, {"kind": "action", "texts": {}}])
def test_what_is_no_document_is_refused(tree: object) -> None:
    assert problems_of(parse_document, tree)


@pytest.mark.parametrize("digest", ["", "9f" * 31, "9F" * 32, "9f" * 32 + "\n", 7])
def test_a_version_is_made_from_a_digest_or_from_none(digest: object) -> None:
    assert set(problems_of(parse_version, {"texts": {"es": TEXT}, "replaces": digest})) == {"replaces"}
    assert parse_version({"texts": {"es": TEXT}}).replaces is None


def test_demands_and_languages_have_their_measure() -> None:
    told = problems_of(
        parse_version,
        {"texts": {"es": {**TEXT, "demands": ["Proteger."] * 51, "body": "a" * 50_001}, "en": TEXT}},
    )
    assert set(told) == {"texts.es.demands", "texts.es.body"}


OF_CASE = {
    "partners": {"groups": ["women"]},
    "quorum": 3,
    "closes_after": "PT48H",
    "release": "at_quorum_or_close",
    "remind_after": ["PT12H", "PT30H"],
    "tell_withdrawals": True,
}


def later(**said: object) -> LaterSignOn:
    sign_on = parse_document({"kind": "action", "texts": {"es": TEXT}, "sign_on": said}).sign_on
    assert sign_on
    return sign_on


def test_a_later_sign_on_takes_what_it_leaves_out_from_the_case_and_no_reminder_behind_its_end() -> None:
    whole = later(closes_after="PT24H", quorum=1).whole(OF_CASE)
    assert (whole.quorum, whole.closes_after) == (1, timedelta(hours=24))
    assert whole.partners == PartnerSelection(groups=("women",))
    assert whole.release is ReleasePolicy.AT_QUORUM_OR_CLOSE
    assert whole.remind_after == (timedelta(hours=12),)
    kept = whole.model_dump(mode="json")
    assert "tell_withdrawals" not in kept, "the case says it of all its documents"
    assert DocumentSignOn.model_validate(kept) == whole


def test_a_later_sign_on_says_all_of_it_where_the_case_has_none() -> None:
    said = later(closes_after="PT24H", partners="all", quorum=2, release="at_close", remind_after=["PT1H"])
    whole = said.whole(None)
    assert (whole.partners, whole.remind_after) == ("all", (timedelta(hours=1),))
    with pytest.raises(InvalidInput) as caught:
        later(closes_after="PT24H", partners="all").whole(None)
    assert [one.field for one in caught.value.problems] == ["sign_on.quorum", "sign_on.release"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"quorum": 2}, "sign_on.closes_after"),
        ({"closes_after": "PT24H", "quorum": "2"}, "sign_on.quorum"),
        ({"closes_after": "PT24H", "partners": ["women"]}, "sign_on.partners"),
        ({"closes_after": "PT24H", "partners": {}}, "sign_on.partners"),
        ({"closes_after": "PT24H", "remind_after": ["PT2H", "PT1H"]}, "sign_on.remind_after.1"),
        ({"closes_after": "PT24H", "release": "at_once"}, "sign_on.release"),
    ],
)
@pytest.mark.parametrize("parse", [parse_document, parse_version])
def test_a_later_sign_on_is_held_to_the_rules_of_a_case(
    parse: Any, said: dict[str, object], field: str
) -> None:
    told = problems_of(parse, {"kind": "action", "texts": {"es": TEXT}, "sign_on": said})
    assert field in told
