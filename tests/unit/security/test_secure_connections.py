"""The settings that decide whether something crosses a network in clear."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr

from security.keys import new_key, new_key_ring
from settings import SettingsError, load_settings

CANARY = "Xochitl-Canary-2204"


@pytest.fixture(autouse=True)
def _nothing_but_the_required(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("PUBLIC_URL", "SMTP_SECURITY", "SMTP_USERNAME", "SMTP_PASSWORD"):
        monkeypatch.delenv(f"ACUERPA_{name}", raising=False)
    monkeypatch.setenv("ACUERPA_DATABASE_URL", "postgresql+psycopg://db/acuerpa")
    monkeypatch.setenv("ACUERPA_PAYLOAD_KEYS", new_key_ring("p1"))
    monkeypatch.setenv("ACUERPA_FIELD_KEYS", new_key_ring("f1"))
    monkeypatch.setenv("ACUERPA_FINGERPRINT_KEY", new_key())
    monkeypatch.setenv("ACUERPA_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("ACUERPA_SMS_URL", "https://sms.example/messages")
    monkeypatch.setenv("ACUERPA_SMS_KEY", "an invented key")


def refusal(monkeypatch: pytest.MonkeyPatch, changes: Mapping[str, str]) -> SettingsError:
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    return caught.value


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", "mailbox", "mail_catcher-1"])
def test_mail_in_clear_is_allowed_to_this_machine_and_to_a_neighbour(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("ACUERPA_SMTP_HOST", host)
    monkeypatch.setenv("ACUERPA_SMTP_SECURITY", "none")

    assert load_settings().smtp_host == host


@pytest.mark.parametrize("host", ["mail.red.example", "192.0.2.7", "2001:db8::7", "134744072", "0x08080808"])
def test_mail_in_clear_over_a_network_is_refused(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    error = refusal(monkeypatch, {"ACUERPA_SMTP_HOST": host, "ACUERPA_SMTP_SECURITY": "none"})

    assert [problem.variable for problem in error.problems] == ["ACUERPA_SMTP_SECURITY"]
    assert host not in str(error)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_over_tls_goes_to_any_host(monkeypatch: pytest.MonkeyPatch, security: str) -> None:
    monkeypatch.setenv("ACUERPA_SMTP_HOST", "mail.red.example")
    monkeypatch.setenv("ACUERPA_SMTP_SECURITY", security)

    assert load_settings().smtp_security == security


def test_a_user_name_without_password_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    error = refusal(monkeypatch, {"ACUERPA_SMTP_USERNAME": CANARY})

    assert [problem.variable for problem in error.problems] == ["ACUERPA_SMTP_PASSWORD"]
    assert CANARY not in str(error)


def test_a_user_name_with_its_password_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACUERPA_SMTP_USERNAME", "acuerpa")
    monkeypatch.setenv("ACUERPA_SMTP_PASSWORD", "invented")

    assert load_settings().smtp_password == SecretStr("invented")


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://acuerpa.red.example/", "https://acuerpa.red.example"),
        ("https://red.example:8443/acuerpa/", "https://red.example:8443/acuerpa"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_public_address_is_https_or_of_this_machine(
    monkeypatch: pytest.MonkeyPatch, url: str, kept: str
) -> None:
    monkeypatch.setenv("ACUERPA_PUBLIC_URL", url)

    assert load_settings().public_url == kept
