"""The pictures that link previews show: a card's own look, drawn once and answered many times."""

from __future__ import annotations

from functools import lru_cache

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

PREVIEWS_KEPT = 256  # some 12 MB, and more than the shipped deck has: no card is drawn twice
KEPT_BY_OTHERS = "public, max-age=86400"


def previews_blueprint(deck: Deck, site: Site = OURS) -> Blueprint:
    """`/previews/<id>.jpg` for every card, living or retired."""
    bp = Blueprint("previews", __name__)

    @lru_cache(PREVIEWS_KEPT)
    def preview_of(card_id: str) -> Document:
        card = deck.card(card_id)
        topic = deck.topic(card.topic)
        texts = typeset(card.text), typeset(topic.title)
        picture = draw_preview(*texts, topic.hue, site.short_name, site.icon)
        return Document(picture, JPEG, {"Cache-Control": KEPT_BY_OTHERS})

    @bp.get("/previews/<card_id>.jpg")
    def preview(card_id: str) -> Response:
        try:
            document = preview_of(card_id)
        except KeyError:
            raise NotFound from None
        return answer(document, request.environ)

    return bp
