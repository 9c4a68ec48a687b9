"""For how many organisations signatures stand."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from models.signatories import Signatory, organisations, shown_by

A, B, C, D = (UUID(int=number) for number in range(1, 5))
IDS = st.integers(1, 12).map(lambda number: UUID(int=number))


@st.composite
def signatories(draw: st.DrawFn) -> list[Signatory]:
    """Partners that signed, each once; collectives among them may share members, and contain each other."""
    ids = draw(st.lists(IDS, unique=True, max_size=8))
    return [
        Signatory(one, draw(st.booleans()), draw(st.frozensets(IDS, max_size=5)), draw(st.integers(0, 9)))
        for one in ids
    ]


def collective(one: UUID, *members: UUID, count: int = 0, is_named: bool = True) -> Signatory:
    return Signatory(one, is_named, frozenset(members), count)


def test_who_is_named_and_who_stands_behind_is_shown() -> None:
    assert shown_by([collective(A, B), collective(C, D, is_named=False)]) == {A, B}
    assert shown_by([]) == frozenset()


def test_an_organisation_counts_as_one() -> None:
    assert organisations([Signatory(A, is_named=True)]) == (1, 0)
    assert organisations([Signatory(A, is_named=False)]) == (1, 1)
    assert organisations([]) == (0, 0)


def test_a_collective_counts_as_itself_and_its_members_known_or_not() -> None:
    assert organisations([collective(A, B, C)]).total == 3
    assert organisations([collective(A, B, C, count=10)]).total == 11
    assert organisations([collective(A, count=10)]).total == 11


def test_a_member_that_signs_itself_or_through_another_is_counted_once() -> None:
    assert organisations([collective(A, B, C), Signatory(B, is_named=True)]).total == 3
    assert organisations([collective(A, B, C), collective(D, B, C)]).total == 4


def test_a_collective_that_is_a_member_does_not_bring_its_own_members_unless_it_signs() -> None:
    assert organisations([collective(A, B)]).total == 2
    assert organisations([collective(A, B), collective(B, C, D)]).total == 4


def test_a_withheld_collective_is_not_told_by_its_size() -> None:
    assert organisations([collective(A, B, C, count=312, is_named=False)]) == (1, 1)


def test_a_withheld_member_of_a_collective_that_is_named_changes_no_number() -> None:
    before = organisations([collective(A, B, C)])
    assert organisations([collective(A, B, C), Signatory(B, is_named=False)]) == before


@given(signatories())
def test_no_number_is_less_than_who_signed_or_more_than_everybody_together(signed: list[Signatory]) -> None:
    counted = organisations(signed)
    most = sum(1 + max(len(one.members), one.member_count) for one in signed)
    assert len(signed) <= counted.total <= most
    assert 0 <= counted.unnamed <= sum(not one.is_named for one in signed)


@given(signatories(), st.randoms())
def test_the_order_does_not_matter(signed: list[Signatory], chance: object) -> None:
    shuffled = list(signed)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert organisations(shuffled) == organisations(signed)


@given(signatories())
def test_of_known_members_none_is_counted_twice(signed: list[Signatory]) -> None:
    known = [one._replace(member_count=0, is_named=True) for one in signed]
    everybody = {one.id for one in known}.union(*(one.members for one in known))
    assert organisations(known).total == len(everybody)


@given(signatories(), IDS)
def test_who_stands_behind_a_name_already_changes_nothing_by_signing_itself(
    signed: list[Signatory], member: UUID
) -> None:
    others = [one for one in signed if one.id != member]
    host = collective(UUID(int=99), member)
    before = organisations([*others, host])
    assert organisations([*others, host, Signatory(member, is_named=True)]) == before
    assert organisations([*others, host, Signatory(member, is_named=False)]) == before
