"""Emergency numbers and helplines by country, for "Help now". It reads no file and never dials."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from datetime import date
from urllib.parse import quote

from webapp.records import Finding
from webapp.records import Level

OLD_MONTHS = 24

# The languages of the lines by ISO 639 code; a code that is not here is shown as it is.
_NAMES = """
as Assamese, bn Bengali, cs Czech, da Danish, de German, el Greek, en English, es Spanish,
et Estonian, fi Finnish, fil Filipino, fr French, gu Gujarati, hi Hindi, hu Hungarian,
id Indonesian, is Icelandic, it Italian, ja Japanese, kn Kannada, ko Korean, lt Lithuanian,
lv Latvian, ml Malayalam, mr Marathi, ne Nepali, nl Dutch, no Norwegian, pa Punjabi, pl Polish,
pt Portuguese, ro Romanian, ru Russian, sk Slovak, sl Slovenian, sr Serbian, sv Swedish, ta Tamil,
te Telugu, th Thai, uk Ukrainian, ur Urdu, vi Vietnamese, zh Chinese
"""
LANGUAGES = dict(entry.split() for entry in _NAMES.strip().replace("\n", " ").split(", "))


@dataclass(frozen=True, slots=True)
class Emergency:
    """A number for danger right now, and who answers it (`all` or a service)."""

    number: str
    service: str

    @property
    def tel_uri(self) -> str:
        """RFC 3966, as phones take it."""
        return f"tel:{self.number}"


@dataclass(frozen=True, slots=True)
class Line:
    """A helpline as a reader needs it; absent facts are empty."""

    id: str
    name: str
    local_name: str
    phone: str
    dial: str
    menu: str
    sms_number: str
    sms_keyword: str
    website: str
    hours: str
    languages: tuple[str, ...]
    kind: str
    for_whom: str
    area: str
    cost: str
    note: str
    verified: str
    newest_source: str
    file_line: int = field(default=0, compare=False)

    @property
    def tel_uri(self) -> str:
        """RFC 3966 without a menu choice, which comes too early on some networks."""
        return f"tel:{self.dial}" if self.dial else ""

    @property
    def sms_uri(self) -> str:
        """RFC 5724; iOS wants `&` before the body where the RFC says `?`, and both take `?&`."""
        number = self.sms_number.replace(" ", "")
        if not number or not self.sms_keyword:
            return f"sms:{number}" if number else ""
        return f"sms:{number}?&body={quote(self.sms_keyword, safe='')}"

    @property
    def hours_text(self) -> str:
        """The hours, or advice to look them up when no source states them."""
        return "check hours" if self.hours == "not stated" else self.hours

    @property
    def languages_text(self) -> str:
        """The languages by name, as in `English, Spanish`."""
        return ", ".join(LANGUAGES.get(code, code) for code in self.languages)


@dataclass(frozen=True, slots=True)
class Country:
    """A country (ISO 3166-1 alpha-2) with its numbers; lines confirmed best come first."""

    code: str
    name: str
    emergency: tuple[Emergency, ...]
    emergency_note: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Directory:
    """A place on the web that lists helplines of every country."""

    name: str
    website: str
    note: str


@dataclass(frozen=True, slots=True)
class EuNumbers:
    """The numbers that the European Union keeps for all its countries."""

    emergency: str
    emergency_note: str
    emotional_support: str
    emotional_support_note: str


@dataclass(frozen=True, slots=True)
class Helplines:
    """Everything of the file that is shown; `seen` is the day it was last checked."""

    seen: date
    review_after: date
    advice: str
    directories: tuple[Directory, ...]
    eu: EuNumbers
    countries: tuple[Country, ...]
    file: str = field(default="", compare=False)


def stale(helplines: Helplines, today: date) -> tuple[Finding, ...]:
    """H02: what a person has to check anew by that day."""
    return tuple(_stale(helplines, today))


def _stale(helplines: Helplines, today: date) -> Iterator[Finding]:
    if today > helplines.review_after:
        reason = f"review was due on {helplines.review_after}"
        yield _to_check(helplines, 1, reason, "Check every entry and set the next date")
    for country in helplines.countries:
        for line in country.lines:
            if _months_old(line.newest_source, today) > OLD_MONTHS:
                reason = f"{line.id}: newest source is {line.newest_source}"
                remedy = "Check the line with who runs it"
                yield _to_check(helplines, line.file_line, reason, remedy)


def _to_check(helplines: Helplines, line: int, reason: str, remedy: str) -> Finding:
    return Finding(helplines.file, line, "H02", Level.WARNING, reason, remedy)


def _months_old(newest_source: str, today: date) -> float:
    """A year alone counts from its January, and an undated source is older than any."""
    if newest_source == "undated":
        return float("inf")
    year, _, month = newest_source.partition("-")
    return (today.year - int(year)) * 12 + today.month - int(month or 1)
