"""The operator's script, on the server: the people and the systems that Acuerpa works with."""

import typer

from office.bounces import BounceCommand
from office.desk import Office
from office.inbound import InboundCommand
from office.keys import key_commands
from office.partner_keys import partner_key_commands
from office.providers import provider_commands
from office.verifiers import verifier_commands
from security.fields import FieldCipher
from security.fingerprints import AddressFingerprint
from security.keys import KeyRing, decode_key
from settings import load_settings


def open_office() -> Office:
    """Read the settings of this server."""
    settings = load_settings()
    return Office(
        database_url=settings.database_url,
        fingerprint=AddressFingerprint(decode_key(settings.fingerprint_key.get_secret_value())),
        cipher=FieldCipher(KeyRing.parse(settings.field_keys.get_secret_value())),
        public_url=settings.public_url,
        message_id_domain=settings.message_id_domain,
        default_language=settings.default_language,
        default_time_zone=settings.default_time_zone,
    )


def build() -> typer.Typer:
    """Register every command."""
    app = typer.Typer(
        help="Keep the people who work with Acuerpa (keys, enrolment, duty list), partners' keys, providers.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_show_locals=False,
        rich_markup_mode=None,
    )
    app.add_typer(key_commands(open_office), name="keys")
    app.add_typer(verifier_commands(open_office), name="verifiers")
    app.add_typer(partner_key_commands(open_office), name="partner-keys")
    app.add_typer(provider_commands(open_office), name="providers")
    app.command()(BounceCommand(open_office).bounces)
    app.command()(InboundCommand(open_office).inbound)
    return app


app = build()

if __name__ == "__main__":
    app()
