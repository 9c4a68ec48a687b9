"""A page from a mould is, to the letter, the page that would be rendered for its reader."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from templates.moulds import MOST_MOULDS, Blank, Mould
from templates.rendering import Renderer, _mould
from tests.unit.templates.examples import EXAMPLES

RENDERER = Renderer(network_name="Red Acuerpa")
OWN = {
    "sign": ("partner_name", "recipient_name", "page_path", "form_token", "csp_nonce"),
    "answered": (
        "partner_name",
        "page_path",
        "follows",
        "answered_on",
        "withdraw_token",
        "confirm_token",
        "given_by",
        "csp_nonce",
    ),
}
"""The pages that hundreds open at once, and the words that each reader has for herself."""

NOT_SHARED = {"problems", "values", "signatories", "unnamed_signatories", "organisations"}
WORDS = st.text() | st.sampled_from(
    ['"><script>', "{{ csp_nonce }}", "%(partner)s", "blank0", "&amp;", "\\1"]
)


def _shared(name: str, **changes: object) -> dict[str, object]:
    """Return what the readers of a page share, as a mould is kept by it."""
    example = {**EXAMPLES[f"web/{name}"], "may_sign": name == "sign", "signed": "", **changes}
    left = NOT_SHARED.union(OWN[name])
    return {key: _hashable(value) for key, value in example.items() if key not in left}


def _hashable(value: object) -> object:
    return tuple(map(_hashable, value)) if isinstance(value, list) else value


@pytest.mark.parametrize("language", RENDERER.languages())
@pytest.mark.parametrize("name", sorted(OWN))
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_a_page_in_a_mould_is_the_page_that_is_rendered(
    name: str, language: str, data: st.DataObject
) -> None:
    shared = _shared(name)
    own = {blank: data.draw(WORDS, blank) for blank in OWN[name]}
    rendered = RENDERER.page(name, language, {**shared, **own, "problems": {}, "values": {}})
    assert RENDERER.page_in_mould(name, language, shared, own) == rendered


@pytest.mark.parametrize("name", sorted(OWN))
def test_whatever_is_shared_makes_another_mould_when_it_changes(name: str) -> None:
    own = dict.fromkeys(OWN[name], "suya")
    shown = RENDERER.page_in_mould(name, "es", _shared(name), own)
    changes: dict[str, object] = {
        "title": "Otro título",
        "body": "Otro texto",
        "demands": ["Otra demanda"],
        "digest": "00" * 32,
        "is_late": True,
        "closes_at": datetime(2026, 11, 22, 20, 30, tzinfo=UTC) + timedelta(hours=1),
        "signed": Markup("<p>Otra organización</p>"),
        "languages": [("es", "Español", "?lang=es")],
        "logo": "/logo/otro.png",
        "late": True,
        "visibility": "withheld",
        "answered_digest": "11" * 32,
        "questions_answered": 0,
        "index": "UA-2026-015/1",
    }
    used = (
        set(_shared(name)) if name == "sign" else {"late", "visibility", "answered_digest", "index", "logo"}
    )
    for key in used & set(changes):
        changed = RENDERER.page_in_mould(name, "es", _shared(name, **{key: changes[key]}), own)
        assert changed != shown, key
        assert RENDERER.page_in_mould(name, "es", _shared(name), own) == shown


def test_moulds_are_kept_in_bounds() -> None:
    own = dict.fromkeys(OWN["sign"], "suya")
    for number in range(MOST_MOULDS + 5):
        RENDERER.page_in_mould("sign", "es", _shared("sign", index=f"UA-2026-{number:03}/1"), own)
    assert _mould.cache_info().currsize == MOST_MOULDS


def test_markup_is_put_in_as_it_is_and_words_are_escaped() -> None:
    mould = Mould(("a", "b"), lambda own: f"[{own['a'].__html__()}|{own['b'].__html__()}]")
    assert mould.filled({"a": Markup("<b>"), "b": "<b>"}) == "[<b>|&lt;b&gt;]"


@pytest.mark.parametrize(
    "ask", [bool, str, len, list, format, lambda blank: blank == "x", lambda blank: blank[0]]
)
def test_a_template_can_ask_nothing_of_a_blank(ask: Callable[[object], object]) -> None:
    with pytest.raises(TypeError, match="can only be written down"):
        ask(Blank("mark"))
