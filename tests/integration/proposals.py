"""Signatures that a contact proposed, and links of those who are to confirm them."""

from uuid import UUID, uuid4

from models.columns import now
from models.messages import DispatchRequest, Purpose
from models.proposals import Proposal
from models.vocabulary import Channel, SignatureVisibility
from security.tokens import new_token, token_hash
from storage import actions, freezing, personal, proposals, sign_links
from tests import factories
from tests.integration.outbox_cases import Case, execute
from tests.integration.sign_links import opened, sign_link

APPROVER = "zoraida@manantial.example"


async def proposed(case: Case, slug: str = "casa-manantial", approver: str = APPROVER) -> Proposal:
    """Have a partner's contact ask somebody in her organisation to confirm its signature."""
    async with opened(case, await sign_link(case, slug)) as (session, link):
        proposal = Proposal(
            id=uuid4(),
            invitation_id=link.invitation.id,
            digest=link.version.digest,
            visibility=SignatureVisibility.PUBLIC,
            proposer_name="Amparo Ficticia Ruiz",
            proposer_role="Coordinadora",
            approver_name="Zoraida Inventada",
            approver_email=approver,
            approver_fingerprint=factories.FINGERPRINT.of(Channel.EMAIL, approver),
            approver_language="es",
        )
        await proposals.propose(session, link.action.id, link.document.id, proposal)
    return proposal


async def approver_link(case: Case, proposal: Proposal) -> str:
    """Freeze the request to an approver, and issue a link of hers as its message would carry it."""
    (request,) = await wanted(case)
    async with case.database.transaction() as session:
        await freezing.freeze(session, request)
    return await another_link(case, proposal)


async def another_link(case: Case, proposal: Proposal) -> str:
    """Issue one more link to an approver whose request was frozen."""
    token = new_token()
    delivery_id = await _delivery_to(case, proposal)
    async with case.database.transaction() as session:
        await sign_links.issue_link(
            session,
            proposal.invitation_id,
            delivery_id,
            token_hash(token),
            now().replace(year=now().year + 1),
            proposal_id=proposal.id,
        )
    return token


async def _delivery_to(case: Case, proposal: Proposal) -> UUID:
    found = await execute(
        case.database, "SELECT id FROM delivery WHERE recipient_id = :proposal", proposal=proposal.id
    )
    delivery_id: UUID = found[0].id
    return delivery_id


async def wanted(case: Case) -> tuple[DispatchRequest, ...]:
    """Return which rounds of personal messages wait to be frozen."""
    async with case.database.transaction() as session:
        action = await actions.action_by_id(session, case.action.id)
        return await personal.personal_rounds(session, action)


async def wanted_purposes(case: Case) -> list[tuple[Purpose, int]]:
    """Return their purposes and numbers."""
    return [(one.purpose, one.round) for one in await wanted(case)]
