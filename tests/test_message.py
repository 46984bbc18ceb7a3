"""What a message promises: WebKit's strict parser takes it, and neutral means neutral."""

from __future__ import annotations

import json
import re
from itertools import product
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.editions import NOTE
from tests.editions import edition
from webapp.deck import Affirmation
from webapp.deck import Deck
from webapp.deck import Topic
from webapp.errors import MessageTooLarge
from webapp.push.message import MAX_OCTETS
from webapp.push.message import Message
from webapp.push.message import compose
from webapp.schedule import Level
from webapp.schedule import Source

BASE = "https://pocket.org"
CARD = Affirmation(
    id="you-dont-have-to-earn-help", text="You don't have to earn help.", topic="asking"
)
OTHER = Affirmation(id="a-pause-is-allowed", text="A pause is allowed.", topic="rest")
TAG = "daily-2027-01-15"
EDITION = edition(Deck((Topic("asking", "Asking", 20, ""),), (CARD,)), base_url=BASE)


def message(
    card: Affirmation = CARD,
    level: Level = Level.WORDS,
    tag: str = TAG,
    source: Source = Source.DECK,
    *,
    sound: bool = False,
) -> Message:
    return compose(card, level, tag, EDITION, source, sound=sound)


def payload_of(made: Message) -> Any:
    return json.loads(made.plaintext)


def note(level: Level) -> dict[str, Any]:
    found: dict[str, Any] = payload_of(message(level=level))["notification"]
    return found


def problems_for_webkit(payload: Any) -> list[str]:
    """What WebKit's NotificationJSONParser would void this message for: any wrong type does."""
    notification = payload.get("notification")
    if type(payload.get("web_push")) is not int or payload["web_push"] != 8030:
        return ["web_push is not the number 8030"]
    if not isinstance(notification, dict):
        return ["notification is no object"]
    rules = {
        "title": lambda value: isinstance(value, str) and value != "",
        "navigate": is_absolute,
        "icon": is_absolute,
        "body": lambda value: isinstance(value, str),
        "lang": lambda value: isinstance(value, str),
        "tag": lambda value: isinstance(value, str),
        "dir": lambda value: value in ("auto", "ltr", "rtl"),
        "silent": lambda value: isinstance(value, bool),
        "mutable": lambda value: isinstance(value, bool),
        "data": lambda value: True,
    }
    if type(payload.get("mutable", False)) is not bool:
        return ["wrong mutable"]
    missing = [f"no {name}" for name in ("title", "navigate") if name not in notification]
    unknown = [f"unknown {name}" for name in notification if name not in rules]
    wrong = [f"wrong {n}" for n, v in notification.items() if n in rules and not rules[n](v)]
    return missing + unknown + wrong


def is_absolute(value: object) -> bool:
    return isinstance(value, str) and all(urlsplit(value)[:2])


@pytest.mark.parametrize(("level", "source", "sound"), [*product(Level, Source, (True, False))])
def test_webkits_strict_parser_takes_the_message(level: Level, source: Source, sound: bool) -> None:
    made = message(level=level, source=source, sound=sound)
    assert problems_for_webkit(payload_of(made)) == []


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("silent", "true"),
        ("dir", "LTR"),
        ("icon", "/static/icon.png"),
        ("navigate", "/"),
        ("title", ""),
        ("lang", None),
    ],
)
def test_the_validator_of_these_tests_is_as_strict_as_webkit(member: str, value: object) -> None:
    payload = payload_of(message())
    payload["notification"][member] = value
    assert problems_for_webkit(payload) == [f"wrong {member}"]


def test_the_validator_refuses_the_marker_as_a_string() -> None:
    assert problems_for_webkit({"web_push": "8030"}) == ["web_push is not the number 8030"]


def test_words_bring_the_card_typeset() -> None:
    assert note(Level.WORDS)["body"] == "You don’t have to earn help."


def test_words_lead_to_the_cards_own_address() -> None:
    assert note(Level.WORDS)["navigate"] == f"{BASE}/affirmations/you-dont-have-to-earn-help"


def test_words_carry_the_cards_language() -> None:
    german = Affirmation(id="hilfe", text="Hilfe ist erlaubt.", topic="asking", lang="de")
    assert payload_of(message(german))["notification"]["lang"] == "de"


def test_neutral_says_fixed_words_and_leads_to_the_front_page() -> None:
    neutral = note(Level.NEUTRAL)
    assert (neutral["body"], neutral["navigate"]) == (NOTE.body, f"{BASE}/")


def test_neutral_is_the_same_message_for_every_card() -> None:
    assert message(CARD, Level.NEUTRAL) == message(OTHER, Level.NEUTRAL)


def test_a_neutral_message_holds_nothing_of_the_card() -> None:
    text = message(CARD, Level.NEUTRAL).plaintext.decode().lower()
    words = re.findall("[a-z]+", f"{CARD.text} {CARD.id} {CARD.topic}".lower())
    telling = {word for word in words if len(word) > 3}
    assert telling and not {word for word in telling if word in text}


@pytest.mark.parametrize("level", Level)
def test_the_title_is_the_same_for_all_and_fits_a_lock_screen(level: Level) -> None:
    assert note(level)["title"] == "Pocket note"


@pytest.mark.parametrize("level", Level)
def test_a_note_makes_no_sound_by_default(level: Level) -> None:
    assert note(level)["silent"] is True


@pytest.mark.parametrize("level", Level)
def test_a_note_makes_a_sound_where_the_reader_wants_it(level: Level) -> None:
    assert payload_of(message(level=level, sound=True))["notification"]["silent"] is False


def test_where_the_device_picks_the_words_the_neutral_ones_stand_in() -> None:
    payload = payload_of(message(source=Source.DEVICE))
    notification = payload["notification"]
    assert (notification["body"], notification["navigate"]) == (NOTE.body, f"{BASE}/")
    assert notification["data"] == {"source": "device"}
    assert payload["mutable"] is notification["mutable"] is True


def test_where_the_device_picks_the_words_the_message_is_the_same_for_every_card() -> None:
    assert message(CARD, source=Source.DEVICE) == message(OTHER, source=Source.DEVICE)


def test_neutral_stays_neutral_whoever_picks_the_words() -> None:
    assert message(level=Level.NEUTRAL, source=Source.DEVICE) == message(level=Level.NEUTRAL)


def test_only_what_the_device_may_change_is_said_to_be_changeable() -> None:
    for level in Level:
        text = message(level=level).plaintext.decode()
        assert "mutable" not in text
        assert "data" not in text


@pytest.mark.parametrize("level", Level)
def test_the_tag_is_the_occurrence(level: Level) -> None:
    assert note(level)["tag"] == TAG


def test_the_same_occurrence_has_the_same_topic_whatever_it_says() -> None:
    topics = {message(card, level).topic for card, level in product((CARD, OTHER), Level)}
    assert len(topics) == 1


def test_different_occurrences_have_different_topics() -> None:
    days = (f"daily-2027-01-{day:02}" for day in range(1, 32))
    assert len({message(tag=tag).topic for tag in days}) == 31


@given(tag=st.text())
def test_a_topic_is_32_characters_of_base64url_whatever_the_tag(tag: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", message(tag=tag).topic)


def test_a_topic_is_no_free_text() -> None:
    assert "2027" not in message().topic and "daily" not in message().topic


def test_the_headers_are_those_of_rfc_8030_and_8291() -> None:
    made = message()
    assert made.headers(ttl_seconds=14_400, urgency="normal") == (
        "TTL: 14400",
        "Urgency: normal",
        f"Topic: {made.topic}",
        "Content-Encoding: aes128gcm",
        "Content-Type: application/notification+json",
    )


def test_a_message_over_2597_octets_is_refused_when_it_is_made() -> None:
    endless = Affirmation(id="endless", text="a" * MAX_OCTETS, topic="asking")
    with pytest.raises(MessageTooLarge) as caught:
        message(endless)
    assert caught.value.limit_octets == 2_597


def test_the_neutral_message_does_not_mind_an_endless_card() -> None:
    endless = Affirmation(id="endless", text="a" * MAX_OCTETS, topic="asking")
    assert message(endless, Level.NEUTRAL).plaintext


def test_the_longest_card_of_the_style_guide_fits_easily() -> None:
    longest = Affirmation(id="i" * 40, text="ü" * 120, topic="asking")
    assert len(message(longest).plaintext) < 1_024


def test_letters_travel_as_they_are() -> None:
    assert "’".encode() in message().plaintext
