"""The pages: addresses to documents. It prepares each document once and answers it many times."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from flask import Blueprint
from flask import request
from werkzeug import Response
from werkzeug.exceptions import NotFound
from werkzeug.utils import redirect

from webapp.deck import Deck
from webapp.documents import answer
from webapp.rendering import SHEETS
from webapp.rendering import Renderer

_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_PAGE = re.compile(rf"|{'|'.join(SHEETS)}|affirmations/[a-z0-9-]+")

DAYS_KEPT = 4  # one is enough but at midnight


def pages_blueprint(renderer: Renderer, deck: Deck, clock: Callable[[], datetime]) -> Blueprint:
    """Every page of the app in one language."""
    bp = Blueprint("pages", __name__)
    today_page = lru_cache(DAYS_KEPT)(renderer.today)
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

    sheet_page = lru_cache(None)(renderer.sheet)
    for name in SHEETS:
        bp.add_url_rule(
            f"/{name}", name, lambda name=name: answer(sheet_page(name), request.environ)
        )

    return bp


def lost_pages(
    renderers: Mapping[str, Renderer], clock: Callable[[], datetime]
) -> Callable[[NotFound], Response]:
    """The kind answer for an address that leads nowhere, in the language that it begins with.

    `renderers` are by the beginnings of their addresses, such as `/es`.
    """
    page = lru_cache(DAYS_KEPT * len(renderers))(lambda prefix, day: renderers[prefix].lost(day))

    def lost(_error: NotFound) -> Response:
        first, slash, rest = request.path[1:].partition("/")
        if (
            slash
            and f"/{first}" not in renderers
            and _TAG.fullmatch(first)
            and _PAGE.fullmatch(rest)
        ):
            return redirect(f"/{rest}")  # of a language that this site had
        prefix = f"/{first}" if f"/{first}" in renderers else ""
        return answer(page(prefix, clock().date()), request.environ, 404)

    return lost
