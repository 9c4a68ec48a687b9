"""Drafts of submissions: the forms as data, filled in from a case, and written as files."""

from collections import Counter
from dataclasses import replace
from io import BytesIO

import pytest
from docx import Document
from pypdf import PdfReader

from models.drafts import Draft
from models.mechanisms import DraftFormat, Mechanism
from models.vocabulary import Concern
from templates.catalogs import languages
from templates.submission.filling import FORMS, filled
from templates.submission.form import Value
from templates.submission.words import CONCERNS, GIVERS, RIGHTS, URGENCIES
from templates.submission.writing import DraftWriter, file_name
from templates.typesetting import Typesetter, UnsettableError
from tests.unit.templates.letter_examples import on_paper
from tests.unit.templates.submission_examples import CASE, in_docx
from tests.unit.templates.test_letters import SPECIALS, latin

WRITER = DraftWriter(Typesetter(), "Red Acuerpa")


def read_back(draft: Draft, kind: DraftFormat) -> str:
    content = WRITER.written(draft, kind).content
    if kind is DraftFormat.PDF:
        return on_paper(content)
    return in_docx(content) if kind is DraftFormat.DOCX else content.decode()


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("mechanism", Mechanism)
def test_each_form_has_a_key_of_its_own_for_each_field_and_asks_who_allows_it(mechanism: Mechanism) -> None:
    fields = [field for section in FORMS[mechanism].sections for field in section.fields]
    assert max(Counter(field.key for field in fields).values()) == 1
    needed = {Value.PEOPLE, Value.CONSENTS, Value.NETWORK, Value.COUNTRY, Value.BODY, Value.DEMANDS}
    assert {field.value for field in fields if field.required} >= needed
    assert any(field.required and field.value is Value.BY_HAND for field in fields)


def test_a_request_to_the_inter_american_commission_argues_its_three_conditions_in_their_order() -> None:
    keys = [one.key.split(".")[0] for one in filled(Mechanism.IACHR, CASE).fields()]
    conditions = [key for key in dict.fromkeys(keys) if key in {"gravity", "urgency", "irreparability"}]
    assert conditions == ["gravity", "urgency", "irreparability"]
    assert [one.key for one in filled(Mechanism.IACHR, CASE).missing()] == [
        "author.contact",
        "gravity.why",
        "urgency.why",
        "irreparability.why",
        "authorities.complaints",
    ]


def test_only_the_form_of_the_committee_is_for_disappearances_alone() -> None:
    assert {one for one in Mechanism if FORMS[one].only_for} == {Mechanism.CED}
    assert Concern.ENFORCED_DISAPPEARANCE in FORMS[Mechanism.CED].only_for
    assert Concern.DEATH_THREAT not in FORMS[Mechanism.CED].only_for


def test_every_word_of_the_vocabularies_has_its_words() -> None:
    assert set(CONCERNS) == set(RIGHTS) == set(Concern)
    for words in (CONCERNS, GIVERS, URGENCIES):
        assert set(words) == set(type(next(iter(words))))


def test_a_field_tells_what_the_case_knows() -> None:
    told = {one.key: one for one in filled(Mechanism.UN_SPECIAL_PROCEDURES, CASE).fields()}
    assert told["victims.people"].lines == (
        "Itzel Robles Canseco, defensora comunitaria (en el texto: Luna)",
    )
    assert told["victims.consent"].lines == ("Itzel Robles Canseco: ella misma, 20 de noviembre de 2026",)
    assert told["victims.name_to_state"].lines == ("Itzel Robles Canseco: Sí",)
    assert told["victims.name_in_public"].lines == ("Itzel Robles Canseco: No",)
    assert told["facts.state"].lines == ("México",)
    assert told["facts.date"].lines == ("19 de noviembre de 2026",)
    assert told["facts.rights"].lines == (
        "derecho a la vida",
        "derecho a la integridad personal",
        "derecho a la libertad",
    )
    assert told["facts.account"].prose.endswith(CASE.body)
    assert told["steps.written_to"].lines == ("Fiscalía General del Estado, 20 de noviembre de 2026",)
    month = filled(Mechanism.CED, replace(CASE, occurred_on="2026-11"))
    assert next(one for one in month.fields() if one.key == "facts.date").lines == ("noviembre de 2026",)


def test_what_the_case_does_not_know_is_missing_where_the_form_requires_it() -> None:
    sparse = replace(CASE, region=None, background=None, written_to=(), concerns=(Concern.OTHER,))
    missing = {one.key for one in filled(Mechanism.IACHR, sparse).missing()}
    assert missing >= {"facts.place", "irreparability.rights"}
    assert not missing & {"facts.background", "authorities.written_to"}


@pytest.mark.parametrize("kind", DraftFormat)
@pytest.mark.parametrize("mechanism", Mechanism)
def test_a_file_holds_every_field_in_its_order_and_lists_what_is_missing(
    mechanism: Mechanism, kind: DraftFormat
) -> None:
    draft = filled(mechanism, CASE)
    text = squeezed(read_back(draft, kind))
    body = text[text.index(squeezed(draft.sections[0].title)) :]
    at = 0
    for section in draft.sections:
        for label in (section.title, *(one.label for one in section.fields)):
            at = body.index(squeezed(label), at)
    assert squeezed("Falta por completar") in text
    assert body.count("[porescribir]") == len(draft.missing())
    for said in ("Itzel Robles Canseco", "Primero la siguieron.", "Investigar de inmediato."):
        assert squeezed(said) in body


@pytest.mark.parametrize("kind", DraftFormat)
@pytest.mark.parametrize("language", languages())
def test_a_draft_is_written_in_every_language(language: str, kind: DraftFormat) -> None:
    draft = filled(Mechanism.CED, replace(CASE, language=language))
    assert squeezed(draft.title) in squeezed(read_back(draft, kind))


@pytest.mark.parametrize("kind", DraftFormat)
def test_what_the_leak_guard_reads_is_all_that_stands_in_the_file(kind: DraftFormat) -> None:
    draft = filled(Mechanism.UN_SPECIAL_PROCEDURES, CASE)
    read = squeezed(WRITER.written(draft, kind).text)
    for line in in_docx(WRITER.written(draft, DraftFormat.DOCX).content).splitlines():
        assert squeezed(line) in read.replace("**", "")


def test_nothing_of_a_case_is_read_as_markup_on_paper_or_breaks_a_document() -> None:
    hostile = " ".join(SPECIALS)
    case = replace(
        CASE,
        headline=hostile,
        body=hostile + " \x00\x01",
        demands=(hostile,),
        region=hostile,
        network=hostile,
    )
    draft = filled(Mechanism.IACHR, case)
    pdf = PdfReader(BytesIO(WRITER.written(draft, DraftFormat.PDF).content))
    assert pdf.attachments == {}
    assert "/JavaScript" not in str(pdf.trailer)
    assert latin(hostile).split()[0] in in_docx(WRITER.written(draft, DraftFormat.DOCX).content)


def test_a_document_names_no_author_and_styles_what_was_styled() -> None:
    content = WRITER.written(filled(Mechanism.IACHR, CASE), DraftFormat.DOCX).content
    document = Document(BytesIO(content))
    told = document.core_properties
    assert (told.author, told.comments, told.last_modified_by) == ("", "", "")
    bold = [run.text for one in document.paragraphs for run in one.runs if run.bold]
    assert "Luna" in bold
    styles = {one.text: one.style.name for one in document.paragraphs if one.style}
    assert styles["Primero la siguieron."] == "List Bullet"


def test_a_draft_is_identified_by_all_that_it_says() -> None:
    first = filled(Mechanism.IACHR, CASE)
    assert first.said() == filled(Mechanism.IACHR, CASE).said()
    others = [
        filled(Mechanism.UN_SPECIAL_PROCEDURES, CASE),
        filled(Mechanism.IACHR, replace(CASE, body="Otra cosa.")),
        filled(Mechanism.IACHR, replace(CASE, people=(replace(CASE.people[0], name="Otra"),))),
        filled(Mechanism.IACHR, replace(CASE, language="pt")),
    ]
    assert len({one.said() for one in (first, *others)}) == 1 + len(others)


def test_another_alphabet_is_refused_on_paper_alone() -> None:
    draft = filled(Mechanism.IACHR, replace(CASE, body="مدافعات"))
    with pytest.raises(UnsettableError):
        WRITER.written(draft, DraftFormat.PDF)
    assert "مدافعات" in read_back(draft, DraftFormat.DOCX)


def test_a_file_is_named_by_reference_mechanism_and_language() -> None:
    assert file_name(filled(Mechanism.CED, CASE), DraftFormat.DOCX) == "UA-2026-014.ced.es.docx"
