import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import ValidationError

from setting_types import SmtpSecurity
from settings import OTHER_TOOLS_NAMES, Settings, SettingsError, load_settings
from tests.unit.wrong_settings import ANY_TEXT_IS_RIGHT, CANARY, REQUIRED, WRONG_VALUES

ROOT = Path(__file__).parents[2]


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
