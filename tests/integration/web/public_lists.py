"""Released documents with signatories, as the public list shows them."""

import httpx

from models.columns import now
from models.documents import Target
from models.partner_actions import PartnerAction, PartnerActionKind
from models.partners import Signature
from models.vocabulary import Answer, SignatureVisibility
from storage import partner_actions
from storage.answers import GivenAnswer
from storage.partner_actions import Reported
from tests.integration.outbox_cases import Case, execute
from tests.integration.overdue import target_id
from tests.integration.sign_links import answered

PARTNERS = ("casa-manantial", "red-del-volcan", "tejedoras-del-maiz")


async def signed(
    case: Case, slug: str, visibility: SignatureVisibility = SignatureVisibility.PUBLIC
) -> Signature:
    """Have a partner sign."""
    return await answered(case, slug, GivenAnswer(Answer.SIGNED, visibility, "Xiomara Imaginaria", "Vocera"))


async def did(case: Case, signature: Signature, kind: PartnerActionKind) -> None:
    """Have a partner that signed report that it did something, with the first office in view."""
    done = PartnerAction(
        action_id=case.action.id,
        invitation_id=signature.invitation_id,
        partner_id=signature.partner_id,
        target_id=await target_id(case, 0),
        kind=kind,
        done_on=now().date(),
    )
    async with case.database.transaction() as session:
        target = await session.get(Target, done.target_id)
        assert target
        await partner_actions.report(session, Reported(done, target))


async def released(case: Case, turn: int = 1) -> None:
    """Freeze a release, and have the provider take one mail of it."""
    batch = await case.batch(turn=turn)
    sent = (
        "UPDATE delivery SET state = 'sent' WHERE id ="
        " (SELECT id FROM delivery WHERE dispatch_id = :id ORDER BY position LIMIT 1)"
    )
    await execute(case.database, sent, id=batch.dispatch_id)


def path(case: Case, ending: str = "") -> str:
    """Return the address of the list."""
    return f"/public/{case.document.reference}/{case.document.number}/signatories{ending}"


async def names(browser: httpx.AsyncClient, case: Case) -> list[str]:
    """Read the names on the list."""
    told = await browser.get(path(case, ".json"))
    assert told.status_code == 200, told.text
    return [one["name"] for one in told.json()["signatories"]]
