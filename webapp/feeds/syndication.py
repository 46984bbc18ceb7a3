"""The feeds: an entry a day with the day's card, as Atom (RFC 4287) and as JSON Feed 1.1.

Days are UTC's. An entry is named by its date and topics (RFC 4151) and never changes its name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from datetime import timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree

from webapp.deck import typeset
from webapp.editions import Edition
from webapp.feeds.choices import ATOM
from webapp.feeds.choices import FEED_CHOICES
from webapp.feeds.choices import JSON_FEED
from webapp.feeds.choices import Choices

DAYS = 14
JSON_VERSION = "https://jsonfeed.org/version/1.1"

_NAMESPACE = "http://www.w3.org/2005/Atom"
_ICON = "/static/icons/icon-192.png"


@dataclass(frozen=True, slots=True)
class Entry:
    """A day's card, typeset; `at` is the beginning of the day (RFC 3339)."""

    id: str
    url: str
    at: str
    title: str
    text: str
    topic: str


def write_atom(edition: Edition, choices: Choices, today: date) -> str:
    """The feed of the fourteen days up to `today`, a UTC date, newest first."""
    entries = list(_entries(edition, choices, today))
    address = edition.home + ATOM + choices.query(FEED_CHOICES)
    feed = ElementTree.Element("feed", {"xmlns": _NAMESPACE, "xml:lang": edition.language.tag})
    _add(feed, "id", _name(edition, f"feed{choices.key}"))
    _add(feed, "title", _title(edition))
    _add(feed, "subtitle", _subtitle(edition))
    _add(feed, "updated", entries[0].at)
    _add(feed, "link", rel="self", type="application/atom+xml", href=address)
    _add(feed, "link", rel="alternate", type="text/html", href=f"{edition.home}/")
    _add(feed, "icon", edition.base_url + _ICON)
    _add(ElementTree.SubElement(feed, "author"), "name", _title(edition))
    for each in entries:
        entry = ElementTree.SubElement(feed, "entry")
        _add(entry, "id", each.id)
        _add(entry, "title", each.title)
        _add(entry, "published", each.at)
        _add(entry, "updated", each.at)
        _add(entry, "link", rel="alternate", type="text/html", href=each.url)
        _add(entry, "category", term=each.topic)
        _add(entry, "content", each.text, type="text")
    ElementTree.indent(feed)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(feed, "unicode")}\n'


def write_json_feed(edition: Edition, choices: Choices, today: date) -> str:
    """The same as a JSON Feed."""
    feed = {
        "version": JSON_VERSION,
        "title": _title(edition),
        "description": _subtitle(edition),
        "home_page_url": f"{edition.home}/",
        "feed_url": edition.home + JSON_FEED + choices.query(FEED_CHOICES),
        "icon": edition.base_url + _ICON,
        "language": edition.language.tag,
        "authors": [{"name": _title(edition), "url": f"{edition.home}/"}],
        "items": [
            {
                "id": each.id,
                "url": each.url,
                "title": each.title,
                "content_text": each.text,
                "date_published": each.at,
                "tags": [each.topic],
            }
            for each in _entries(edition, choices, today)
        ],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1) + "\n"


def _title(edition: Edition) -> str:
    return edition.language.say("Pocket Affirmations")


def _subtitle(edition: Edition) -> str:
    return edition.language.say("One kind line a day about asking for help.")


def _entries(edition: Edition, choices: Choices, today: date) -> Iterator[Entry]:
    deck = edition.deck
    for offset in range(DAYS):
        day = today - timedelta(days=offset)
        card = deck.of_the_day(day, choices.topics)
        title = typeset(card.text)
        step = edition.language.say("A small step: %(step)s", step=typeset(card.step))
        yield Entry(
            id=_name(edition, f"daily-{day}{choices.key}"),
            url=f"{edition.home}/affirmations/{card.id}",
            at=f"{day}T00:00:00Z",
            title=title,
            text=f"{title}\n{step}" if card.step else title,
            topic=typeset(deck.topic(card.topic).title),
        )


def _name(edition: Edition, specific: str) -> str:
    """A `tag:` name; an authority has no colon, which the address of a host may have."""
    host = (urlsplit(edition.base_url).hostname or "").replace(":", "-")
    return f"tag:{host},2026:{specific}" + edition.language.prefix.replace("/", "-")


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> None:
    element = ElementTree.SubElement(parent, name, attributes)
    element.text = text or None
