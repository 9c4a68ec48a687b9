"""Closing reports as HTML and PDF, with their timeline as a picture."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from babel import Locale
from babel.dates import format_date
from babel.support import Translations
from markupsafe import Markup

from models.case_reports import CaseReport, Moment, Responded
from models.messages import DeliveryState
from templates import catalogs
from templates.filters import FORMATS
from templates.rendering import Renderer, one_line
from templates.report.words import (
    ARRIVED,
    CHANNELS,
    ENDINGS,
    IMPACTS,
    KINDS,
    MILESTONES,
    PARTNER_ACTIONS,
    RESPONSES,
)
from templates.submission.words import CONCERNS
from templates.typesetting import Typesetter

WIDTH, WORDS = 680, 84
"""Of the picture of a timeline, and where its words begin."""
_AXIS, _FIRST, _STEP = 12, 16, 24


@dataclass(frozen=True)
class ReportWriter:
    """Writes reports for one network."""

    typesetter: Typesetter
    renderer: Renderer

    def html(self, report: CaseReport, language: str) -> str:
        """Write a report as one page, with its picture inside."""
        tree = self._tree(report, language)
        picture = Markup(self._picture(report, language))  # noqa: S704 - our template, which escapes
        return self.renderer.report("report.html", language, {"report": tree, "picture": picture})

    def pdf(self, report: CaseReport, language: str) -> bytes:
        """Set a report on paper."""
        best = catalogs.best_language(language, self.renderer.default_language)
        content = {
            **self._tree(report, language),
            "picture": self._picture(report, language),
            "network": self.renderer.network_name,
            "language": best.split("-")[0],
            "day": [report.on.year, report.on.month, report.on.day],
        }
        return self.typesetter.set("report/report.typ", {"report": content}, report.on)

    def _tongue(self, language: str) -> tuple[Translations, Locale]:
        best = catalogs.best_language(language, self.renderer.default_language)
        return catalogs.translations(best), Locale.parse(FORMATS.get(best, best), sep="-")

    def _tree(self, report: CaseReport, language: str) -> dict[str, object]:
        words, locale = self._tongue(language)
        concerns = ", ".join(words.gettext(CONCERNS[one]) for one in report.concerns)
        country = locale.territories.get(report.country, report.country)
        title = words.gettext("Report on urgent action %(reference)s") % {"reference": report.reference}
        return {
            "title": title,
            "subtitle": one_line(
                f"{self.renderer.network_name} · {country} · {concerns} · {_day(report.on, locale)}"
            ),
            "timeline_title": words.gettext("What happened when"),
            "sections": [one for one in _sections(report, words, locale) if one["rows"] or one["notes"]],
        }

    def _picture(self, report: CaseReport, language: str) -> str:
        words, locale = self._tongue(language)
        context = {
            "width": WIDTH,
            "height": _FIRST * 2 + _STEP * max(len(report.timeline) - 1, 0),
            "axis": _AXIS,
            "left": WORDS,
            "title": words.gettext("What happened when"),
            "points": points(report.timeline, lambda one: told_of(one, words, locale)),
        }
        return self.renderer.report("timeline.svg", language, context)


def points(timeline: tuple[Moment, ...], told: Callable[[Moment], str]) -> list[Mapping[str, object]]:
    """Place the moments of a timeline: down the line in proportion to time, and each in a row of its own."""
    first, last = (timeline[0].on, timeline[-1].on) if timeline else (date.min, date.min)
    days, length = max((last - first).days, 1), _STEP * (len(timeline) - 1)
    return [
        {
            "at": _FIRST + round(length * (moment.on - first).days / days),
            "row": _FIRST + _STEP * row,
            "words": told(moment),
        }
        for row, moment in enumerate(timeline)
    ]


def told_of(moment: Moment, words: Translations, locale: Locale) -> str:
    """Tell of one moment, with its day."""
    told = words.gettext(MILESTONES[moment.milestone])
    named = told % {"number": moment.number} if moment.number is not None else told
    return words.gettext("%(day)s: %(what)s") % {"day": _day(moment.on, locale), "what": named}


def _day(value: date, locale: Locale) -> str:
    return str(format_date(value, "long", locale=locale))


def _sections(report: CaseReport, words: Translations, locale: Locale) -> list[dict[str, object]]:
    ended = [words.gettext(ENDINGS[report.ending]), *(words.gettext(IMPACTS[one]) for one in report.impacts)]
    return [
        _signatures(report, words, locale),
        _deliveries(report, words),
        _responses(report, words),
        _partner_actions(report, words),
        {"title": words.gettext("How it ended"), "rows": [], "notes": ended},
    ]


def _signatures(report: CaseReport, words: Translations, locale: Locale) -> dict[str, object]:
    named = {locale.territories.get(code, code): count for code, count in report.signatures.items()}
    notes = []
    if report.organisations:
        notes.append(_organisations(report.organisations, words))
    if report.unnamed_at_least:
        more = words.gettext("At least %(number)s organisations more sign without being named.")
        notes.append(more % {"number": report.unnamed_at_least})
    rows = [[country, str(named[country])] for country in sorted(named)]
    return {"title": words.gettext("Signatures that may be named, by country"), "rows": rows, "notes": notes}


def _deliveries(report: CaseReport, words: Translations) -> dict[str, object]:
    rows = [
        [words.gettext(CHANNELS[channel]), _sent(states, words)]
        for channel, states in report.deliveries.items()
    ]
    return {"title": words.gettext("Messages of the releases, by channel"), "rows": rows, "notes": []}


def _sent(states: Mapping[DeliveryState, int], words: Translations) -> str:
    sent = sum(count for state, count in states.items() if state in ARRIVED)
    return words.gettext("%(sent)s of %(all)s sent") % {"sent": sent, "all": sum(states.values())}


def _responses(report: CaseReport, words: Translations) -> dict[str, object]:
    rows = [[words.gettext(KINDS[one.kind]), _answers(one, words)] for one in report.responses]
    return {"title": words.gettext("Responses of those who were addressed"), "rows": rows, "notes": []}


def _answers(one: Responded, words: Translations) -> str:
    counted = words.gettext("%(what)s: %(count)s")
    told = [
        counted % {"what": words.gettext(RESPONSES[kind]), "count": count}
        for kind, count in one.kinds.items()
    ]
    asked = words.gettext("%(num)s written to") % {"num": one.asked}
    return "; ".join([asked, *told])


def _partner_actions(report: CaseReport, words: Translations) -> dict[str, object]:
    rows = [
        [words.gettext(PARTNER_ACTIONS[kind]), _organisations(count, words)]
        for kind, count in report.partner_actions.items()
    ]
    return {"title": words.gettext("What organisations that sign did themselves"), "rows": rows, "notes": []}


def _organisations(count: int, words: Translations) -> str:
    return words.ngettext("%(num)s organisation", "%(num)s organisations", count) % {"num": count}
