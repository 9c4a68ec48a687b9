import json
from datetime import date
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from models.contact_csv import CONTACTS_TABLE
from models.contact_file import parse_contacts
from models.contact_vocabulary import BasisKind, ContactEventKind, RemovalReason
from models.directory_tables import read_table
from models.problems import Problem
from models.vocabulary import Audience, Channel, ContactKind
from models.yaml_tree import read_yaml
from tests.unit.console.api_answers import NOW, REFERENCE, answer, problem
from tests.unit.console.conftest import Run
from web.audience_schemas import AudienceView, SelectionView
from web.contact_schemas import (
    BasisView,
    ContactChannelView,
    ContactEvents,
    ContactEventView,
    ContactPage,
    ContactRemoved,
    ContactsCheck,
    ContactsImported,
    ContactView,
    ContactWhole,
    ListRemoved,
    ListsView,
    ListView,
    SuppressedAddress,
)
from web.import_schemas import UpdatedEntry
from web.schemas import UnreachableTarget

EXAMPLES = Path(__file__).parents[3] / "examples"
CONTACTS = "/api/v1/contacts"
ACTION = f"/api/v1/actions/{REFERENCE}"
BAD = Problem(field="contacts.1.lists.0", rule="is no list", remedy="Correct it.")


def ana(slug: str = "ana") -> ContactView:
    return ContactView(
        id=slug,
        name="=Ana de Ñuiñé",
        kind=ContactKind.PRESS,
        languages=["es", "no"],
        tags=["radio"],
        lists=["redacciones"],
        basis=BasisView(kind=BasisKind.PRESS_ADDRESS, on=date(2026, 1, 2)),
        channels=[
            ContactChannelView(channel=Channel.EMAIL, value="ana@red.example"),
            ContactChannelView(channel=Channel.SMS, value="+12025550123"),
        ],
    )


LISTS = ListsView(lists=[ListView(id="redacciones", names={"es": "Redacciones"}, contacts=2)])


@pytest.fixture
def table() -> str:
    return str(EXAMPLES / "contacts.csv")


def test_a_table_is_sent_one_contact_a_line(server: HTTPServer, run: Run, table: str) -> None:
    done = ContactsImported(created=2, updated=0, unchanged=0, barred=1)
    server.expect_request(CONTACTS, "POST").respond_with_response(answer(done))

    result = run("contacts", "import", table)

    request = server.log[0][0]
    head, *lines = map(json.loads, request.get_data().splitlines())
    assert result.exit_code == 0, result.output
    assert "2 new, 0 updated, 0 unchanged. Left out, since they had themselves removed: 1." in result.stdout
    assert request.content_type == "application/x-ndjson"
    assert head == {}
    expected = read_table(Path(table).read_text("utf-8"), CONTACTS_TABLE).tree
    assert parse_contacts({"contacts": lines}) == parse_contacts(expected)


def test_lists_of_a_file_go_before_its_contacts(server: HTTPServer, run: Run) -> None:
    done = ContactsImported(created=12, updated=0, unchanged=0, barred=0)
    server.expect_request(CONTACTS, "POST").respond_with_response(answer(done))

    result = run("contacts", "import", str(EXAMPLES / "contacts.yaml"))

    head, *lines = map(json.loads, server.log[0][0].get_data().splitlines())
    assert result.exit_code == 0, result.output
    assert [one["id"] for one in head["lists"]] == ["redacciones", "respuesta-rapida"]
    assert len(lines) == 12


def test_mistakes_in_a_table_are_told_by_line_and_nothing_is_sent(
    server: HTTPServer, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "prensa.csv"
    file.write_text("id,name,kind,languages,channel,address\nana,Ana,press,es,email,ana\n", "utf-8")

    result = run("contacts", "import", str(file))

    assert result.exit_code == 2
    assert "line 2, address" in result.stderr
    assert "line 2, basis" in result.stderr
    assert server.log == []


def test_what_only_the_server_finds_is_told_by_line_too(server: HTTPServer, run: Run, table: str) -> None:
    server.expect_request(CONTACTS).respond_with_response(problem(422, "The input has problems.", BAD))

    result = run("contacts", "import", table)

    assert result.exit_code == 2
    assert "line 3, lists" in result.stderr


def test_a_dry_run_tells_everything_and_ends_as_bad_input_where_something_is_wrong(
    server: HTTPServer, run: Run, table: str
) -> None:
    checked = ContactsCheck(
        created=1, updated=1, unchanged=1, barred=1, problems=[BAD],
        changes=[UpdatedEntry(id="diario-la-ceiba", fields=["tags"])], barred_ids=["eva"],
    )  # fmt: skip
    server.expect_request(f"{CONTACTS}/check", "POST").respond_with_response(answer(checked))

    result = run("contacts", "import", table, "--dry-run")

    assert result.exit_code == 2
    assert "Dry run, nothing was changed: 1 new, 1 updated, 1 unchanged, 1 left out." in result.stdout
    assert "line 3, lists" in result.stderr
    scripted = json.loads(run("contacts", "import", table, "--dry-run", "--json").stdout)
    assert scripted["problems"][0]["field"] == "line 3, lists"
    assert scripted["created"] == 1


@pytest.mark.parametrize("form", ["csv", "yaml"])
def test_an_export_goes_through_all_pages_and_can_be_imported(
    server: HTTPServer, run: Run, form: str
) -> None:
    first = ContactPage(contacts=[ana("a"), ana("b")], next_after="b")
    query = {"limit": "1000", "tag": "radio"}
    server.expect_request("/api/v1/lists").respond_with_response(answer(LISTS))
    server.expect_request(CONTACTS, query_string={**query, "after": "b"}).respond_with_json(
        json.loads(ContactPage(contacts=[ana("c")]).model_dump_json(exclude_none=True))
    )
    server.expect_request(CONTACTS, query_string=query).respond_with_json(
        json.loads(first.model_dump_json(exclude_none=True))
    )

    result = run("contacts", "export", "--format", form, "--tag", "radio")

    assert result.exit_code == 0, result.output
    tree = read_table(result.stdout, CONTACTS_TABLE).tree if form == "csv" else read_yaml(result.stdout)
    entries = parse_contacts(tree)
    assert [entry.id for entry in entries] == ["a", "b", "c"]
    assert entries[0].name == "=Ana de Ñuiñé"


def test_contacts_are_listed_without_addresses_and_with_the_way_to_more(server: HTTPServer, run: Run) -> None:
    query = {"limit": "1", "list": "redacciones", "kind": "press", "search": "an"}
    server.expect_request(CONTACTS, query_string=query).respond_with_response(
        answer(ContactPage(contacts=[ana()], next_after="ana"))
    )

    chosen = ("--list", "redacciones", "--kind", "press", "--search", "an")
    result = run("contacts", "list", *chosen, "--limit", "1")

    assert result.exit_code == 0, result.output
    assert "--after ana" in result.stdout
    assert "ana@red.example" not in result.stdout


def test_a_contact_is_shown_with_the_addresses_that_are_not_written_to(server: HTTPServer, run: Run) -> None:
    suppressed = [SuppressedAddress(place=1, reason="unsubscribed", since=NOW)]
    server.expect_request(f"{CONTACTS}/ana").respond_with_response(
        answer(ContactWhole(contact=ana(), suppressed=suppressed, updated_at=NOW))
    )

    shown = run("contacts", "show", "ana").stdout

    assert "no: unsubscribed" in next(line for line in shown.splitlines() if "+12025550123" in line)
    assert "yes" in next(line for line in shown.splitlines() if "ana@red.example" in line)
    assert "press address since 2026-01-02" in shown


def test_who_asked_to_be_removed_is_removed_and_told_what_that_means(server: HTTPServer, run: Run) -> None:
    server.expect_request(f"{CONTACTS}/ana", "DELETE", query_string={"why": "asked"}).respond_with_response(
        answer(ContactRemoved(id="ana", why=RemovalReason.ASKED))
    )

    result = run("contacts", "remove", "ana", "--yes")

    assert result.stdout == "ana was removed. Nothing will be sent to her addresses again.\n"
    assert run("contacts", "remove", "ana").exit_code == 2


def test_lists_are_kept_and_taken_away(server: HTTPServer, run: Run) -> None:
    server.expect_request("/api/v1/lists", "POST").respond_with_response(answer(LISTS.lists[0]))
    server.expect_request("/api/v1/lists", "GET").respond_with_response(answer(LISTS))
    server.expect_request("/api/v1/lists/redacciones", "DELETE").respond_with_response(
        answer(ListRemoved(id="redacciones", contacts=2))
    )

    kept = run("lists", "set", "redacciones", "--name", "es=Redacciones", "--description", "Diarios")

    assert kept.stdout == "redacciones is kept. Contacts on it: 2.\n"
    assert json.loads(server.log[0][0].get_data()) == {
        "id": "redacciones", "names": {"es": "Redacciones"}, "description": "Diarios",
    }  # fmt: skip
    assert "es: Redacciones" in run("lists", "list").stdout
    assert "stood on it: 2" in run("lists", "remove", "redacciones", "--yes").stdout
    assert run("lists", "set", "redacciones").exit_code == 2


def test_the_log_tells_who_did_how_much(server: HTTPServer, run: Run) -> None:
    event = ContactEventView(at=NOW, kind=ContactEventKind.IMPORTED, person="Marisol", detail={"created": 3})
    server.expect_request("/api/v1/lists/events").respond_with_response(answer(ContactEvents(events=[event])))
    assert "created 3" in run("contacts", "log").stdout


AUDIENCE = AudienceView(
    audiences=[Audience.TARGETS, Audience.PRESS],
    contacts=SelectionView(lists=["redacciones"], countries=["MX"]),
    unreachable_targets=[UnreachableTarget(number=2, office="Embajada")],
)


def test_an_audience_is_shown_and_narrowed(server: HTTPServer, run: Run) -> None:
    server.expect_request(f"{ACTION}/audience").respond_with_json(
        AUDIENCE.model_dump(mode="json", exclude_none=True)
    )

    shown = run("audience", "show", REFERENCE).stdout

    assert "Goes to: targets, press." in shown
    assert "only these lists: redacciones." in shown
    assert "Target 2 (Embajada) has no usable address." in shown
    run("audience", "set", REFERENCE, "--list", "redacciones", "--country", "MX", "--country", "GT")
    run("audience", "set", REFERENCE, "--everybody")
    sent = [json.loads(request.get_data()) for request, _ in server.log[1:]]
    chosen = {"lists": ["redacciones"], "countries": ["MX", "GT"]}
    assert sent == [{"contacts": chosen}, {"contacts": None}]
    for wrong in ((), ("--everybody", "--tag", "radio")):
        assert run("audience", "set", REFERENCE, *wrong).exit_code == 2


def test_a_target_gets_another_address_from_options(server: HTTPServer, run: Run) -> None:
    server.expect_request(f"{ACTION}/targets/2/addresses", "POST").respond_with_json(
        AUDIENCE.model_dump(mode="json", exclude_none=True)
    )
    given = {
        "channel": "email", "value": "nueva@embajada.example", "source": "llamada",
        "checked_on": "2026-11-01", "valid_until": "2036-11-01",
    }  # fmt: skip
    options = [part for name, value in given.items() for part in (f"--{name.replace('_', '-')}", value)]

    result = run("targets", "add-address", REFERENCE, "2", *options)

    assert result.exit_code == 0, result.output
    assert json.loads(server.log[0][0].get_data()) == given
    late = [*options[:-1], "2026-11-02"]
    told = run("targets", "add-address", REFERENCE, "2", *late)
    assert told.exit_code == 2
    assert "valid_until" in told.stderr
    assert len(server.log) == 1
