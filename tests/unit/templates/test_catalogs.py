import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from templates import catalogs
from templates.catalogs import (
    LOCALES,
    best_language,
    catalog_path,
    languages,
    native_name,
    text_direction,
    translations,
)

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
MessageKey = tuple[str | None, str | tuple[str, ...]]


def catalog(language: str) -> Catalog:
    with catalog_path(language).open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def messages(language: str) -> Iterator[Message]:
    return (message for message in catalog(language) if message.id)


def forms(texts: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (texts or "",) if isinstance(texts, str | None) else tuple(texts)


def key(context: str | None, texts: str | tuple[str, ...] | list[str]) -> MessageKey:
    return context, texts if isinstance(texts, str) else tuple(texts)


@pytest.fixture(scope="module")
def extracted() -> set[MessageKey]:
    with (LOCALES / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = extract_from_dir(LOCALES.parent / "templates", prefixed(methods), prefixed_options(options))
    return {key(context, texts) for _, _, texts, _, context in found}


def prefixed(methods: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(pattern.removeprefix("templates/"), method) for pattern, method in methods]


def prefixed_options(options: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    return {pattern.removeprefix("templates/"): settings for pattern, settings in options.items()}


def test_the_languages_of_the_network_are_there() -> None:
    assert languages() == ("en", "es", "fr", "pt")


def test_a_room_without_a_catalog_is_not_a_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("es", "pt_BR"):
        shutil.copytree(LOCALES / room.partition("_")[0], tmp_path / room)
    (tmp_path / "ca" / "LC_MESSAGES").mkdir(parents=True)
    monkeypatch.setattr(catalogs, "LOCALES", tmp_path)
    assert languages.__wrapped__() == ("es", "pt-BR")


def test_no_compiled_catalog_is_committed() -> None:
    assert not list(Path(LOCALES).rglob("*.mo"))


@pytest.mark.parametrize("language", languages())
def test_every_message_is_translated(language: str) -> None:
    for message in messages(language):
        assert not message.fuzzy, message.id
        assert all(text.strip() for text in forms(message.string)), message.id
        assert len(forms(message.string)) == (catalog(language).num_plurals if message.pluralizable else 1)


@pytest.mark.parametrize("language", languages())
def test_a_translation_has_the_placeholders_of_its_source(language: str) -> None:
    for message in messages(language):
        wanted = set(PLACEHOLDER.findall(" ".join(forms(message.id))))
        for text in forms(message.string):
            assert set(PLACEHOLDER.findall(text)) == wanted, message.id
            assert "%" not in PLACEHOLDER.sub("", text), message.id


@pytest.mark.parametrize("language", languages())
def test_no_translation_holds_markup(language: str) -> None:
    for message in messages(language):
        assert not re.search(r"[<>&]", " ".join(forms(message.string))), message.id


@pytest.mark.parametrize("language", languages())
def test_catalogs_are_up_to_date_with_the_templates(language: str, extracted: set[MessageKey]) -> None:
    assert len(extracted) > 50
    assert {key(message.context, message.id) for message in messages(language)} == extracted
    assert not catalog(language).obsolete


COLONS = ("%(day)s: %(what)s", "%(what)s: %(count)s")
"""Only French has a space before them."""


@pytest.mark.parametrize(
    ("language", "alike"),
    [
        ("es", {"Error %(status)s", "No", *COLONS}),
        ("pt", {"PIN", "%(name)s,", *COLONS}),
        ("fr", {"%(name)s,", "%(num)s organisation"}),
    ],
)
def test_a_translation_is_not_its_source(language: str, alike: set[str]) -> None:
    same = [forms(message.id)[0] for message in messages(language) if message.id == message.string]
    assert set(same) == alike


def test_french_keeps_its_marks_on_the_line_of_their_word() -> None:
    for message in messages("fr"):
        text = " ".join(forms(message.string))
        assert not re.search(r"(?<!\u00a0)[:;?!]|'", text), message.id


def test_a_catalog_is_compiled_once() -> None:
    assert translations("es") is translations("es")
    assert translations("es").gettext("Sign") == "Firmar"


def test_the_nearest_language_is_found() -> None:
    assert best_language("es-Latn-MX", "en") == "es"
    assert best_language("xx-XX", "en") == "en"


@pytest.mark.parametrize(
    ("tag", "direction"),
    [("es", "ltr"), ("ar", "rtl"), ("ar-EG", "rtl"), ("zap", "ltr"), ("?", "ltr"), ("", "ltr")],
)
def test_every_language_tag_has_a_direction(tag: str, direction: str) -> None:
    assert text_direction(tag) == direction


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("es", "Español"),
        ("fr", "Français"),
        ("ar", "العربية"),
        ("pt-BR", "Português (Brasil)"),
        ("xx", "xx"),
        ("?", "?"),
    ],
)
def test_a_language_is_called_as_it_calls_itself(language: str, name: str) -> None:
    assert native_name(language) == name
