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
    """A helpline as a reader needs it; absent facts are empty.

    `pair` is the id of a line that is the same service by another number; `lang` is the language
    that its facts are written in.
    """

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
    pair: str = ""
    lang: str = "en"
    file: str = field(default="", compare=False)
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
    def facts(self) -> tuple[object, ...]:
        """What a reader is told beside name and numbers."""
        return self.for_whom, self.area, self.hours, self.cost, self.languages, self.note


@dataclass(frozen=True, slots=True)
class Country:
    """A country (ISO 3166-1 alpha-2) with its numbers; lines confirmed best come first.

    `also` are further names that people search for.
    """

    code: str
    name: str
    emergency: tuple[Emergency, ...]
    emergency_note: str
    lines: tuple[Line, ...]
    also: tuple[str, ...] = ()

    @property
    def services(self) -> tuple[tuple[Line, ...], ...]:
        """The lines in their order, those of one service together."""
        services: dict[str, list[Line]] = {}
        for line in self.lines:
            services.setdefault(line.pair or line.id, []).append(line)
        return tuple(map(tuple, services.values()))


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


def is_overdue(helplines: Helplines, today: date) -> bool:
    """Whether the day until which the numbers count as checked has passed."""
    return today > helplines.review_after


def stale(helplines: Helplines, today: date) -> tuple[Finding, ...]:
    """H02: what a person has to check anew by that day."""
    return tuple(_stale(helplines, today))


def _stale(helplines: Helplines, today: date) -> Iterator[Finding]:
    if is_overdue(helplines, today):
        reason = f"review was due on {helplines.review_after}"
        yield _to_check(helplines.file, 1, reason, "Check every entry and set the next date")
    for country in helplines.countries:
        for line in country.lines:
            if _months_old(line.newest_source, today) > OLD_MONTHS:
                reason = f"{line.id}: newest source is {line.newest_source}"
                yield _to_check(
                    line.file, line.file_line, reason, "Check the line with who runs it"
                )


def _to_check(file: str, line: int, reason: str, remedy: str) -> Finding:
    return Finding(file, line, "H02", Level.WARNING, reason, remedy)


def _months_old(newest_source: str, today: date) -> float:
    """A year alone counts from its January, and an undated source is older than any."""
    if newest_source == "undated":
        return float("inf")
    year, _, month = newest_source.partition("-")
    return (today.year - int(year)) * 12 + today.month - int(month or 1)
