"""The Babel catalogs in `locales/`, compiled in memory: a committed .po is all that a language needs."""

from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

DOMAIN = "acuerpa"
LOCALES = Path(__file__).parent.parent / "locales"
KEPT = 256
"""How many answers about tags are kept: a page asks for those of its languages each time."""


def catalog_path(language: str) -> Path:
    """Return where the catalog of a BCP 47 tag stands."""
    return LOCALES / language.replace("-", "_") / "LC_MESSAGES" / f"{DOMAIN}.po"


@cache
def languages() -> tuple[str, ...]:
    """Return the BCP 47 tags of the languages that have a catalog, sorted."""
    catalogs = LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.po")
    return tuple(sorted(path.parent.parent.name.replace("_", "-") for path in catalogs))


@lru_cache(KEPT)
def best_language(wanted: str, default: str) -> str:
    """Return the catalog language nearest to a BCP 47 tag: itself, its base language, or the default."""
    known = {tag.lower(): tag for tag in languages()}
    subtags = wanted.replace("_", "-").lower().split("-")
    shortened = ("-".join(subtags[:length]) for length in range(len(subtags), 0, -1))
    return next((known[tag] for tag in shortened if tag in known), default)


@cache
def translations(language: str) -> Translations:
    """Compile the catalog of one of `languages()`, once."""
    compiled = BytesIO()
    with catalog_path(language).open("rb") as file:
        write_mo(compiled, read_po(file, locale=language.replace("-", "_"), domain=DOMAIN))
    compiled.seek(0)
    return Translations(compiled, domain=DOMAIN)


@cache
def native_name(language: str) -> str:
    """Return what a language calls itself, for any BCP 47 tag; one that is not known is called by its tag."""
    try:
        name = Locale.parse(language, sep="-").get_display_name()
    except (UnknownLocaleError, ValueError):
        name = None
    return name[0].upper() + name[1:] if name else language


@lru_cache(KEPT)
def text_direction(language: str) -> str:
    """Return `ltr` or `rtl`, the value of HTML's dir attribute, for any BCP 47 tag."""
    try:
        return Locale.parse(language, sep="-").text_direction
    except (UnknownLocaleError, ValueError):
        return "ltr"
