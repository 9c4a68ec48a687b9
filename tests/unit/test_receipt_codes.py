"""What providers' words and codes mean."""

import pytest

from models.delivery_receipts import ReceiptKind as R
from models.receipt_codes import CallbackProvider, Verdict, bounce_verdict, sms_verdict

TWILIO, VONAGE, GATEWAY = CallbackProvider


@pytest.mark.parametrize(
    ("provider", "status", "code", "kind"),
    [
        (TWILIO, "queued", None, R.ACCEPTED),
        (TWILIO, "sent", None, R.ACCEPTED),
        (TWILIO, "delivered", None, R.DELIVERED),
        (TWILIO, "undelivered", "30003", R.SOFT_BOUNCE),
        (TWILIO, "undelivered", "30005", R.HARD_BOUNCE),
        (TWILIO, "failed", "21614", R.HARD_BOUNCE),
        (TWILIO, "failed", "21610", R.OPTED_OUT),
        (TWILIO, "failed", None, R.SOFT_BOUNCE),
        (VONAGE, "submitted", None, R.ACCEPTED),
        (VONAGE, "accepted", "0", R.ACCEPTED),
        (VONAGE, "buffered", "0", R.DEFERRED),
        (VONAGE, "delivered", "0", R.DELIVERED),
        (VONAGE, "failed", "2", R.SOFT_BOUNCE),
        (VONAGE, "failed", "3", R.HARD_BOUNCE),
        (VONAGE, "rejected", "9", R.HARD_BOUNCE),
        (VONAGE, "undeliverable", "1190", R.HARD_BOUNCE),
        (VONAGE, "rejected", "1210", R.SOFT_BOUNCE),
        (GATEWAY, "accepted", None, R.ACCEPTED),
        (GATEWAY, "deferred", None, R.DEFERRED),
        (GATEWAY, "delivered", None, R.DELIVERED),
        (GATEWAY, "failed", "no_such_number", R.HARD_BOUNCE),
        (GATEWAY, "failed", "unsubscribed", R.OPTED_OUT),
        (GATEWAY, "failed", "expired", R.SOFT_BOUNCE),
    ],
)
def test_a_status_is_read(provider: CallbackProvider, status: str, code: str | None, kind: R) -> None:
    assert sms_verdict(provider, status, code) == Verdict(kind)


@pytest.mark.parametrize("provider", CallbackProvider)
def test_a_code_that_no_table_holds_is_loud_and_suppresses_nothing(provider: CallbackProvider) -> None:
    assert sms_verdict(provider, "failed", "77777") == Verdict(R.SOFT_BOUNCE, recognised=False)


@pytest.mark.parametrize("provider", CallbackProvider)
def test_a_status_that_no_table_holds_says_nothing(provider: CallbackProvider) -> None:
    assert sms_verdict(provider, "abducted", None) is None


@pytest.mark.parametrize(
    ("action", "status", "diagnostic", "kind"),
    [
        ("failed", "5.1.1", "", R.HARD_BOUNCE),
        ("failed", "5.1.10 (no mail)", "", R.HARD_BOUNCE),
        ("failed", "5.2.1", "", R.HARD_BOUNCE),
        ("failed", "5.2.2", "", R.SOFT_BOUNCE),
        ("failed", "5.7.1", "smtp; 550 5.7.1 spam", R.SOFT_BOUNCE),
        ("failed", "4.4.7", "", R.SOFT_BOUNCE),
        ("failed", "5.0.0", "smtp; 550-5.1.1 The account does not exist", R.HARD_BOUNCE),
        ("failed", "5.0.0", "smtp; 550 no", R.SOFT_BOUNCE),
        ("delayed", "4.4.1", "", R.DEFERRED),
        ("delivered", "2.0.0", "", R.DELIVERED),
        ("relayed", "2.0.0", "", R.ACCEPTED),
    ],
)
def test_a_delivery_status_is_read(action: str, status: str, diagnostic: str, kind: R) -> None:
    assert bounce_verdict(action, status, diagnostic) == Verdict(kind)


def test_a_failure_without_a_code_suppresses_nothing_and_is_loud() -> None:
    assert bounce_verdict("failed", "?", "?") == Verdict(R.SOFT_BOUNCE, recognised=False)


def test_an_action_that_nobody_defined_says_nothing() -> None:
    assert bounce_verdict("abducted", "5.1.1", "") is None
