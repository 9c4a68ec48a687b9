"""Example contexts of the pages beside that of an invitation."""

from datetime import UTC, date, datetime

NATIVE_NAMES = [("en", "English"), ("es", "Español"), ("fr", "Français"), ("pt", "Português")]
ASKED = {
    "approver_name": "Zoraida Inventada",
    "approver_email": "zoraida@manantial.example",
    "state": "declined",
    "proposed_at": datetime(2026, 11, 20, 20, 30, tzinfo=UTC),
}
BESIDE: dict[str, object] = {
    "index": "UA-2026-014/1",
    "partner_name": "Tejedoras del Valle",
    "time_zone": "America/Mexico_City",
    "back": "/sign/1",
    "problems": {},
    "values": {},
    "form_token": "dG9rZW4",
}
APPROVER = BESIDE | {
    "asked": [ASKED],
    "is_asked": False,
    "may_ask": True,
    "left": 2,
    "languages_to_choose": NATIVE_NAMES,
    "values": {"approver_language": "es"},
}
APPROVE: dict[str, object] = {
    "proposer_name": "Amparo Ficticia Ruiz",
    "proposer_role": "Coordinadora",
    "is_late": False,
    "text_changed": False,
    "digest": "3f2a9c817be011d4" * 4,
    "form_token": "dG9rZW4",
    "problems": {},
    "values": {},
}
APPROVAL_ENDED: dict[str, object] = {
    "index": "UA-2026-014/1",
    "partner_name": "Tejedoras del Valle",
    "time_zone": "America/Mexico_City",
    "state": "declined",
    "proposer_name": "Amparo Ficticia Ruiz",
    "ended_at": datetime(2026, 11, 21, 15, 5, tzinfo=UTC),
}
QUESTIONS = BESIDE | {
    "asked": [
        {
            "text": "¿Ella misma acordó las demandas?",
            "asked_at": datetime(2026, 11, 20, 20, 30, tzinfo=UTC),
            "answer": "Sí, las acordó con nosotras.",
            "answered_at": datetime(2026, 11, 21, 15, 5, tzinfo=UTC),
        }
    ],
    "may_ask": True,
}
ACTED = {name: value for name, value in BESIDE.items() if name != "time_zone"} | {
    "reported": [
        {
            "kind": "called",
            "office": "Fiscalía de Derechos Humanos del Estado",
            "done_on": date(2026, 11, 21),
            "has_note": True,
            "id": "5d0c3a3e-3df5-4a8e-8a4e-0a54b3f3a001",
            "form_token": "dG9rZW4",
        }
    ],
    "offices": [("0", "Fiscalía de Derechos Humanos del Estado"), ("1", "Embajada de Nordania")],
    "latest": "2026-11-22",
}
CHECK_IN: dict[str, object] = {
    "index": "UA-2026-014/1",
    "number": 3,
    "news": None,
    "answered_at": None,
    "time_zone": "UTC",
    "closing": False,
    "expired": False,
    "form_token": "dG9rZW4",
    "response_path": "/check-in/1/response",
}
LOGGING: dict[str, object] = {
    "index": "UA-2026-014/1",
    "recorded": None,
    "back": "/check-in/1",
    "answerers": [("1", None, "Embajada de Nordania"), ("2", "ced", "")],
    "kinds": ["positive", "none"],
    "channels": ["email", "public"],
    "latest": "2026-11-22",
    "values": {"kind": "positive", "answerer": "1"},
    "problems": {},
    "entry": "5d0c3a3e-3df5-4a8e-8a4e-0a54b3f3a001",
    "form_token": "dG9rZW4",
}
ANSWER_WAITS: dict[str, object] = {
    "index": "UA-2026-014/1",
    "recipient_name": "Amaranta Solís",
    "partner_name": "Tejedoras del Valle",
    "sign_url": "https://red.example/s/Zm9vYmFyYmF6cXV4",
}
DETAILS = {name: value for name, value in BESIDE.items() if name != "time_zone"} | {
    "waits": True,
    "ticked": ["es"],
    "languages_to_choose": NATIVE_NAMES,
    "values": {"organisation": "Tejedoras del Valle", "contact_language": "es"},
}
OVERDUE: dict[str, object] = {
    "index": "UA-2026-014/1",
    "statement_language": "es",
    "step": "reminder",
    "number": 2,
    "sent_at": datetime(2026, 11, 20, 20, 30, tzinfo=UTC),
    "late_office": "Fiscalía Ejemplo",
    "time_zone": "America/Mexico_City",
}

DIGEST_MAIL: dict[str, object] = {
    "recipient_name": "Nayeli Robles",
    "cases": [
        {
            "reference": "UA-2026-014",
            "on_hold": False,
            "stopped": False,
            "sleeps": False,
            "waiting": {
                "check_ins": 1,
                "proposals": 2,
                "mails": 3,
                "in_doubt": 4,
                "late_replies": 5,
                "milestones_past": 6,
                "milestones_soon": 7,
                "expires_on": date(2026, 12, 4),
            },
        },
        {
            "reference": "UA-2026-015",
            "on_hold": True,
            "stopped": False,
            "sleeps": False,
            "waiting": None,
        },
    ],
}

MILESTONE: dict[str, object] = {
    "recipient_name": "Nayeli Robles",
    "reference": "UA-2026-014",
    "number": 2,
    "kind": "hearing",
    "on": date(2026, 12, 4),
    "at": datetime(2026, 12, 4, 16, 30, tzinfo=UTC),
    "time_zone": "America/Mexico_City",
    "held": False,
    "passed": True,
}
COORDINATOR_MAILS = {"email/digest": DIGEST_MAIL, "email/milestone": MILESTONE}
