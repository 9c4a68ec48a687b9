"""Letters as PDF: what stands on the paper, the same each time, and that nothing in it is markup."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from models.letters import Addressee, Letter
from templates.letter.press import LetterPress, UnsettableError
from tests.unit.templates.letter_examples import LETTER, OPEN_LETTER, on_paper

PRESS = LetterPress("Red Acuerpa")
SPECIALS = [
    "#panic(1)",
    '#read("/etc/passwd")',
    '#import "@preview/x:1.0.0"',
    "$x^2$",
    "*a*",
    "_b_",
    "<label> @label",
    "= Title",
    "- a\n+ b\n/ c: d",
    "// c",
    "/* c",
    "*/",
    '"); panic("',
    "\\",
    "\\u{41}",
    "]#[",
    "`raw`",
    "```typst\n#x\n```",
    "~--- ...",
    "https://spy.example/p",
    "{page}",
]
hostile = st.lists(
    st.one_of(st.sampled_from(SPECIALS), st.text(st.characters(exclude_categories=["Cs"]), max_size=20)),
    min_size=1,
    max_size=6,
).map(" ".join)


def letter_of(text: str) -> Letter:
    """Write a text wherever a letter has one."""
    return replace(
        LETTER,
        headline=text,
        summary=f"{text}.",
        body=text,
        background=text,
        demands=(text, text),
        signatories=((text, "MX"), (text, text)),
        addressee=Addressee((text, text), text),
    )


def latin(text: str) -> str:
    """Keep what every font of ours has."""
    return "".join(letter for letter in text if letter.isascii() or 0xC0 <= ord(letter) <= 0x17F)


@settings(max_examples=40, deadline=None)
@given(hostile)
@example(" ".join(SPECIALS))
@example("\x00\x01\x1b\u2028\u202e")
@example("> " * 200 + "x")
@example("\U0001f600 \U0001d538 \ufb01")
def test_whatever_stands_in_a_letter_is_set_and_never_read_as_markup(text: str) -> None:
    pdf = PRESS.printed(letter_of(latin(text))).pdf
    read = PdfReader(BytesIO(pdf))
    assert read.pages
    assert read.attachments == {}
    assert "/JavaScript" not in str(read.trailer)


@pytest.mark.parametrize("special", SPECIALS)
def test_specials_stand_on_the_paper_as_they_were_written(special: str) -> None:
    line = " ".join(special.split())
    paper = on_paper(PRESS.printed(replace(OPEN_LETTER, demands=(f"Antes {line} después",))).pdf)
    assert "".join(f"Antes {line} después".split()) in "".join(paper.split())


def test_a_letter_says_all_that_it_was_given() -> None:
    paper = on_paper(PRESS.printed(LETTER).pdf)
    for said in (
        "Red Acuerpa",
        "Acción urgente UA-2026-014/1",
        "20 de noviembre de 2026",
        "Lic. Ramón Ejemplo",
        "Fiscalía General del Estado",
        "Av. Ejemplo 12",
        "Señor Fiscal:",
        LETTER.headline,
        "Investigar de inmediato.",
        "Colectiva Luz de Agua, Guatemala",
        "Women of the Northern Rivers, Canadá",
        "2 organizaciones que firman sin publicar su nombre",
        "17 organizaciones",
        "Luna: Itzel Robles Canseco, defensora comunitaria",
        "cronología de los hechos (https://red.example/cronologia)",
        "Página 1 de",
    ):
        assert said in paper


def test_an_open_letter_addresses_nobody() -> None:
    paper = on_paper(PRESS.printed(OPEN_LETTER).pdf)
    assert "Ramón" not in paper
    assert "Señor" not in paper
    assert "Itzel" not in paper


def test_a_notice_names_no_signatories() -> None:
    paper = on_paper(PRESS.printed(replace(LETTER, is_notice=True)).pdf)
    assert "Colectiva" not in paper
    assert "Firman" not in paper
    assert "Aviso UA-2026-014/1" in paper


@pytest.mark.parametrize("signatories", [0, 40])
def test_what_the_leak_guard_reads_is_what_stands_on_the_paper(signatories: int) -> None:
    names = tuple((f"Colectiva {number}", "MX") for number in range(signatories))
    more = "> Una **cita**par*tida*.\n\n1) uno\n2) dos\n\n### Título\n\n`código`  \notra\n\n    más"
    body = f"{LETTER.body}\n\n{more}"
    printed = PRESS.printed(replace(LETTER, body=body, signatories=names))
    paper = re.sub(
        r"Red Acuerpa · UA-2026-014/1|Página \d+ de \d+|Red Acuerpa|[•\s]|\d+\. ", "", on_paper(printed.pdf)
    )
    read = re.sub(r"[•\s]", "", printed.text)
    unhyphenated = paper.replace("-", "").replace("\u2010", "")
    assert sorted(read.replace("-", "")) == sorted(unhyphenated)


def test_the_words_of_a_text_are_not_torn_by_its_emphasis() -> None:
    assert "Rosaura" in PRESS.printed(replace(LETTER, body="R*osa*u**ra**")).text


def test_a_letter_is_the_same_to_the_byte_in_another_process_and_place(tmp_path: Path) -> None:
    code = (
        "from hashlib import sha256; from templates.letter.press import LetterPress;"
        "from tests.unit.templates.letter_examples import LETTER;"
        "print(sha256(LetterPress('Red Acuerpa').printed(LETTER).pdf).hexdigest())"
    )
    root = Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": str(root), "TZ": "Asia/Tokyo", "HOME": str(tmp_path)}
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == sha256(PRESS.printed(LETTER).pdf).hexdigest()


def test_the_metadata_name_network_title_and_day_and_nothing_of_a_machine() -> None:
    pdf = PRESS.printed(LETTER).pdf
    metadata = {name: str(said) for name, said in (PdfReader(BytesIO(pdf)).metadata or {}).items()}
    creator = metadata.pop("/Creator")
    assert str(creator).startswith("Typst")
    day = metadata.pop("/CreationDate")
    assert str(day).startswith("D:20261120")
    assert metadata.pop("/ModDate", day) == day
    assert metadata == {"/Title": LETTER.headline, "/Author": "Red Acuerpa"}
    for ours in (os.uname().nodename, str(Path.cwd()), str(Path.home()), os.environ.get("USER") or "root@"):
        assert len(ours) < 4 or ours.encode() not in pdf


def test_a_pdf_loads_nothing_from_anywhere() -> None:
    read = PdfReader(BytesIO(PRESS.printed(LETTER).pdf))
    actions = {"/URI", "/Launch", "/GoToR", "/SubmitForm", "/JavaScript", "/EmbeddedFile", "/OpenAction"}
    found: set[str] = set()
    for number in range(1, int(str(read.trailer["/Size"]))):
        held = read.get_object(number)
        found |= set(held) if isinstance(held, DictionaryObject) else set()
    assert found
    assert not found & actions


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("es", "¿Cómo está la niña? «Así», dijo."),
        ("en", "“Quoted” — and the naïve café."),
        ("pt", "São João, avó, pôr, coração."),
        ("fr", "L\u2019œuvre naïve, où ça ? Noël."),
        ("nci", "Tlàlticpac ā ē ī ō"),
        ("quc", "K\u2019iche\u2019, \u02bc, ä"),
        ("ru", "Защитницы прав"),
        ("el", "Υπερασπίστριες"),
    ],
)
def test_letters_of_many_languages_stand_on_the_paper(language: str, said: str) -> None:
    paper = on_paper(PRESS.printed(replace(OPEN_LETTER, language=language, body=said)).pdf)
    assert "".join(said.split()) in "".join(paper.split())


@pytest.mark.parametrize("said", ["مدافعات", "保卫者", "रक्षक", "보호", "המגינות"])
def test_another_alphabet_is_refused_where_no_font_has_it(said: str) -> None:
    with pytest.raises(UnsettableError):
        PRESS.printed(replace(OPEN_LETTER, body=said))


def test_further_fonts_of_the_operator_open_other_alphabets(tmp_path: Path) -> None:
    assert LetterPress("Red Acuerpa", fonts=tmp_path).printed(replace(OPEN_LETTER, body="مدافعات")).pdf


@pytest.mark.parametrize(("paper", "size"), [("letter", (612, 792)), ("a4", (595, 842))])
def test_the_paper_has_the_size_that_was_set(paper: str, size: tuple[int, int]) -> None:
    press = LetterPress("Red Acuerpa", paper=paper)  # type: ignore[arg-type]
    box = PdfReader(BytesIO(press.printed(LETTER).pdf)).pages[0].mediabox
    assert (round(box.width), round(box.height)) == size


def test_the_logo_stands_on_the_first_page_alone() -> None:
    picture = BytesIO()
    Image.new("RGBA", (32, 16), "purple").save(picture, "PNG")
    press = LetterPress("Red Acuerpa", logo=picture.getvalue())
    long = replace(LETTER, body="\n\n".join([LETTER.body] * 8))
    pages = PdfReader(BytesIO(press.printed(long).pdf)).pages
    assert [len(page.images) for page in pages] == [1, *[0] * (len(pages) - 1)]
    assert len(pages) > 1


def test_the_same_letter_is_set_once() -> None:
    press = LetterPress("Red Acuerpa")
    assert press.printed(LETTER) is press.printed(replace(LETTER))
    assert press.printed(OPEN_LETTER) is not press.printed(LETTER)
