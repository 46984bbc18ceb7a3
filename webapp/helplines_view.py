"""The helplines as a page shows them in one language, with names and dates from the Unicode CLDR.

It says no words of its own: those stand in the templates.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import reduce

from babel import Locale
from babel import UnknownLocaleError
from babel.dates import format_date
from babel.languages import get_official_languages

from webapp.helplines import Country
from webapp.helplines import Helplines
from webapp.helplines import Line
from webapp.languages import SOURCE
from webapp.languages import Language


@dataclass(frozen=True, slots=True)
class CountryView:
    """A country by its name in the page's language.

    `own_names` are those in its own languages and `also` what else people search for, both without
    what stands there already.
    """

    name: str
    own_names: tuple[str, ...]
    also: tuple[str, ...]
    country: Country


class HelpView:
    """Everything of "Help now" in one language."""

    def __init__(self, helplines: Helplines, language: Language) -> None:
        self.helplines = helplines
        self._locale = language.locale
        views = (self._view(country) for country in helplines.countries)
        self.countries = sorted(views, key=lambda view: fold(view.name))

    @property
    def seen(self) -> str:
        """The day of the last check, such as `November 22, 2026`."""
        return format_date(self.helplines.seen, "long", self._locale)

    def languages(self, line: Line) -> str:
        """The languages of a line by name; a code that the CLDR does not know stays as it is."""
        names = [self._locale.languages.get(code, code) for code in line.languages]
        pattern = self._locale.list_patterns["standard"]["middle"]
        return reduce(pattern.format, names) if names else ""

    def _view(self, country: Country) -> CountryView:
        name = name_in(self._locale, country) or country.name or country.code
        own = _others([name], own_names(country))
        english = name_in(Locale(SOURCE), country)
        return CountryView(
            name, own, _others([name, *own], [english, country.name, *country.also]), country
        )


def name_in(locale: Locale, country: Country) -> str:
    """The country's name in a language, or nothing when the CLDR has none."""
    return str(locale.territories.get(country.code, ""))


def own_names(country: Country) -> list[str]:
    """The country's names in its official languages, or in those that serve as such."""
    tags = get_official_languages(country.code)
    names = []
    for tag in tags or get_official_languages(country.code, de_facto=True):
        try:
            names.append(name_in(Locale.parse(tag), country))
        except UnknownLocaleError:  # a language that the CLDR names and has no words of
            continue
    return names


def fold(text: str) -> str:
    """A key to sort names by: neither case nor accents count."""
    bare = unicodedata.normalize("NFD", text.casefold())
    return "".join(character for character in bare if not unicodedata.combining(character))


def _others(known: list[str], names: list[str]) -> tuple[str, ...]:
    """The names in their order that are not known yet, each once."""
    folded = {fold(name) for name in known}
    return tuple(name for name in dict.fromkeys(names) if name and fold(name) not in folded)
