import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates.markdown import BLOCK_TAGS, INLINE_TAGS, LINK_SCHEMES, to_html, to_text
from tests.unit.templates.html_outline import Outline

FRAGMENTS = st.sampled_from(
    [
        *(
            "<script>",
            "</script>",
            "<img src=x onerror=alert(1)>",
            "<a href='javascript:alert(1)'>",
            "javascript:",
        ),
        *(
            "[a](",
            "](",
            ")",
            "![",
            "<http://red.example>",
            "<javascript:alert(1)>",
            "data:text/html,",
            "&#106;",
            "`",
        ),
        *(
            "# ",
            "> ",
            "- ",
            "1. ",
            "**",
            "_",
            "\n",
            "\n\n",
            "    ",
            "\\",
            '"',
            "'",
            "http://red.example",
            "\x00",
            "|",
        ),
    ]
)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("**Luna** y *Rosaura*", "<p><strong>Luna</strong> y <em>Rosaura</em></p>\n"),
        ("# Hechos", "<h3>Hechos</h3>\n"),
        ("###### Hechos", "<h6>Hechos</h6>\n"),
        ("3. tres\n4. cuatro", '<ol start="3">\n<li>tres</li>\n<li>cuatro</li>\n</ol>\n'),
        ("<b>no</b>", "<p>&lt;b&gt;no&lt;/b&gt;</p>\n"),
        ("![una <foto>](https://red.example/foto.png)", "<p>una &lt;foto&gt;</p>\n"),
        ("[sitio](https://red.example)", '<p><a href="https://red.example" REL>sitio</a></p>\n'),
        ("<ana@red.example>", '<p><a href="mailto:ana@red.example" REL>ana@red.example</a></p>\n'),
    ],
)
def test_markdown_becomes_html(source: str, html: str) -> None:
    assert to_html(source) == html.replace("REL", 'rel="noopener noreferrer nofollow"')


@pytest.mark.parametrize(
    "address",
    [
        *(
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "&#106;avascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
        ),
        *(
            "file:///etc/passwd",
            "ftp://red.example",
            "//red.example",
            "/relativa",
            "#ancla",
            "https:",
            "http://[",
            "https://fiscalia.example@spy.example",
            "mailto:",
            "tel:1",
        ),
    ],
)
def test_only_web_and_mail_addresses_become_links(address: str) -> None:
    for source in (f"[clic]({address})", f"<{address}>", f"[clic]: {address}\n\n[clic]"):
        assert not Outline(to_html(source)).named("a")


@given(st.lists(FRAGMENTS | st.text(max_size=8), max_size=30).map("".join))
def test_no_markdown_leads_to_unsafe_html(source: str) -> None:
    for element in Outline(to_html(source)).elements:
        assert element.tag in BLOCK_TAGS | INLINE_TAGS
        assert set(element.attributes) <= {"href", "rel", "start"}
        assert element.attributes.get("href", "http:").split(":")[0].lower() in LINK_SCHEMES


@given(st.lists(FRAGMENTS | st.text(max_size=8), max_size=30).map("".join))
def test_any_markdown_becomes_text(source: str) -> None:
    assert isinstance(to_text(source), str)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("**Luna** y\n*Rosaura*", "Luna y Rosaura"),
        ("Uno\n\nDos", "Uno\n\nDos"),
        ("Uno  \nDos", "Uno\nDos"),
        ("## Hechos\n\nUno", "Hechos\n\nUno"),
        ("- uno\n- dos\n  - tres", "- uno\n- dos\n  - tres"),
        ("- uno\n\n- dos", "- uno\n\n- dos"),
        ("9. nueve\n10. diez", "9. nueve\n10. diez"),
        ("> dijo\n>\n> ella", "> dijo\n> \n> ella"),
        ("[sitio](https://red.example) y <ana@red.example>", "sitio (https://red.example) y ana@red.example"),
        ("<https://red.example>", "https://red.example"),
        ("`show` &amp; <b>", "show & <b>"),
        ("    uno\n    dos", "    uno\n    dos"),
        ("![una foto](https://red.example/foto.png)", "una foto"),
        ("Uno\n\n---\n\nDos", "Uno\n\n* * *\n\nDos"),
        ("", ""),
    ],
)
def test_markdown_becomes_readable_text(source: str, text: str) -> None:
    assert to_text(source) == text
