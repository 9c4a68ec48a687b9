"""What is looked for: the words of a name, and its words written together, in folded letters."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise, permutations
from typing import Final

from security.leak_guard.grades import SHORTEST_OWN_WORD, Grade, grade_of
from security.leak_guard.letters import letters_of
from security.leak_guard.look_alikes import SPELLINGS
from security.leak_guard.places import place_phrases
from security.leak_guard.secret import Secret, SecretKind
from security.leak_guard.words import DIMINUTIVES, GROUP_ENDINGS, GROUP_WORDS, PARTICLES

_SHORTEST_PHRASE: Final = 3
_MOST_PAIRED_WORDS: Final = 7
_PLURALS: Final = frozenset({"", "s", "es"})
_VOWELS: Final = frozenset("aeiou")
_EXACTLY: Final = frozenset({""})
_SOFTENED: Final = {"c": "qu", "g": "gu", "z": "c"}
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


@dataclass(frozen=True, slots=True)
class Word:
    """A word to look for, followed by one of the tails; `name` tells the words of a name apart."""

    person: int
    kind: SecretKind
    text: str
    grade: Grade
    name: str
    tails: frozenset[str] = _PLURALS

    @property
    def is_exact(self) -> bool:
        """Tell whether the word is looked for as it is, and not by a stem of it."""
        return "" in self.tails


@dataclass(frozen=True, slots=True)
class Phrase:
    """Several words without what stands between them; may it be one word in the text?"""

    person: int
    kind: SecretKind
    text: str
    may_be_glued: bool = True


Pattern = Word | Phrase


def words_of(text: str) -> list[str]:
    """Return the folded words of a text."""
    letters = letters_of(text)
    return [letters.text[start:end] for start, end in letters.token_spans()]


def _stems(word: str) -> Iterator[str]:
    stem = word[:-1] if word[-1] in _VOWELS else word
    yield stem
    if stem[-1] == "s" and len(stem) > SHORTEST_OWN_WORD:
        yield stem[:-1]
    if stem[-1] in _SOFTENED:
        yield stem[:-1] + _SOFTENED[stem[-1]]


def _look_alike_spellings(word: str) -> Iterator[str]:
    yield word
    for letter, pair in SPELLINGS:
        if letter in word:
            yield word.replace(letter, pair)
            yield word.replace(letter, pair, 1)


def _word_patterns(secret: Secret, word: str, grade: Grade) -> Iterator[Word]:
    if grade in {Grade.COMMON, Grade.BOUND} or len(word) < SHORTEST_OWN_WORD:
        yield Word(secret.person, secret.kind, word, grade, word, _EXACTLY)
        return
    for spelling in _look_alike_spellings(word) if len(word) > SHORTEST_OWN_WORD else (word,):
        yield Word(secret.person, secret.kind, spelling, grade, word)
    for stem in _stems(word):
        yield Word(secret.person, secret.kind, stem, grade, word, DIMINUTIVES)


def _content(words: list[str]) -> list[str]:
    return [word for word in words if word not in PARTICLES] or words


def _phrases(
    secret: Secret, forms: Iterable[tuple[str, ...]], *, may_be_glued: bool = True
) -> Iterator[Phrase]:
    for form in forms:
        for text in _look_alike_spellings("".join(form)):
            if len(text) >= _SHORTEST_PHRASE and len(form) > 1:
                yield Phrase(secret.person, secret.kind, text, may_be_glued)


def _name_patterns(secret: Secret, words: list[str], allowed: Collection[str]) -> Iterator[Pattern]:
    content = _content(words)
    if content[0] in GROUP_WORDS or content[-1] in GROUP_ENDINGS:
        without_kind = words[words.index(content[min(1, len(content) - 1)]) :]
        yield from _phrases(secret, (tuple(words), tuple(content), tuple(without_kind), tuple(content[1:])))
        return
    for word in content:
        yield from _word_patterns(secret, word, grade_of(word, allowed))
    paired = content[:_MOST_PAIRED_WORDS]
    yield from _phrases(secret, (tuple(words), tuple(content), *pairwise(paired)))
    turned = [tuple(content[place:] + content[:place]) for place in range(1, len(content))]
    yield from _phrases(secret, (*turned, *permutations(paired, 2)), may_be_glued=False)


def _whole_patterns(secret: Secret, words: list[str], allowed: Collection[str]) -> Iterator[Pattern]:
    content = _content(words)
    if len(words) == 1:
        yield from _word_patterns(secret, content[0], grade_of(content[0], allowed))
    else:
        yield from _phrases(secret, (tuple(words), tuple(content)))


def _place_patterns(secret: Secret, allowed: Collection[str]) -> Iterator[Pattern]:
    for words in place_phrases(secret.text, words_of):
        yield from _whole_patterns(secret, words, allowed)


def patterns_of(secret: Secret, allowed: Collection[str]) -> frozenset[Pattern]:
    """Return what to look for, given the folded words that may be said; nothing for a phone."""
    if secret.kind is SecretKind.PHONE:
        return frozenset()
    if secret.kind is SecretKind.PLACE:
        return frozenset(_place_patterns(secret, allowed))
    compile_words = _name_patterns if secret.kind is SecretKind.NAME else _whole_patterns
    spellings = {secret.text, secret.text.translate(_UMLAUTS)}
    spelt = (words for words in map(words_of, spellings) if words)
    return frozenset(pattern for words in spelt for pattern in compile_words(secret, words, allowed))
