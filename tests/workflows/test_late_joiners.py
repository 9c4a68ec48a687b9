"""Earlier documents to whoever joined late, where what stands behind them is void by then."""

from models.lifecycle import Decision
from models.messages import DispatchRequest, Purpose
from tests.workflows.scenarios import reach_follow_up
from tests.workflows.stage import Stage
from tests.workflows.world import DOCUMENT

WHOLE = DispatchRequest(document=DOCUMENT, purpose=Purpose.STATEMENT, round=2)


async def test_a_release_to_late_joiners_that_the_gate_refused_goes_out_once_it_is_due_again(
    stage: Stage,
) -> None:
    await reach_follow_up(stage)
    world = stage.world
    world.consent, world.personal = False, (WHOLE,)
    await stage.decide(Decision.EDIT)
    await stage.ended(stage.action_child(WHOLE))
    assert len(world.rounds(Purpose.STATEMENT)) == 1
    world.personal = ()
    await stage.decide(Decision.EDIT)
    world.consent, world.personal = True, (WHOLE,)
    for _repetition in range(2):
        await stage.decide(Decision.EDIT)
    await world.until(lambda: world.all_sent(Purpose.STATEMENT, 2))
    assert len(world.rounds(Purpose.STATEMENT)) == 2
