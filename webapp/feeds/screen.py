"""What the screen of the feeds shows: choices, each an address, and the addresses made of them.

Choices are links because no form of ours may be sent (our policy's `form-action`), and a link needs
no JavaScript.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from functools import cache

from webapp.deck import typeset
from webapp.editions import Edition
from webapp.errors import InputError
from webapp.feeds.choices import ATOM
from webapp.feeds.choices import CALENDAR
from webapp.feeds.choices import CALENDAR_CHOICES
from webapp.feeds.choices import FEED_CHOICES
from webapp.feeds.choices import JSON_FEED
from webapp.feeds.choices import SCREEN
from webapp.feeds.choices import Choices
from webapp.schedule import Level

MINUTES = (0, 15, 30, 45)


@dataclass(frozen=True, slots=True)
class Link:
    """One choice: what it is called, the screen with it chosen, and whether it is now."""

    label: str
    href: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Screen:
    """All that the template says. `opened` names the choice just made; `problem` is a refusal."""

    choices: Choices
    calendar: str
    webcal: str
    atom: str
    json_feed: str
    hours: tuple[Link, ...]
    minutes: tuple[Link, ...]
    regions: tuple[Link, ...]
    places: tuple[Link, ...]
    titles: tuple[Link, ...]
    topics: tuple[Link, ...]
    opened: str
    problem: str


def parse_region(text: str) -> str:
    """Return the name of a part of the world, or the empty text. Raises InputError."""
    if text and text not in places_by_region():
        raise InputError("region", "is not a part of the world with time zones", "Leave it out")
    return text


def show_screen(
    edition: Edition, choices: Choices, region: str, opened: str, problem: str
) -> Screen:
    """The screen after these choices; of a `region`, its time zones are there to choose from."""
    home = edition.home
    calendar = home + CALENDAR + choices.query(CALENDAR_CHOICES)
    region = region or choices.zone.partition("/")[0]
    return Screen(
        choices=choices,
        calendar=calendar,
        webcal="webcal" + calendar[calendar.index(":") :],
        atom=home + ATOM + choices.query(FEED_CHOICES),
        json_feed=home + JSON_FEED + choices.query(FEED_CHOICES),
        hours=tuple(_hours(edition, choices)),
        minutes=tuple(_minutes(edition, choices)),
        regions=tuple(_regions(edition, choices, region)),
        places=tuple(_places(edition, choices, region)),
        titles=tuple(_titles(edition, choices)),
        topics=tuple(_topics(edition, choices)),
        opened=opened,
        problem=problem,
    )


@cache
def places_by_region() -> Mapping[str, tuple[str, ...]]:
    """The time zones that people live in, by part of the world: those of tzdata's zone.tab."""
    table = importlib.resources.files("tzdata").joinpath("zoneinfo/zone.tab")
    rows = table.read_text(encoding="utf-8").splitlines()
    names = sorted(row.split("\t")[2] for row in rows if not row.startswith("#"))
    found: dict[str, tuple[str, ...]] = {}
    for name in names:
        region = name.partition("/")[0]
        found[region] = (*found.get(region, ()), name)
    return found


def _hours(edition: Edition, choices: Choices) -> Iterable[Link]:
    hour, minute = divmod(choices.minute, 60)
    for each in range(24):
        changed = replace(choices, minute=each * 60 + minute)
        yield _link(edition, f"{each:02}", changed, "time", is_chosen=each == hour)


def _minutes(edition: Edition, choices: Choices) -> Iterable[Link]:
    hour, minute = divmod(choices.minute, 60)
    for each in sorted({*MINUTES, minute}):
        changed = replace(choices, minute=hour * 60 + each)
        yield _link(edition, changed.time, changed, "time", is_chosen=each == minute)


def _regions(edition: Edition, choices: Choices, region: str) -> Iterable[Link]:
    yield _link(
        edition,
        edition.language.say("Wherever I am"),
        replace(choices, zone=""),
        "zone",
        is_chosen=not region,
    )
    for each in places_by_region():
        link = _link(edition, each, choices, "zone", is_chosen=each == region)
        yield replace(link, href=link.href.replace("#", f"&region={each}#"))


def _places(edition: Edition, choices: Choices, region: str) -> Iterable[Link]:
    for each in places_by_region().get(region, ()):
        label = each.partition("/")[2].replace("_", " ").replace("/", ", ")
        yield _link(
            edition, label, replace(choices, zone=each), "zone", is_chosen=each == choices.zone
        )


def _titles(edition: Edition, choices: Choices) -> Iterable[Link]:
    say = edition.language.say
    for level, label in ((Level.WORDS, say("The words")), (Level.NEUTRAL, say("A neutral note"))):
        changed = replace(choices, titles=level)
        yield _link(edition, label, changed, "titles", is_chosen=level is choices.titles)


def _topics(edition: Edition, choices: Choices) -> Iterable[Link]:
    """All of them, then each, which a tap adds or takes away."""
    deck, say = edition.deck, edition.language.say
    yield _link(
        edition,
        say("All topics"),
        replace(choices, topics=()),
        "topics",
        is_chosen=not choices.topics,
    )
    for topic in deck.topics:
        is_chosen = topic.slug in choices.topics
        slugs = {*choices.topics} ^ {topic.slug}
        topics = tuple(each.slug for each in deck.topics if each.slug in slugs)
        changed = replace(choices, topics=() if len(topics) == len(deck.topics) else topics)
        yield _link(edition, typeset(topic.title), changed, "topics", is_chosen=is_chosen)


def _link(edition: Edition, label: str, choices: Choices, place: str, *, is_chosen: bool) -> Link:
    query = choices.query(CALENDAR_CHOICES)
    return Link(label, f"{edition.language.at(SCREEN)}{query}&open={place}#{place}", is_chosen)
