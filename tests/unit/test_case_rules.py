import pytest

from tests.unit.case_trees import ADDRESS, CONSENT, LEFT_OUT, PERSON, changed, problems

REQUIRED = "is required"
IN_EVERY_LANGUAGE = "is required in every language of the action"
OF_THE_ACTION = "must be one of the languages of the action"
UNKNOWN_FIELD = "is not a known field"
UNKNOWN_WORD = "is not one of the known words"
TEXT = "must be text"
EMPTY = "must not be empty"
A_LIST = "must be a list"
A_MAPPING = "must be a mapping of fields"
AT_LEAST_ONE = "must have at least 1 entries"
CONTROLS = "must not hold control characters"
ONE_LINE = "must be one line without control characters"
TEMPLATE = "must not hold template marks"
A_DATE = "must be a date"
DATE_OR_MONTH = "must be a date or a month"
FUTURE = "must not be in the future"
DURATION = "must be an ISO 8601 duration"
BOUNDED = "must be longer than nothing and at most 20 years"
COUNTRY = "must be an ISO 3166-1 country code"
LANGUAGE = "must be an ISO 639 language code"
EMAIL = "must be a mail address"
PHONE = "must be a phone number"
ORDER = "must be later than the one before"
TWICE = "is given twice"
NAMED = "must hold a given name_in_public with visibility: named"
TO_AUTHORITIES = "must hold a given name_to_authorities with visibility: named"
SPAN = "must be a span of the day"
GROUPS_OR_IDS = "must name either groups or ids"


ONE_CHANGE: list[tuple[str, object, list[tuple[str, str]]]] = [
    # texts
    ("title", 7, [("title", TEXT)]),
    ("title", b"bytes", [("title", TEXT)]),
    ("title", "  ", [("title", EMPTY)]),
    ("title", "a" * 301, [("title", "must have at most 300 characters")]),
    ("title", "uno\ndos", [("title", ONE_LINE)]),
    ("title", "uno\u2028dos", [("title", ONE_LINE)]),
    ("title", "nulo\x00", [("title", ONE_LINE)]),
    ("title", "{{ luna }}", [("title", TEMPLATE)]),
    ("title", "roto \ud800", [("title", "must be valid Unicode text")]),
    ("event.facts", "nulo\x00", [("event.facts", CONTROLS)]),
    ("event.facts", "a" * 50_001, [("event.facts", "must have at most 50000 characters")]),
    ("event.region", "Oaxaca\r\nBcc: x", [("event.region", ONE_LINE)]),
    (f"{PERSON}.name", "Itzel\nRobles", [(f"{PERSON}.name", ONE_LINE)]),
    (f"{PERSON}.aliases", ["Bien", "Mal\no"], [(f"{PERSON}.aliases.1", ONE_LINE)]),
    (f"{PERSON}.role.en", "one\ntwo", [(f"{PERSON}.role.en", ONE_LINE)]),
    (f"{PERSON}.private", {"phone": 951}, [(f"{PERSON}.private", TEXT)]),
    (f"{PERSON}.private", {"a\nb": "x"}, [(f"{PERSON}.private", ONE_LINE)]),
    ("sources.0.note", "\x1b[31m", [("sources.0.note", CONTROLS)]),
    ("demands.0.en", "{% if %}", [("demands.0.en", TEMPLATE)]),
    ("texts.es.body", "Hola {{ luna }}", [("texts.es.body", TEMPLATE)]),
    ("texts.es.summary", "Hola {% x %}", [("texts.es.summary", TEMPLATE)]),
    ("texts.es.background", "a\x07", [("texts.es.background", CONTROLS)]),
    ("targets.0.holder", "Lic.\nX", [("targets.0.holder", ONE_LINE)]),
    ("targets.0.salutation.es", "Señor\nFiscal:", [("targets.0.salutation.es", ONE_LINE)]),
    ("targets.0.office.es", "Fiscalía\x85General", [("targets.0.office.es", ONE_LINE)]),
    # closed vocabularies, codes and kinds of value
    ("urgency", "soon", [("urgency", UNKNOWN_WORD)]),
    ("concerns", [], [("concerns", AT_LEAST_ONE)]),
    ("concerns", ["x"], [("concerns.0", UNKNOWN_WORD)]),
    ("concerns", ["death_threat", "x"], [("concerns.1", UNKNOWN_WORD)]),
    (
        "concerns",
        ["death_threat", "x", "death_threat"],
        [("concerns.1", UNKNOWN_WORD), ("concerns.2", TWICE)],
    ),
    ("concerns", "death_threat", [("concerns", A_LIST)]),
    ("concerns", {"death_threat"}, [("concerns", A_LIST)]),
    ("event", [], [("event", A_MAPPING)]),
    ("event.country", "mx", [("event.country", COUNTRY)]),
    ("event.country", "EU", [("event.country", COUNTRY)]),
    ("event.country", "419", [("event.country", COUNTRY)]),
    ("event.country", False, [("event.country", TEXT)]),
    ("targets.0.language", "xx", [("targets.0.language", LANGUAGE)]),
    ("targets.0.language", "spa", [("targets.0.language", LANGUAGE)]),
    ("targets.0.language", "es-MX", [("targets.0.language", LANGUAGE)]),
    (f"{CONSENT}.given", "yes", [(f"{CONSENT}.given", "must be true or false")]),
    ("sign_on.quorum", 0, [("sign_on.quorum", "must be at least 1")]),
    ("sign_on.quorum", True, [("sign_on.quorum", "must be a whole number")]),
    ("sign_on.quorum", "3", [("sign_on.quorum", "must be a whole number")]),
    ("release.audiences", ["press", "press"], [("release.audiences.1", TWICE)]),
    # days
    ("event.occurred_on", "2026-11-23", [("event.occurred_on", FUTURE)]),
    ("event.occurred_on", "2026-12", [("event.occurred_on", FUTURE)]),
    ("event.occurred_on", "2026-13", [("event.occurred_on", DATE_OR_MONTH)]),
    ("event.occurred_on", 2026, [("event.occurred_on", DATE_OR_MONTH)]),
    (f"{CONSENT}.on", "20-11-2026", [(f"{CONSENT}.on", A_DATE)]),
    (f"{CONSENT}.on", 1_700_000_000, [(f"{CONSENT}.on", A_DATE)]),
    (f"{CONSENT}.on", "2026-11-23", [(f"{CONSENT}.on", FUTURE)]),
    (f"{CONSENT}.until", "2026-11-19", [(f"{CONSENT}.until", "must not be before `on`")]),
    ("sources.0.received_on", "2026-02-30", [("sources.0.received_on", A_DATE)]),
    ("sources.0.received_on", "2027-01-01", [("sources.0.received_on", FUTURE)]),
    (f"{ADDRESS}.checked_on", "2026-11-30", [(f"{ADDRESS}.checked_on", FUTURE)]),
    (f"{ADDRESS}.valid_until", "2026-11-01", [(f"{ADDRESS}.valid_until", "must be after `checked_on`")]),
    (f"{ADDRESS}.valid_until", "2026-11-20", [(f"{ADDRESS}.valid_until", "must not be in the past")]),
    (f"{ADDRESS}.valid_until", "2026-11-21", []),
    # a selection of contacts
    ("release.contacts", None, []),
    ("release.contacts", {"lists": ["redacciones"], "tags": ["radio"], "countries": ["MX"]}, []),
    ("release.contacts", {"kinds": ["press"]}, []),
    ("release.contacts", {}, [("release.contacts", "must select by something")]),
    ("release.contacts", {"lists": []}, [("release.contacts.lists", "must have at least 1 entries")]),
    ("release.contacts", {"lists": "redacciones"}, [("release.contacts.lists", "must be a list")]),
    ("release.contacts", {"groups": ["women"], "tags": ["a"]}, [("release.contacts.groups", UNKNOWN_FIELD)]),
    ("release.contacts", {"kinds": ["friend"]}, [("release.contacts.kinds.0", UNKNOWN_WORD)]),
    (
        "release",
        {"audiences": ["targets", "press"], "contacts": {"kinds": ["press", "member"]}},
        [("release.contacts.kinds.1", "is not among the audiences")],
    ),
    (
        "release",
        {"audiences": ["targets", "signatories"], "contacts": {"tags": ["radio"]}},
        [("release.contacts", "selects among contacts that are not written to")],
    ),
    # durations and clocks
    ("sign_on.closes_after", "48 hours", [("sign_on.closes_after", DURATION)]),
    ("sign_on.closes_after", 172_800, [("sign_on.closes_after", DURATION)]),
    ("sign_on.closes_after", "-P2D", [("sign_on.closes_after", DURATION)]),
    ("sign_on.closes_after", "P", [("sign_on.closes_after", DURATION)]),
    ("sign_on.closes_after", "P1DT", [("sign_on.closes_after", DURATION)]),
    ("sign_on.closes_after", "PT0S", [("sign_on.closes_after", BOUNDED)]),
    ("sign_on.closes_after", "P7306D", [("sign_on.closes_after", BOUNDED)]),
    ("sign_on.closes_after", "P21Y", [("sign_on.closes_after", BOUNDED)]),
    ("sign_on.closes_after", "P999999999Y", [("sign_on.closes_after", BOUNDED)]),
    ("targets.0.replies_within", "15", [("targets.0.replies_within", DURATION)]),
    ("sign_on.remind_after", ["PT24H", "PT24H"], [("sign_on.remind_after.1", ORDER)]),
    (
        "sign_on.remind_after",
        ["PT24H", "x", "PT1H"],
        [("sign_on.remind_after.1", DURATION), ("sign_on.remind_after.2", ORDER)],
    ),
    ("sign_on.remind_after", ["PT48H"], [("sign_on.remind_after.0", "must be before closes_after")]),
    ("follow_up.check_ins", ["P3D", "P1D"], [("follow_up.check_ins.1", ORDER)]),
    ("follow_up.check_ins", ["P42D"], [("follow_up.check_ins.0", "must be before expires_after")]),
    ("release.quiet_hours.sms", "21:00", [("release.quiet_hours.sms", SPAN)]),
    ("release.quiet_hours.sms", "21:00-24:00", [("release.quiet_hours.sms", SPAN)]),
    (
        "release.quiet_hours.sms",
        "08:00-08:00",
        [("release.quiet_hours.sms", "must end at another time than it starts")],
    ),
    # languages
    ("languages", [], [("languages", AT_LEAST_ONE)]),
    ("languages", ["es", "en", "zz"], [("languages.2", LANGUAGE)]),
    ("languages", ["es", "en", "es"], [("languages.2", TWICE)]),
    (
        "languages",
        ["es", "en", "nah"],
        [
            (f"{place}.nah", IN_EVERY_LANGUAGE)
            for place in (
                "texts",
                "demands.0",
                "demands.1",
                "people_at_risk.0.role",
                "people_at_risk.1.role",
                "targets.0.office",
                "targets.0.salutation",
            )
        ],
    ),
    ("texts.en", LEFT_OUT, [("texts.en", IN_EVERY_LANGUAGE)]),
    ("texts.fr", {"summary": "x", "body": "y"}, [("texts.fr", OF_THE_ACTION)]),
    ("demands.1.en", LEFT_OUT, [("demands.1.en", IN_EVERY_LANGUAGE)]),
    (f"{PERSON}.role.es", LEFT_OUT, [(f"{PERSON}.role.es", IN_EVERY_LANGUAGE)]),
    ("targets.0.office.en", LEFT_OUT, [("targets.0.office.en", IN_EVERY_LANGUAGE)]),
    ("targets.0.salutation.en", LEFT_OUT, [("targets.0.salutation.en", IN_EVERY_LANGUAGE)]),
    ("targets.0.language", "fr", [("targets.0.language", OF_THE_ACTION)]),
    # people and consents
    ("people_at_risk", [], [("people_at_risk", AT_LEAST_ONE)]),
    (f"{PERSON}.pseudonym", LEFT_OUT, [(f"{PERSON}.pseudonym", "is required with visibility: pseudonym")]),
    (f"{PERSON}.visibility", "withheld", [(f"{PERSON}.pseudonym", "is only for visibility: pseudonym")]),
    (
        "people_at_risk.1.pseudonym",
        "Sol",
        [("people_at_risk.1.pseudonym", "is only for visibility: pseudonym")],
    ),
    (
        "people_at_risk.1.consents",
        [],
        [("people_at_risk.1.consents", NAMED), ("people_at_risk.1.consents", TO_AUTHORITIES)],
    ),
    ("people_at_risk.1.consents.0.given", False, [("people_at_risk.1.consents", TO_AUTHORITIES)]),
    ("people_at_risk.1.consents.1.until", "2026-11-20", [("people_at_risk.1.consents", NAMED)]),
    ("people_at_risk.1.consents.1", LEFT_OUT, [("people_at_risk.1.consents", NAMED)]),
    ("people_at_risk.1.consents.1.given", False, [("people_at_risk.1.consents", NAMED)]),
    ("people_at_risk.1.consents.1.method", "x", [("people_at_risk.1.consents.1.method", UNKNOWN_WORD)]),
    (f"{CONSENT}.use", "name_in_public", [(f"{CONSENT}.use", TWICE)]),
    # targets and partners
    ("targets", [], [("targets", AT_LEAST_ONE)]),
    ("targets.0.addresses", [], [("targets.0.addresses", AT_LEAST_ONE)]),
    (f"{ADDRESS}.value", "fiscalia", [(f"{ADDRESS}.value", EMAIL)]),
    (f"{ADDRESS}.value", "a@b.example\nBcc: c@d.example", [(f"{ADDRESS}.value", EMAIL)]),
    (f"{ADDRESS}.value", "señora@fge.example", [(f"{ADDRESS}.value", EMAIL)]),
    (f"{ADDRESS}.value", "a@localhost", [(f"{ADDRESS}.value", EMAIL)]),
    (f"{ADDRESS}.channel", "sms", [(f"{ADDRESS}.value", PHONE)]),
    (f"{ADDRESS}.channel", "partner_api", [(f"{ADDRESS}.channel", "is not a way to write to an office")]),
    ("sign_on.partners", "some", [("sign_on.partners", "must be all, or name groups or ids")]),
    ("sign_on.partners", {}, [("sign_on.partners", GROUPS_OR_IDS)]),
    ("sign_on.partners", {"groups": ["a"], "ids": ["b"]}, [("sign_on.partners", GROUPS_OR_IDS)]),
    (
        "sign_on.partners",
        {"groups": ["Las Mujeres"]},
        [("sign_on.partners.groups.0", "must be a short name")],
    ),
    ("sign_on.partners.all", True, [("sign_on.partners.all", UNKNOWN_FIELD)]),
]


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    ONE_CHANGE,
    ids=[f"{number}-{row[0]}" for number, row in enumerate(ONE_CHANGE)],
)
def test_one_change_breaks_exactly_these_rules(
    path: str, value: object, expected: list[tuple[str, str]]
) -> None:
    assert sorted(problems(changed(path, value))) == sorted(expected)


@pytest.mark.parametrize("number", ["555", "+1 202", "+12025550123 ext 5", "+999 123 456 789", "call me"])
def test_a_text_that_is_no_phone_number_is_refused(number: str) -> None:
    tree = changed(f"{ADDRESS}.value", number, changed(f"{ADDRESS}.channel", "sms"))
    assert problems(tree) == [(f"{ADDRESS}.value", PHONE)]
