import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from pytest_httpserver import HTTPServer

from models.directory import parse_partners
from models.partner_csv import read_partners_csv
from models.partner_vocabulary import ChangeOutcome, PartnerEventKind, PartnerKind, PartnerStatus
from models.problems import Problem
from models.vocabulary import Channel
from models.yaml_tree import read_yaml
from tests.unit.console.api_answers import NOW, answer, problem
from tests.unit.console.conftest import Run
from web.import_schemas import ImportResult, UpdatedEntry
from web.partner_schemas import (
    ChangeDecided,
    ChangeList,
    ChangeView,
    CompromisedView,
    ImportCheck,
    LogoView,
    MandateView,
    PartnerApiView,
    PartnerContactView,
    PartnerEventView,
    PartnerList,
    PartnerView,
    PartnerWhole,
    RestoredView,
    StatusView,
)

EXAMPLES = Path(__file__).parents[3] / "examples"
PARTNERS = "/api/v1/partners"
CASA = PartnerView(
    id="casa",
    name="=Casa de Ñuiñé",
    kind=PartnerKind.COLLECTIVE,
    country="NO",
    languages=["es", "no"],
    groups=["women"],
    registered_address="oficina@casa.example",
    contacts=[
        PartnerContactView(name="Ana", email="ana@casa.example", language="es", asked_by=Channel.EMAIL),
        PartnerContactView(
            name="Bea", email="bea@casa.example", language="no", phone="+12025550123", asked_by=Channel.EMAIL
        ),
    ],
    member_count=4,
    members=["red"],
    mandate=MandateView.model_validate({"follows": "red", "given_on": "2026-01-02", "given_by": "Asamblea"}),
    status=PartnerStatus.PAUSED,
    api=PartnerApiView(url="https://casa.example/in"),
)
EXPORTED = json.dumps({"partners": [CASA.model_dump(mode="json", exclude_none=True)]})
BAD = Problem(field="partners.0.contacts.1.email", rule="must be a mail address", remedy="Correct it.")


@pytest.fixture
def table() -> str:
    return str(EXAMPLES / "partners.csv")


def test_a_table_is_sent_as_the_tree_that_it_stands_for(server: HTTPServer, run: Run, table: str) -> None:
    done = ImportResult(created=2, updated=0, unchanged=1)
    server.expect_request(PARTNERS, "POST").respond_with_response(answer(done))

    result = run("partners", "import", table)

    sent = json.loads(server.log[0][0].get_data())
    assert result.exit_code == 0, result.output
    assert "Imported partners: 2 new, 0 updated, 1 unchanged." in result.stdout
    assert parse_partners(sent) == parse_partners(read_partners_csv(Path(table).read_text("utf-8")).tree)


def test_mistakes_in_a_table_are_told_by_line_and_nothing_is_sent(
    server: HTTPServer, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "socias.csv"
    file.write_bytes("id;name;contact_email\ncasa;Casa;ana\n;Otra;bea@casa.example\n".encode("utf-8-sig"))

    result = run("partners", "import", str(file))

    assert result.exit_code == 2
    assert "line 2, contact_email" in result.stderr
    assert "line 3, name" in result.stderr
    assert server.log == []


def test_what_only_the_server_finds_is_told_by_line_too(server: HTTPServer, run: Run, table: str) -> None:
    server.expect_request(PARTNERS).respond_with_response(problem(422, "The input has problems.", BAD))

    result = run("partners", "import", table)

    assert result.exit_code == 2
    assert "line 3, contact_email" in result.stderr
    assert "partners.0" not in result.stderr


def test_a_dry_run_tells_everything_and_ends_as_bad_input_where_something_is_wrong(
    server: HTTPServer, run: Run, table: str
) -> None:
    checked = ImportCheck(
        problems=[BAD],
        created=["nueva"],
        updated=[UpdatedEntry(id="casa", fields=["name", "contacts"])],
        unchanged=["otra", "otra-mas"],
    )
    server.expect_request(f"{PARTNERS}/check", "POST").respond_with_response(answer(checked))

    result = run("partners", "import", table, "--dry-run")

    assert result.exit_code == 2
    assert "Dry run, nothing was changed: 1 new, 1 updated, 2 unchanged." in result.stdout
    assert "name, contacts" in result.stdout
    assert "line 3, contact_email" in result.stderr
    scripted = run("partners", "import", table, "--dry-run", "--json")
    assert json.loads(scripted.stdout)["problems"][0]["field"] == "line 3, contact_email"


def test_a_dry_run_without_a_mistake_is_done(server: HTTPServer, run: Run) -> None:
    checked = ImportCheck(problems=[], created=["nueva"], updated=[], unchanged=[])
    server.expect_request(f"{PARTNERS}/check", "POST").respond_with_response(answer(checked))

    assert run("partners", "import", str(EXAMPLES / "partners.yaml"), "--dry-run").exit_code == 0


def test_an_export_is_a_file_that_can_be_imported(server: HTTPServer, run: Run) -> None:
    server.expect_request(PARTNERS, "GET").respond_with_data(EXPORTED, content_type="application/json")

    as_yaml = run("partners", "export").stdout
    as_csv = run("partners", "export", "--format", "csv").stdout

    entries = parse_partners(json.loads(EXPORTED))
    assert parse_partners(read_yaml(as_yaml)) == entries
    assert parse_partners(read_partners_csv(as_csv).tree) == entries
    assert "'=Casa de Ñuiñé" in as_csv


def test_partners_are_listed_and_shown_with_what_was_done_to_them(server: HTTPServer, run: Run) -> None:
    event = PartnerEventView(
        at=NOW, kind=PartnerEventKind.UPDATED, person="Ana", detail={"fields": ["groups"]}
    )
    logo = LogoView(width=320, height=90, bytes=4_000, sha256="9f" * 32)
    until = datetime.now(UTC) + timedelta(days=3)
    whole = PartnerWhole(partner=CASA, updated_at=NOW, former_secret_until=until, logo=logo, events=[event])
    server.expect_request(PARTNERS).respond_with_response(answer(PartnerList(partners=[CASA])))
    server.expect_request(f"{PARTNERS}/casa").respond_with_response(answer(whole))

    assert "Paused" in run("partners", "list").stdout
    shown = run("partners", "show", "casa").stdout
    for told in (
        "Updated by Ana: groups",
        "320 x 90",
        "holds until",
        "email, telephone +12025550123",
        "signs whatever red signs",
        "4 red",
    ):
        assert told in shown


def test_an_empty_directory_says_how_to_fill_it(server: HTTPServer, run: Run) -> None:
    server.expect_request(PARTNERS).respond_with_response(answer(PartnerList(partners=[])))

    assert "partners import FILE" in run("partners", "list").stdout


def test_a_status_is_set(server: HTTPServer, run: Run) -> None:
    done = StatusView(id="casa", status=PartnerStatus.PAUSED, changed=True)
    server.expect_request(f"{PARTNERS}/casa/status", "POST", json={"status": "paused"}).respond_with_response(
        answer(done)
    )

    assert "casa is paused." in run("partners", "status", "casa", "paused").stdout
    assert run("partners", "status", "casa", "compromised").exit_code == 2


def test_a_partner_is_compromised_and_restored(server: HTTPServer, run: Run) -> None:
    revoked = CompromisedView(id="casa", invitations=7, doubted=2)
    server.expect_request(f"{PARTNERS}/casa/compromised", "POST").respond_with_response(answer(revoked))
    asked = RestoredView(id="casa", asked=2)
    server.expect_request(f"{PARTNERS}/casa/restore", "POST").respond_with_response(answer(asked))

    told = run("partners", "compromised", "casa").stdout
    assert "No link of casa opens anything any more (invitations: 7)." in told
    assert "until they are confirmed: 2." in told
    assert "partners restore casa" in told
    assert "Signatures that it is asked to confirm: 2." in run("partners", "restore", "casa").stdout
    assert json.loads(run("partners", "restore", "casa", "--json").stdout) == {"id": "casa", "asked": 2}


def test_a_logo_is_sent_as_it_is(server: HTTPServer, run: Run, tmp_path: Path) -> None:
    picture = tmp_path / "logo.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\xff")
    kept = LogoView(width=320, height=90, bytes=4_000, sha256="9f" * 32)
    server.expect_request(f"{PARTNERS}/casa/logo", "PUT").respond_with_response(answer(kept))

    assert "320 x 90" in run("partners", "logo", "casa", str(picture)).stdout
    assert server.log[0][0].get_data() == picture.read_bytes()
    assert run("partners", "logo", "casa", str(tmp_path / "away.png")).exit_code == 2


def test_corrections_are_listed_beside_what_stands_there_and_decided(server: HTTPServer, run: Run) -> None:
    change = ChangeView(
        id=uuid4(),
        partner="casa",
        contact="Ana",
        proposed_at=NOW,
        fields={"languages": ["es", "en"], "contact": {"name": "Ana María"}},
        now={"languages": ["es"], "contact": {"name": "Ana"}},
    )
    server.expect_request(f"{PARTNERS}/changes").respond_with_response(answer(ChangeList(changes=[change])))
    listed = run("partners", "changes").stdout
    assert all(told in listed for told in (str(change.id), "es en", "contact name", "Ana María"))
    for command, outcome in (("approve", ChangeOutcome.APPROVED), ("refuse", ChangeOutcome.REFUSED)):
        server.expect_oneshot_request(
            f"{PARTNERS}/changes/{change.id}", "POST", json={"decision": command}
        ).respond_with_response(answer(ChangeDecided(id=change.id, partner="casa", outcome=outcome)))
        assert f"was {outcome}" in run("partners", command, str(change.id)).stdout
