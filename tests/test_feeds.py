"""Where push cannot be: the calendar, the feeds and their screen, as other programs read them."""

from __future__ import annotations

import gzip
import html
import json
import re
from collections.abc import Callable
from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree

import brotli
import jsonschema
import pytest
from flask.testing import FlaskClient
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from icalendar import Calendar
from icalendar import Event

from tests.editions import NOTE
from tests.editions import edition
from tests.processes import ROOT
from tests.user_agent import UserAgent
from webapp import create_app
from webapp import migrations
from webapp.deck import Affirmation
from webapp.deck import Deck
from webapp.deck import Topic
from webapp.deck import typeset
from webapp.deck_file import load_deck
from webapp.feeds.calendar import write_calendar
from webapp.feeds.choices import Choices

BASE = "https://pocket.org"
NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)
CALENDAR = "/feeds/calendar.ics"
ATOM = "/feeds/atom.xml"
JSON_FEED = "/feeds/feed.json"
FEEDS = [CALENDAR, ATOM, JSON_FEED]
NAMESPACE = "{http://www.w3.org/2005/Atom}"
MANY = "/feeds?time=09:40&zone=Europe/Lisbon&titles=neutral&topics=small-steps,hard-days"

# What https://www.jsonfeed.org/version/1.1/ asks for, of the members that we send.
TEXT = {"type": "string", "minLength": 1}
ADDRESS = {"type": "string", "pattern": "^https://pocket[.]org/"}
JSON_FEED_SCHEMA = {
    "type": "object",
    "required": ["version", "title", "items"],
    "additionalProperties": False,
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": TEXT,
        "description": TEXT,
        "home_page_url": ADDRESS,
        "feed_url": ADDRESS,
        "icon": ADDRESS,
        "language": TEXT,
        "authors": {"type": "array", "items": {"type": "object", "required": ["name"]}},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "content_text"],
                "additionalProperties": False,
                "properties": {
                    "id": TEXT,
                    "url": ADDRESS,
                    "title": TEXT,
                    "content_text": TEXT,
                    "date_published": {"pattern": r"^\d{4}-\d\d-\d\dT00:00:00Z$"},
                    "tags": {"type": "array", "items": TEXT},
                },
            },
        },
    },
}


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., FlaskClient]:
    """Start the app at an instant, with further settings."""

    def start_(now: datetime = NOW, **further: str) -> FlaskClient:
        instance = str(tmp_path_factory.mktemp("instance"))
        config = {"POCKET_INSTANCE": instance, "POCKET_BASE_URL": BASE, **further}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("webapp._utc_now", lambda: now)
            return create_app(config).test_client()

    return start_


@pytest.fixture(scope="module")
def client(start: Callable[..., FlaskClient]) -> FlaskClient:
    """One app for all tests, since nothing here changes it."""
    return start()


@pytest.fixture(scope="module")
def deck() -> Deck:
    return load_deck(ROOT / "webapp" / "content" / "en")


def events(text: str) -> list[Event]:
    """The events, as a parser of others reads them, which finds nothing wrong."""
    calendar = Calendar.from_ical(text)
    found = calendar.events
    assert [each.errors for each in [calendar, *found]] == [[]] * (1 + len(found))
    return found  # type: ignore[no-any-return]


def unfolded(text: str) -> str:
    return text.replace("\r\n ", "").replace("\r\n", "\n")


def names(text: str) -> list[str]:
    return [str(each["uid"]) for each in events(text)]


def addresses(page: str) -> list[str]:
    """What stands in the fields of the screen."""
    return [html.unescape(text) for text in re.findall(r"<textarea[^>]*>([^<]*)<", page)]


def test_the_calendar_has_an_event_a_day_with_the_days_card(
    client: FlaskClient, deck: Deck
) -> None:
    found = events(client.get(CALENDAR).text)
    days = [TODAY + offset * DAY for offset in range(-7, 61)]
    assert [each.start.date() for each in found] == days
    for day, event in zip(days, found, strict=True):
        card = deck.of_the_day(day)
        assert str(event["summary"]) == typeset(card.text)
        assert str(event["url"]) == f"{BASE}/affirmations/{card.id}"
        assert str(event["url"]) in str(event["description"])
        assert typeset(card.step) in str(event["description"])


def test_the_calendar_and_the_front_page_show_the_same_card(client: FlaskClient) -> None:
    page = client.get("/").text
    [event] = [each for each in events(client.get(CALENDAR).text) if each.start.date() == TODAY]
    assert f'class="plain">{html.escape(str(event["summary"]), quote=False)}<' in page


@pytest.mark.parametrize("feed", FEEDS)
def test_chosen_topics_bring_only_their_cards(client: FlaskClient, deck: Deck, feed: str) -> None:
    text = unfolded(client.get(f"{feed}?topics=hard-days,small-steps").text)
    shown = {deck.card(id).topic for id in re.findall(r"/affirmations/([a-z0-9-]+)", text)}
    assert shown == {"hard-days", "small-steps"}


def test_a_calendar_without_a_zone_keeps_to_the_clock_wherever_the_reader_is(
    client: FlaskClient,
) -> None:
    for event in events(client.get(f"{CALENDAR}?time=21:05").text):
        assert event.start.tzinfo is None
        assert f"{event.start:%H:%M}" == "21:05"


def test_a_calendar_with_a_zone_keeps_to_that_zones_clock_through_a_clock_change(
    client: FlaskClient,
) -> None:
    found = events(client.get(f"{CALENDAR}?time=08:00&zone=Europe/Lisbon").text)
    hours = {each.start.date(): each.start.astimezone(UTC).hour for each in found}
    assert hours[date(2026, 3, 28)] == 8
    assert hours[date(2026, 3, 29)] == 7  # summer time began that night


def test_a_time_that_a_clock_change_skips_comes_an_hour_later_by_the_clock(
    client: FlaskClient,
) -> None:
    found = events(client.get(f"{CALENDAR}?time=02:30&zone=Europe/Berlin").text)
    starts = {each.start.astimezone(UTC) for each in found}
    assert datetime(2026, 3, 29, 1, 30, tzinfo=UTC) in starts
    assert len(starts) == 68


def test_another_time_or_title_moves_or_rewrites_an_event_and_doubles_none(
    client: FlaskClient,
) -> None:
    first = names(client.get(CALENDAR).text)
    assert len(set(first)) == len(first)
    for query in ("time=23:59", "zone=Asia/Tokyo", "titles=neutral", "topics="):
        assert names(client.get(f"{CALENDAR}?{query}").text) == first


def test_other_topics_are_other_events(client: FlaskClient) -> None:
    first, second = (
        names(client.get(f"{CALENDAR}?topics={slug}").text) for slug in ("hard-days", "small-steps")
    )
    assert not set(first) & set(second)
    assert not set(first) & set(names(client.get(CALENDAR).text))


def test_an_event_is_the_same_at_every_fetch(start: Callable[..., FlaskClient]) -> None:
    today = {str(each["uid"]): each.to_ical() for each in events(start().get(CALENDAR).text)}
    later = start(NOW + 30 * DAY).get(CALENDAR).text
    kept = {str(each["uid"]): each.to_ical() for each in events(later)}
    assert len(today.keys() & kept.keys()) == 38
    assert all(today[name] == kept[name] for name in today.keys() & kept.keys())


def test_each_event_rings_at_its_time_and_takes_no_time_of_the_reader(client: FlaskClient) -> None:
    for event in events(client.get(CALENDAR).text):
        [alarm] = event.alarms.times
        assert alarm.trigger.replace(tzinfo=None) == event.start
        [part] = event.walk("VALARM")
        assert str(part["action"]) == "DISPLAY"
        assert part["description"] == event["summary"]
        assert event["transp"] == "TRANSPARENT"
        assert event["class"] == "PRIVATE"


def test_a_neutral_calendar_holds_nothing_of_the_cards(client: FlaskClient, deck: Deck) -> None:
    text = client.get(f"{CALENDAR}?titles=neutral&topics=hard-days").text
    plain = unfolded(text)
    assert "affirmations/" not in plain
    assert "hard-days" not in plain
    for card in deck.cards:
        assert typeset(card.text) not in plain
    for event in events(text):
        assert str(event["summary"]) == NOTE.title
        assert NOTE.body in str(event["description"])
        assert str(event["url"]) == f"{BASE}/"


def test_a_calendar_says_how_often_it_may_be_asked_for(client: FlaskClient) -> None:
    calendar = Calendar.from_ical(client.get(CALENDAR).text)
    assert calendar["refresh-interval"].dt == DAY
    assert calendar["version"] == "2.0"
    assert calendar["prodid"]


@settings(max_examples=25)
@example("ä" * 100 + "€" * 100)
@example("one, two; three\\four\\n" * 9)
@given(st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=1))
def test_any_words_come_through_lines_of_75_octets(words: str) -> None:
    card = Affirmation(id="a-card", text=f"a {words} z", topic="t", step=words)
    deck = Deck((Topic("t", "T", 1, "T."),), (card,))
    text = write_calendar(edition(deck, base_url=BASE), Choices(), TODAY)
    lines = text.encode().split(b"\r\n")
    assert lines.pop() == b""
    assert max(map(len, lines)) <= 75
    assert b"\n" not in b"".join(lines)
    for line in lines:
        line.decode()  # none ends within a character
    values = re.findall(r"^(?:SUMMARY|DESCRIPTION):(.*)$", unfolded(text), re.MULTILINE)
    assert all(re.fullmatch(r"(?:[^\\,;]|\\[\\,;n])*", value) for value in values)
    assert str(events(text)[0]["summary"]) == typeset(card.text)
    assert typeset(card.step) in str(events(text)[0]["description"])


def test_atom_has_the_last_fourteen_days_and_all_that_the_standard_asks_for(
    client: FlaskClient, deck: Deck
) -> None:
    response = client.get(f"{ATOM}?topics=hard-days")
    assert response.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(response.data)
    assert feed.tag == f"{NAMESPACE}feed"
    links = {each.get("rel"): each.get("href") for each in feed.findall(f"{NAMESPACE}link")}
    assert links == {"self": f"{BASE}{ATOM}?topics=hard-days", "alternate": f"{BASE}/"}
    assert feed.findtext(f"{NAMESPACE}author/{NAMESPACE}name")
    found = feed.findall(f"{NAMESPACE}entry")
    for each in [feed, *found]:
        for name in ("id", "title", "updated"):
            assert len(each.findall(NAMESPACE + name)) == 1, name
    days = [TODAY - offset * DAY for offset in range(14)]
    assert [each.findtext(f"{NAMESPACE}updated") for each in found] == [
        f"{day}T00:00:00Z" for day in days
    ]
    assert feed.findtext(f"{NAMESPACE}updated") == f"{TODAY}T00:00:00Z"
    for day, entry in zip(days, found, strict=True):
        card = deck.of_the_day(day, ["hard-days"])
        link = entry.find(f"{NAMESPACE}link")
        assert link is not None
        assert link.get("href") == f"{BASE}/affirmations/{card.id}"
        assert entry.findtext(f"{NAMESPACE}title") == typeset(card.text)
        assert typeset(card.step) in (entry.findtext(f"{NAMESPACE}content") or "")


def test_the_json_feed_is_one_and_says_the_same_as_atom(client: FlaskClient) -> None:
    response = client.get(JSON_FEED)
    assert response.mimetype == "application/feed+json"
    feed = json.loads(response.text)
    jsonschema.validate(feed, JSON_FEED_SCHEMA)
    atom = ElementTree.fromstring(client.get(ATOM).data).findall(f"{NAMESPACE}entry")
    assert [(each["id"], each["title"], each["date_published"]) for each in feed["items"]] == [
        tuple(entry.findtext(NAMESPACE + name) for name in ("id", "title", "published"))
        for entry in atom
    ]
    assert len(feed["items"]) == 14


def test_an_entry_keeps_its_name_and_is_told_apart_by_topics(
    start: Callable[..., FlaskClient],
) -> None:
    def ids(client: FlaskClient, query: str = "") -> set[str]:
        items = json.loads(client.get(JSON_FEED + query).text)["items"]
        return {each["id"] for each in items}

    first, later = ids(start()), ids(start(NOW + DAY))
    assert all(re.fullmatch(r"tag:pocket\.org,2026:daily-2026-\d\d-\d\d", id) for id in first)
    assert len(first & later) == 13
    assert not first & ids(start(), "?topics=hard-days")


def test_a_feed_of_a_server_without_a_name_has_valid_names_too(
    start: Callable[..., FlaskClient],
) -> None:
    feed = start(POCKET_BASE_URL="http://[::1]:8000").get(JSON_FEED).text
    assert json.loads(feed)["items"][0]["id"].startswith("tag:--1,2026:daily-")


@pytest.mark.parametrize("feed", FEEDS)
def test_who_has_a_feed_is_told_so_and_who_only_looks_gets_no_body(
    client: FlaskClient, feed: str
) -> None:
    response = client.get(feed)
    assert response.headers["Cache-Control"] == "public, max-age=3600, no-transform"
    assert "Set-Cookie" not in response.headers
    etag = response.headers["ETag"]
    assert client.get(feed, headers={"If-None-Match": etag}).status_code == 304
    looked = client.head(feed)
    assert (looked.status_code, looked.data) == (200, b"")
    assert looked.headers["Content-Length"] == str(len(response.data))


@pytest.mark.parametrize("feed", FEEDS)
def test_a_feed_is_small_on_the_way(client: FlaskClient, feed: str) -> None:
    plain = client.get(feed).data
    assert len(plain) < 50_000
    for name, unpack in (("br", brotli.decompress), ("gzip", gzip.decompress)):
        response = client.get(feed, headers={"Accept-Encoding": name})
        assert response.headers["Content-Encoding"] == name
        assert unpack(response.data) == plain
        assert len(response.data) < 8_000


def test_the_same_choices_are_the_same_feed_however_they_are_written(client: FlaskClient) -> None:
    written = [
        "topics=hard-days,small-steps&time=08:00",
        "time=08%3A00&topics=small-steps,hard-days,hard-days",
        "topics=small-steps%2Chard-days&zone=&titles=words",
    ]
    assert len({client.get(f"{CALENDAR}?{query}").headers["ETag"] for query in written}) == 1


def test_all_topics_are_the_same_as_none(client: FlaskClient, deck: Deck) -> None:
    slugs = ",".join(topic.slug for topic in deck.topics)
    assert client.get(f"{CALENDAR}?topics={slugs}").data == client.get(CALENDAR).data


@pytest.mark.parametrize(
    ("address", "field"),
    [
        (f"{CALENDAR}?time=8", "time"),
        (f"{CALENDAR}?time=24:00", "time"),
        (f"{CALENDAR}?time=08:00&time=09:00", "time"),
        (f"{CALENDAR}?time=٠٨:٠٠", "time"),
        (f"{CALENDAR}?zone=Europe/Atlantis", "zone"),
        (f"{CALENDAR}?zone=../../etc/passwd", "zone"),
        (f"{CALENDAR}?titles=loud", "titles"),
        (f"{CALENDAR}?topics=no-such-topic", "topics"),
        (f"{CALENDAR}?topics=hard-days;small-steps", "topics"),
        (f"{CALENDAR}?topic=hard-days", "address"),
        (f"{ATOM}?time=08:00", "address"),
        (f"{JSON_FEED}?topics=no-such-topic", "topics"),
    ],
)
def test_a_wrong_choice_is_refused_with_field_reason_and_remedy(
    client: FlaskClient, address: str, field: str
) -> None:
    response = client.get(address)
    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"
    problem = json.loads(response.text)
    assert problem["field"] == field
    assert problem["reason"]
    assert problem["remedy"]
    assert response.headers["Cache-Control"] == "no-store"


def test_a_refusal_repeats_nothing_that_was_sent(client: FlaskClient) -> None:
    for query in ("zzzq=1", "time=zzzq", "zone=zzzq", "titles=zzzq", "topics=zzzq"):
        assert "zzzq" not in client.get(f"{CALENDAR}?{query}").text
        assert "zzzq" not in client.get(f"/feeds?{query}").text


@pytest.mark.parametrize("path", ["/feeds", *FEEDS])
def test_feeds_are_only_read(client: FlaskClient, path: str) -> None:
    assert client.post(path).status_code == 405


def test_an_unknown_feed_is_answered_kindly(client: FlaskClient) -> None:
    response = client.get("/feeds/rss.xml")
    assert response.status_code == 404
    assert "This page is not here." in response.text


def test_the_screen_shows_the_three_addresses_of_the_choice(client: FlaskClient) -> None:
    assert addresses(client.get("/feeds").text) == [
        f"{BASE}{CALENDAR}?time=08:00",
        f"{BASE}{ATOM}",
        f"{BASE}{JSON_FEED}",
    ]
    page = client.get(MANY).text
    assert addresses(page) == [
        f"{BASE}{CALENDAR}?{urlsplit(MANY).query}",
        f"{BASE}{ATOM}?topics=small-steps,hard-days",
        f"{BASE}{JSON_FEED}?topics=small-steps,hard-days",
    ]
    for address in addresses(page):
        assert client.get(address.removeprefix(BASE)).status_code == 200
    [webcal] = re.findall(r'href="(webcal:[^"]+)"', page)
    assert html.unescape(webcal) == addresses(page)[0].replace("https:", "webcal:")


def follow(client: FlaskClient, page: str, label: str) -> str:
    """The screen after one more choice, by the words of its link."""
    [href] = re.findall(rf'<a class="(?:quiet|dial)"[^>]* href="([^"]+)"[^>]*>{label}</a>', page)
    path = html.unescape(href).partition("#")[0]
    return client.get(path).text


def test_choices_are_made_by_following_links(client: FlaskClient) -> None:
    page = client.get("/feeds").text
    for label in ("21", "21:15", "Europe", "Lisbon", "A neutral note", "Hard days", "Small steps"):
        page = follow(client, page, label)
    wanted = "?time=21:15&zone=Europe/Lisbon&titles=neutral&topics=small-steps,hard-days"
    assert addresses(page)[0] == BASE + CALENDAR + wanted
    for label in ("Wherever I am", "The words", "Hard days"):
        page = follow(client, page, label)
    assert addresses(page)[0] == f"{BASE}{CALENDAR}?time=21:15&topics=small-steps"
    page = follow(client, page, "All topics")
    assert addresses(page)[0] == f"{BASE}{CALENDAR}?time=21:15"


def test_every_time_zone_on_the_screen_is_one_that_the_calendar_knows(client: FlaskClient) -> None:
    page = client.get("/feeds?region=Africa").text
    zones = {html.unescape(each) for each in re.findall(r"zone=([^&\"#]+)", page)}
    assert len(zones) > 50
    for zone in zones:
        assert client.get(f"{CALENDAR}?zone={zone}").status_code == 200


def test_what_was_just_chosen_stays_open(client: FlaskClient) -> None:
    assert re.findall(r'<details class="how" id="(\w+)" open>', client.get("/feeds").text) == []
    page = follow(client, client.get("/feeds").text, "21")
    assert re.findall(r'<details class="how" id="(\w+)" open>', page) == ["time"]


@pytest.mark.parametrize("query", ["time=25:00", "topics=no-such-topic", "region=Atlantis"])
def test_a_wrong_choice_on_the_screen_is_told_and_the_usual_one_shown(
    client: FlaskClient, query: str
) -> None:
    response = client.get(f"/feeds?{query}")
    assert response.status_code == 400
    assert "was not understood" in response.text
    assert addresses(response.text)[0] == f"{BASE}{CALENDAR}?time=08:00"


def test_a_stray_parameter_does_not_trouble_the_screen(client: FlaskClient) -> None:
    assert client.get("/feeds?utm_source=somewhere&open=sesame").data == client.get("/feeds").data


def test_only_the_screen_points_to_the_feeds(client: FlaskClient) -> None:
    kinds = re.findall(r'<link rel="alternate" type="([^"]+)"', client.get("/feeds").text)
    assert kinds == ["text/calendar", "application/atom+xml", "application/feed+json"]
    assert 'rel="alternate" type' not in client.get("/").text


def test_no_device_keeps_the_screen(client: FlaskClient) -> None:
    assert "<h1>Calendar and feeds" in client.get("/feeds").text
    for pack in ("/pack.txt", "/rest.txt"):
        assert "<h1>Calendar and feeds" not in client.get(pack).text


def test_the_screen_tells_which_push_hosts_the_operator_allows(
    start: Callable[..., FlaskClient],
) -> None:
    assert "POCKET_PUSH_HOSTS" in start().get("/feeds").text
    page = start(POCKET_PUSH_HOSTS="ntfy.sh, push.pocket.org").get("/feeds").text
    assert "ntfy.sh, push.pocket.org" in page
    assert "POCKET_PUSH_HOSTS" not in page


@pytest.mark.parametrize(("hosts", "status"), [("", 422), ("ntfy.sh", 201)])
def test_a_push_host_of_the_readers_own_is_taken_where_the_operator_allows_it(
    start: Callable[..., FlaskClient], hosts: str, status: int
) -> None:
    client = start(POCKET_PUSH_HOSTS=hosts)
    migrations.upgrade(client.application.extensions["pocket"].settings.database_url)
    subscription = UserAgent("https://ntfy.sh/upAbCdEf123456?up=1").as_json()
    body = {"subscription": subscription, "reminder": {"time": "08:00", "zone": "UTC"}}
    assert client.put("/api/subscriptions", json=body).status_code == status
