"""The request for urgent action of the UN Committee on Enforced Disappearances.

Source: CED/C/4/Rev.1, "Guidance for the submission of a request for urgent action to the Committee", and
Article 30 of the Convention: paragraph 2 (c) (the case was presented to the competent bodies of the state),
2 (e) (it is not before another international procedure) and paragraph 3 (interim measures). Relatives, their
representatives, and anyone with a legitimate interest may ask; the author is never anonymous, and is kept
confidential. In our own words.
"""

from typing import Final

from models.mechanisms import Mechanism
from models.vocabulary import Concern
from templates.submission.form import Form, FormField, FormSection, Value
from templates.submission.form import translatable as _

FORM: Final = Form(
    Mechanism.CED,
    _("Request for urgent action to the Committee on Enforced Disappearances"),
    (
        FormSection(
            _("Author of the request"),
            (
                FormField("author.organisation", _("Organisation"), Value.NETWORK),
                FormField(
                    "author.contact", _("Contact person, postal address, e-mail, telephone"), Value.BY_HAND
                ),
                FormField(
                    "author.interest",
                    _("Relation to the disappeared person, or why you act for her"),
                    Value.BY_HAND,
                ),
                FormField("author.consent", _("Consent to this submission"), Value.CONSENTS),
            ),
        ),
        FormSection(
            _("State party"),
            (FormField("state.name", _("State concerned"), Value.COUNTRY),),
        ),
        FormSection(
            _("Disappeared person"),
            (
                FormField("person.people", _("Who they are, and what they do"), Value.PEOPLE),
                FormField("person.details", _("Date of birth, sex and nationality of each"), Value.BY_HAND),
                FormField(
                    "person.description",
                    _("What she looks like, what she wore; photograph"),
                    Value.BY_HAND,
                    required=False,
                ),
            ),
        ),
        FormSection(
            _("The disappearance"),
            (
                FormField("facts.date", _("When it happened"), Value.OCCURRED_ON),
                FormField("facts.place", _("Where it happened"), Value.REGION),
                FormField("facts.last_seen", _("Where she was last seen, and by whom"), Value.BY_HAND),
                FormField("facts.account", _("Detailed account, in order of time"), Value.BODY),
                FormField("facts.background", _("Background"), Value.BACKGROUND, required=False),
                FormField(
                    "facts.responsible",
                    _("Who is believed responsible, and why; any link with the state"),
                    Value.BY_HAND,
                ),
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
                    "steps.competent_bodies",
                    _("Reports to the bodies that search and investigate: which, when, with what result"),
                    Value.BY_HAND,
                ),
                FormField(
                    "steps.elsewhere", _("Submissions to other international procedures"), Value.BY_HAND
                ),
            ),
        ),
        FormSection(
            _("What is asked"),
            (
                FormField(
                    "asked.demands", _("Measures to search for her and to protect others"), Value.DEMANDS
                ),
                FormField(
                    "asked.interim",
                    _("Who else is in danger and needs interim measures"),
                    Value.BY_HAND,
                    required=False,
                ),
            ),
        ),
    ),
    only_for=frozenset({Concern.ENFORCED_DISAPPEARANCE, Concern.DISAPPEARANCE_BY_PRIVATE_ACTORS}),
)
"""Author, state, person, disappearance, steps, what is asked."""
