"""The calendar, the feeds and their screen: addresses to documents, each made once a day."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from functools import lru_cache
from functools import partial
from typing import TypeAlias

from flask import Blueprint
from flask import request
from werkzeug import Response

from webapp.documents import ATOM_XML
from webapp.documents import CALENDAR_TEXT
from webapp.documents import FEED_JSON
from webapp.documents import Document
from webapp.documents import answer
from webapp.editions import Edition
from webapp.errors import InputError
from webapp.feeds.calendar import write_calendar
from webapp.feeds.choices import ATOM
from webapp.feeds.choices import CALENDAR
from webapp.feeds.choices import CALENDAR_CHOICES
from webapp.feeds.choices import FEED_CHOICES
from webapp.feeds.choices import JSON_FEED
from webapp.feeds.choices import SCREEN
from webapp.feeds.choices import Choices
from webapp.feeds.choices import parse_choices
from webapp.feeds.screen import parse_region
from webapp.feeds.screen import show_screen
from webapp.feeds.syndication import write_atom
from webapp.feeds.syndication import write_json_feed
from webapp.problems import Problem
from webapp.rendering import Renderer

FEEDS_KEPT = 128  # some 40 KB each; one anew takes a few milliseconds
SCREENS_KEPT = 64
KEPT_BY_OTHERS = "public, max-age=3600, no-transform"

Writer: TypeAlias = Callable[[Edition, Choices, date], str]


@dataclass(frozen=True, slots=True)
class _Format:
    """How a feed is written, and what of it can be chosen."""

    write: Writer
    content_type: str
    choices: Sequence[str]


_FORMATS: Mapping[str, _Format] = {
    CALENDAR: _Format(write_calendar, CALENDAR_TEXT, CALENDAR_CHOICES),
    ATOM: _Format(write_atom, ATOM_XML, FEED_CHOICES),
    JSON_FEED: _Format(write_json_feed, FEED_JSON, FEED_CHOICES),
}


def feeds_blueprint(
    renderer: Renderer, edition: Edition, clock: Callable[[], datetime]
) -> Blueprint:
    """Every address under /feeds. `clock` tells an aware instant in UTC."""
    feeds = _Feeds(renderer, edition, clock)
    bp = Blueprint("feeds", __name__)
    bp.add_url_rule(SCREEN, "screen", feeds.screen)
    for path in _FORMATS:
        bp.add_url_rule(path, path.partition(".")[0], partial(feeds.feed, path))
    return bp


class _Feeds:
    """Parses what an address chooses, and answers it with a document."""

    def __init__(self, renderer: Renderer, edition: Edition, clock: Callable[[], datetime]) -> None:
        self._renderer = renderer
        self._edition = edition
        self._clock = clock
        self._topics = tuple(topic.slug for topic in edition.deck.topics)
        self._feed_of = lru_cache(FEEDS_KEPT)(self._make_feed)
        self._screen_of = lru_cache(SCREENS_KEPT)(self._make_screen)

    def feed(self, path: str) -> Response:
        """The calendar or a feed; a wrong choice is a problem."""
        try:
            choices = parse_choices(
                request.args.to_dict(flat=False), _FORMATS[path].choices, self._topics
            )
        except InputError as error:
            raise Problem(400, error.reason, error.remedy, field=error.field) from None
        return answer(self._feed_of(path, choices, self._clock().date()), request.environ)

    def screen(self) -> Response:
        """The page of it all; a wrong choice is told on it, and a stray parameter is none."""
        args = request.args.to_dict(flat=False)
        given = {name: args[name] for name in CALENDAR_CHOICES if name in args}
        opened = request.args.get("open", "")
        try:
            choices = parse_choices(given, CALENDAR_CHOICES, self._topics)
            region = parse_region(request.args.get("region", ""))
        except InputError as error:
            return answer(self._screen_of(Choices(), "", "", str(error)), request.environ, 400)
        return answer(self._screen_of(choices, region, opened, ""), request.environ)

    def _make_feed(self, path: str, choices: Choices, today: date) -> Document:
        form = _FORMATS[path]
        text = form.write(self._edition, choices, today)
        headers = {"Cache-Control": KEPT_BY_OTHERS}
        return Document(text.encode(), form.content_type, headers, is_brief=True)

    def _make_screen(self, choices: Choices, region: str, opened: str, problem: str) -> Document:
        return self._renderer.feeds(show_screen(self._edition, choices, region, opened, problem))
