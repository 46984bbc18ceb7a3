"""Link previews: a card's own look as a picture, drawn once and kept by who shows it."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from functools import cache

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from PIL import ImageChops
from werkzeug.test import TestResponse

from tests.processes import ROOT
from webapp import preview
from webapp.colours import srgb
from webapp.deck import Deck
from webapp.preview import HEIGHT
from webapp.preview import MARGIN
from webapp.preview import WIDTH
from webapp.preview import draw_preview
from webapp.preview import set_words
from webapp.views.previews import previews_blueprint

HERO = "you-dont-have-to-earn-help"
HEAVIEST_OCTETS = 64_000
JPEG_NOISE = 24  # of 255: what compression may leave around a letter
LONGEST = (  # a card may have 130 characters
    "Nobody has to carry all of it alone, and a friend who hears about one small corner of it "
    "may be gladder than you expected today."
)
# What an own deck may hold, in any language of Latin letters.
TEXTS = [
    "Ask.",
    "You don’t have to earn help.",
    LONGEST,
    "m" * 60,
    "W" * 14 + " " + "M" * 14,
    " ".join(["wwwwwwwwwwwwww"] * 8),
    " ".join("a" * 65),
    "Du darfst unvollständig, übermüdet und ÄNGSTLICH um Unterstützungsmöglichkeiten bitten.",
]


@cache
def pixels(text: str, title: str = "", hue: int = 55) -> Image.Image:
    return Image.open(io.BytesIO(draw_preview(text, title, hue))).convert("RGB")


def difference(one: Image.Image, other: Image.Image) -> Image.Image:
    return ImageChops.difference(one, other).convert("L")


@pytest.fixture
def deck(app: Flask) -> Deck:
    return app.extensions["pocket"].deck  # type: ignore[no-any-return]


def get(client: FlaskClient, id: str = HERO, **headers: str) -> TestResponse:
    return client.get(f"/previews/{id}.jpg", headers=headers)


# The picture


def test_it_is_a_jpeg_of_the_size_that_sites_show_whole() -> None:
    with Image.open(io.BytesIO(draw_preview("Ask.", "Small steps", 165))) as picture:
        assert (picture.format, picture.size) == ("JPEG", (1200, 630))


@pytest.mark.parametrize("text", TEXTS)
def test_no_text_is_cut_off_or_reaches_into_the_margins(text: str) -> None:
    drawn = difference(pixels(text), pixels(""))
    box = drawn.point([255 * (value > JPEG_NOISE) for value in range(256)]).getbbox()
    assert box
    left, top, right, bottom = box
    assert left >= MARGIN - 8  # JPEG's blocks are eight wide
    assert right <= WIDTH - MARGIN + 8
    assert top >= 130  # under the name of the app
    assert bottom <= HEIGHT - 60


@pytest.mark.parametrize("text", TEXTS)
def test_no_word_is_lost(text: str) -> None:
    assert " ".join(set_words(text).lines) == text


def test_words_become_a_little_smaller_where_lines_then_end_with_their_sentence() -> None:
    words = set_words("If it hurts to ask, many people understand. They have felt it too.")
    assert words.lines == (
        "If it hurts to ask,",
        "many people understand.",
        "They have felt it too.",
    )


def test_few_words_stand_large_and_many_stay_legible() -> None:
    assert set_words("You don’t have to earn help.").size >= 100
    assert set_words(LONGEST).size >= 52  # 16 pixels in a feed of 370


def test_every_shipped_card_is_large_and_light(deck: Deck) -> None:
    for card in deck.cards:
        words = set_words(card.text)
        assert words.size >= 64, card.id
        assert len(words.lines) <= 4, card.id
    longest = max(deck.cards, key=lambda card: len(card.text))
    for topic in deck.topics:
        assert len(draw_preview(longest.text, topic.title, topic.hue)) <= HEAVIEST_OCTETS


def test_the_longest_words_stay_light() -> None:
    assert len(draw_preview(LONGEST, "Everyone needs someone", 310)) <= HEAVIEST_OCTETS


@pytest.mark.parametrize("hue", [0, 55, 165, 252, 310, 359])
def test_the_sky_has_the_colours_of_the_stylesheet(hue: int) -> None:
    sky = pixels("", "", hue)
    for corner, colour in [
        ((4, 2), srgb(*token("sky-high", hue))),
        ((4, HEIGHT - 3), srgb(*token("sky-low", hue))),
        ((984, 440), srgb(*token("sun", hue))),
    ]:
        seen = sky.getpixel(corner)
        assert isinstance(seen, tuple)
        assert max(abs(a - b) for a, b in zip(seen, colour, strict=True)) <= 4


def token(name: str, hue: int) -> tuple[float, float, float]:
    """The light colour of that name in tokens.css, for a hue."""
    css = (ROOT / "static/css/tokens.css").read_text()
    plain = re.sub(r"calc\(([\d.]+) [-+] [\d.]+ \* var\(--more\)\)", r"\1", css)
    pattern = (
        rf"--{name}: light-dark\(\s*oklch\(([\d.]+) ([\d.]+)"
        r" (?:calc\()?var\(--hue\)(?: \+ (\d+))?"
    )
    found = re.search(pattern, plain)
    assert found
    return float(found[1]), float(found[2]), hue + int(found[3] or 0)


@pytest.mark.parametrize("hue", [20, 110, 252])
def test_words_can_be_read_on_every_sky(hue: int) -> None:
    darkest = pixels("Mmmm. " * 8, "", hue).convert("L").crop((96, 130, 1104, 560)).getextrema()[0]
    lightest = pixels("", "", hue).convert("L").crop((96, 130, 1104, 560)).getextrema()[0]
    assert isinstance(darkest, int) and isinstance(lightest, int)
    assert lightest - darkest > 120


def test_the_same_card_is_the_same_picture_everywhere() -> None:
    assert draw_preview("Ask.", "Small steps", 165) == draw_preview("Ask.", "Small steps", 165)


def test_words_topic_and_hue_each_show() -> None:
    pictures = {
        draw_preview("Ask.", "Small steps", 165),
        draw_preview("Ask now.", "Small steps", 165),
        draw_preview("Ask.", "Hard days", 165),
        draw_preview("Ask.", "Small steps", 310),
    }
    assert len(pictures) == 4


# Its address


def test_a_card_has_its_picture(client: FlaskClient) -> None:
    response = get(client)
    assert response.status_code == 200
    assert response.mimetype == "image/jpeg"
    drawn = draw_preview("You don’t have to earn help.", "No need to earn it", 55)
    assert response.data == drawn
    assert response.content_length == len(drawn)


@pytest.mark.parametrize("path", ["no-such-card.jpg", HERO, f"{HERO}.png", ".jpg"])
def test_a_wrong_id_is_answered_with_the_kind_page(client: FlaskClient, path: str) -> None:
    response = client.get(f"/previews/{path}")
    assert response.status_code == 404
    assert "This page is not here." in response.text


def test_it_may_be_kept_for_a_day_and_sets_no_cookie(client: FlaskClient) -> None:
    headers = get(client).headers
    assert headers["Cache-Control"] == "public, max-age=86400"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers


def test_it_is_not_compressed_again_and_so_varies_by_nothing(client: FlaskClient) -> None:
    headers = get(client, **{"Accept-Encoding": "gzip, br"}).headers
    assert "Content-Encoding" not in headers
    assert "Vary" not in headers


def test_who_has_it_is_told_so(client: FlaskClient) -> None:
    response = get(client, **{"If-None-Match": get(client).headers["ETag"]})
    assert response.status_code == 304
    assert response.data == b""
    assert response.headers["Cache-Control"] == "public, max-age=86400"


def test_each_card_is_drawn_once(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    monkeypatch.setattr(preview, "set_words", lambda text: drawn.append(text) or set_words(text))
    for _ in range(3):
        get(client)
        get(client, "no-such-card")
    assert drawn == ["You don’t have to earn help."]


def test_a_retired_card_keeps_its_picture(deck: Deck) -> None:
    card = replace(deck.cards[0], retired="2026-12-24")
    app = Flask(__name__)
    app.register_blueprint(previews_blueprint(Deck(deck.topics, deck.cards[1:], (card,))))
    assert get(app.test_client(), card.id).mimetype == "image/jpeg"
