"""Turns templates into documents. It knows no request: a page is the same for every reader.

A page is a frame with a title and a main part. The server fills both at once; for the device it
makes one frame and the parts of every page, with tokens, which the service worker puts together.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import fields
from dataclasses import replace
from datetime import date
from datetime import timedelta
from functools import cached_property

from jinja2 import BytecodeCache
from jinja2 import Environment
from jinja2.bccache import Bucket
from jinja2.ext import InternationalizationExtension

from webapp.assets import Assets
from webapp.config import Settings
from webapp.deck import Affirmation
from webapp.deck import Deck
from webapp.deck import typeset
from webapp.documents import HTML
from webapp.documents import Document
from webapp.documents import make_document
from webapp.editions import Edition
from webapp.editions import Editions
from webapp.feeds.choices import SCREEN
from webapp.feeds.screen import Screen
from webapp.helplines import Helplines
from webapp.helplines_view import HelpView
from webapp.languages import Language

SHEETS = (
    "topics",
    "ask",
    "asked",
    "saved",
    "sit",
    "settings",
    "reminders",
    "help",
    "clock",
    "install",
    "about",
    "privacy",
)
EARLY_PARTS = ("card", "lost", "away", "/help", "/clock")
"""What a first visit brings: the rest follows when the reader stays."""
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CardView:
    """What the card template shows, as text; the kept part holds a token for each field."""

    id: str
    text: str
    step: str
    gentle: str
    faces: str
    topic: str
    topic_title: str
    hue: str
    help: str
    next: str
    previous: str
    date: str


def token(name: str) -> str:
    """What stands in a kept part for a value that the worker puts in."""
    return "{{pocket:" + name + "}}"


TOKENS = CardView(**{field.name: token(field.name) for field in fields(CardView)})


def view_card(deck: Deck, card: Affirmation, day: str = "") -> CardView:
    """A card as the template shows it; `day` is its ISO date when it is a day's card."""
    topic = deck.topic(card.topic)
    return CardView(
        id=card.id,
        text=typeset(card.text),
        step=typeset(card.step),
        gentle=typeset(card.gentle),
        faces="two" if card.gentle else "",
        topic=topic.slug,
        topic_title=typeset(topic.title),
        hue=str(topic.hue),
        help="yes" if topic.help else "",
        next=deck.after(card.id).id,
        previous=deck.before(card.id).id,
        date=day,
    )


class _Memory(BytecodeCache):
    """Compiled templates, which are the same in each language."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Memory()


def localized(jinja: Environment, language: Language) -> Environment:
    """The environment for one language: `_`, `ngettext` and `trans` speak it, `at` leads to it."""
    own = jinja.overlay(extensions=[InternationalizationExtension], bytecode_cache=_COMPILED)
    own.globals = {**jinja.globals, "language": language, "at": language.at}
    own.install_gettext_translations(language.translations, newstyle=True)  # type: ignore[attr-defined]
    return own


class Renderer:
    """Renders every page of the app in one language from what `create_app` made."""

    def __init__(
        self,
        jinja: Environment,
        edition: Edition,
        settings: Settings,
        helplines: Helplines,
        assets: Assets,
        key: str,
        editions: Editions,
    ) -> None:
        self._jinja = localized(jinja, edition.language)
        self._deck = edition.deck
        self._editions = editions
        self._shared = {
            "settings": settings,
            "installation": edition.site,
            "deck": edition.deck,
            "help": HelpView(helplines, edition.language),
            "assets": assets,
            "starters": edition.starters,
            "application_server_key": key,
            "neutral_title": edition.note.title,
            "neutral_body": edition.note.body,
            "languages": [each.language for each in editions.values()],
            "reviewed": edition.reviewed,
        }

    def today(self, today: date) -> Document:
        """The front page for a UTC date, with the days around it for readers elsewhere."""
        near = [self._of(today + offset) for offset in (-ONE_DAY, ONE_DAY)]
        return self._page("card.html", path="/", view=self._of(today), nearby=near, page="today")

    def card(self, card: Affirmation) -> Document:
        """A card's own page."""
        view = view_card(self._deck, card)
        return self._page(
            "card.html",
            path=f"/affirmations/{card.id}",
            view=view,
            nearby=(),
            page="card",
            alternates=self._speaking_of(card),
        )

    def lost(self, today: date) -> Document:
        """The page for an address that leads nowhere: kind words and the day's card."""
        return self._page("lost.html", path="", view=self._of(today), nearby=(), page="lost")

    def feeds(self, screen: Screen) -> Document:
        """The screen of the calendar and the feeds, which no device keeps."""
        page = self._page("feeds.html", path=SCREEN, page="feeds", screen=screen)
        return replace(page, is_brief=True)

    @cached_property
    def frame(self) -> str:
        """Every page's surroundings, with tokens for its title and its main part."""
        tokens = {name: token(name) for name in ("title", "main")}
        return self._render("shell.html", layout="base.html", path="", page="", tokens=tokens)

    @cached_property
    def parts(self) -> dict[str, tuple[str, str]]:
        """Title and main part of every page by its path, or by its name: `card`, `lost`, `away`."""
        names = ("card", "lost", "away")
        parts = {name: self._part(f"{name}.html", page="shell") for name in names}
        parts |= {f"/{name}": self._part(f"{name}.html", page=name) for name in SHEETS}
        return parts

    def sheet(self, name: str) -> Document:
        """One of the SHEETS, the pages without a day."""
        return self._page(f"{name}.html", path=f"/{name}", page=name)

    def _speaking_of(self, card: Affirmation) -> list[Language]:
        """The languages whose deck has the card."""
        return [each.language for each in self._editions.values() if card.id in each.deck]

    def _of(self, day: date) -> CardView:
        return view_card(self._deck, self._deck.of_the_day(day), day.isoformat())

    def _part(self, template: str, *, page: str) -> tuple[str, str]:
        values = {"page": page, "view": TOKENS, "nearby": (), "is_kept": True}
        title, main = (
            self._render(template, layout=layout, **values)
            for layout in ("title.html", "main.html")
        )
        return title, main

    def _page(self, template: str, *, path: str, page: str, **values: object) -> Document:
        html = self._render(template, layout="base.html", path=path, page=page, **values)
        return make_document(html, HTML, {"Pocket-Page": page})

    def _render(self, template: str, **values: object) -> str:
        return self._jinja.get_template(template).render(**self._shared, **values)
