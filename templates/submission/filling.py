"""Filling a form in from a case: one function for each source of a value."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Final, NamedTuple

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.support import Translations

from models.drafts import AllowedPerson, Draft, DraftField, DraftSection, SubmittedCase
from models.mechanisms import Mechanism
from templates import catalogs
from templates.filters import FORMATS
from templates.rendering import one_line
from templates.submission import disappearance, precautionary_measures, special_procedures
from templates.submission.form import Form, FormField, Value
from templates.submission.words import CONCERNS, GIVERS, RIGHTS, URGENCIES

FORMS: Final[Mapping[Mechanism, Form]] = MappingProxyType(
    {one.FORM.mechanism: one.FORM for one in (special_procedures, precautionary_measures, disappearance)}
)
"""The form of each mechanism."""


class _Tongue(NamedTuple):
    """The language in which a form is filled in."""

    words: Translations
    locale: Locale

    def day(self, value: date) -> str:
        return str(format_date(value, "long", locale=self.locale))

    def country(self, code: str) -> str:
        return str(self.locale.territories.get(code, code))


_Content = list[str] | str | None
"""Plain lines, or Markdown, or nothing."""


def filled(mechanism: Mechanism, case: SubmittedCase, default_language: str = "es") -> Draft:
    """Fill in the form of a mechanism, as far as the case tells."""
    form = FORMS[mechanism]
    language = catalogs.best_language(case.language, default_language)
    tongue = _Tongue(catalogs.translations(language), Locale.parse(FORMATS.get(language, language), sep="-"))
    return Draft(
        mechanism=mechanism,
        reference=case.reference,
        language=case.language,
        dated=case.dated,
        title=tongue.words.gettext(form.title),
        sections=tuple(
            DraftSection(
                tongue.words.gettext(section.title),
                tuple(_field(field, case, tongue) for field in section.fields),
            )
            for section in form.sections
        ),
    )


def _field(field: FormField, case: SubmittedCase, tongue: _Tongue) -> DraftField:
    content = _VALUES[field.value](case, tongue)
    return DraftField(
        key=field.key,
        label=tongue.words.gettext(field.label),
        required=field.required,
        lines=tuple(map(one_line, content)) if isinstance(content, list) else (),
        prose=content if isinstance(content, str) else "",
    )


def _people(case: SubmittedCase, tongue: _Tongue) -> _Content:
    return [_person(one, tongue) for one in case.people]


def _person(one: AllowedPerson, tongue: _Tongue) -> str:
    named = f"{one.name}, {one.role}" if one.role else one.name
    if one.shown_as is None:
        return named
    in_text = tongue.words.gettext("in the text: %(name)s")
    return f"{named} ({in_text % {'name': one.shown_as}})"


def _consents(case: SubmittedCase, tongue: _Tongue) -> _Content:
    words = tongue.words
    return [
        f"{one.name}: {words.gettext(GIVERS[one.given_by])}, {tongue.day(one.given_on)}"
        for one in case.people
    ]


def _allowed(allows: Callable[[AllowedPerson], bool]) -> Callable[[SubmittedCase, _Tongue], _Content]:
    def told(case: SubmittedCase, tongue: _Tongue) -> _Content:
        yes, no = tongue.words.gettext("Yes"), tongue.words.pgettext("consent", "No")
        return [f"{one.name}: {yes if allows(one) else no}" for one in case.people]

    return told


def _network(case: SubmittedCase, _tongue: _Tongue) -> _Content:
    return [f"{case.network} ({case.reference})"]


def _region(case: SubmittedCase, _tongue: _Tongue) -> _Content:
    return [case.region] if case.region else None


def _occurred_on(case: SubmittedCase, tongue: _Tongue) -> _Content:
    if len(case.occurred_on) == len("YYYY-MM"):
        month = datetime.fromisoformat(f"{case.occurred_on}-01")
        return [format_skeleton("yMMMM", month, locale=tongue.locale)]
    return [tongue.day(date.fromisoformat(case.occurred_on))]


def _concerns(case: SubmittedCase, tongue: _Tongue) -> _Content:
    return [tongue.words.gettext(CONCERNS[one]) for one in case.concerns]


def _rights(case: SubmittedCase, tongue: _Tongue) -> _Content:
    rights = dict.fromkeys(right for concern in case.concerns for right in RIGHTS[concern])
    return [tongue.words.gettext(right) for right in rights]


def _body(case: SubmittedCase, _tongue: _Tongue) -> _Content:
    parts = (case.headline, case.summary, case.body)
    return "\n\n".join(dict.fromkeys(part.strip() for part in parts if part))


def _written_to(case: SubmittedCase, tongue: _Tongue) -> _Content:
    return [f"{office}, {tongue.day(on)}" for office, on in case.written_to]


_VALUES: Final[Mapping[Value, Callable[[SubmittedCase, _Tongue], _Content]]] = MappingProxyType(
    {
        Value.PEOPLE: _people,
        Value.CONSENTS: _consents,
        Value.NAMES_TO_STATE: _allowed(lambda one: one.to_authorities),
        Value.NAMES_IN_PUBLIC: _allowed(lambda one: one.in_public),
        Value.NETWORK: _network,
        Value.COUNTRY: lambda case, tongue: [tongue.country(case.country)],
        Value.REGION: _region,
        Value.OCCURRED_ON: _occurred_on,
        Value.CONCERNS: _concerns,
        Value.RIGHTS: _rights,
        Value.URGENCY: lambda case, tongue: [tongue.words.gettext(URGENCIES[case.urgency])],
        Value.BODY: _body,
        Value.BACKGROUND: lambda case, _tongue: case.background,
        Value.DEMANDS: lambda case, _tongue: list(case.demands),
        Value.WRITTEN_TO: _written_to,
        Value.BY_HAND: lambda _case, _tongue: None,
    }
)
