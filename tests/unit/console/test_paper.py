"""Letters that wait for a person are shown to whoever looks at an action."""

import pytest
from pytest_httpserver import HTTPServer

from models.lifecycle import Phase
from models.messages import DeliveryState, Purpose
from models.vocabulary import Channel
from tests.unit.console.api_answers import REFERENCE, action, answer, statement, timeline
from tests.unit.console.conftest import Run
from web.sign_on_schemas import SignatureList

ACTION = f"/api/v1/actions/{REFERENCE}"


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ({DeliveryState.READY: 1}, "One letter waits"),
        ({DeliveryState.READY: 1, DeliveryState.SENDING: 1, DeliveryState.SENT: 3}, "2 letters wait"),
        ({DeliveryState.SENT: 3}, None),
    ],
)
def test_a_stopped_action_says_that_letters_wait_to_be_posted(
    server: HTTPServer, run: Run, states: dict[DeliveryState, int], told: str | None
) -> None:
    channels = {Channel.EMAIL: {DeliveryState.SENT: 2}, Channel.LETTER: states}
    notice = statement(0, 0).model_copy(update={"purpose": Purpose.STOP_NOTICE, "channels": channels})
    stopped = action(phase=Phase.STOPPED, dispatches=[notice])
    server.expect_request(ACTION).respond_with_response(answer(stopped))
    server.expect_request(f"{ACTION}/timeline").respond_with_response(answer(timeline()))
    server.expect_request(f"{ACTION}/signatures").respond_with_response(answer(SignatureList(signatures=[])))

    result = run("show", REFERENCE)

    assert result.exit_code == 0, result.output
    assert ("to be printed and posted" in result.stdout) is (told is not None)
    if told:
        assert told in result.stdout
        assert f"letters {REFERENCE}" in result.stdout
