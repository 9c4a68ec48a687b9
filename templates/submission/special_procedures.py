"""The submission of information to the UN special procedures.

Source: OHCHR, "Submission of information to the Special Procedures" (the questionnaire at
https://spsubmission.ohchr.org) and what OHCHR says a submission should hold: the alleged victims and their
consent, the alleged perpetrators, who submits, then date, place and a detailed account of what happened,
and which steps were taken. In our own words; whoever sends it follows the questionnaire of the day.
"""

from typing import Final

from models.mechanisms import Mechanism
from templates.submission.form import Form, FormField, FormSection, Value
from templates.submission.form import translatable as _

FORM: Final = Form(
    Mechanism.UN_SPECIAL_PROCEDURES,
    _("Submission of information to the special procedures of the United Nations"),
    (
        FormSection(
            _("Alleged victims"),
            (
                FormField("victims.people", _("Who they are, and what they do"), Value.PEOPLE),
                FormField(
                    "victims.details", _("Sex, age and nationality of each"), Value.BY_HAND, required=False
                ),
                FormField("victims.consent", _("Consent to this submission"), Value.CONSENTS),
                FormField(
                    "victims.name_to_state",
                    _("May their names be given to the government?"),
                    Value.NAMES_TO_STATE,
                ),
                FormField(
                    "victims.name_in_public",
                    _("May their names appear in a public report?"),
                    Value.NAMES_IN_PUBLIC,
                ),
            ),
        ),
        FormSection(
            _("Alleged perpetrators"),
            (
                FormField(
                    "perpetrators.who",
                    _("Who is believed responsible, and why; any link with the state"),
                    Value.BY_HAND,
                ),
            ),
        ),
        FormSection(
            _("Who submits"),
            (
                FormField("author.organisation", _("Organisation"), Value.NETWORK),
                FormField(
                    "author.contact", _("Contact person, postal address, e-mail, telephone"), Value.BY_HAND
                ),
            ),
        ),
        FormSection(
            _("What happened"),
            (
                FormField("facts.state", _("State concerned"), Value.COUNTRY),
                FormField("facts.date", _("When it happened"), Value.OCCURRED_ON),
                FormField("facts.place", _("Where it happened"), Value.REGION),
                FormField("facts.kinds", _("What has been done or is feared"), Value.CONCERNS),
                FormField("facts.account", _("Detailed account, in order of time"), Value.BODY),
                FormField("facts.background", _("Background"), Value.BACKGROUND, required=False),
                FormField("facts.rights", _("Rights at risk"), Value.RIGHTS, required=False),
            ),
        ),
        FormSection(
            _("Steps taken"),
            (
                FormField(
                    "steps.written_to",
                    _("Authorities that were written to"),
                    Value.WRITTEN_TO,
                    required=False,
                ),
                FormField(
                    "steps.complaints", _("Complaints in the country, and what came of them"), Value.BY_HAND
                ),
                FormField(
                    "steps.elsewhere", _("Submissions to other international procedures"), Value.BY_HAND
                ),
            ),
        ),
        FormSection(
            _("What is asked"),
            (
                FormField("asked.urgency", _("How urgent it is"), Value.URGENCY),
                FormField("asked.demands", _("What the experts are asked to call for"), Value.DEMANDS),
            ),
        ),
    ),
)
"""From whom, about whom, what happened, what is asked."""
