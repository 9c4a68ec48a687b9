"""Composition root of the web process: build, serve until told to stop."""

import asyncio
import gc
from types import FrameType
from typing import Final

import uvicorn

from assembly import (
    build_cipher,
    build_client,
    build_endpoint_rules,
    build_fingerprint,
    build_policies,
    build_press,
    build_renderer,
    build_unsubscribe_links,
)
from logs import configure_logging
from models.anchors import AnchorFile
from models.logos import read_logo
from models.milestone_reminders import offsets_by_kind
from security.callback_signatures import listed_secrets
from security.forms import FormSeal
from security.keys import decode_key
from security.pins import PinHasher
from settings import Settings, load_settings
from storage.changes import ChangeFeed
from storage.database import POOL, Database
from web.app import create_app
from web.callbacks.known import Callbacks
from web.gateway import WorkflowGateway
from web.processes import Share, ends_with
from web.services import Services

_POOL_OF_ALL: Final = 32
_SMALLEST_POOL: Final = 2


class Server(uvicorn.Server):
    """Answers those who wait for a change when it is told to stop, so as not to wait for them."""

    def __init__(self, config: uvicorn.Config, feed: ChangeFeed) -> None:
        super().__init__(config)
        self._feed = feed

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take no more requests, and finish those that are under way."""
        super().handle_exit(sig, frame)
        self._feed.wake_everybody()


def pool_of(processes: int) -> int:
    """Return the size of the pool of each of several, which have at most 100 connections together."""
    return min(POOL, max(_SMALLEST_POOL, _POOL_OF_ALL // processes))


async def build_services(settings: Settings) -> Services:
    """Build what the routes work with; Temporal may be away."""
    key = decode_key(settings.fingerprint_key.get_secret_value())
    return Services(
        database=Database(settings.database_url, pool_size=pool_of(settings.web_processes)),
        feed=ChangeFeed(settings.database_url),
        gateway=WorkflowGateway(await build_client(settings, lazy=True)),
        cipher=build_cipher(settings),
        fingerprint=build_fingerprint(settings),
        form_seal=FormSeal(key),
        unsubscribe_links=build_unsubscribe_links(settings),
        pins=PinHasher(key),
        anchors=AnchorFile(settings.audit_anchors),
        renderer=build_renderer(settings),
        press=build_press(settings),
        policies=build_policies(settings),
        public_url=settings.public_url,
        time_zone=settings.default_time_zone,
        partner_endpoints=build_endpoint_rules(settings),
        callbacks=build_callbacks(settings),
        confirm_above=settings.release_confirm_above,
        milestone_reminders=offsets_by_kind(settings.milestone_reminders),
        logo=read_logo(settings.network_logo) if settings.network_logo else None,
    )


def build_callbacks(settings: Settings) -> Callbacks:
    """Read what providers' calls are known by."""
    return Callbacks(
        twilio=listed_secrets(settings.callback_twilio),
        vonage=listed_secrets(settings.callback_vonage),
        gateway=listed_secrets(settings.callback_sms),
        mail=listed_secrets(settings.callback_mail),
        bounces=listed_secrets(settings.callback_bounces),
        message_id_domain=settings.message_id_domain,
    )


async def main(share: Share | None = None) -> None:
    """Serve with the settings of the environment until SIGINT or SIGTERM; `share` where several do."""
    settings = load_settings()
    configure_logging(settings.log_format, settings.log_level)
    services = await build_services(settings)
    config = uvicorn.Config(
        create_app(services, is_first=share is None or share.number == 0),
        host=settings.web_host,
        port=settings.web_port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.graceful_shutdown_seconds,
    )
    watch = ends_with(share.lifeline) if share else None
    _spare_what_stays()
    await Server(config, services.feed).serve(sockets=[share.socket] if share else None)
    if watch:
        watch.cancel()


def _spare_what_stays() -> None:
    """Keep the collector of garbage from going through all that the process is made of, again and again."""
    gc.collect()
    gc.freeze()


def run(share: Share | None) -> None:
    """Serve on the fastest loop that is installed."""
    with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
        runner.run(main(share))
