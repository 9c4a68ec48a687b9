"""The links of invited partners, from the script."""

from datetime import UTC, datetime

from pytest_httpserver import HTTPServer

from models.partners import LinkState
from tests.unit.console.api_answers import REFERENCE, answer, problem
from tests.unit.console.conftest import Run
from web.sign_on_schemas import InvitationList, InvitationView

INVITATIONS = f"/api/v1/actions/{REFERENCE}/invitations"
LINK = f"{INVITATIONS}/casa-manantial/link"


def listed(*states: LinkState) -> InvitationList:
    moment = datetime(2027, 3, 1, tzinfo=UTC)
    return InvitationList(
        reference=REFERENCE,
        invitations=[
            InvitationView(
                document=1,
                id="casa-manantial",
                partner="Casa Ejemplo",
                country="MX",
                invited_at=moment,
                link=state,
                expires_at=moment if state is LinkState.LIVE else None,
            )
            for state in states
        ],
    )


def test_invited_partners_are_listed_with_the_state_of_their_links(server: HTTPServer, run: Run) -> None:
    server.expect_request(INVITATIONS, "GET").respond_with_response(answer(listed(*LinkState)))
    told = run("invitations", "list", REFERENCE.lower()).stdout
    assert told.count(f"{REFERENCE}/1") == 4
    assert "casa-manantial   Casa Ejemplo   MX   live" in told
    assert told.count("until ") == 1
    assert all(state in told for state in ("expired", "revoked", "awaited"))


def test_where_nobody_was_invited_the_list_says_so(server: HTTPServer, run: Run) -> None:
    server.expect_request(INVITATIONS, "GET").respond_with_response(answer(listed()))
    assert "has invited nobody yet" in run("invitations", "list", REFERENCE).stdout


def test_a_link_is_reissued(server: HTTPServer, run: Run) -> None:
    server.expect_ordered_request(LINK, "POST").respond_with_response(answer(listed(LinkState.AWAITED), 202))
    told = run("invitations", "reissue", REFERENCE, "casa-manantial")
    assert told.exit_code == 0
    assert "A new link is on its way" in told.stdout


def test_a_link_to_an_earlier_document_is_reissued_by_its_number(server: HTTPServer, run: Run) -> None:
    expected = server.expect_ordered_request(LINK, "POST", query_string={"document": "1"})
    expected.respond_with_response(answer(listed(LinkState.AWAITED), 202))
    assert run("invitations", "reissue", REFERENCE, "casa-manantial", "--document", "1").exit_code == 0


def test_links_are_revoked(server: HTTPServer, run: Run) -> None:
    server.expect_ordered_request(LINK, "DELETE").respond_with_response(answer(listed(LinkState.REVOKED)))
    told = run("invitations", "revoke", REFERENCE, " casa-manantial ")
    assert told.exit_code == 0
    assert "Its links open nothing any more." in told.stdout


def test_an_answer_as_json_is_what_the_api_answered(server: HTTPServer, run: Run) -> None:
    tree = listed(LinkState.REVOKED)
    server.expect_request(INVITATIONS, "GET").respond_with_response(answer(tree))
    server.expect_request(LINK, "POST").respond_with_response(answer(tree, 202))
    server.expect_request(LINK, "DELETE").respond_with_response(answer(tree))
    asked = [["list", REFERENCE], *([name, REFERENCE, "casa-manantial"] for name in ("reissue", "revoke"))]
    for command in asked:
        assert run("invitations", *command, "--json").stdout == tree.model_dump_json() + "\n"


def test_a_partner_that_was_not_invited_is_told_of_with_what_to_do(server: HTTPServer, run: Run) -> None:
    refused = problem(404, "This partner was not invited.")
    server.expect_request(f"{INVITATIONS}/a/b/link", "DELETE").respond_with_response(refused)
    told = run("invitations", "revoke", REFERENCE, "a/b")
    assert told.exit_code == 1
    assert "This partner was not invited." in told.stderr
