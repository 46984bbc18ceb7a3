"""What a reader chooses of a feed, read from its address and written into one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from webapp.errors import InputError
from webapp.schedule import Level
from webapp.timezones import known_zones

SCREEN = "/feeds"
CALENDAR = "/feeds/calendar.ics"
ATOM = "/feeds/atom.xml"
JSON_FEED = "/feeds/feed.json"
CALENDAR_CHOICES = ("time", "zone", "titles", "topics")
FEED_CHOICES = ("topics",)

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_KEY_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Choices:
    """A wish for the card of each day, at a `minute` (0..1439) of the local day.

    Without a `zone` that is the day wherever the reader is. `topics` stand in the deck's order;
    none means every topic.
    """

    minute: int = 8 * 60
    zone: str = ""
    titles: Level = Level.WORDS
    topics: tuple[str, ...] = ()

    @property
    def time(self) -> str:
        """The minute as a clock shows it, such as 08:00."""
        return "{:02}:{:02}".format(*divmod(self.minute, 60))

    @property
    def key(self) -> str:
        """Tells the topics apart in the names of entries: empty, or a hyphen and eight digits.

        Time and titles are not in it: to change them moves and rewrites entries and doubles none.
        """
        if not self.topics:
            return ""
        return "-" + hashlib.sha256(",".join(self.topics).encode()).hexdigest()[:_KEY_DIGITS]

    def query(self, names: Collection[str]) -> str:
        """These choices as an address has them, "?" included: the same for the same choices.

        The time is always told, so that another default never moves what a reader has chosen.
        """
        told = {
            "time": self.time,
            "zone": self.zone,
            "titles": "" if self.titles is Level.WORDS else self.titles.value,
            "topics": ",".join(self.topics),
        }
        pairs = {name: told[name] for name in names if told[name]}
        return "?" + urlencode(pairs, safe=":,/") if pairs else ""


def parse_choices(
    given: Mapping[str, Sequence[str]], names: Sequence[str], known_topics: Sequence[str]
) -> Choices:
    """Turn an address's parameters, each with its values, into choices; an empty one is left out.

    Only `names` may be chosen. `known_topics` are the deck's slugs in its order. Raises InputError.
    """
    if not given.keys() <= set(names):
        known = " and ".join([", ".join(names[:-1]), names[-1]] if names[:-1] else names)
        raise InputError("address", "chooses what is not there to choose", f"Choose only {known}")
    if name := next((name for name, values in given.items() if len(values) > 1), ""):
        raise InputError(name, "is there twice", "Give it once")
    texts = {name: value for name, [value] in given.items() if value}
    return Choices(
        minute=_parse_minute(texts.get("time", "08:00")),
        zone=_parse_zone(texts.get("zone", "")),
        titles=_parse_titles(texts.get("titles", Level.WORDS.value)),
        topics=_parse_topics(texts.get("topics", ""), known_topics),
    )


def _parse_minute(text: str) -> int:
    found = _TIME.fullmatch(text)
    if found is None:
        raise InputError("time", "is not a time from 00:00 to 23:59", "Write it like 08:00")
    return int(found[1]) * 60 + int(found[2])


def _parse_zone(text: str) -> str:
    if text and text not in known_zones():
        raise InputError("zone", "is not a known IANA time zone", "Write it like Europe/Lisbon")
    return text


def _parse_titles(text: str) -> Level:
    level = next((level for level in Level if text == level.value), None)
    if level is None:
        raise InputError("titles", "is neither words nor neutral", "Write words or neutral")
    return level


def _parse_topics(text: str, known_topics: Sequence[str]) -> tuple[str, ...]:
    slugs = {slug for slug in text.split(",") if slug}
    if not slugs <= set(known_topics):
        remedy = f"Choose again at {SCREEN}"
        raise InputError("topics", "has a topic that this deck has not", remedy)
    topics = tuple(slug for slug in known_topics if slug in slugs)
    return () if len(topics) == len(known_topics) else topics
