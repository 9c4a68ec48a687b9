"""Commands for the systems of partners."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pytest_httpserver import HTTPServer

from tests.unit.console.api_answers import answer
from tests.unit.console.conftest import Run
from web.partner_schemas import FormerSecretView, NewPartnerKey, PartnerKeyRevoked, SecretView

CASA = "/api/v1/partners/casa"
SECRET = "whsec_" + "QUFB" * 8
KEY_ID = UUID(int=7)


@pytest.mark.parametrize("overlap", [True, False])
def test_a_new_secret_is_printed_once_and_alone(server: HTTPServer, run: Run, *, overlap: bool) -> None:
    until = datetime.now(UTC) + timedelta(days=3) if overlap else None
    days = 3 if overlap else 0
    server.expect_request(f"{CASA}/secret", method="POST", json={"overlap_days": days}).respond_with_response(
        answer(SecretView(id="casa", secret=SECRET, former_until=until))
    )
    done = run("partners", "rotate-secret", "casa", "--overlap-days", str(days))
    assert done.stdout == f"{SECRET}\n"
    assert SECRET not in done.stderr
    assert ("holds until" if overlap else "holds no more") in done.stderr


@pytest.mark.parametrize(("ended", "told"), [(True, "one secret."), (False, "one secret, as it was.")])
def test_a_change_of_secrets_is_ended(server: HTTPServer, run: Run, told: str, *, ended: bool) -> None:
    server.expect_request(f"{CASA}/secret/former", method="DELETE").respond_with_response(
        answer(FormerSecretView(id="casa", ended=ended))
    )
    assert told in run("partners", "end-rotation", "casa").stdout


def test_a_key_is_printed_once_with_how_to_end_it(server: HTTPServer, run: Run) -> None:
    server.expect_request(f"{CASA}/keys", method="POST").respond_with_response(
        answer(NewPartnerKey(id="casa", key_id=KEY_ID, key="acp_x"))
    )
    server.expect_request(f"{CASA}/keys/{KEY_ID}", method="DELETE").respond_with_response(
        answer(PartnerKeyRevoked(id="casa", key_id=KEY_ID))
    )
    made = run("partners", "make-key", "casa")
    assert made.stdout == "acp_x\n"
    assert f"partners revoke-key casa {KEY_ID}" in made.stderr
    assert "is revoked" in run("partners", "revoke-key", "casa", str(KEY_ID)).stdout
