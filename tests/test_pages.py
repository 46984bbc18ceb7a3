"""Pages as a browser without JavaScript gets them."""

from __future__ import annotations

import html
import re
from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webapp import create_app
from webapp.deck import Deck
from webapp.deck import typeset

SHEETS = [
    "/topics",
    "/ask",
    "/asked",
    "/saved",
    "/sit",
    "/settings",
    "/reminders",
    "/help",
    "/install",
    "/about",
    "/privacy",
]


@pytest.fixture
def deck(app: Flask) -> Deck:
    return app.extensions["pocket"].deck  # type: ignore[no-any-return]


def words(page: str) -> str:
    found = re.search(r'class="plain">(.*?)<', page)
    assert found
    return html.unescape(found[1])


def test_the_front_page_holds_the_days_card(client: FlaskClient, deck: Deck) -> None:
    today = datetime.now(UTC).date()
    page = client.get("/").text
    near = {typeset(deck.of_the_day(today + timedelta(days=n)).text) for n in (0, 1)}
    assert words(page) in near  # midnight may pass between the two clocks


def test_the_front_page_brings_the_neighbouring_days_for_other_time_zones(
    client: FlaskClient,
) -> None:
    page = client.get("/").text
    shown = date.fromisoformat(re.findall(r'data-date="([\d-]+)"', page)[0])
    days = re.findall(r'<template id="day-([\d-]+)">', page)
    assert days == [str(shown - timedelta(days=1)), str(shown + timedelta(days=1))]


def test_every_card_has_an_address_with_its_words(client: FlaskClient, deck: Deck) -> None:
    for card in deck.cards:
        page = client.get(f"/affirmations/{card.id}")
        assert page.status_code == 200
        assert words(page.text) == typeset(card.text)


def test_another_is_a_link_that_goes_through_the_whole_deck(
    client: FlaskClient, deck: Deck
) -> None:
    path, seen = f"/affirmations/{deck.cards[0].id}", set()
    while path not in seen:
        seen.add(path)
        found = re.search(r'rel="next" href="([^"]+)"', client.get(path).text)
        assert found
        path = found[1]
    assert len(seen) == len(deck.cards)


def test_back_undoes_another(client: FlaskClient, deck: Deck) -> None:
    page = client.get(f"/affirmations/{deck.cards[1].id}").text
    assert f'rel="prev" href="/affirmations/{deck.cards[0].id}"' in page


def test_the_line_the_app_is_named_after_has_its_address(client: FlaskClient) -> None:
    page = client.get("/affirmations/you-dont-have-to-earn-help").text
    assert words(page) == "You don’t have to earn help."


@pytest.mark.parametrize(
    "path", ["/nowhere", "/affirmations/no-such-card", "/affirmations/", "/topics/"]
)
def test_an_unknown_address_is_answered_kindly_with_a_card(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "This page is not here." in response.text
    assert words(response.text)
    assert response.headers["Pocket-Page"] == "lost"


@pytest.mark.parametrize("path", ["/", *SHEETS, "/affirmations/you-dont-have-to-earn-help"])
def test_link_previews_have_title_description_and_image(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    found = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]+)">', page))
    assert {"title", "description", "image", "url"} <= found.keys()
    assert found["url"] == f"http://127.0.0.1:8000{path}"
    image = client.get(found["image"].removeprefix("http://127.0.0.1:8000"))
    assert image.status_code == 200
    assert image.mimetype.startswith("image/")


@pytest.mark.parametrize("path", ["/", "/affirmations/you-dont-have-to-earn-help"])
def test_the_link_preview_of_a_card_shows_and_tells_its_words(
    client: FlaskClient, deck: Deck, path: str
) -> None:
    page = client.get(path).text
    found = dict(re.findall(r'<meta (?:property|name)="([\w:]+)" content="([^"]*)">', page))
    assert html.unescape(found["og:image:alt"]) == words(page)
    assert (found["og:image:width"], found["og:image:height"]) == ("1200", "630")
    assert found["twitter:card"] == "summary_large_image"
    id = found["og:image"].removeprefix("http://127.0.0.1:8000/previews/").removesuffix(".jpg")
    assert typeset(deck.card(id).text) == words(page)


@pytest.mark.parametrize("path", SHEETS)
def test_the_other_pages_share_one_picture(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    image = '<meta property="og:image" content="http://127.0.0.1:8000/static/icons/preview.png">'
    assert image in page


def test_what_has_no_address_has_no_preview(client: FlaskClient) -> None:
    assert "og:image" not in client.get("/nowhere").text


@pytest.mark.parametrize("path", ["/", *SHEETS, "/nowhere"])
def test_help_now_and_the_bar_are_on_every_page(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    assert re.search(r'<a href="/help"[^>]* class="help-now"', page)
    bar = re.findall(r'<nav class="bar".*?</nav>', page, re.S)[0]
    assert re.findall(r'<a href="([^"]+)"', bar) == ["/", "/topics", "/ask", "/saved", "/reminders"]


def test_every_card_stands_under_its_topic(client: FlaskClient, deck: Deck) -> None:
    page = client.get("/topics").text
    for card in deck.cards:
        assert f'href="/affirmations/{card.id}"' in page


def test_pages_are_the_same_from_every_process(
    client: FlaskClient, settings_of: dict[str, str]
) -> None:
    other = create_app(settings_of).test_client()
    for path in ["/pack.txt", "/rest.txt", *SHEETS]:
        assert client.get(path).data == other.get(path).data, path


def test_a_page_is_answered_with_304_to_who_has_it(client: FlaskClient) -> None:
    etag = client.get("/about").headers["ETag"]
    assert client.get("/about", headers={"If-None-Match": etag}).status_code == 304


def test_pages_may_not_be_changed(client: FlaskClient) -> None:
    assert client.post("/").status_code == 405


def test_quotes_are_set_as_type(client: FlaskClient) -> None:
    for path in ["/topics", "/about", "/help"]:
        text = re.sub(r"<script.*?</script>|<[^>]+>", "", client.get(path).text)
        assert "'" not in html.unescape(text), path
