import json
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from models.lifecycle import Decision, Phase
from models.vocabulary import ReleasePolicy, RenderingKind
from tests.unit.console.api_answers import DIGEST, REFERENCE, TEXT, answer, decided, problem
from tests.unit.console.conftest import Run
from tests.unit.console.document_answers import ENGLISH, LUNA, changed, listed, renderings, summary, whole
from tests.unit.console.terminals import Terminal
from web.differences import difference_of
from web.document_schemas import AskedView, Change, DifferenceView, DocumentList, RenderingChange, VersionView

DOCUMENTS = f"/api/v1/actions/{REFERENCE}/documents"
EXAMPLE = Path(__file__).parents[3] / "examples" / "document.yaml"


def serve_version(server: HTTPServer, shown: VersionView, *, identified: bool) -> None:
    server.expect_request(DOCUMENTS, "GET").respond_with_response(
        answer(DocumentList(documents=[listed(summary(), number=1), listed(summary(), summary(2))]))
    )
    query = {"identified": "true"} if identified else {}
    server.expect_request(f"{DOCUMENTS}/2/versions/2", "GET", query_string=query).respond_with_response(
        answer(shown)
    )


def test_the_list_shows_who_approved_what_and_what_waits(server: HTTPServer, run: Run) -> None:
    documents = DocumentList(documents=[listed(summary(1, ("es", "en")), summary(2, ("es",)))])
    server.expect_request(DOCUMENTS).respond_with_response(answer(documents))

    told = run("documents", "list", REFERENCE.lower())

    lines = [line.strip() for line in told.stdout.splitlines()]
    assert lines[0] == f"{REFERENCE}/2  Further information"
    assert sum("es approved (Eva Ejemplo)" in line for line in lines) == 2
    assert sum("en approved (Eva Ejemplo)" in line for line in lines) == 1
    assert sum("en waiting" in line for line in lines) == 1
    assert "one name" in told.stdout
    assert DIGEST[:12] in told.stdout
    assert run("documents", "list", REFERENCE, "--json").stdout == documents.model_dump_json() + "\n"


def test_the_list_shows_how_partners_are_asked_to_sign_a_document(server: HTTPServer, run: Run) -> None:
    asked = AskedView(closes_after=timedelta(hours=36), quorum=2, release=ReleasePolicy.BY_HAND)
    shown = listed(summary()).model_copy(update={"sign_on": asked})
    server.expect_request(DOCUMENTS).respond_with_response(answer(DocumentList(documents=[shown])))

    told = run("documents", "list", REFERENCE).stdout

    assert "Partners may sign it for 1 d 12 h; quorum 2, released by hand" in told


def test_a_document_is_sent_with_what_it_says_of_its_sign_on(
    server: HTTPServer, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "asking.yaml"
    file.write_text(
        "kind: further_information\ntexts: {es: {summary: Otra., body: Luna sigue.}}\n"
        "sign_on: {closes_after: PT24H, partners: {groups: [women]}}",
        encoding="utf-8",
    )
    server.expect_request(DOCUMENTS, "POST").respond_with_response(answer(changed(summary()), 201))

    assert run("documents", "add", REFERENCE, str(file)).exit_code == 0

    sent = json.loads(server.log[0][0].get_data())
    assert sent["sign_on"] == {"closes_after": "P1D", "partners": {"groups": ["women"]}}


def test_a_version_is_shown_word_by_word_without_identities_unless_they_are_asked_for(
    server: HTTPServer, run: Run
) -> None:
    serve_version(server, whole(summary(2)), identified=False)

    told = run("documents", "show", REFERENCE, "2")

    assert f"{REFERENCE}/2  Further information" in told.stdout
    assert "Version 2, the newest, written by Ana Ejemplo" in told.stdout
    for text in ("**Luna** cuida el manantial.", "**Luna** cares for the spring.", "Hay antecedentes."):
        assert text in told.stdout
    assert "Authorities (digest 9f9f9f9f9f9f): the text, and 1 of the people in it by name" in told.stdout
    assert server.log[-1][0].query_string == b""

    server.clear()
    shown = whole(summary(1, renderings=renderings(LUNA)), newest=False)
    server.expect_request(f"{DOCUMENTS}/2/versions/1", query_string="identified=true").respond_with_response(
        answer(shown)
    )
    told = run("documents", "show", REFERENCE, "2", "--version", "1", "--identified")
    assert "Version 1, not the newest" in told.stdout
    assert "Luna is Itzel Robles Canseco, defensora" in told.stdout


def test_a_document_that_does_not_exist_is_not_asked_for(server: HTTPServer, run: Run) -> None:
    server.expect_request(DOCUMENTS).respond_with_response(
        answer(DocumentList(documents=[listed(summary())]))
    )

    told = run("documents", "show", REFERENCE, "3")

    assert told.exit_code == 2
    assert "There is no document 3" in told.stderr


def test_the_example_is_sent_as_it_is(server: HTTPServer, run: Run) -> None:
    server.expect_request(DOCUMENTS, "POST").respond_with_response(answer(changed(summary()), 201))

    told = run("documents", "add", REFERENCE, str(EXAMPLE))

    sent = json.loads(server.log[0][0].get_data())
    assert told.exit_code == 0
    assert sent["kind"] == "further_information"
    assert list(sent["texts"]) == ["es", "en"]
    assert None not in sent["texts"]["es"].values()
    assert f"{REFERENCE}/2, version 1, is written." in told.stdout
    assert "en waiting" in told.stdout
    assert "documents diff" not in told.stdout


def test_a_version_is_sent_with_what_it_replaces_and_its_difference_is_offered(
    server: HTTPServer, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "texts.yaml"
    file.write_text("texts: {es: {summary: Otra., body: Luna sigue., demands: []}}", encoding="utf-8")
    server.expect_request(f"{DOCUMENTS}/2/versions", "POST").respond_with_response(
        answer(changed(summary(1), summary(2), informed=False), 201)
    )

    told = run("documents", "version", REFERENCE, "2", str(file), "--replaces", DIGEST)

    sent = json.loads(server.log[0][0].get_data())
    texts = {"es": {"summary": "Otra.", "body": "Luna sigue.", "demands": []}}
    assert sent == {"texts": texts, "replaces": DIGEST}
    assert f"documents diff {REFERENCE} 2 1 2" in told.stdout
    assert "will be told when it is back" in told.stderr


@pytest.mark.parametrize("command", [("documents", "add", REFERENCE), ("reopen", REFERENCE)])
def test_a_file_with_problems_is_told_whole_and_not_sent(
    server: HTTPServer, run: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    file = tmp_path / "texts.yaml"
    file.write_text("kind: stop_action\ntexts: {es: {sumary: Otra.}}", encoding="utf-8")

    told = run(*command, str(file))

    assert told.exit_code == 2
    for field in ("kind", "texts.es.summary", "texts.es.body", "texts.es.sumary"):
        assert field in told.stderr
    assert server.log == []


def test_whoever_approves_reads_the_texts_and_what_authorities_are_told(
    server: HTTPServer, environment: dict[str, str]
) -> None:
    serve_version(server, whole(summary(2, ("en",), renderings=renderings(LUNA))), identified=True)
    server.expect_request(
        f"{DOCUMENTS}/2/versions/2/approvals", "POST", json={"language": "es", "digest": DIGEST}
    ).respond_with_response(answer(changed(summary(2, ("es", "en")))))

    with Terminal(environment, "documents", "approve", REFERENCE, "2") as terminal:
        terminal.expect("approve the text in es, and what its readers get? [y/N]")
        read = terminal.drawn
        terminal.type("y\n")
        assert terminal.end() == 0

    assert "**Luna** cuida el manantial." in read
    assert "**Luna** cares for the spring." not in read
    assert "Luna is Itzel Robles Canseco, defensora" in read
    assert DIGEST in read
    assert f"You approved {REFERENCE}/2 in es." in terminal.drawn
    assert "still waits" not in terminal.drawn


def test_whoever_says_no_approves_nothing(server: HTTPServer, environment: dict[str, str]) -> None:
    serve_version(server, whole(summary(2)), identified=True)

    with Terminal(environment, "documents", "approve", REFERENCE, "2") as terminal:
        terminal.expect("approve the text in es, en")
        terminal.type("n\n")
        assert terminal.end() == 2

    assert {request.method for request, _ in server.log} == {"GET"}


def test_without_a_terminal_an_approval_needs_yes_or_a_digest(server: HTTPServer, run: Run) -> None:
    unconfirmed = run("documents", "approve", REFERENCE, "2")
    assert unconfirmed.exit_code == 2
    assert "Without a terminal, add --yes." in unconfirmed.stderr
    assert server.log == []

    serve_version(server, whole(summary(2)), identified=True)
    for language in ("es", "en"):
        server.expect_request(
            f"{DOCUMENTS}/2/versions/2/approvals", json={"language": language, "digest": DIGEST}
        ).respond_with_response(answer(changed(summary(2))))
    told = run("documents", "approve", REFERENCE, "2", "--yes")
    assert told.exit_code == 0
    assert told.stdout.count("It still waits for somebody else's approval.") == 2


def test_a_digest_approves_what_it_names_and_opens_nothing_private(server: HTTPServer, run: Run) -> None:
    serve_version(server, whole(summary(2)), identified=False)
    other, approved = "ab" * 32, changed(summary(2, ("es",)))
    server.expect_request(
        f"{DOCUMENTS}/2/versions/2/approvals", json={"language": "es", "digest": other}
    ).respond_with_response(problem(409, "The text is not the one that you read."))
    server.expect_request(
        f"{DOCUMENTS}/2/versions/2/approvals", json={"language": "es", "digest": DIGEST}
    ).respond_with_response(answer(approved))

    command = ("documents", "approve", REFERENCE, "2", "--language", "es", "--version", "2", "--json")
    assert run(*command, "--digest", other).exit_code == 1
    told = run(*command, "--digest", DIGEST)

    assert told.stdout == approved.model_dump_json() + "\n"
    assert not any(b"identified" in request.query_string for request, _ in server.log)


def test_what_is_approved_in_every_language_is_not_approved_again(server: HTTPServer, run: Run) -> None:
    serve_version(server, whole(summary(2, ("es", "en"))), identified=True)

    told = run("documents", "approve", REFERENCE, "2", "--yes")

    assert told.exit_code == 2
    assert "is approved" in told.stderr


def test_a_difference_can_be_read_without_colour(server: HTTPServer, run: Run) -> None:
    before = {"es": TEXT.model_copy(update={"body": "Viven cuatro familias.\n\nSe van."}), "en": ENGLISH}
    after = {"es": TEXT.model_copy(update={"body": "Viven cinco familias.\n\nSe quedan\nhoy."})}
    found = DifferenceView(
        index=f"{REFERENCE}/2",
        before=1,
        after=2,
        before_digest=DIGEST,
        after_digest=DIGEST,
        languages=difference_of(before, after, ["es", "en"]),  # type: ignore[arg-type]
        renderings=[RenderingChange(language="en", kind=RenderingKind.PUBLIC, change=Change.REMOVED)],
    )
    server.expect_request(f"{DOCUMENTS}/2/versions/1/difference/2").respond_with_response(answer(found))

    told = run("documents", "diff", REFERENCE, "2", "1", "2")

    lines = [line.rstrip() for line in told.stdout.splitlines()]
    assert lines[0] == f"{REFERENCE}/2: from version 1 to version 2"
    start = lines.index("Body: changed") + 1
    assert lines[start : start + 4] == [
        "~ Viven [-cuatro-]{+cinco+} familias.",
        "",
        "~ Se [-van.-]{+quedan+}",
        "+ hoy.",
    ]
    assert "Summary: unchanged" in lines
    assert "- **Luna** cares for the spring." in lines
    assert "  en, everybody: removed" in lines
    as_json = run("documents", "diff", REFERENCE, "2", "1", "2", "--json")
    assert as_json.stdout == found.model_dump_json() + "\n"


def test_an_action_is_reopened_by_a_file(server: HTTPServer, run: Run) -> None:
    server.expect_request(f"/api/v1/actions/{REFERENCE}/reopen", "POST").respond_with_response(
        answer(decided(Decision.REOPEN, Phase.VERIFYING))
    )

    told = run("reopen", REFERENCE, str(EXAMPLE))

    assert told.exit_code == 0
    assert f"{REFERENCE} is open again" in told.stdout
    assert json.loads(server.log[0][0].get_data())["kind"] == "further_information"
