"""The pictures that link previews show: a card's own look, drawn once and answered many times."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from flask import Blueprint
from flask import request
from werkzeug import Response
from werkzeug.exceptions import NotFound

from webapp.deck import Deck
from webapp.deck import typeset
from webapp.documents import JPEG
from webapp.documents import Document
from webapp.documents import answer
from webapp.preview import draw_preview
from webapp.site import OURS
from webapp.site import Site

PREVIEWS_KEPT = 512  # some 24 MB, and more than the shipped deck has: no card is drawn twice
PREVIEW_ICON = "icon-192.png"
LAST_LATIN = "\u024f"
KEPT_BY_OTHERS = "public, max-age=86400"


def previews_blueprint(deck: Deck, site: Site = OURS, icons: Path | None = None) -> Blueprint:
    """`/previews/<id>.jpg` for every card, living or retired.

    `icons` is the folder of an operator's own. A name that our font cannot write is left out.
    """
    bp = Blueprint("previews", __name__)
    name = site.short_name if max(site.short_name) <= LAST_LATIN else ""
    mark = icons / PREVIEW_ICON if icons else None

    @lru_cache(PREVIEWS_KEPT)
    def preview_of(card_id: str) -> Document:
        card = deck.card(card_id)
        topic = deck.topic(card.topic)
        texts = typeset(card.text), typeset(topic.title)
        picture = draw_preview(*texts, topic.hue, name, mark)
        return Document(picture, JPEG, {"Cache-Control": KEPT_BY_OTHERS})

    @bp.get("/previews/<card_id>.jpg")
    def preview(card_id: str) -> Response:
        try:
            document = preview_of(card_id)
        except KeyError:
            raise NotFound from None
        return answer(document, request.environ)

    return bp
