"""Settings about providers that are refused; none of them may show what was written."""

CANARY = "Xochitl-Canary-7319"

CALLBACKS_WRONG = {
    "ACUERPA_EMAIL_CONNECTIONS": (CANARY, "0", "65"),
    "ACUERPA_HTTP_CONNECTIONS": (CANARY, "0", "65"),
    "ACUERPA_MAIL_BOUNCES": (CANARY,),
    "ACUERPA_CALLBACK_TWILIO": (CANARY[:15], f"{CANARY},", f"{CANARY} {CANARY}", f"{CANARY},short"),
    "ACUERPA_CALLBACK_VONAGE": (CANARY[:15],),
    "ACUERPA_CALLBACK_SMS": (CANARY[:15],),
    "ACUERPA_CALLBACK_BOUNCES": (CANARY[:15],),
    "ACUERPA_CALLBACK_MAIL": (CANARY, f"whsec_{CANARY}"),
}
"""Too short, an empty one in a list, not one word; no Standard Webhooks secret."""
