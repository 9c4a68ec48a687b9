"""What is sent beside the steps of an action, in one scenario."""

from models.lifecycle import Decision
from models.messages import DispatchRequest, Purpose
from tests.workflows.scenarios import expire, reach_follow_up
from tests.workflows.stage import Stage
from tests.workflows.world import DOCUMENT

PERSONAL = (
    Purpose.APPROVAL_REQUEST,
    Purpose.APPROVAL_DECLINED,
    Purpose.QUESTION,
    Purpose.QUESTION_ANSWERED,
    Purpose.ADDRESS_CHANGED,
)
"""What goes to single people when something was written on a partner's page."""


async def told_beside(stage: Stage) -> None:
    """While the follow-up runs, everything that partners and changed texts ask for is sent beside it."""
    await reach_follow_up(stage)
    world = stage.world
    world.links, world.sign_again = about(Purpose.SIGN_LINK), about(Purpose.SIGN_AGAIN)
    world.addendum = about(Purpose.ADDENDUM)
    world.personal = tuple(about(one) for one in PERSONAL)
    await stage.decide(Decision.EDIT)
    for purpose in (*PERSONAL, Purpose.SIGN_LINK, Purpose.SIGN_AGAIN, Purpose.ADDENDUM):
        await world.until(lambda purpose=purpose: world.all_sent(purpose))  # type: ignore[misc]
    await expire(stage)


def about(purpose: Purpose) -> DispatchRequest:
    """Return the first round of a purpose."""
    return DispatchRequest(document=DOCUMENT, purpose=purpose, round=1)
