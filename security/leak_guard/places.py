"""A place as it may be written: what leads to her door, its kind of street abbreviated or left out."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from security.leak_guard.words import PARTICLES

_PARTS: Final = re.compile(r"[,;\n|]+")
_KINDS: Final = tuple(
    frozenset(kind.split())
    for kind in (
        "calle c cl street st strasse str rua r rue",
        "avenida av avda ave avenue",
        "callejon cjon cda cerrada lane ln beco travessa tv ruelle impasse pasaje pje privada priv",
        "carretera carr road rd estrada rodovia route rte camino",
        "colonia col fraccionamiento fracc urbanizacion urb",
        "barrio bo bario bairro quartier district neighbourhood neighborhood",
        "plaza pza square sq praca place",
        "rancheria rancho ejido finca hacienda caserio paraje vereda aldea village hamlet fazenda hameau",
        "casa house maison edificio edif building departamento depto apartamento apto apartment apt",
    )
)
_FEWEST_WITHOUT_KIND: Final = 2


def _is_exact(words: list[str]) -> bool:
    """Tell whether a part leads to a door: a kind of street or a number is in it."""
    return any(word.isdigit() or any(word in kind for kind in _KINDS) for word in words if len(word) > 1)


def _kind_at(words: list[str], place: int) -> frozenset[str]:
    return next((kind for kind in _KINDS if words[place] in kind), frozenset())


def _forms(words: list[str]) -> Iterator[list[str]]:
    yield words
    if len(words) == 1:
        return
    for name in sorted(_kind_at(words, 0)):
        yield from ([name, *words[1:]], [name, *_content(words[1:])])
    yield from ([*words[:-1], name] for name in sorted(_kind_at(words, -1)))
    if _kind_at(words, 0) and len(_content(words[1:])) >= _FEWEST_WITHOUT_KIND:
        yield _content(words[1:])
    unnumbered = [word for word in words if not word.isdigit()]
    if _FEWEST_WITHOUT_KIND <= len(unnumbered) < len(words):
        yield from _forms(unnumbered)


def _content(words: list[str]) -> list[str]:
    return [word for word in words if word not in PARTICLES] or words


def place_phrases(text: str, words_of: Callable[[str], list[str]]) -> Iterator[list[str]]:
    """Return the phrases that give a place away.

    Of `Barrio Abajo, San Aurelio` the first part counts, and each later one with a number or a kind of
    street; the town alone may be said, since the event's own is public.
    """
    parts = [words for words in map(words_of, _PARTS.split(text)) if words]
    for place, words in enumerate(parts):
        if place == 0 or (_is_exact(words) and len(words) > 1):
            yield from _forms(words)
        if place == 0 and all(word.isdigit() for word in words) and len(parts) > 1:
            yield from _forms(words + parts[1])
