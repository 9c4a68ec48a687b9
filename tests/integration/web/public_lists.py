"""Released documents with signatories, as the public list shows them."""

import httpx

from models.partners import Signature
from models.vocabulary import Answer, SignatureVisibility
from storage.answers import GivenAnswer
from tests.integration.outbox_cases import Case, execute
from tests.integration.sign_links import answered

PARTNERS = ("casa-manantial", "red-del-volcan", "tejedoras-del-maiz")


async def signed(
    case: Case, slug: str, visibility: SignatureVisibility = SignatureVisibility.PUBLIC
) -> Signature:
    """Have a partner sign."""
    return await answered(case, slug, GivenAnswer(Answer.SIGNED, visibility, "Xiomara Imaginaria", "Vocera"))


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
