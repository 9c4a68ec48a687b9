"""What the routes work with."""

from asyncio import Semaphore
from dataclasses import dataclass, field
from typing import Annotated, Final

from fastapi import Depends, Request

from models.anchors import AnchorFile
from models.endpoints import EndpointRules
from models.logos import Logo
from models.milestone_reminders import OffsetsByKind
from models.verification import Policies
from security.fields import FieldCipher
from security.fingerprints import AddressFingerprint
from security.forms import FormSeal
from security.pins import PinHasher
from security.unsubscribing import UnsubscribeLinks
from storage.changes import ChangeFeed
from storage.database import Database
from storage.known_signatories import KnownSignatories
from storage.known_texts import KnownTexts
from templates.letter.press import LetterPress
from templates.rendering import Renderer
from web.callbacks.known import Callbacks
from web.gateway import WorkflowGateway

MOST_LEAVING: Final = 4
"""How many who leave the lists are served by the database at once: the others wait, and none is refused."""


@dataclass(frozen=True)
class Services:
    """The parts of one web process."""

    database: Database
    feed: ChangeFeed
    gateway: WorkflowGateway
    cipher: FieldCipher
    fingerprint: AddressFingerprint
    form_seal: FormSeal
    unsubscribe_links: UnsubscribeLinks
    pins: PinHasher
    anchors: AnchorFile
    renderer: Renderer
    press: LetterPress
    policies: Policies
    public_url: str
    time_zone: str
    confirm_above: int
    """A release to more recipients than these needs their number."""
    partner_endpoints: EndpointRules
    callbacks: Callbacks
    milestone_reminders: OffsetsByKind
    logo: Logo | None = None
    texts: KnownTexts = field(default_factory=KnownTexts)
    signatories: KnownSignatories = field(default_factory=KnownSignatories)
    leaving: Semaphore = field(default_factory=lambda: Semaphore(MOST_LEAVING))


def services_of(request: Request) -> Services:
    """Return the services of the process that answers a request."""
    services: Services = request.app.state.services
    return services


async def _services(request: Request) -> Services:
    """Do as `services_of` does; FastAPI sends what is not asynchronous to a thread."""
    return services_of(request)


Work = Annotated[Services, Depends(_services)]
"""What a route asks for to get them."""
