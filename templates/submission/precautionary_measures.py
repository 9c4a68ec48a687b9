"""The request for precautionary measures of the Inter-American Commission on Human Rights.

Source: Rules of Procedure of the IACHR, Article 25: paragraph 2 (a serious and urgent situation, irreparable
harm), paragraph 4 (who the proposed beneficiaries are, a detailed account of the facts in order of time, the
measures asked for) and paragraph 6 (whether authorities were told, who the beneficiaries are, their express
consent). The online form in the portal of the Individual Petition System (press release 188/19) asks for
the beneficiaries and applicants first. In our own words.
"""

from typing import Final

from models.mechanisms import Mechanism
from templates.submission.form import Form, FormField, FormSection, Value
from templates.submission.form import translatable as _

FORM: Final = Form(
    Mechanism.IACHR,
    _("Request for precautionary measures to the Inter-American Commission on Human Rights"),
    (
        FormSection(
            _("Proposed beneficiaries"),
            (
                FormField("beneficiaries.people", _("Who they are, and what they do"), Value.PEOPLE),
                FormField(
                    "beneficiaries.details",
                    _("Sex, age and nationality of each"),
                    Value.BY_HAND,
                    required=False,
                ),
                FormField("beneficiaries.consent", _("Their express consent"), Value.CONSENTS),
            ),
        ),
        FormSection(
            _("Who asks for the measures"),
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
                FormField("facts.account", _("Detailed account, in order of time"), Value.BODY),
                FormField("facts.background", _("Background"), Value.BACKGROUND, required=False),
                FormField(
                    "facts.petition",
                    _("Petition or case before the Commission, if there is one"),
                    Value.BY_HAND,
                    required=False,
                ),
            ),
        ),
        FormSection(
            _("Gravity"),
            (
                FormField("gravity.kinds", _("What has been done or is feared"), Value.CONCERNS),
                FormField("gravity.why", _("Why the situation is grave"), Value.BY_HAND),
            ),
        ),
        FormSection(
            _("Urgency"),
            (
                FormField("urgency.how_soon", _("How urgent it is"), Value.URGENCY),
                FormField("urgency.why", _("Why the harm is imminent"), Value.BY_HAND),
            ),
        ),
        FormSection(
            _("Irreparable harm"),
            (
                FormField("irreparability.rights", _("Rights at risk"), Value.RIGHTS),
                FormField("irreparability.why", _("Why the harm could not be repaired"), Value.BY_HAND),
            ),
        ),
        FormSection(
            _("What authorities know and did"),
            (
                FormField(
                    "authorities.written_to",
                    _("Authorities that were written to"),
                    Value.WRITTEN_TO,
                    required=False,
                ),
                FormField(
                    "authorities.complaints",
                    _("Complaints to authorities and their answers, or why that was not possible"),
                    Value.BY_HAND,
                ),
                FormField(
                    "authorities.protection",
                    _("Measures of protection that they have now"),
                    Value.BY_HAND,
                    required=False,
                ),
            ),
        ),
        FormSection(
            _("Measures that are asked for"),
            (FormField("asked.measures", _("Measures of protection"), Value.DEMANDS),),
        ),
    ),
)
"""Beneficiaries, applicants, facts, the three conditions of Article 25, authorities, measures."""
