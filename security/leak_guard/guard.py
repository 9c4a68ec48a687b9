"""The leak guard: find the people who must not be known in a text that is about to go out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain

from security.leak_guard.evidence import Evidence, Occurrence
from security.leak_guard.glyphs import skeleton_of
from security.leak_guard.letters import Bare, Letters, spellings
from security.leak_guard.matching import Exemptions, Finder, Needles, Span
from security.leak_guard.numbers import find_number, numbers_of, numbers_within
from security.leak_guard.patterns import Phrase, Word, patterns_of, words_of
from security.leak_guard.secret import Leak, Secret, SecretKind
from security.leak_guard.views import readings

_NEXT_WORDS = 4
Hit = tuple[int, int, int, SecretKind]


class LeakGuard:
    """Find the secrets of people in texts.

    `allowed` are the pseudonyms and the names of people who may be named: they may be said, and so may each
    word of them. `organisations` may be said as a whole only: a word of theirs alone still counts.
    """

    def __init__(
        self, secrets: Iterable[Secret], *, allowed: Iterable[str] = (), organisations: Iterable[str] = ()
    ) -> None:
        said = [words for words in map(words_of, allowed) if words]
        may_be_said = frozenset(word for words in said for word in words)
        sayable = ["".join(words) for words in said] + ["".join(words_of(name)) for name in organisations]
        self._said = [(phrase, skeleton_of(phrase)) for phrase in set(sayable) if phrase]
        hidden = tuple(dict.fromkeys(secrets))
        patterns = {pattern for secret in hidden for pattern in patterns_of(secret, may_be_said)}
        self._needles = [Needles(patterns, skeleton=skeleton) for skeleton in (False, True)]
        self._names: defaultdict[tuple[int, SecretKind], set[str]] = defaultdict(set)
        for pattern in patterns:
            if isinstance(pattern, Word):
                self._names[pattern.person, pattern.kind].add(pattern.name)
        phones = (secret for secret in hidden if secret.kind is SecretKind.PHONE)
        self._numbers = [(phone.person, number) for phone in phones for number in numbers_of(phone.text)]

    @property
    def longest(self) -> int:
        """Return how many letters the longest of what is looked for has."""
        return max(0, *(one.longest for one in self._needles), *(len(number) for _, number in self._numbers))

    def may_be_said_in(self, letters: str, *, skeleton: bool) -> bool:
        """Tell whether folded letters hold those of a secret: without them nothing is found."""
        return self._needles[skeleton].are_within(letters) or bool(numbers_within(letters, self._numbers))

    def leaks(self, text: str, *, markup: bool) -> tuple[Leak, ...]:
        """Return the leaks of a text in its order; with `markup`, it is also read as HTML and Markdown."""
        spelt = (bare for view in readings(text, markup=markup) for bare in spellings(view))
        return _merged({leak for bare in spelt for leak in self._leaks(bare)})

    def _leaks(self, bare: Bare) -> Iterator[Leak]:
        """Find the leaks of one reading; what its letters rule out is not looked for."""
        patterns = self._needles[bare.skeleton].within(bare)
        numbers = [] if bare.skeleton else numbers_within(bare.text, self._numbers)
        if patterns or numbers:
            letters = bare.letters()
            finder = Finder(letters, skeleton=bare.skeleton)
            exempt = Exemptions(finder.said(said[bare.skeleton] for said in self._said))
            hits = chain(
                _phrase_hits(finder.phrases(patterns), exempt),
                self._word_hits(letters, finder.words(patterns), exempt),
                _phone_hits(letters, numbers, exempt),
            )
            for start, end, person, kind in hits:
                yield Leak(*letters.span(start, end), person, kind)

    def _word_hits(self, letters: Letters, found: Iterable[Occurrence], exempt: Exemptions) -> Iterator[Hit]:
        by_name: defaultdict[tuple[int, SecretKind], list[Occurrence]] = defaultdict(list)
        for one in found:
            if not exempt.cover_more_than(one.start, one.end):
                by_name[one.word.person, one.word.kind].append(one)
        for (person, kind), occurrences in by_name.items():
            evidence = Evidence(letters, self._names[person, kind])
            spans = _said_of_her(evidence, sorted(occurrences, key=_place_and_name), kind)
            yield from ((start, end, person, kind) for start, end in spans if not exempt.cover(start, end))


def _place_and_name(occurrence: Occurrence) -> tuple[int, int, str]:
    return occurrence.start, occurrence.end, occurrence.word.name


def _phrase_hits(found: Iterable[tuple[Span, Phrase]], exempt: Exemptions) -> Iterator[Hit]:
    for (start, end), phrase in found:
        if not exempt.cover(start, end):
            yield start, end, phrase.person, phrase.kind


def _phone_hits(letters: Letters, numbers: Iterable[tuple[int, str]], exempt: Exemptions) -> Iterator[Hit]:
    for person, number in numbers:
        for start, end in find_number(letters, number):
            if not exempt.cover(start, end):
                yield start, end, person, SecretKind.PHONE


def _said_of_her(evidence: Evidence, found: list[Occurrence], kind: SecretKind) -> Iterator[tuple[int, int]]:
    for place, one in enumerate(found):
        if evidence.alone(one) or (kind is SecretKind.NAME and evidence.with_initial(one)):
            yield one.start, one.end
        for other in found[place + 1 : place + 1 + _NEXT_WORDS]:
            if evidence.together(one, other):
                yield one.start, other.end


def _merged(leaks: Iterable[Leak]) -> tuple[Leak, ...]:
    """Join the leaks of one secret that overlap, as different readings find them."""
    open_leaks: dict[tuple[int, SecretKind], Leak] = {}
    merged: list[Leak] = []
    for leak in sorted(leaks):
        key = leak.person, leak.kind
        before = open_leaks.get(key)
        if before and leak.start < before.end:
            open_leaks[key] = Leak(before.start, max(before.end, leak.end), *key)
            continue
        merged += [before] if before else []
        open_leaks[key] = leak
    return tuple(sorted((*merged, *open_leaks.values())))
