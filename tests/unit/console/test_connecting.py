import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from console.client import ApiClient
from console.errors import BadInputError
from local.ports import free_port
from models.lifecycle import Decision
from tests.unit.console.api_answers import REFERENCE, action, answer, decided, problem
from tests.unit.console.conftest import KEY, Run, Start
from web.schemas import ActionList

EMPTY = ActionList(actions=[])


def test_without_a_key_nothing_is_sent(server: HTTPServer, run: Run) -> None:
    result = run("list", ACUERPA_API_KEY="")

    assert result.exit_code == 2
    assert "ACUERPA_API_KEY" in result.stderr
    assert server.log == []


@pytest.mark.parametrize("key", ["acu_ü", "acu_a b", "acu_a\nX-Other: 1"])
def test_a_key_that_no_header_can_carry_is_bad_input_and_not_repeated(
    server: HTTPServer, run: Run, key: str
) -> None:
    result = run("list", ACUERPA_API_KEY=key)

    assert result.exit_code == 2
    assert key not in result.output
    assert server.log == []


def test_a_line_break_copied_with_the_key_does_no_harm(server: HTTPServer, run: Run) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    server.expect_request("/api/v1/actions", headers=headers).respond_with_response(answer(EMPTY))

    assert run("list", ACUERPA_API_KEY=f" {KEY}\n").exit_code == 0


def test_options_win_over_the_environment(server: HTTPServer, run: Run) -> None:
    headers = {"Authorization": "Bearer acu_other"}
    server.expect_request("/api/v1/actions", headers=headers).respond_with_response(answer(EMPTY))
    address = server.url_for("/api/v1/")

    result = run(
        "list", "--api-url", address, "--api-key", "acu_other", ACUERPA_API_URL="https://other.example"
    )

    assert result.exit_code == 0


@pytest.mark.parametrize(
    "address",
    [
        "http://red.example",
        "ftp://red.example",
        "https://user:password@red.example",
        "https://red.example?x=1",
        "red.example",
        "https://",
        "http://[",
        "http://localhost.red.example",
    ],
)
def test_an_address_that_would_give_the_key_away_or_leads_nowhere_is_bad_input(
    run: Run, address: str
) -> None:
    result = run("list", ACUERPA_API_URL=address)

    assert result.exit_code == 2
    assert "ACUERPA_API_URL is not a safe address" in result.stderr


def test_a_proxy_is_not_asked_for_this_machine(server: HTTPServer, run: Run) -> None:
    server.expect_request("/api/v1/actions").respond_with_response(answer(EMPTY))
    nowhere = f"http://127.0.0.1:{free_port()}"

    assert run("list", HTTP_PROXY=nowhere, ALL_PROXY=nowhere, NO_PROXY="").exit_code == 0


@pytest.mark.parametrize("address", ["https://red.example", "http://localhost:1", "http://[::1]:1"])
def test_tls_and_this_machine_are_safe_addresses(address: str) -> None:
    with ApiClient(address, KEY, notice=lambda _: None):
        pass


def test_an_unsafe_address_is_not_repeated_in_the_message() -> None:
    with pytest.raises(BadInputError) as refused:
        ApiClient("https://ana:secreta@red.example", KEY, notice=lambda _: None)

    assert "secreta" not in str(refused.value)


def test_a_server_that_is_not_there_is_tried_again_and_then_unreachable(start: Start) -> None:
    process = start("list", ACUERPA_API_URL=f"http://127.0.0.1:{free_port()}")
    _, errors = process.communicate()

    assert process.returncode == 3
    assert errors.count("cannot be reached. Trying again") == 3
    assert "Traceback" not in errors
    assert KEY not in errors


@pytest.mark.parametrize(
    ("status", "code"), [(401, 1), (403, 1), (404, 1), (409, 1), (413, 1), (422, 2), (500, 3), (503, 3)]
)
def test_every_refusal_has_its_exit_code_and_is_told_once(
    server: HTTPServer, run: Run, status: int, code: int
) -> None:
    server.expect_request(f"/api/v1/actions/{REFERENCE}/hold").respond_with_response(problem(status, "No."))

    result = run("hold", REFERENCE)

    assert result.exit_code == code
    assert result.stderr.startswith("No. Do this.")
    assert result.stdout == ""
    assert len(server.log) == 1


def test_a_script_gets_the_refusal_as_the_api_gave_it(server: HTTPServer, run: Run) -> None:
    refusal = problem(409, "Refused.")
    server.expect_request(f"/api/v1/actions/{REFERENCE}/hold").respond_with_response(refusal)

    result = run("hold", REFERENCE, "--json")

    assert result.exit_code == 1
    assert result.stderr == refusal.get_data(as_text=True) + "\n"
    assert result.stdout == ""


def test_an_unknown_key_is_told_with_where_keys_come_from(server: HTTPServer, run: Run) -> None:
    server.expect_request("/api/v1/actions").respond_with_response(problem(401, "The key is not known."))

    assert "ACUERPA_API_KEY" in run("list").stderr


@pytest.mark.parametrize(
    "other",
    [
        Response("<h1>Sign in to the hotel's network</h1>", 200, content_type="text/html"),
        Response("not found", 404, content_type="text/plain"),
        Response(status=307, headers={"Location": "https://red.example/"}),
        Response("[1]", 200, content_type="application/json"),
        Response("{", 200, content_type="application/json"),
        Response("{", 409, content_type="application/problem+json"),
    ],
)
def test_what_does_not_answer_as_acuerpa_is_not_taken_for_it(
    server: HTTPServer, run: Run, other: Response
) -> None:
    server.expect_request("/api/v1/actions").respond_with_response(other)

    result = run("list")

    assert result.exit_code == 3
    assert result.stdout == ""


def test_a_decision_whose_answer_is_lost_is_not_sent_again(server: HTTPServer, run: Run) -> None:
    server.expect_request(f"/api/v1/actions/{REFERENCE}/stop").respond_with_data(status=502)

    assert run("stop", REFERENCE, "--yes").exit_code == 3
    assert len(server.log) == 1


def test_a_decision_that_could_not_be_sent_is_sent_again(
    run: Run, server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The port is closed at the first try; the pause before the second opens it."""
    late = HTTPServer(host="127.0.0.1", port=free_port())
    late.expect_request(f"/api/v1/actions/{REFERENCE}/stop").respond_with_response(
        answer(decided(Decision.STOP))
    )
    monkeypatch.setattr("console.client.time.sleep", lambda _: late.start())
    try:
        result = run("stop", REFERENCE, "--yes", ACUERPA_API_URL=f"http://127.0.0.1:{late.port}")
    finally:
        late.stop()

    assert result.exit_code == 0
    assert len(late.log) == 1
    assert server.log == []


def test_a_reference_cannot_lead_to_another_path(server: HTTPServer, run: Run) -> None:
    seen: list[str] = []

    def note(request: Request) -> Response:
        seen.append(request.environ["RAW_URI"])
        return problem(404, "There is no such action.")

    server.expect_request("/api/v1/actions/../PARTNERS?X=1/hold").respond_with_handler(note)

    assert run("hold", "../partners?x=1").exit_code == 1
    assert seen == ["/api/v1/actions/..%2FPARTNERS%3FX%3D1/hold"]


def test_texts_cannot_take_over_the_terminal(server: HTTPServer, run: Run) -> None:
    wicked = action(title="\x1b]0;owned\x07[bold]x[/bold]\u202eevil", region="a\x9b2Jb")
    server.expect_request("/api/v1/actions").respond_with_response(answer(ActionList(actions=[wicked])))

    result = run("list")

    assert result.exit_code == 0
    assert "[bold]x[/bold]" in result.stdout
    assert not {"\x1b", "\x07", "\u202e"} & set(result.stdout)
