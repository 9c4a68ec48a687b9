import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import ValidationError

from security.keys import new_key, new_key_ring
from setting_types import SmtpSecurity
from settings import OTHER_TOOLS_NAMES, Settings, SettingsError, load_settings

ROOT = Path(__file__).parents[2]
CANARY = "Xochitl-Canary-7319"
REQUIRED = {
    "ACUERPA_DATABASE_URL": "postgresql+psycopg://acuerpa:secret@db/acuerpa",
    "ACUERPA_PAYLOAD_KEYS": new_key_ring("p1"),
    "ACUERPA_FIELD_KEYS": new_key_ring("f1"),
    "ACUERPA_FINGERPRINT_KEY": new_key(),
    "ACUERPA_SMTP_HOST": "127.0.0.1",
    "ACUERPA_SMS_URL": "https://sms.example/messages",
    "ACUERPA_SMS_KEY": "an invented key",
}


@pytest.fixture(autouse=True)
def _nothing_but_the_required(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ACUERPA_{name.upper()}", raising=False)
    for name in OTHER_TOOLS_NAMES:
        monkeypatch.delenv(name, raising=False)
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)


def refusal(monkeypatch: pytest.MonkeyPatch, changes: Mapping[str, str]) -> SettingsError:
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    return caught.value


def test_the_required_settings_are_enough() -> None:
    settings = load_settings()

    assert settings.smtp_security is SmtpSecurity.STARTTLS
    assert settings.local_data == Path(".local")
    assert settings.default_time_zone == "America/Mexico_City"


def test_settings_cannot_be_changed() -> None:
    settings = load_settings()

    with pytest.raises(ValidationError, match="frozen"):
        settings.smtp_host = "elsewhere.example"  # type: ignore[misc]


def test_secrets_do_not_show_in_the_printed_settings() -> None:
    printed = f"{load_settings()!r} {load_settings()}"

    assert not [
        value for name, value in REQUIRED.items() if name.endswith(("KEYS", "KEY")) and value in printed
    ]
    assert REQUIRED["ACUERPA_DATABASE_URL"] not in printed


@pytest.mark.parametrize("variable", REQUIRED)
def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.delenv(variable)

    problems = refusal(monkeypatch, {}).problems

    assert [(problem.variable, problem.rule) for problem in problems] == [(variable, "is missing")]


def test_an_empty_variable_counts_as_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(monkeypatch, {"ACUERPA_SMTP_HOST": ""}).problems[0].rule == "is missing"


WRONG_VALUES = {
    "ACUERPA_DATABASE_URL": (
        f"mysql://{CANARY}/x",
        f"postgresql+psycopg://{CANARY}",
        f"postgresql://[{CANARY}/x",
    ),
    "ACUERPA_TEMPORAL_ADDRESS": (CANARY, f"{CANARY}:0", f"{CANARY}:65536", f"{CANARY}:", ":7233"),
    "ACUERPA_TEMPORAL_NAMESPACE": (f"a\n{CANARY}",),
    "ACUERPA_TEMPORAL_TLS": (CANARY,),
    "ACUERPA_PAYLOAD_KEYS": (CANARY, f"k1:{CANARY}", f"{REQUIRED['ACUERPA_PAYLOAD_KEYS']},{CANARY}:x"),
    "ACUERPA_FIELD_KEYS": (CANARY, f"{REQUIRED['ACUERPA_FIELD_KEYS']},"),
    "ACUERPA_FINGERPRINT_KEY": (CANARY, new_key()[:-4]),
    "ACUERPA_PUBLIC_URL": (
        f"http://{CANARY}.example",
        f"ftp://{CANARY}",
        f"https://user:{CANARY}@red.example",
        f"https://red.example/?{CANARY}",
        f"https://red.example/#{CANARY}",
        f"https://red.example:0/{CANARY}",
        f"https://red.example:port{CANARY}",
        f"http://127.0.0.1\\@{CANARY}",
        f"https://red.example/a b{CANARY}",
        "https://",
        f"http://[::1/{CANARY}",
    ),
    "ACUERPA_WEB_HOST": (f"http://{CANARY}", f"{CANARY}/x"),
    "ACUERPA_WEB_PORT": (CANARY, "0", "65536"),
    "ACUERPA_NETWORK_NAME": (f"{CANARY}\nBcc: x", f"a\u2028{CANARY}", CANARY * 10, f"a\x1b{CANARY}"),
    "ACUERPA_MAIL_FROM": (CANARY, f"{CANARY} <a@b.example>", f"a@{CANARY}..example"),
    "ACUERPA_MESSAGE_ID_DOMAIN": (CANARY, f"{CANARY}.example", "red..example", "-red.example"),
    "ACUERPA_SMTP_HOST": (f"smtp://{CANARY}", f"{CANARY} x"),
    "ACUERPA_SMTP_PORT": (CANARY, "-1"),
    "ACUERPA_SMTP_PASSWORD": (CANARY,),
    "ACUERPA_SMTP_SECURITY": (CANARY, "ssl"),
    "ACUERPA_EMAIL_CONNECTIONS": (CANARY, "0", "65"),
    "ACUERPA_SMTP_PER_SECOND": (CANARY, "0", "10001"),
    "ACUERPA_SMTP_PER_DAY": (CANARY, "0", "1.5"),
    "ACUERPA_SMTP_MESSAGES_PER_CONNECTION": (CANARY, "0"),
    "ACUERPA_SECOND_SMTP_HOST": (f"smtp://{CANARY}",),
    "ACUERPA_SECOND_SMTP_PORT": (CANARY, "0"),
    "ACUERPA_SECOND_SMTP_PASSWORD": (CANARY,),
    "ACUERPA_SECOND_SMTP_SECURITY": (CANARY, "ssl"),
    "ACUERPA_SECOND_SMTP_PER_SECOND": (CANARY, "0", "10001"),
    "ACUERPA_SECOND_SMTP_PER_DAY": (CANARY, "0", "1.5"),
    "ACUERPA_SECOND_SMTP_MESSAGES_PER_CONNECTION": (CANARY, "0"),
    "ACUERPA_SMS_URL": (f"http://{CANARY}.example/sms", CANARY),
    "ACUERPA_SMS_SENDER": (CANARY, "Ñandú", "+0123456", "+٥٢٥٥١٢٣٤"),
    "ACUERPA_SMS_PER_SECOND": (CANARY, "0", "10001"),
    "ACUERPA_SMS_PER_DAY": (CANARY, "0", "1.5"),
    "ACUERPA_HTTP_CONNECTIONS": (CANARY, "0", "65"),
    "ACUERPA_PARTNER_API_PORTS": (CANARY, "0", "443,", "443 8443", "65536", "443,-1"),
    "ACUERPA_PARTNER_API_CA": (f"/{CANARY}.pem", "/", __file__),
    "ACUERPA_PARTNER_API_ALLOW_PRIVATE": (CANARY,),
    "ACUERPA_VERIFICATION_IMMEDIATE": (CANARY, "attestations=1", "sources=0", "remind_after=1h"),
    "ACUERPA_VERIFICATION_URGENT": (CANARY, "attestations=2", "colour=blue"),
    "ACUERPA_VERIFICATION_STANDARD": (CANARY, "sign_on=perhaps remind_after=PT1H escalate_after=PT2H"),
    "ACUERPA_REMINDER_HOURS": (CANARY, "mon-fri", "mon-fri 18:00-09:00"),
    "ACUERPA_REMINDERS_AT_MOST": (CANARY, "-1", "51"),
    "ACUERPA_SIGN_LINK_DAYS": (CANARY, "0", "3651"),
    "ACUERPA_BATCH_SIZE": (CANARY, "0", "5001"),
    "ACUERPA_NETWORK_LOGO": (CANARY, "/", __file__),
    "ACUERPA_LETTER_PAPER": (CANARY, "A4", "legal"),
    "ACUERPA_LETTER_FONTS": (f"/{CANARY}", __file__),
    "ACUERPA_LOG_FORMAT": (CANARY,),
    "ACUERPA_LOG_LEVEL": (CANARY, "TRACE"),
    "ACUERPA_DEFAULT_LANGUAGE": (CANARY, "español"),
    "ACUERPA_DEFAULT_TIME_ZONE": (CANARY, "../../etc/passwd"),
    "ACUERPA_GRACEFUL_SHUTDOWN_SECONDS": (CANARY, "0"),
    "ACUERPA_LOCAL_SMTP_PORT": (CANARY, "0"),
    "ACUERPA_LOCAL_MAILBOX_PORT": (CANARY, "0"),
    "ACUERPA_LOCAL_PROVIDERS_PORT": (CANARY, "0"),
    "ACUERPA_LOCAL_TEMPORAL_PORT": (CANARY, "0"),
    "ACUERPA_LOCAL_TEMPORAL_UI_PORT": (CANARY, "0"),
}
ANY_TEXT_IS_RIGHT = {
    "ACUERPA_SMTP_USERNAME",
    "ACUERPA_SECOND_SMTP_USERNAME",
    "ACUERPA_SMS_KEY",
    "ACUERPA_LOCAL_DATA",
    "ACUERPA_AUDIT_ANCHORS",
}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        pytest.param(name, value, id=f"{name}-{number}")
        for name, values in WRONG_VALUES.items()
        for number, value in enumerate(values)
    ],
)
def test_a_wrong_value_names_its_variable_and_never_the_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    error = refusal(monkeypatch, {variable: value})

    assert [problem.variable for problem in error.problems] == [variable]
    assert error.problems[0].rule
    assert error.problems[0].remedy
    assert CANARY not in str(error)
    assert CANARY not in repr(error)
    assert error.__context__ is None


def test_the_table_of_wrong_values_covers_every_setting() -> None:
    known = {f"ACUERPA_{name.upper()}" for name in Settings.model_fields}

    assert known == set(WRONG_VALUES) | ANY_TEXT_IS_RIGHT


def test_all_wrong_variables_are_listed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACUERPA_SMS_KEY")
    changes = {"ACUERPA_WEB_PORT": "x", "ACUERPA_PUBLIC_URL": "ftp://x", "ACUERPA_SMPT_HOST": "x"}

    error = refusal(monkeypatch, changes)

    assert {problem.variable for problem in error.problems} == {*changes, "ACUERPA_SMS_KEY"}
    assert all(f"\n  {problem.variable} {problem.rule}: " in str(error) for problem in error.problems)


def test_a_misspelt_name_is_refused_with_the_nearest_one(monkeypatch: pytest.MonkeyPatch) -> None:
    error = refusal(monkeypatch, {"ACUERPA_SMTP_SECURTY": CANARY})

    assert str(error).endswith("ACUERPA_SMTP_SECURTY is not a setting: did you mean ACUERPA_SMTP_SECURITY?")


def test_a_misspelt_name_in_the_file_is_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text(f"ACUERPA_WEB_PROT={CANARY}\nPOSTGRES_PASSWORD=x\n", encoding="utf-8")

    problems = refusal(monkeypatch, {}).problems

    assert [problem.variable for problem in problems] == ["ACUERPA_WEB_PROT"]


def test_names_of_other_tools_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OTHER_TOOLS_NAMES:
        monkeypatch.setenv(name, "anything")

    assert load_settings().web_port == 8080


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("ACUERPA_WEB_PORT=9001\nACUERPA_LOCAL_SMTP_PORT=9002\n", encoding="utf-8")
    monkeypatch.setenv("ACUERPA_WEB_PORT", "9000")

    settings = load_settings()

    assert (settings.web_port, settings.local_smtp_port) == (9000, 9002)


def test_a_file_in_another_encoding_is_refused_without_its_content(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_bytes(f"ACUERPA_NETWORK_NAME={CANARY} Ñandú\n".encode("latin-1"))

    error = refusal(monkeypatch, {})

    assert [problem.variable for problem in error.problems] == [".env"]
    assert CANARY not in str(error)
    assert error.__context__ is None


def test_a_database_over_a_socket_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql+psycopg://postgres:@/acuerpa?host=/tmp/a-socket"
    monkeypatch.setenv("ACUERPA_DATABASE_URL", url)

    assert load_settings().database_url == url


def test_an_uncaught_settings_error_ends_the_process_with_its_message_only() -> None:
    code = "from settings import load_settings; load_settings()"
    environment = {"PYTHONPATH": str(ROOT), "ACUERPA_WEB_PORT": CANARY}

    ended = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False
    )

    assert ended.returncode == 1
    assert "ACUERPA_WEB_PORT should be a valid integer" in ended.stderr
    assert CANARY not in ended.stderr
    assert "Traceback" not in ended.stderr


def documented() -> dict[str, tuple[str, str]]:
    """Return meaning and written value of each variable in `.env.example`."""
    found = {}
    blocks = (ROOT / ".env.example").read_text(encoding="utf-8").split("\n\n")
    for block in blocks:
        *comments, last = block.strip().splitlines()
        assignment = re.fullmatch(r"#?(ACUERPA_[A-Z_]+)=(.*)", last)
        if assignment:
            assert assignment[1] not in found
            found[assignment[1]] = (" ".join(comments), assignment[2])
    return found


def test_the_example_file_lists_every_setting_and_no_other() -> None:
    assert list(documented()) == [f"ACUERPA_{name.upper()}" for name in Settings.model_fields]


def test_the_example_file_says_what_each_setting_means() -> None:
    assert not [name for name, (meaning, _) in documented().items() if len(meaning) < 15]


def test_the_example_file_shows_the_defaults() -> None:
    for name, (_, written) in documented().items():
        field = Settings.model_fields[name.removeprefix("ACUERPA_").lower()]
        default = "" if field.is_required() or field.default is None else field.default
        assert written == (str(default).lower() if isinstance(default, bool) else str(default)), name


def test_the_example_file_works_once_its_empty_lines_are_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    for name, value in REQUIRED.items():
        monkeypatch.delenv(name)
        example = example.replace(f"\n{name}=\n", f"\n{name}={value}\n")
    Path(".env").write_text(re.sub(r"(?m)^#(ACUERPA_[A-Z_]+=.)", r"\1", example), encoding="utf-8")

    assert load_settings().smtp_host == "127.0.0.1"
