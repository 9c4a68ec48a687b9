import json
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from models.lifecycle import Phase
from tests.unit.case_trees import FORMAT_SAMPLE
from tests.unit.console.api_answers import (
    REFERENCE,
    SIGN_ON,
    action,
    answer,
    problem,
    statement,
    timeline,
)
from tests.unit.console.conftest import Run, Start
from tests.unit.console.terminals import Terminal

ACTION = f"/api/v1/actions/{REFERENCE}"
PACE = " · email 0.2 a second, about 20 s left"
LIFE = [
    action(revision=2),
    action(revision=4, phase=Phase.SIGNING, sign_on=SIGN_ON),
    action(revision=6, phase=Phase.RELEASING, sign_on=SIGN_ON, dispatches=[statement(0, 10)]),
    action(revision=6, phase=Phase.RELEASING, sign_on=SIGN_ON, dispatches=[statement(6, 4)]),
    action(revision=8, phase=Phase.CLOSED, sign_on=SIGN_ON, dispatches=[statement(9, 0, 1)]),
]


class Play:
    """Answers one scene after another; an exception to the order is a failure that comes before a scene."""

    def __init__(self, server: HTTPServer, *scenes: Any) -> None:
        self._scenes = iter(scenes)
        self.polls: list[dict[str, str]] = []
        self.exhausted = threading.Event()
        self.over = threading.Event()
        server.expect_request(ACTION).respond_with_handler(self._next)
        server.expect_request(f"{ACTION}/timeline").respond_with_response(answer(timeline(Phase.VERIFYING)))
        server.expect_request(f"{ACTION}/deliveries", query_string={"summary": "true"}).respond_with_json(
            {
                "channels": {
                    "email": {"states": {}, "waiting": 4, "per_second": 0.2, "time_left": "PT20S"},
                    "sms": {"states": {}, "waiting": 0, "per_second": 0.0, "time_left": None},
                }
            }
        )

    def _next(self, request: Request) -> Response:
        self.polls.append(dict(request.args))
        scene = next(self._scenes, None)
        if scene is None:  # a long poll that nothing ends
            self.exhausted.set()
            self.over.wait(30)
            return Response(status=503)
        return scene if isinstance(scene, Response) else answer(scene)


@pytest.fixture
def played(server: HTTPServer) -> Iterator[Any]:
    plays: list[Play] = []

    def play(*scenes: Any) -> Play:
        plays.append(Play(server, *scenes))
        return plays[-1]

    yield play
    for each in plays:
        each.over.set()


def test_each_change_is_one_plain_line_until_the_action_ends(played: Any, run: Run) -> None:
    play = played(*LIFE)

    result = run("follow", REFERENCE)

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"{REFERENCE} verifying · attested 1 of 2",
        f"{REFERENCE} signing · signed 2 of 3",
        f"{REFERENCE} releasing · signed 2 of 3 · statement by email 0 of 10{PACE}",
        f"{REFERENCE} releasing · signed 2 of 3 · statement by email 6 of 10{PACE}",
        f"{REFERENCE} closed · signed 2 of 3 · statement by email 10 of 10 (1 failed)",
    ]
    assert [poll.get("seen") for poll in play.polls] == [None, "2", "4", "6", "6"]


def test_each_change_is_one_line_of_the_apis_json(played: Any, run: Run) -> None:
    played(*LIFE)

    lines = run("follow", REFERENCE, "--json").stdout.splitlines()

    assert lines == [view.model_dump_json() for view in LIFE]


def test_silence_prints_nothing_and_makes_the_polls_longer(played: Any, run: Run) -> None:
    play = played(*[LIFE[0]] * 8, LIFE[1], LIFE[4])

    result = run("follow", REFERENCE)

    assert len(result.stdout.splitlines()) == 3
    assert [poll["wait"] for poll in play.polls[1:]] == ["1", "2", "4", "8", "16", "25", "25", "25", "1"]


@pytest.mark.parametrize("phase", [Phase.CLOSED, Phase.STOPPED, Phase.REJECTED])
def test_an_action_that_has_ended_is_shown_once(played: Any, run: Run, phase: Phase) -> None:
    play = played(action(phase=phase))

    result = run("follow", REFERENCE)

    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 1
    assert len(play.polls) == 1


def test_a_lost_connection_is_told_and_waited_for(
    played: Any, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("console.following.time.sleep", pauses.append)
    away = Response(status=502)
    played(LIFE[0], *[away] * 7, LIFE[1], away, LIFE[4])

    result = run("follow", REFERENCE)

    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 3
    assert result.stderr.count("Trying again in") == 8
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 1]


def test_a_key_that_is_revoked_meanwhile_ends_the_following(played: Any, run: Run) -> None:
    played(LIFE[0], problem(401, "The key is not known."))

    result = run("follow", REFERENCE)

    assert result.exit_code == 1
    assert "The key is not known." in result.stderr


def test_an_action_that_does_not_exist_cannot_be_followed(played: Any, run: Run) -> None:
    played(problem(404, "There is no such action."))

    assert run("follow", REFERENCE).exit_code == 1


def test_a_server_that_is_away_from_the_beginning_is_unreachable(played: Any, run: Run) -> None:
    played(*[Response(status=502)] * 3)

    assert run("follow", REFERENCE).exit_code == 3


def test_starting_can_go_on_to_following_without_saying_anything_twice(
    server: HTTPServer, played: Any, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "case.yaml"
    file.write_text(FORMAT_SAMPLE, encoding="utf-8")
    server.expect_request("/api/v1/actions", "POST").respond_with_response(answer(LIFE[0], 201))
    played(LIFE[0], LIFE[1], LIFE[4])

    lines = run("start", str(file), "--follow", "--json").stdout.splitlines()

    assert [json.loads(line)["revision"] for line in lines] == [2, 4, 8]


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_ctrl_c_ends_the_following_quietly(played: Any, start: Start, options: tuple[str, ...]) -> None:
    play = played(LIFE[0])
    process = start("follow", REFERENCE, *options)
    assert play.exhausted.wait(30)

    process.send_signal(signal.SIGINT)
    out, errors = process.communicate()

    assert process.returncode == 0
    assert len(out.splitlines()) == 1
    assert errors == ""


def test_a_terminal_shows_steps_bars_events_and_what_to_do(played: Any, environment: dict[str, str]) -> None:
    play = played(*LIFE[:4])
    with Terminal(environment, "follow", REFERENCE) as terminal:
        terminal.expect("6 of 10")
        assert play.exhausted.wait(30)
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.end() == 0

    for told in ("● Received", "◉ Releasing", "○ Closed", "2 of 3", "The case was received (Ana Ejemplo)"):
        assert told in terminal.drawn
    assert "The statement is on its way." in terminal.drawn
    assert "Traceback" not in terminal.drawn
    assert terminal.drawn.rstrip().endswith("\x1b[?25h")  # the cursor is back


def test_a_terminal_says_that_the_connection_is_lost_and_takes_it_up_again(
    played: Any, environment: dict[str, str]
) -> None:
    played(LIFE[0], Response(status=502), LIFE[4])

    with Terminal(environment, "follow", REFERENCE) as terminal:
        terminal.expect("Trying again in 1 s; Ctrl-C ends this.")
        terminal.expect("◉ Closed")
        assert terminal.end() == 0
