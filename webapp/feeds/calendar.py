"""The private calendar: one event a day with the day's card, as iCalendar text (RFC 5545).

It is the same for the same day and choices, byte for byte, so that nothing changes between fetches.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from urllib.parse import urlsplit

from webapp.deck import Affirmation
from webapp.deck import Deck
from webapp.deck import typeset
from webapp.editions import Edition
from webapp.feeds.choices import Choices
from webapp.schedule import Level
from webapp.timezones import load_zone

DAYS_BACK = 7
DAYS_AHEAD = 60
LONGEST_LINE_OCTETS = 75  # RFC 5545 section 3.1

_NEVER = "1970-01-01"
_SPECIAL = re.compile(r"[\\;,]")


def write_calendar(edition: Edition, choices: Choices, today: date) -> str:
    """The events from a week before `today`, a UTC date, to sixty days after it."""
    stamp, name = _last_change(edition.deck), _escape(edition.language.say("Pocket"))
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Pocket Affirmations//Daily card//EN",
        "CALSCALE:GREGORIAN",
        f"NAME:{name}",  # RFC 7986, and below what came before it
        f"X-WR-CALNAME:{name}",
        f"LAST-MODIFIED:{stamp}",
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
        "X-PUBLISHED-TTL:P1D",
    ]
    for offset in range(-DAYS_BACK, DAYS_AHEAD + 1):
        lines += _write_event(edition, choices, today + timedelta(days=offset), stamp)
    lines.append("END:VCALENDAR")
    return "".join(f"{_fold(line)}\r\n" for line in lines)


def _write_event(edition: Edition, choices: Choices, day: date, stamp: str) -> Iterator[str]:
    card = edition.deck.of_the_day(day, choices.topics)
    title, body, url = _say(card, choices.titles, edition)
    name = choices.key + edition.language.prefix.replace("/", "-")
    yield "BEGIN:VEVENT"
    yield f"UID:daily-{day}{name}@{urlsplit(edition.base_url).hostname}"
    yield f"DTSTAMP:{stamp}"
    yield f"LAST-MODIFIED:{stamp}"
    yield f"DTSTART:{_start(choices, day)}"
    yield "DURATION:PT5M"
    yield f"SUMMARY:{_escape(title)}"
    yield f"DESCRIPTION:{_escape(body)}"
    yield f"URL:{url}"
    yield "CLASS:PRIVATE"
    yield "TRANSP:TRANSPARENT"
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield "TRIGGER:PT0S"
    yield f"DESCRIPTION:{_escape(title)}"
    yield "END:VALARM"
    yield "END:VEVENT"


def _say(card: Affirmation, level: Level, edition: Edition) -> tuple[str, str, str]:
    """Title, body and address. A neutral event has nothing of the card: its address tells it."""
    if level is Level.NEUTRAL:
        url = f"{edition.home}/"
        return edition.note.title, f"{edition.note.body}\n{url}", url
    url = f"{edition.home}/affirmations/{card.id}"
    said = edition.language.say("A small step: %(step)s", step=typeset(card.step))
    step = f"{said}\n" if card.step else ""
    return typeset(card.text), step + url, url


def _start(choices: Choices, day: date) -> str:
    """The beginning: floating (section 3.3.5), or in UTC when the reader has named a zone.

    Google and Microsoft take floating times for UTC. A time that a clock change skips is counted
    from before the gap, and of one that comes twice the first is meant: the standard and PEP 495.
    """
    wall = datetime.combine(day, time(*divmod(choices.minute, 60)))
    if not choices.zone:
        return f"{wall:%Y%m%dT%H%M%S}"
    return f"{wall.replace(tzinfo=load_zone(choices.zone)).astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _last_change(deck: Deck) -> str:
    """When the deck last changed, by its own dates: the same from every process."""
    dates = {day for card in deck.cards + deck.retired for day in (card.since, card.retired)}
    return f"{max(dates - {''}, default=_NEVER).replace('-', '')}T000000Z"


def _escape(text: str) -> str:
    """A value of type TEXT (section 3.3.11)."""
    return _SPECIAL.sub(r"\\\g<0>", text).replace("\n", r"\n")


def _fold(line: str) -> str:
    """The line in pieces of at most 75 octets, none of which ends within a character."""
    octets, start = line.encode(), 0
    pieces: list[bytes] = []
    while len(octets) - start > LONGEST_LINE_OCTETS - bool(pieces):
        end = start + LONGEST_LINE_OCTETS - bool(pieces)  # later ones begin with a space
        while octets[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(octets[start:end])
        start = end
    return b"\r\n ".join([*pieces, octets[start:]]).decode()
