import re
import subprocess
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from dotenv import dotenv_values

from local.temporal import temporal_binary
from security.keys import new_key, new_key_ring
from setting_types import SmtpSecurity
from settings import ENV_PREFIX, OTHER_TOOLS_NAMES, Settings, load_settings
from tests.deployment_files import (
    COMPOSE,
    COMPOSE_TEXT,
    OURS,
    ROOT,
    SECRET_NAME,
    SERVICES,
    application,
    environment_of,
    instructions,
    variables,
)

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXAMPLE = dotenv_values(ROOT / "docker" / "example.env")
EXPLAINED = {
    match[1]
    for file in (ROOT / "docker" / "example.env", ROOT / ".env.example")
    for match in re.finditer(r"^#?([A-Z_]+)=", file.read_text(), re.MULTILINE)
}
JOBS = {"temporal-schema", "temporal-namespace", "migrate"}
LONG_RUNNING = SERVICES.keys() - JOBS
REACH_POSTGRES = {"postgres", "temporal-schema", "temporal", "migrate", "worker", "web"}
FIELDS = {ENV_PREFIX + name.upper(): field for name, field in Settings.model_fields.items()}
REQUIRED = {name for name, field in FIELDS.items() if field.is_required()}


def filled_in() -> dict[str, str]:
    """An operator's .env for real use."""
    return {
        "POSTGRES_PASSWORD": "a1",
        "DATABASE_PASSWORD": "b2",
        "TEMPORAL_DATABASE_PASSWORD": "c3",
        "ACUERPA_PAYLOAD_KEYS": new_key_ring("k1"),
        "ACUERPA_FIELD_KEYS": new_key_ring("k1"),
        "ACUERPA_FINGERPRINT_KEY": new_key(),
        "ACUERPA_PUBLIC_URL": "https://acuerpa.red.example",
        "ACUERPA_NETWORK_NAME": "Red de defensoras",
        "ACUERPA_MAIL_FROM": "acuerpa@red.example",
        "ACUERPA_MESSAGE_ID_DOMAIN": "red.example",
        "ACUERPA_SMTP_HOST": "mail.red.example",
        "ACUERPA_SMS_URL": "https://sms.red.example/messages",
        "ACUERPA_SMS_KEY": "invented",
    }


TRIAL = {
    "ACUERPA_PUBLIC_URL": "http://127.0.0.1:8080",
    "ACUERPA_SMTP_HOST": "mailpit",
    "ACUERPA_SMTP_PORT": "1025",
    "ACUERPA_SMTP_SECURITY": "none",
    "ACUERPA_SMS_URL": "https://sms.invalid",
}


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    monkeypatch.chdir(tmp_path)
    for name in FIELDS:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def loaded(service: str, given: dict[str, str], no_settings: pytest.MonkeyPatch) -> Settings:
    for name, value in environment_of(service, given).items():
        no_settings.setenv(name, value)
    return load_settings()


def networks(service: str) -> set[str]:
    return set(SERVICES[service]["networks"])


def test_every_part_of_the_system_is_a_service() -> None:
    parts = {"postgres", "temporal", "temporal-ui", "mailpit", "worker", "web"}
    assert SERVICES.keys() == parts | JOBS
    assert set(OURS) == {"migrate", "worker", "web"}


def test_only_the_mail_catcher_waits_for_a_trial() -> None:
    profiles = {name: service.get("profiles") for name, service in SERVICES.items()}
    assert {name: asked for name, asked in profiles.items() if asked} == {"mailpit": ["trial"]}


@pytest.mark.parametrize("service", SERVICES)
def test_every_image_is_pinned(service: str) -> None:
    assert re.search(r"^[a-z/-]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$", SERVICES[service]["image"])


def test_our_image_carries_the_projects_version() -> None:
    assert {SERVICES[name]["image"] for name in OURS} == {f"acuerpa:{PROJECT['version']}"}


def test_what_is_deployed_is_what_is_tested() -> None:
    asked = (str(temporal_binary()), "--version")
    embedded = subprocess.run(asked, capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    server, page = re.findall(r"(?:Server|UI) ([\d.]+)", embedded.stdout)
    assert SERVICES["temporal"]["image"] == f"temporalio/server:{server}"
    assert SERVICES["temporal-schema"]["image"] == f"temporalio/admin-tools:{server}"
    assert SERVICES["temporal-namespace"]["image"] == f"temporalio/admin-tools:{server}"
    assert SERVICES["temporal-ui"]["image"] == f"temporalio/ui:{page}"
    assert SERVICES["postgres"]["image"].startswith("postgres:18.")


def mounted() -> Iterator[Path]:
    for service in SERVICES.values():
        yield from (ROOT / str(v).split(":")[0] for v in service.get("volumes", []) if str(v).startswith("."))


def test_every_mounted_file_exists() -> None:
    assert len(files := set(mounted())) == 6
    assert [file for file in files if not file.exists()] == []


@pytest.mark.parametrize("script", sorted((ROOT / "docker").rglob("*.sh")), ids=lambda path: path.name)
def test_every_script_is_well_formed_and_run_by_a_service(script: Path) -> None:
    subprocess.run(["/bin/sh", "-n", script], check=True)  # noqa: S603 - our own script
    commands = [service["command"] for service in SERVICES.values() if service.get("entrypoint")]
    assert [f"/scripts/{script.name}"] in commands


def test_every_variable_is_explained() -> None:
    assert {variable.name for variable in variables(COMPOSE_TEXT)} - EXPLAINED == set()


def test_a_required_variable_stands_empty_in_the_example() -> None:
    required = {variable.name for variable in variables(COMPOSE_TEXT) if variable.operator == "?"}
    assert {name for name, value in EXAMPLE.items() if value == ""} == required


def test_a_missing_variable_is_explained_and_every_other_has_a_default() -> None:
    for variable in variables(COMPOSE_TEXT):
        assert variable.operator in {"?", "-"}
        assert variable.operator == "-" or variable.word


def test_the_example_offers_nothing_that_compose_ignores() -> None:
    offered = re.findall(r"^#?([A-Z_]+)=", (ROOT / "docker" / "example.env").read_text(), re.MULTILINE)
    assert set(offered) - {variable.name for variable in variables(COMPOSE_TEXT)} == set()


def test_only_the_web_port_is_published_beyond_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published.pop("web") == ["${WEB_ADDRESS:-0.0.0.0}:${WEB_PORT:-8080}:8080"]
    assert published.keys() == {"temporal-ui", "mailpit"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)
    assert not any("network_mode" in service for service in SERVICES.values())


def test_the_data_is_in_networks_without_a_way_out() -> None:
    for network in networks("postgres") | networks("temporal"):
        assert COMPOSE["networks"][network] == {"internal": True}


def test_only_those_who_need_the_database_share_a_network_with_it() -> None:
    assert {name for name in SERVICES if networks(name) & networks("postgres")} == REACH_POSTGRES


@pytest.mark.parametrize("service", sorted(LONG_RUNNING))
def test_a_long_running_service_is_restarted_and_watched(service: str) -> None:
    assert SERVICES[service]["restart"] == "unless-stopped"
    by_the_image = service == "web" and bool(instructions("HEALTHCHECK"))
    assert by_the_image or SERVICES[service]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("job", sorted(JOBS))
def test_a_job_is_tried_again_and_waited_for(job: str) -> None:
    assert SERVICES[job]["restart"].startswith("on-failure:")
    waits = [service.get("depends_on", {}).get(job, {}).get("condition") for service in SERVICES.values()]
    assert "service_completed_successfully" in waits


def test_intake_does_not_wait_for_temporal() -> None:
    assert SERVICES["web"]["depends_on"].keys() == {"migrate"}


@pytest.mark.parametrize("service", SERVICES)
def test_every_container_is_confined(service: str) -> None:
    given = SERVICES[service]
    assert given["read_only"] is True
    assert given["cap_drop"] == ["ALL"]
    assert given["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "pid", "ipc", "devices"} & given.keys()
    assert "docker.sock" not in str(given.get("volumes"))


def test_a_stop_leaves_time_to_finish() -> None:
    for service in ("worker", "web"):
        grace = int(SERVICES[service]["stop_grace_period"].removesuffix("s"))
        assert grace > Settings.model_fields["graceful_shutdown_seconds"].default


@pytest.mark.parametrize("service", ["worker", "web"])
def test_every_required_setting_is_passed_and_none_is_misspelt(service: str) -> None:
    passed = {name for name in SERVICES[service]["environment"] if name.startswith(ENV_PREFIX)}
    assert len(REQUIRED) > 5
    assert REQUIRED - passed == set()
    assert passed - FIELDS.keys() - OTHER_TOOLS_NAMES == set()


def test_every_setting_reaches_the_process_that_uses_it() -> None:
    of_web = {name for name in FIELDS if name.startswith("ACUERPA_WEB_")} | {"ACUERPA_AUDIT_ANCHORS"}
    of_web |= {name for name in FIELDS if name.startswith("ACUERPA_CALLBACK_")}
    embedded = {name for name in FIELDS if name.startswith("ACUERPA_LOCAL_")}
    assert FIELDS.keys() - embedded - of_web == SERVICES["worker"]["environment"].keys() & FIELDS.keys()
    assert of_web < SERVICES["web"]["environment"].keys()


def test_the_anchors_of_the_audit_trail_are_in_a_volume_that_the_database_does_not_share() -> None:
    anchors = SERVICES["web"]["environment"]["ACUERPA_AUDIT_ANCHORS"]
    volumes = {name: service.get("volumes", []) for name, service in SERVICES.items()}
    assert {name for name, mounts in volumes.items() if "audit" in str(mounts)} == {"web"}
    assert [mount for mount in volumes["web"] if not mount.startswith("./")] == [
        f"audit:{Path(anchors).parent}"
    ]
    assert "audit" in COMPOSE["volumes"]
    made_over = f"chown acuerpa:acuerpa {Path(anchors).parent}"
    assert [line.stage for line in instructions("RUN") if line.rest.endswith(made_over)] == [2]


@pytest.mark.parametrize(
    ("named", "seen"), [("NETWORK_LOGO=/logo/logo.png", "logo"), ("LETTER_FONTS=/fonts", "fonts")]
)
def test_web_and_worker_alone_see_logo_and_fonts_and_cannot_change_them(named: str, seen: str) -> None:
    assert f"\n#ACUERPA_{named}\n" in (ROOT / "docker/example.env").read_text()
    mounts = {name: service.get("volumes", []) for name, service in SERVICES.items()}
    assert {name for name, mount in mounts.items() if seen in str(mount)} == {"web", "worker"}
    assert all(f"./docker/{seen}:/{seen}:ro" in mounts[name] for name in ("web", "worker"))


def test_the_web_process_has_no_password_of_the_mail_server() -> None:
    assert not [name for name in SERVICES["web"]["environment"] if name.endswith("SMTP_PASSWORD")]


@pytest.mark.parametrize("service", ["worker", "web"])
def test_the_settings_of_real_use_are_accepted(service: str, no_settings: pytest.MonkeyPatch) -> None:
    settings = loaded(service, filled_in(), no_settings)
    assert settings.database_url == "postgresql+psycopg://acuerpa:b2@postgres:5432/acuerpa"
    assert (settings.smtp_port, settings.smtp_security) == (587, SmtpSecurity.STARTTLS)
    assert settings.temporal_address == "temporal:7233"
    assert not settings.partner_api_allow_private


@pytest.mark.parametrize("service", ["worker", "web"])
def test_the_settings_of_a_trial_are_accepted(service: str, no_settings: pytest.MonkeyPatch) -> None:
    settings = loaded(service, {**filled_in(), **TRIAL}, no_settings)
    assert (settings.smtp_host, settings.smtp_security) == ("mailpit", SmtpSecurity.NONE)


def test_no_secret_is_written_into_compose() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if SECRET_NAME.search(variable):
                assert variables(value), f"{name} has a fixed {variable}"


@pytest.mark.parametrize("service", OURS)
def test_every_command_exists(service: str) -> None:
    python, first, *rest = SERVICES[service]["command"]
    assert python == "python"
    if first != "-m":
        assert ROOT / first in application()
    elif rest[0] in {path.name for path in application()}:
        assert (ROOT / rest[0] / "__main__.py").exists()
    else:
        assert find_spec(rest[0]) is not None


def test_every_command_of_the_manual_is_one_that_we_have() -> None:
    manual = (ROOT / "docs" / "operations.md").read_text()
    named = set(re.findall(r"python (\w+\.py|-m \w+)", manual))
    assert "admin.py" in named
    for command in named:
        file = command.removeprefix("-m ")
        assert (ROOT / file).exists() or find_spec(file) is not None
    services = set(re.findall(r"docker compose (?:exec -T|exec|logs(?: -f)?|restart|stop) ([a-z-]+)", manual))
    assert "web" in services
    assert services - SERVICES.keys() == set()


def test_every_test_that_the_threat_model_names_exists() -> None:
    named = set(re.findall(r"`(tests/[\w/.]+)`", (ROOT / "docs" / "threat-model.md").read_text()))
    assert len(named) > 20
    assert sorted(name for name in named if not (ROOT / name).exists()) == []
