"""Mails, text messages and pages, rendered from `templates/` in the languages of `locales/`."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context

from templates import catalogs, filters, sms_text
from templates.moulds import MOST_MOULDS, Mould

FOLDER = Path(__file__).parent
CONTROL_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
ANNOUNCEMENTS = frozenset({"statement", "stop_notice"})
"""The text messages that hold a title, and so perhaps somebody's name."""
_LONGEST_INDEX = "UA-2026-1000/100"
DIRECTION_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class RenderedEmail:
    """One mail in one language: a subject of one line, and the same content as text and as HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class RenderedNotice:
    """The text of a notice in one language; the body is Markdown."""

    headline: str
    body: str


@dataclass(frozen=True)
class PreparedText:
    """What is prepared of a document in one language where facts changed; ⟦blanks⟧ are to be filled in."""

    headline: str
    summary: str
    body: str
    demands: list[str]


@dataclass(frozen=True)
class Renderer:
    """Renders every template for one network; languages without a catalog fall back to the default one."""

    network_name: str
    default_language: str = "es"
    sms_segments: int = 2

    def __post_init__(self) -> None:
        """Compile every catalog now, so that a broken one stops the start-up and not a release."""
        if self.default_language not in self.languages():
            known = ", ".join(self.languages())
            raise ValueError(f"default_language has no catalog in locales/: use one of {known}")
        for language in self.languages():
            catalogs.translations(language)

    def languages(self) -> tuple[str, ...]:
        """Return the BCP 47 tags of the languages that can be rendered."""
        return catalogs.languages()

    def email(self, message: str, language: str, context: Mapping[str, object]) -> RenderedEmail:
        """Render the mail of the folder `email/<message>`."""
        folder = f"email/{message}"
        return RenderedEmail(
            subject=one_line(self._render(f"{folder}/subject.txt", language, context)),
            text=tidy_lines(self._render(f"{folder}/body.txt", language, context)),
            html=self._render(f"{folder}/body.html", language, context),
        )

    def notice(self, name: str, language: str, context: Mapping[str, object]) -> RenderedNotice:
        """Render the notice of the folder `notices/<name>`: a headline of one line, and Markdown."""
        folder = f"notices/{name}"
        return RenderedNotice(
            headline=one_line(self._render(f"{folder}/headline.txt", language, context)),
            body=tidy_lines(self._render(f"{folder}/body.txt", language, context)),
        )

    def prepared(self, language: str, context: Mapping[str, object]) -> PreparedText:
        """Render the folder `facts/`: what is to be told of a change, with its blanks."""
        demands = tidy_lines(self._render("facts/demands.txt", language, context)).splitlines()
        return PreparedText(
            headline=one_line(self._render("facts/headline.txt", language, context)),
            summary=one_line(self._render("facts/summary.txt", language, context)),
            body=tidy_lines(self._render("facts/body.txt", language, context)),
            demands=[line for line in demands if line] if context["demands"] == "changed" else [],
        )

    def sms(self, message: str, language: str, context: Mapping[str, object]) -> str:
        """Render the text message `sms/<message>.txt`, with its title shortened where it is too long.

        Raises:
            TextTooLongError: it takes more segments than are allowed, whatever its title.
        """

        def rendered(**changed: object) -> str:
            return one_line(self._render(f"sms/{message}.txt", language, {**context, **changed}))

        if message not in ANNOUNCEMENTS or "title" not in context:
            return sms_text.fewest_segments(rendered(), self.sms_segments)
        title = one_line(str(context["title"]))
        return sms_text.with_title(lambda title: rendered(title=title), title, self.sms_segments)

    def require_room_for_texts(self, *, link: str | None, verify_url: str) -> None:
        """Find out before the first release whether every text message fits, with no title at all.

        Raises:
            TextTooLongError: one does not.
        """
        context = {"index": _LONGEST_INDEX, "title": "", "link": link, "verify_url": verify_url}
        for language in self.languages():
            for path in sorted(FOLDER.glob("sms/*.txt")):
                self.sms(path.stem, language, context)

    def page(self, name: str, language: str, context: Mapping[str, object]) -> str:
        """Render the page `web/<name>.html`."""
        return self._render(f"web/{name}.html", language, context)

    def page_in_mould(
        self, name: str, language: str, shared: Mapping[str, object], own: Mapping[str, str]
    ) -> str:
        """Render a page on which nothing was filled in: what is `shared` once, for all who share it.

        `shared` must not be changed afterwards, so it is hashable; `own` are the words of one reader.
        """
        return _mould(self, name, language, tuple(shared.items()), tuple(own)).filled(own)

    def kept_part(self, name: str, language: str, shared: Mapping[str, object]) -> str:
        """Render a part of a page once for all who are shown the same; `shared` must be hashable."""
        return _kept_part(self, name, language, tuple(shared.items()))

    def moment(self, language: str, moment: datetime, time_zone: str) -> str:
        """Write a moment as pages do."""
        known = catalogs.best_language(language, self.default_language)
        return filters.written_moment(known, moment, time_zone)

    def report(self, name: str, language: str, context: Mapping[str, object]) -> str:
        """Render a file of the folder `report/`."""
        return self._render(f"report/{name}", language, context)

    def _render(self, template: str, wanted: str, context: Mapping[str, object]) -> str:
        language = catalogs.best_language(wanted, self.default_language)
        ours = {"network_name": self.network_name, "language": language}
        return _environment().get_template(template).render({**context, **ours})


@lru_cache(MOST_MOULDS)
def _mould(
    renderer: Renderer,
    name: str,
    language: str,
    shared: tuple[tuple[str, object], ...],
    blanks: tuple[str, ...],
) -> Mould:
    context = {**dict(shared), "problems": {}, "values": {}}
    return Mould(blanks, lambda own: renderer.page(name, language, {**context, **own}))


@lru_cache(MOST_MOULDS)
def _kept_part(renderer: Renderer, name: str, language: str, shared: tuple[tuple[str, object], ...]) -> str:
    return renderer.page(name, language, dict(shared))


def one_line(text: str) -> str:
    """Join the lines of a text and take out what could end a header or turn its direction around."""
    spaced = "".join(" " if unicodedata.category(letter) in CONTROL_CATEGORIES else letter for letter in text)
    return " ".join("".join(letter for letter in spaced if letter not in DIRECTION_CONTROLS).split())


def tidy_lines(text: str) -> str:
    """Leave no space at the end of a line, at most one empty line in a row, and one line break at the end."""
    stripped = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", stripped).strip() + "\n"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(  # type: ignore[attr-defined] # the i18n extension adds it
        _gettext, _ngettext, newstyle=True, pgettext=_pgettext
    )
    environment.filters |= {
        "clock": filters.clock,
        "country": filters.country,
        "date_time": filters.date_time,
        "day": filters.day,
        "direction": catalogs.text_direction,
        "fingerprint": filters.fingerprint,
        "language_name": filters.language_name,
        "long_date": filters.long_date,
        "markdown": filters.markdown,
        "plain": filters.plain,
    }
    return environment


@pass_context
def _gettext(context: Context, message: str) -> str:
    return catalogs.translations(context["language"]).gettext(message)


@pass_context
def _ngettext(context: Context, singular: str, plural: str, number: int) -> str:
    return catalogs.translations(context["language"]).ngettext(singular, plural, number)


@pass_context
def _pgettext(context: Context, meaning: str, message: str) -> str:
    return str(catalogs.translations(context["language"]).pgettext(meaning, message))
