"""Turns templates into documents. It knows no request: a page is the same for every reader.

The card page is one template. The server fills it with a card, and fills it once with
tokens to make the shell that the service worker fills on the device.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import fields
from datetime import date
from datetime import timedelta
from functools import cached_property

from jinja2 import Environment

from webapp.assets import Assets
from webapp.config import Settings
from webapp.deck import Affirmation
from webapp.deck import Deck
from webapp.deck import typeset
from webapp.documents import HTML
from webapp.documents import Document
from webapp.documents import make_document
from webapp.helplines import Helplines
from webapp.push.message import NEUTRAL_BODY

SHEETS = ("topics", "reminders", "help", "install", "about")
ONE_DAY = timedelta(days=1)

# Chooses among the days around the server's by the reader's own date, before the first paint.
DAY_SCRIPT = (
    "{const n=new Date,d=document.getElementById('day-'"
    "+[n.getFullYear(),n.getMonth()+1,n.getDate()].map(v=>String(v).padStart(2,'0')).join('-'));"
    "if(d)document.getElementById('main').replaceChildren(d.content)}"
)


@dataclass(frozen=True, slots=True)
class CardView:
    """What the card template shows, as text; the shell holds a token for each field."""

    id: str
    text: str
    step: str
    topic: str
    topic_title: str
    hue: str
    help: str
    next: str
    previous: str
    date: str


TOKENS = CardView(**{field.name: "{{pocket:" + field.name + "}}" for field in fields(CardView)})


def view_card(deck: Deck, card: Affirmation, day: str = "") -> CardView:
    """A card as the template shows it; `day` is its ISO date when it is a day's card."""
    topic = deck.topic(card.topic)
    return CardView(
        id=card.id,
        text=typeset(card.text),
        step=typeset(card.step),
        topic=topic.slug,
        topic_title=typeset(topic.title),
        hue=str(topic.hue),
        help="yes" if topic.help else "",
        next=deck.after(card.id).id,
        previous=deck.before(card.id).id,
        date=day,
    )


class Renderer:
    """Renders every page of the app from what `create_app` made."""

    def __init__(
        self,
        jinja: Environment,
        settings: Settings,
        deck: Deck,
        helplines: Helplines,
        assets: Assets,
        key: str,
    ) -> None:
        self._jinja = jinja
        self._deck = deck
        self._shared = {
            "settings": settings,
            "deck": deck,
            "helplines": helplines,
            "assets": assets,
            "application_server_key": key,
            "day_script": DAY_SCRIPT,
            "neutral_body": NEUTRAL_BODY,
        }

    def today(self, today: date) -> Document:
        """The front page for a UTC date, with the days around it for readers elsewhere."""
        near = [self._of(today + offset) for offset in (-ONE_DAY, ONE_DAY)]
        return self._page("card.html", path="/", view=self._of(today), nearby=near, page="today")

    def card(self, card: Affirmation) -> Document:
        """A card's own page."""
        view = view_card(self._deck, card)
        return self._page(
            "card.html", path=f"/affirmations/{card.id}", view=view, nearby=(), page="card"
        )

    def lost(self, today: date) -> Document:
        """The page for an address that leads nowhere: kind words and the day's card."""
        return self._page("lost.html", path="", view=self._of(today), nearby=(), page="lost")

    @cached_property
    def shells(self) -> dict[str, Document]:
        """The card page and the lost page with tokens, by their addresses."""
        return {
            "/shell": self._page("card.html", path="", view=TOKENS, nearby=(), page="shell"),
            "/lost": self._page("lost.html", path="", view=TOKENS, nearby=(), page="lost"),
        }

    @cached_property
    def sheets(self) -> dict[str, Document]:
        """The pages without a day, by their addresses."""
        return {
            f"/{name}": self._page(f"{name}.html", path=f"/{name}", page=name) for name in SHEETS
        }

    def _of(self, day: date) -> CardView:
        return view_card(self._deck, self._deck.of_the_day(day), day.isoformat())

    def _page(
        self,
        template: str,
        *,
        path: str,
        page: str,
        view: CardView | None = None,
        nearby: Iterable[CardView] = (),
    ) -> Document:
        html = self._jinja.get_template(template).render(
            **self._shared, path=path, page=page, view=asdict(view) if view else None, nearby=nearby
        )
        return make_document(html, HTML, {"Pocket-Page": page})
