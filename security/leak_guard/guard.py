"""The leak guard: find the people who must not be known in a text that is about to go out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from security.leak_guard.evidence import Evidence, Occurrence
from security.leak_guard.letters import Letters, folded, read_letters, skeleton_of
from security.leak_guard.matching import Exemptions, Finder
from security.leak_guard.numbers import find_number, numbers_of
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
        phrases = ["".join(words) for words in said] + [folded(name) for name in organisations]
        self._said = [(phrase, skeleton_of(phrase)) for phrase in set(phrases) if phrase]
        self._words: dict[Word, tuple[str, str]] = {}
        self._phrases: dict[Phrase, tuple[str, str]] = {}
        self._numbers: list[tuple[int, str]] = []
        for secret in dict.fromkeys(secrets):
            self._add(secret, may_be_said)

    def _add(self, secret: Secret, may_be_said: frozenset[str]) -> None:
        if secret.kind is SecretKind.PHONE:
            self._numbers += ((secret.person, number) for number in numbers_of(secret.text))
        for pattern in patterns_of(secret, may_be_said):
            spelt = pattern.text, skeleton_of(pattern.text)
            if isinstance(pattern, Word):
                self._words[pattern] = spelt
            else:
                self._phrases[pattern] = spelt

    def leaks(self, text: str, *, markup: bool) -> tuple[Leak, ...]:
        """Return the leaks of a text in its order; with `markup`, it is also read as HTML and Markdown."""
        found: set[Leak] = set()
        for view in readings(text, markup=markup):
            for skeleton in (False, True):
                letters = read_letters(view, skeleton=skeleton)
                for start, end, person, kind in self._hits(letters, skeleton=skeleton):
                    found.add(Leak(*letters.span(start, end), person, kind))
        return _merged(found)

    def _hits(self, letters: Letters, *, skeleton: bool) -> Iterator[Hit]:
        finder = Finder(letters, skeleton=skeleton)
        exempt = Exemptions(finder.said(said[skeleton] for said in self._said))
        for (start, end), phrase in finder.phrases(
            (phrase, spelt[skeleton]) for phrase, spelt in self._phrases.items()
        ):
            if not exempt.cover(start, end):
                yield start, end, phrase.person, phrase.kind
        occurrences = list(finder.words((word, spelt[skeleton]) for word, spelt in self._words.items()))
        yield from self._judged(letters, occurrences, exempt)
        if not skeleton:
            yield from self._phone_hits(letters, exempt)

    def _phone_hits(self, letters: Letters, exempt: Exemptions) -> Iterator[Hit]:
        for person, number in self._numbers:
            for start, end in find_number(letters, number):
                if not exempt.cover(start, end):
                    yield start, end, person, SecretKind.PHONE

    def _judged(self, letters: Letters, found: list[Occurrence], exempt: Exemptions) -> Iterator[Hit]:
        by_name: defaultdict[tuple[int, SecretKind], list[Occurrence]] = defaultdict(list)
        for one in found:
            if not exempt.cover_more_than(one.start, one.end):
                by_name[one.word.person, one.word.kind].append(one)
        for (person, kind), occurrences in by_name.items():
            own = frozenset(word.name for word in self._words if (word.person, word.kind) == (person, kind))
            spans = _said_of_her(Evidence(letters, own), sorted(occurrences, key=lambda one: one[:2]), kind)
            yield from ((start, end, person, kind) for start, end in spans if not exempt.cover(start, end))


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
