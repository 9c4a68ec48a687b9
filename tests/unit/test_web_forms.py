"""What our pages take for their own address."""

import pytest

from web.forms import origin_of

OURS = "https://acuerpa.red.example"


@pytest.mark.parametrize(
    "public_url",
    [OURS, f"{OURS}/", f"{OURS}/acuerpa", f"{OURS}:443", "https://ACUERPA.red.example"],
)
def test_a_browser_on_our_page_is_at_home(public_url: str) -> None:
    assert origin_of(OURS) == origin_of(public_url)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "http://acuerpa.red.example",
        f"{OURS}:8443",
        f"{OURS}.evil.example",
        "https://evil.example/acuerpa.red.example",
        "https://acuerpa.red.example@evil.example",
        "https://[half",
        f"{OURS}:port",
        "acuerpa.red.example",
    ],
)
def test_a_browser_elsewhere_is_not(origin: str) -> None:
    assert origin_of(origin) != origin_of(OURS)
