"""The pages: addresses to documents. It prepares each document once and answers it many times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from flask import Blueprint
from flask import request
from werkzeug import Response
from werkzeug.exceptions import NotFound

from webapp.deck import Deck
from webapp.documents import answer
from webapp.rendering import Renderer

DAYS_KEPT = 4  # one is enough but at midnight


def pages_blueprint(renderer: Renderer, deck: Deck, clock: Callable[[], datetime]) -> Blueprint:
    """Every page of the app, and the kind answer for an address that leads nowhere."""
    bp = Blueprint("pages", __name__)
    today_page = lru_cache(DAYS_KEPT)(renderer.today)
    lost_page = lru_cache(DAYS_KEPT)(renderer.lost)
    card_page = lru_cache(None)(lambda card_id: renderer.card(deck.card(card_id)))

    @bp.get("/")
    def today() -> Response:
        return answer(today_page(clock().date()), request.environ)

    @bp.get("/affirmations/<card_id>")
    def card(card_id: str) -> Response:
        try:
            document = card_page(card_id)
        except KeyError:
            raise NotFound from None
        return answer(document, request.environ)

    for path, document in renderer.sheets.items():
        bp.add_url_rule(
            path, path.strip("/"), lambda document=document: answer(document, request.environ)
        )

    @bp.app_errorhandler(NotFound)
    def lost(_error: NotFound) -> Response:
        return answer(lost_page(clock().date()), request.environ, 404)

    return bp
