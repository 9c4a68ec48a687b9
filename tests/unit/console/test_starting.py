import json
from pathlib import Path
from uuid import UUID

import pytest
from pytest_httpserver import HTTPServer

from models.case import canonical_tree, parse_case
from models.lifecycle import Phase
from models.problems import Problem
from models.yaml_tree import read_yaml
from tests.unit.case_trees import FORMAT_SAMPLE
from tests.unit.console.api_answers import REFERENCE, action, answer, problem
from tests.unit.console.conftest import KEY, Run, Start

NEW = action(phase=Phase.RECEIVED, revision=1)


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    file = tmp_path / "case.yaml"
    file.write_text(FORMAT_SAMPLE, encoding="utf-8")
    return file


def test_a_case_is_sent_whole_with_the_key_and_its_reference_and_next_step_are_told(
    server: HTTPServer, run: Run, case_file: Path
) -> None:
    tree = canonical_tree(parse_case(read_yaml(FORMAT_SAMPLE)))
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    server.expect_ordered_request(
        "/api/v1/actions", "POST", json=tree, headers=headers
    ).respond_with_response(answer(NEW, 201))

    result = run("start", str(case_file))

    assert result.exit_code == 0
    assert f"{REFERENCE} was received" in result.stdout
    assert f"python starter.py attest {REFERENCE}" in result.stdout
    assert result.stderr == ""


def test_a_file_with_problems_is_told_with_all_of_them_and_not_sent(
    server: HTTPServer, run: Run, case_file: Path
) -> None:
    broken = FORMAT_SAMPLE.replace("urgency: immediate", "urgency: soonish").replace(
        "level: high", "levle: high"
    )
    case_file.write_text(broken, encoding="utf-8")

    result = run("start", str(case_file))

    assert result.exit_code == 2
    assert server.log == []
    assert "case.yaml has 3 problems; nothing was sent." in result.stderr
    for field in ("urgency", "risk_assessment.level", "risk_assessment.levle"):
        assert f"  {field} " in result.stderr
    assert "Did you mean level?" in result.stderr
    assert "soonish" not in result.stderr
    assert result.stdout == ""


def test_a_script_gets_the_problems_of_a_file_as_json(run: Run, case_file: Path) -> None:
    case_file.write_text(FORMAT_SAMPLE.replace("urgency: immediate", "urgency: soonish"), encoding="utf-8")

    result = run("start", str(case_file), "--json")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert [problem["field"] for problem in json.loads(result.stderr)["problems"]] == ["urgency"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be read"),
        (b"title: \xff\xfe", "not a text in UTF-8"),
        (b"title: [", "not well-formed YAML"),
    ],
)
def test_an_unreadable_file_is_bad_input(run: Run, tmp_path: Path, content: bytes | None, told: str) -> None:
    file = tmp_path / "case.yaml"
    if content is not None:
        file.write_bytes(content)

    result = run("start", str(file))

    assert result.exit_code == 2
    assert told in result.stderr


def test_a_file_saved_with_a_byte_order_mark_is_read(server: HTTPServer, run: Run, case_file: Path) -> None:
    case_file.write_text(FORMAT_SAMPLE, encoding="utf-8-sig")
    server.expect_request("/api/v1/actions", "POST").respond_with_response(answer(NEW, 201))

    assert run("start", str(case_file)).exit_code == 0


def test_a_repetition_after_a_broken_connection_carries_the_same_idempotency_key(
    server: HTTPServer, run: Run, case_file: Path
) -> None:
    for status in (502, 503):
        server.expect_ordered_request("/api/v1/actions", "POST").respond_with_data(status=status)
    server.expect_ordered_request("/api/v1/actions", "POST").respond_with_response(answer(NEW, 201))

    result = run("start", str(case_file))

    keys = {request.headers["Idempotency-Key"] for request, _ in server.log}
    assert result.exit_code == 0
    assert len(server.log) == 3
    assert len(keys) == 1
    assert UUID(keys.pop()).version == 4
    assert result.stderr.count("Trying again") == 2


def test_two_invocations_have_two_idempotency_keys(server: HTTPServer, run: Run, case_file: Path) -> None:
    server.expect_request("/api/v1/actions", "POST").respond_with_response(answer(NEW, 201))

    run("start", str(case_file))
    run("start", str(case_file))

    assert len({request.headers["Idempotency-Key"] for request, _ in server.log}) == 2


def test_a_script_may_choose_the_idempotency_key(server: HTTPServer, run: Run, case_file: Path) -> None:
    headers = {"Idempotency-Key": "case-7"}
    server.expect_request("/api/v1/actions", "POST", headers=headers).respond_with_response(answer(NEW, 201))

    assert run("start", str(case_file), "--idempotency-key", "case-7").exit_code == 0


@pytest.mark.parametrize("key", ["", "clé", "a\nb", "k" * 201])
def test_an_idempotency_key_that_no_header_can_carry_is_bad_input(
    server: HTTPServer, run: Run, case_file: Path, key: str
) -> None:
    assert run("start", str(case_file), "--idempotency-key", key).exit_code == 2
    assert server.log == []


def test_giving_up_tells_how_to_try_again_without_starting_twice(
    server: HTTPServer, run: Run, case_file: Path
) -> None:
    server.expect_request("/api/v1/actions").respond_with_data(status=502)

    result = run("start", str(case_file))

    used = server.log[0][0].headers["Idempotency-Key"]
    assert result.exit_code == 3
    assert f'--idempotency-key "{used}"' in result.stderr


def test_problems_that_only_the_server_finds_are_told_like_local_ones(
    server: HTTPServer, run: Run, case_file: Path
) -> None:
    found = Problem(field="sign_on.partners", rule="names nobody", remedy="Import them first.")
    server.expect_request("/api/v1/actions").respond_with_response(
        problem(422, "The input has problems.", found)
    )

    result = run("start", str(case_file))

    assert result.exit_code == 2
    assert all(told in result.stderr for told in ("sign_on.partners", "names nobody", "Import them first."))


def test_json_is_exactly_what_the_api_answered(server: HTTPServer, run: Run, case_file: Path) -> None:
    server.expect_request("/api/v1/actions").respond_with_response(answer(NEW, 201))

    result = run("start", str(case_file), "--json")

    assert result.stdout == NEW.model_dump_json() + "\n"


def test_json_stays_whole_where_the_terminal_knows_ascii_only(
    server: HTTPServer, start: Start, case_file: Path
) -> None:
    named = action(title="Amenazas en Ñuiñé")
    server.expect_request("/api/v1/actions").respond_with_response(answer(named, 201))

    process = start("start", str(case_file), "--json", PYTHONIOENCODING="ascii")
    out, _ = process.communicate()

    assert json.loads(out)["title"] == "Amenazas en Ñuiñé"


def test_a_terminal_that_knows_ascii_only_is_no_reason_to_fail(
    server: HTTPServer, start: Start, case_file: Path
) -> None:
    server.expect_request("/api/v1/actions").respond_with_response(answer(action(title="Ñuiñé"), 201))

    process = start("start", str(case_file), PYTHONIOENCODING="ascii")
    out, _ = process.communicate()

    assert process.returncode == 0
    assert "?ui??" in out
