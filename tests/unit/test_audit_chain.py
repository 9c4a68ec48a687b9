"""The pure chain: an honest one verifies, and whatever is done to it is found."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.anchors import Anchor
from models.audit import (
    BEGINNING,
    EMPTY,
    Break,
    ChainedEvent,
    ChainHead,
    Finding,
    breaks_of,
    contradiction,
    following,
    hash_of,
    moment_text,
    plain_detail,
)

ACTION = UUID("11111111-2222-4333-8444-555555555555")
OTHER = "99999999-2222-4333-8444-555555555555"
ALTERED, MISSING, REORDERED = Finding.ALTERED, Finding.MISSING, Finding.REORDERED
TRUNCATED, REWRITTEN, UNCHAINED = Finding.TRUNCATED, Finding.REWRITTEN, Finding.UNCHAINED
DIGITS = "0123456789abcdef"

words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
leaves = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63), words)
details = st.dictionaries(words, st.one_of(leaves, st.lists(leaves, max_size=3)), max_size=3)
facts = st.tuples(
    st.sampled_from(["held", "resumed", "signed"]),
    st.one_of(st.none(), st.uuids()),
    st.datetimes(timezones=st.just(UTC)),
    details,
)


def chain(given: Sequence[tuple[str, UUID | None, datetime, dict[str, Any]]]) -> list[ChainedEvent]:
    events: list[ChainedEvent] = []
    for kind, person, at, detail in given:
        events.append(following(head_of(events), ACTION, kind, person, at, detail))
    return events


chains = st.lists(facts, min_size=1, max_size=12).map(chain)
long_chains = st.lists(facts, min_size=2, max_size=12).map(chain)


def head_of(events: Sequence[ChainedEvent]) -> ChainHead:
    return ChainHead(events[-1].number, events[-1].hash) if events else EMPTY


def anchor_of(event: ChainedEvent) -> Anchor:
    return Anchor(
        reference="UA-2026-014",
        action_id=event.action_id,
        number=event.number,
        hash=event.hash,
        anchored_at="2026-11-24T12:00:00+00:00",
    )


def contradicted(events: Sequence[ChainedEvent], anchor: Anchor) -> Break | None:
    return contradiction({one.number: one for one in events}, head_of(events).length, str(ACTION), anchor)


def rehashed(events: Sequence[ChainedEvent]) -> list[ChainedEvent]:
    """Chain events anew, as somebody does who knows how."""
    made: list[ChainedEvent] = []
    for number, event in enumerate(events, start=1):
        linked = event._replace(number=number, previous=head_of(made).hash)
        made.append(linked._replace(hash=hash_of(linked)))
    return made


def sample(length: int) -> list[ChainedEvent]:
    start = datetime(2026, 11, 24, 12, tzinfo=UTC)
    return chain(
        [("signed", None, start + timedelta(seconds=turn), {"turn": turn}) for turn in range(length)]
    )


@given(chains)
def test_an_honest_chain_verifies_and_agrees_with_all_its_anchors(events: list[ChainedEvent]) -> None:
    assert breaks_of(events, head_of(events)) == []
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert events[0].previous == BEGINNING
    assert all(contradicted(events, anchor_of(event)) is None for event in events)


@given(chains)
def test_a_chain_is_the_same_after_a_way_through_json(events: list[ChainedEvent]) -> None:
    returned = [ChainedEvent(**json.loads(json.dumps(event._asdict()))) for event in events]
    assert breaks_of(returned, head_of(events)) == []


def different(event: ChainedEvent, field: str, data: st.DataObject) -> Any:
    """Draw another value for a field."""
    now = getattr(event, field)
    values: dict[str, st.SearchStrategy[Any]] = {
        "action_id": st.just(OTHER),
        "number": st.integers(1, 20),
        "kind": st.sampled_from(["held", "resumed", "signed", "stopped"]),
        "person_id": st.one_of(st.none(), st.uuids().map(str)),
        "at": st.datetimes(timezones=st.just(UTC)).map(moment_text),
        "detail": details,
        "previous": st.text(DIGITS, min_size=64, max_size=64),
        "hash": st.text(DIGITS, min_size=64, max_size=64),
    }
    return data.draw(values[field].filter(lambda value: value != now or type(value) is not type(now)))


@given(chains, st.sampled_from(ChainedEvent._fields), st.data())
def test_any_alteration_of_any_field_is_found(
    events: list[ChainedEvent], field: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(events) - 1))
    changed = events[place]._replace(**{field: different(events[place], field, data)})
    found = breaks_of([*events[:place], changed, *events[place + 1 :]], head_of(events))
    assert {ALTERED, REORDERED} & {one.finding for one in found}


@given(long_chains, st.data())
def test_any_deletion_is_found_and_named(events: list[ChainedEvent], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(events) - 1))
    last = data.draw(st.integers(first, len(events) - 1))
    left = events[:first] + events[last + 1 :]
    expected = TRUNCATED if last == len(events) - 1 else MISSING
    assert breaks_of(left, head_of(events)) == [Break(expected, first + 1, last + 1)]


@given(long_chains, st.data())
def test_a_deletion_with_all_later_numbers_moved_up_is_found(
    events: list[ChainedEvent], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(events) - 2))
    moved = [event._replace(number=event.number - 1) for event in events[place + 1 :]]
    left = events[:place] + moved
    found = breaks_of(left, head_of(left))
    assert {one.first for one in found if one.finding in {ALTERED, REORDERED}} == {
        event.number for event in moved
    }


CONTENT = ("kind", "person_id", "at", "detail")


@given(long_chains, st.data(), st.sampled_from(["rows", "numbers", "contents", "places"]))
def test_any_swap_is_found_and_named(events: list[ChainedEvent], data: st.DataObject, how: str) -> None:
    one, two = data.draw(
        st.lists(st.integers(0, len(events) - 1), min_size=2, max_size=2, unique=True).filter(
            lambda drawn: _content(events[drawn[0]]) != _content(events[drawn[1]])
        )
    )
    swapped = list(events)
    swapped[one], swapped[two] = _swapped(events[one], events[two], how)
    if how != "places":
        swapped.sort(key=lambda event: event.number)
    found = {broken.finding for broken in breaks_of(swapped, head_of(events))}
    assert found & {REORDERED, MISSING}
    assert ALTERED not in found


def _content(event: ChainedEvent) -> list[Any]:
    return [getattr(event, field) for field in CONTENT]


def _swapped(one: ChainedEvent, two: ChainedEvent, how: str) -> tuple[ChainedEvent, ChainedEvent]:
    fields = {
        "places": ChainedEvent._fields,
        "rows": ("previous", "hash", *CONTENT),
        "numbers": ("number",),
        "contents": CONTENT,
    }[how]
    mine, yours = one._asdict(), two._asdict()
    return (
        one._replace(**{field: yours[field] for field in fields}),
        two._replace(**{field: mine[field] for field in fields}),
    )


@given(chains, facts, st.data())
def test_an_inserted_event_is_found_even_with_a_right_hash(
    events: list[ChainedEvent], fact: tuple[str, UUID | None, datetime, dict[str, Any]], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(events)))
    forged = following(head_of(events[:place]), ACTION, *fact)
    forged = forged._replace(number=data.draw(st.integers(0, len(events) + 2)))
    forged = forged._replace(hash=hash_of(forged))
    assert breaks_of([*events[:place], forged, *events[place:]], head_of(events))


@given(long_chains, st.data())
def test_a_truncation_below_an_anchor_is_found_whatever_the_server_has_on_record(
    events: list[ChainedEvent], data: st.DataObject
) -> None:
    length = data.draw(st.integers(0, len(events) - 1))
    left, anchor = events[:length], anchor_of(data.draw(st.sampled_from(events[length:])))
    assert breaks_of(left, head_of(left)) == []
    assert contradicted(left, anchor) == Break(TRUNCATED, length + 1, anchor.number)


@given(chains, st.data())
def test_a_rewritten_chain_is_sound_in_itself_and_contradicts_every_later_anchor(
    events: list[ChainedEvent], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(events) - 1))
    changed = events[place]._replace(detail={"instead": "of that"})
    rewritten = rehashed([*events[:place], changed, *events[place + 1 :]])
    if rewritten == events:
        return
    assert breaks_of(rewritten, head_of(rewritten)) == []
    for event in events:
        broken = Break(REWRITTEN, event.number, event.number) if event.number > place else None
        assert contradicted(rewritten, anchor_of(event)) == broken


def test_the_chain_of_another_action_contradicts_an_anchor() -> None:
    events = sample(3)
    impostor = anchor_of(events[-1]).model_copy(update={"action_id": OTHER})
    assert contradicted(events, impostor) == Break(REWRITTEN, 3, 3)


def test_an_event_replaced_with_a_right_hash_leaves_its_neighbours_unchained() -> None:
    events = sample(5)
    replaced = events[2]._replace(detail={"turn": 77})
    events[2] = replaced._replace(hash=hash_of(replaced))
    assert breaks_of(events, head_of(events)) == [Break(UNCHAINED, 4, 4)]


def test_an_event_that_comes_again_stands_out_of_order() -> None:
    events = sample(4)
    again = [*events[:3], events[1], events[3]]
    assert breaks_of(again, head_of(events)) == [Break(REORDERED, 2, 2), Break(UNCHAINED, 4, 4)]


def test_the_end_on_record_is_compared_with_the_events() -> None:
    events = sample(4)
    assert breaks_of(events, ChainHead(2, events[1].hash)) == [Break(Finding.UNCOUNTED, 3, 4)]
    assert breaks_of(events, None) == [Break(Finding.UNCOUNTED, 1, 4)]
    assert breaks_of(events, ChainHead(4, events[1].hash)) == [Break(REWRITTEN, 4, 4)]
    assert breaks_of([], ChainHead(2, events[1].hash)) == [Break(TRUNCATED, 1, 2)]
    assert breaks_of([], None) == []


def test_a_chain_that_is_wrong_all_over_is_told_event_by_event_and_soon() -> None:
    events = [event._replace(kind="stopped") for event in sample(3000)]
    found = breaks_of(events, head_of(events))
    assert [one.finding for one in found] == [ALTERED] * 3000


def test_what_is_hashed_never_changes() -> None:
    """A changed form would break every chain that exists."""
    at = datetime(2026, 11, 24, 7, 0, 0, 5, tzinfo=timezone(timedelta(hours=-6)))
    event = following(EMPTY, ACTION, "attested", UUID(OTHER), at, {"ñ": "é", "digest": "9f", "n": [1, None]})
    written = (
        f'["acuerpa-audit-1","{ACTION}",1,"attested","{OTHER}","2026-11-24T13:00:00.000005+00:00",'
        f'{{"digest":"9f","n":[1,null],"\\u00f1":"\\u00e9"}},"{BEGINNING}"]'
    )
    assert event.hash == sha256(written.encode()).hexdigest()


@pytest.mark.parametrize("wrong", [{"n": 1.5}, {"n": [float("nan")]}, {"n": 1e20}, {"id": uuid4()}])
def test_a_detail_that_could_come_back_otherwise_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        plain_detail(wrong)


def test_members_of_vocabularies_are_plain_words_in_a_detail() -> None:
    plain = plain_detail({"finding": ALTERED, "counts": {MISSING: 2}})
    assert plain == {"finding": "altered", "counts": {"missing": 2}}
    assert {type(key) for key in (*plain, *plain["counts"], plain["finding"])} == {str}
