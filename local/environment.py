"""The settings of a local stack: what the operator gave, keys made on the first run, and our own services."""

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from dotenv import dotenv_values

from local.ports import LOOPBACK, free_port
from security.keys import new_key, new_key_ring
from settings import ENV_FILE, ENV_PREFIX, Settings

SECRETS_FILE = "secrets.env"
FIRST_KEY_ID = "k1"
SECRETS: dict[str, Callable[[], str]] = {
    "ACUERPA_PAYLOAD_KEYS": lambda: new_key_ring(FIRST_KEY_ID),
    "ACUERPA_FIELD_KEYS": lambda: new_key_ring(FIRST_KEY_ID),
    "ACUERPA_FINGERPRINT_KEY": new_key,
    "ACUERPA_SMS_KEY": lambda: secrets.token_urlsafe(32),
}
PORT_FIELDS = (
    "web_port",
    "local_smtp_port",
    "local_mailbox_port",
    "local_providers_port",
    "local_temporal_port",
    "local_temporal_ui_port",
)
PORT_SETTINGS = tuple(ENV_PREFIX + field.upper() for field in PORT_FIELDS)


def given_settings() -> dict[str, str]:
    """Return our variables of the process, or else of the file `.env`."""
    everything = {**dotenv_values(ENV_FILE), **{name: value for name, value in os.environ.items() if value}}
    ours = {name.upper(): value for name, value in everything.items() if value}
    return {name: value for name, value in ours.items() if name.startswith(ENV_PREFIX)}


def free_ports() -> dict[str, str]:
    """Return the port settings with free ports, for tests that run side by side."""
    return {name: str(free_port()) for name in PORT_SETTINGS}


def data_folder(given: Mapping[str, str]) -> Path:
    """Return the folder that the operator gave, or the default one."""
    return Path(given.get("ACUERPA_LOCAL_DATA") or Settings.model_fields["local_data"].default).absolute()


def local_environment(data: Path, given: Mapping[str, str], database_url: str) -> dict[str, str]:
    """Return all variables of the stack's processes; what is our own cannot be given."""
    ports = {name: given.get(name) or str(_default(name)) for name in PORT_SETTINGS}
    return {
        "ACUERPA_PUBLIC_URL": f"http://{LOOPBACK}:{ports['ACUERPA_WEB_PORT']}",
        **_kept_secrets(data / SECRETS_FILE),
        **given,
        **ports,
        "ACUERPA_DATABASE_URL": database_url,
        "ACUERPA_TEMPORAL_ADDRESS": f"{LOOPBACK}:{ports['ACUERPA_LOCAL_TEMPORAL_PORT']}",
        "ACUERPA_TEMPORAL_TLS": "false",
        "ACUERPA_SMTP_HOST": LOOPBACK,
        "ACUERPA_SMTP_PORT": ports["ACUERPA_LOCAL_SMTP_PORT"],
        "ACUERPA_SMTP_SECURITY": "none",
        "ACUERPA_SMS_URL": f"http://{LOOPBACK}:{ports['ACUERPA_LOCAL_PROVIDERS_PORT']}/sms",
        "ACUERPA_PARTNER_API_ALLOW_PRIVATE": "true",
        "ACUERPA_AUDIT_ANCHORS": str(data / "audit" / "anchors.jsonl"),
        "ACUERPA_LOCAL_DATA": str(data),
    }


def settings_of(environment: Mapping[str, str]) -> Settings:
    """Return the settings that a process with this environment reads."""
    known = {ENV_PREFIX + field.upper(): field for field in Settings.model_fields}
    return Settings.model_validate(
        {known[name]: value for name, value in environment.items() if name in known}
    )


def _default(name: str) -> int:
    port: int = Settings.model_fields[name.removeprefix(ENV_PREFIX).lower()].default
    return port


def _kept_secrets(file: Path) -> dict[str, str]:
    """Return the secrets of the file, which is made on the first run and completed after an upgrade."""
    kept = {name: value for name, value in dotenv_values(file).items() if value}
    made = {name: make() for name, make in SECRETS.items() if name not in kept}
    if made:
        _write(file, {**kept, **made})
    return {**kept, **made}


def _write(file: Path, values: Mapping[str, str]) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = file.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as secret_file:
        secret_file.writelines(f"{name}={value}\n" for name, value in values.items())
        secret_file.flush()
        # Without these keys all that is encrypted with them is lost: they are on the disk before anything is.
        os.fsync(secret_file.fileno())
    unfinished.rename(file)
