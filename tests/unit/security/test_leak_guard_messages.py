"""The leak guard on whole messages: subject, SMS, mail, attachment; a name as people and programs hide it."""

# ruff: noqa: RUF001 - look-alikes are what this is of

import base64
import json
import quopri
import textwrap
from functools import cache
from typing import Final

import pytest

from security.leak_guard import LeakGuard, SecretKind, secrets_of

HIDDEN: Final = {
    "name": "Xóchitl Amoltepec Rivas",
    "aliases": ["Doña Xochi", "La Guardiana"],
    "private": {"phone": "+52 953 555 0147", "place": "Barrio Las Ánimas, San Telmo"},
}
HTML: Final = """<!doctype html>
<html lang="es"><head><meta charset="utf-8"><title>{title}</title>
<style>p {{ margin: 0 0 1em }}</style></head>
<body><h1>{title}</h1>
<p>El 3 de mayo, {first} de la Red fue seguida por una camioneta.</p>
<table><tr><td>{second}</td><td>Oaxaca</td></tr></table>
<p><a href="https://acuerpa.example/s/AbC-123" title="{third}">Firma aqu&iacute;</a></p>
</body></html>
"""
PLAIN: Final = {"title": "Acción urgente", "first": "una defensora", "second": "Luna", "third": "Firmar"}


@cache
def _guard() -> LeakGuard:
    return LeakGuard(
        secrets_of(0, name=HIDDEN["name"], aliases=HIDDEN["aliases"], private=HIDDEN["private"]),  # type: ignore[arg-type]
        allowed=["Luna"],
        organisations=["Red de Mujeres de San Telmo"],
    )


def _said(text: str, *, markup: bool = False) -> list[str]:
    return [text[leak.start : leak.end] for leak in _guard().leaks(text, markup=markup)]


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("Acción urgente: Xóchitl, en peligro", "Xóchitl"),
        ("Urgent action: AMOLTEPEC RIVAS AT RISK", "AMOLTEPEC RIVAS"),
        ("Re: Fwd: xochitl amoltepec", "xochitl amoltepec"),
        ("Amoltepec's lawyer asks for your help", "Amoltepec's"),
        ("UA-2026-014/2: Doña Xochi", "Doña Xochi"),
        ("#JusticiaParaXochitl", "Xochitl"),
        ("Llamen al 953 555 01 47", "953 555 01 47"),
        ("¿Qué pasa en Barrio Las Ánimas?", "Barrio Las Ánimas"),
    ],
)
def test_a_subject_line_is_read(subject: str, said: str) -> None:
    (found,) = _said(subject)
    assert found in said


@pytest.mark.parametrize(
    ("sms", "said"),
    [
        ("Xochitl sigue desaparecida. Firma: acuerpa.example", "Xochitl"),
        ("URGENTE:XOCHITL AMOLTEPEC,49,SAN TELMO", "XOCHITL AMOLTEPEC"),
        ("X. Rivas ya esta a salvo", "Rivas"),
        ("Xoch1tl esta a salvo", "Xoch1tl"),
        ("Rivas,X. esta a salvo", "Rivas"),
        ("avisen a donaxochi", "donaxochi"),
        ("Tel.9535550147", "9535550147"),
        ("cel 953-555-0147 (urge)", "953-555-0147"),
    ],
)
def test_the_text_of_an_sms_is_read(sms: str, said: str) -> None:
    (found,) = _said(sms)
    assert found == said


@pytest.mark.parametrize("where", ["title", "first", "second", "third"])
@pytest.mark.parametrize(
    "written",
    [
        "Xóchitl",
        "X&oacute;chitl",
        "X&#xF3;chitl",
        "<b>X</b>óchitl",
        "Xó\u200bchitl",
        "Xo\u0301chitl",
        "Amol&shy;tepec",
        "Amolte-\npec",
        "Xóchitl<br>Amoltepec",
        "<span style='color:red'>Am</span><span>oltepec</span>",
        "\u0425óchitl",
        "ＡＭＯＬＴＥＰＥＣ",
        "A m o l t e p e c",
        "Amoltepec&rsquo;s",
        "Xóchitls",
        "Xochitlita",
    ],
)
def test_a_mail_in_html_is_read_in_all_its_parts(where: str, written: str) -> None:
    text = HTML.format(**(PLAIN | {where: written}))
    (found, *rest) = _said(text, markup=True)
    assert (found in written) or (written in found)
    assert len(rest) == (1 if where == "title" else 0)


def test_a_mail_in_html_that_says_nothing_of_her_is_clean() -> None:
    assert _said(HTML.format(**PLAIN), markup=True) == []


@pytest.mark.parametrize(
    "written",
    [
        "**Xóchitl**",
        "_Xó_chitl",
        "[Xó](https://a.example/?a=b)chitl",
        "# Xóchitl",
        "> Xóchitl",
        "`Xóchitl`",
        "| Xóchitl | Luna |",
        "![Xóchitl](a.png)",
        "~~Amol~~tepec",
        "Xó<!-- x -->chitl",
        "1. Amoltepec",
        "[1]: https://a.example/amoltepec",
    ],
)
def test_a_text_in_markdown_is_read_through_its_marks(written: str) -> None:
    assert len(_said(f"Ayer, **Luna** habló.\n\n{written}\n\nFirma.", markup=True)) == 1


@pytest.mark.parametrize(
    "written",
    [
        "Los Amoltepec huyeron",
        "Xóchitl’s house",
        "Xóchitls Haus",
        "les Amoltepecs",
        "Xochitlcita",
        "Xochitlito",
        "a Amoltepec, Xóchitl",
        "Amoltepeces",
        "l’Amoltepec",
        "XochitlAmoltepec",
        "xochitl_amoltepec@correo.example",
        "Xóchitl/Amoltepec",
    ],
)
def test_a_name_is_found_in_its_forms(written: str) -> None:
    assert _said(f"Ayer nos dijeron: {written}.")


@pytest.mark.parametrize(
    "break_", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\u0085", "\v", "\f", " \n  ", "\t"]
)
def test_a_name_is_found_across_any_line_break(break_: str) -> None:
    (found,) = _said(f"vimos a Xóchitl{break_}Amoltepec ayer")
    assert found == f"Xóchitl{break_}Amoltepec"


@pytest.mark.parametrize(
    "unseen", list("\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u200e\u202a\u2066\u034f\ufe0f\u115f")
)
def test_a_name_is_found_through_characters_that_nobody_sees(unseen: str) -> None:
    written = unseen.join("Xóchitl")
    assert _said(f"vimos a {written} ayer") == [written]


def _csv(name: str) -> str:
    return f"nombre;edad;estado\r\nLuna;34;a salvo\r\n{name};41;desaparecida\r\n"


def _json(name: str) -> str:
    return json.dumps({"caso": "UA-2026-014", "persona": {"nombre": name}})


def _quoted(name: str) -> str:
    return quopri.encodestring(
        f"La defensora {name} fue seguida por una camioneta sin placas.".encode()
    ).decode()


def _wrapped(name: str) -> str:
    return textwrap.fill(f"La organización informa de que la defensora {name} fue detenida ayer.", 30)


@pytest.mark.parametrize("attachment", [_csv, _json, _quoted, _wrapped])
@pytest.mark.parametrize("name", ["Xóchitl Amoltepec", "Xóchitl", "AMOLTEPEC, XÓCHITL"])
def test_the_text_of_an_attachment_is_read(attachment: object, name: str) -> None:
    assert callable(attachment)
    assert len(_said(attachment(name))) == 1


@pytest.mark.parametrize("attachment", [_csv, _json, _quoted, _wrapped])
def test_an_attachment_that_says_nothing_of_her_is_clean(attachment: object) -> None:
    assert callable(attachment)
    assert _said(attachment("Luna")) == []


def test_what_is_packed_must_be_unpacked_before_it_is_read() -> None:
    assert _said(base64.b64encode(b"Xochitl Amoltepec").decode()) == []


def test_each_secret_of_a_long_message_is_found_at_its_place() -> None:
    filler = "La Red de Mujeres de San Telmo acompaña a Luna y a su familia desde marzo. " * 30
    said = ["Xóchitl", "La Guardiana", "953 555 0147", "Las Ánimas", "Barrio Las Ánimas"]
    text = "\n".join(filler + one for one in said)
    leaks = _guard().leaks(text, markup=True)
    assert [text[leak.start : leak.end] for leak in leaks] == [
        "Xóchitl",
        "La Guardiana",
        "953 555 0147",
        "Barrio Las Ánimas",
    ]
    assert [leak.kind for leak in leaks] == [
        SecretKind.NAME,
        SecretKind.ALIAS,
        SecretKind.PHONE,
        SecretKind.PLACE,
    ]
