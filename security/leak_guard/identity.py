"""The secrets of one person, from her identity as the case holds it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from security.leak_guard.numbers import numbers_of
from security.leak_guard.patterns import words_of
from security.leak_guard.secret import Secret, SecretKind
from security.leak_guard.words import LABEL_PARTICLES, OTHER_LABELS, PHONE_LABELS, PLACE_LABELS

_LABELS: Final = PHONE_LABELS | PLACE_LABELS | OTHER_LABELS | LABEL_PARTICLES
_LONGEST_PHRASE: Final = 8
_PHONE_DIGITS: Final = 7
_SENTENCES: Final = re.compile(r"[\n;!?]+|[.,](?=\s|$)")
_LONE_DETAIL: Final = 4


def secrets_of(
    person: int, *, name: str, aliases: Iterable[str] = (), private: Mapping[str, str | None] | None = None
) -> tuple[Secret, ...]:
    """Return all that must not be said of the person at this position in the case."""
    found = [Secret(person, SecretKind.NAME, name)]
    found += [Secret(person, SecretKind.ALIAS, alias) for alias in aliases]
    for label, value in _details(private or {}):
        found += _detail(person, label, value)
    return tuple(dict.fromkeys(secret for secret in found if secret.text.strip()))


def _details(private: Mapping[str, str | None]) -> Iterator[tuple[str, str]]:
    """Return labels and values, with what a stray comma cut from a value joined to it again.

    YAML reads `{place: Barrio Abajo, San Aurelio}` as a place and a key without a value; that key is hers.
    """
    details: list[tuple[str, str]] = []
    for key, value in private.items():
        if value is not None:
            details.append((key, value))
        elif not _is_label(key):
            label, before = details.pop() if details else ("", "")
            details.append((label, f"{before}, {key}" if before else key))
    for label, value in details:
        yield label, value
        if not _is_label(label) and _holds_data(label):
            yield "", label


def _is_label(key: str) -> bool:
    return all(word in _LABELS for word in words_of(key))


def _holds_data(key: str) -> bool:
    """Tell a key that is itself a detail: a number, an address, or several words of which two are names."""
    capitals = sum(word[0].isupper() for word in key.split())
    return bool(numbers_of(key)) or "@" in key or capitals > 1


def _kind(label: str) -> SecretKind:
    words = set(words_of(label))
    if words & PHONE_LABELS:
        return SecretKind.PHONE
    return SecretKind.PLACE if words & PLACE_LABELS else SecretKind.PRIVATE


def _detail(person: int, label: str, value: str) -> Iterator[Secret]:
    kind = _kind(label)
    numbers = numbers_of(value, at_least=1 if kind is SecretKind.PHONE else _PHONE_DIGITS)
    yield from (Secret(person, SecretKind.PHONE, number) for number in numbers)
    if kind is SecretKind.PLACE:
        yield Secret(person, kind, value)
    elif kind is SecretKind.PRIVATE:
        yield from (Secret(person, kind, phrase) for phrase in _phrases(value))


def _phrases(value: str) -> Iterator[str]:
    """Return a short value whole, and the parts of a long one that are short enough to be repeated."""
    parts = [value] if len(words_of(value)) <= _LONGEST_PHRASE else _SENTENCES.split(value)
    for part in parts:
        words = words_of(part)
        if len(words) > 1 or (words and len(words[0]) >= _LONE_DETAIL):
            yield part.strip()
