"""The coordinators' script against the real API over a real database, while Temporal is away."""

import json
import signal
from pathlib import Path

from models.vocabulary import Role
from tests.integration.desks import Desk, DeskOf

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
CASE = str(EXAMPLES / "case.yaml")


async def _started(coordinator: Desk) -> str:
    ended = await coordinator.run("start", CASE, "--json")
    assert ended.code == 0, ended.errors
    reference: str = json.loads(ended.out)["reference"]
    return reference


async def test_a_case_is_started_shown_and_listed(desk_of: DeskOf) -> None:
    coordinator = await desk_of(Role.COORDINATOR)

    started = await coordinator.run("start", CASE)
    reference = started.out.split()[0]
    shown, listed = await coordinator.run("show", reference), await coordinator.run("list")

    assert started.code == shown.code == listed.code == 0
    assert f"python starter.py attest {reference}" in started.out
    assert "Ceiba (person, pseudonym)" in shown.out
    assert "Maruca" not in shown.out
    assert reference in listed.out


async def test_the_same_idempotency_key_starts_one_action(desk_of: DeskOf) -> None:
    coordinator = await desk_of(Role.COORDINATOR)

    for _ in range(2):
        assert (await coordinator.run("start", CASE, "--idempotency-key", "case-7")).code == 0

    assert len(json.loads((await coordinator.run("list", "--json")).out)["actions"]) == 1


async def test_the_directory_is_imported_and_imported_again(desk_of: DeskOf) -> None:
    admin = await desk_of(Role.ADMIN)
    contacts = str(EXAMPLES / "contacts.yaml")

    assert "12 new, 0 updated" in (await admin.run("contacts", "import", contacts)).out
    assert "0 updated, 12 unchanged" in (await admin.run("contacts", "import", contacts)).out


async def test_what_only_the_server_knows_to_be_wrong_is_bad_input(desk_of: DeskOf) -> None:
    """This server takes no partner system without TLS."""
    admin = await desk_of(Role.ADMIN)

    refused = await admin.run("partners", "import", str(EXAMPLES / "partners.yaml"))

    assert refused.code == 2
    assert "partners.1.api.url" in refused.errors


async def test_two_verifiers_attest_and_the_author_cannot(desk_of: DeskOf) -> None:
    author = await desk_of(Role.COORDINATOR, Role.VERIFIER)
    first, second = await desk_of(Role.VERIFIER), await desk_of(Role.VERIFIER)
    reference = await _started(author)

    own = await author.run("attest", reference, "--yes")
    assert own.code == 1
    assert "author" in own.errors
    assert "attested: 1 of 2" in (await first.run("attest", reference, "--yes")).out
    digest = json.loads((await second.run("show", reference, "--json")).out)["document"]["digest"]
    assert (await second.run("attest", reference, "--digest", "0" * 64)).code == 1
    assert "attested: 2 of 2" in (await second.run("attest", reference, "--digest", digest)).out


async def test_a_consent_is_recorded_passed_on_and_taken_back_and_somebody_shown_otherwise(
    desk_of: DeskOf, tmp_path: Path
) -> None:
    coordinator, verifier = await desk_of(Role.COORDINATOR), await desk_of(Role.VERIFIER)
    reference, said = await _started(coordinator), tmp_path / "said.yaml"
    how = ("--method", "phone", "--on", "2026-10-30")

    added = await coordinator.run(
        "consents", "add", reference, "--person", "0", "--use", "photograph", "--given",
        "--given-by", "herself", *how,
    )  # fmt: skip
    said.write_text(
        "{because: death, happened_on: 2026-10-30, family: {name: Amada Invento, relation: hija}}"
    )
    passed = await coordinator.run("consents", "pass", reference, str(said), "--person", "1")
    revoked = await verifier.run("consents", "revoke", reference, "--person", "1", "--use", "all", "--yes")
    hidden = await coordinator.run(
        "people", "visibility", reference, "--person", "1", "--visibility", "withheld", "--json"
    )
    said.write_text("{kind: media, name: Radio Invento, received_on: 2026-10-30}")
    sourced = await coordinator.run("sources", "add", reference, str(said))
    listed = await verifier.run("consents", "list", reference)

    ended = (added, passed, revoked, hidden, sourced, listed)
    assert [one.code for one in ended] == [0] * 6, [one.errors for one in ended]
    assert "3 consents are taken back" in revoked.out
    assert "consent of the public" in revoked.out
    assert "documents.1.texts.es.body" in hidden.out
    assert "Her family decides since 2026-10-30 (death)." in listed.out
    assert "NOT allowed  Name in public: yes" in listed.out
    assert "allowed  Photograph: yes (herself, phone, 2026-10-30)" in listed.out
    assert not [one for one in ended if "Amada" in one.out or "Radio" in one.out]


async def test_hold_resume_and_stop_take_effect_while_the_engine_is_away(desk_of: DeskOf) -> None:
    coordinator = await desk_of(Role.COORDINATOR)
    reference = await _started(coordinator)

    held = await coordinator.run("hold", reference)
    assert "is on hold" in held.out
    assert "will be told" in held.errors
    assert (await coordinator.run("hold", reference)).code == 1
    assert (await coordinator.run("resume", reference)).code == 0
    assert (await coordinator.run("stop", reference)).code == 2
    assert (await coordinator.run("stop", reference, "--yes")).code == 0
    assert "◉ Stopped" in (await coordinator.run("show", reference)).out


async def test_each_kind_of_no_has_its_exit_code(desk_of: DeskOf) -> None:
    coordinator, verifier = await desk_of(Role.COORDINATOR), await desk_of(Role.VERIFIER)
    reference = await _started(coordinator)

    assert (await coordinator.run("list", "--api-key", "acu_unknown")).code == 1
    assert (await verifier.run("resume", reference)).code == 1
    assert (await coordinator.run("show", "UA-1999-001")).code == 1
    assert (await coordinator.run("release", reference, "--yes")).code == 1
    assert (await coordinator.run("attest", reference, "--digest", "short")).code in {1, 2}
    assert (await coordinator.run("close", reference, "--yes")).code == 3


async def test_following_sees_what_others_do_until_the_end(desk_of: DeskOf) -> None:
    coordinator = await desk_of(Role.COORDINATOR)
    reference = await _started(coordinator)
    following = await coordinator.launch("follow", reference)
    assert following.stdout is not None
    first = await following.stdout.readline()

    await coordinator.run("hold", reference)
    second = await following.stdout.readline()
    await coordinator.run("stop", reference, "--yes")
    last = await following.stdout.read()

    assert first.decode().startswith(f"{reference} received · attested 0 of 2")
    assert "on hold" in second.decode()
    assert last.decode().startswith(f"{reference} stopped")
    assert await following.wait() == 0


async def test_following_ends_quietly_by_ctrl_c_in_the_middle_of_a_poll(desk_of: DeskOf) -> None:
    coordinator = await desk_of(Role.COORDINATOR)
    reference = await _started(coordinator)
    following = await coordinator.launch("follow", reference, "--json")
    assert following.stdout is not None
    await following.stdout.readline()

    following.send_signal(signal.SIGINT)
    out, errors = await following.communicate()

    assert (following.returncode, out, errors) == (0, b"", b"")
