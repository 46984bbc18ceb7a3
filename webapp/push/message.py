"""One message for every browser: declarative Web Push, read by our service worker elsewhere.

Written as strictly as WebKit's parser reads it: one wrong type voids the whole message there.
It never encrypts. At level `neutral`, and where the device picks the words, it never holds
anything that tells one card from another.
"""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass

from webapp.deck import Affirmation
from webapp.deck import typeset
from webapp.editions import Edition
from webapp.errors import MessageTooLarge
from webapp.schedule import Level
from webapp.schedule import Source

ICON = "/static/icons/icon-192.png"
DECLARATIVE = 8030
"""The number that marks a declarative message; both parsers refuse it as a string."""
MAX_OCTETS = 2_597
"""A body of 2,700 octets less the 103 of encryption: Firefox on Android, bridged to FCM,
refuses bodies over about 2,744 (autopush's documentation)."""
TOPIC_OCTETS = 24
"""Of a SHA-256: 32 characters in base64url, the most that RFC 8030 section 5.4 allows."""


@dataclass(frozen=True, slots=True)
class Message:
    """The JSON to encrypt, and its RFC 8030 topic: 32 characters of base64url."""

    plaintext: bytes
    topic: str

    def headers(self, ttl_seconds: int, urgency: str) -> tuple[str, ...]:
        """The header lines it goes with. `ttl_seconds` is over 0: Windows refuses 0."""
        return (
            f"TTL: {ttl_seconds}",
            f"Urgency: {urgency}",
            f"Topic: {self.topic}",
            "Content-Encoding: aes128gcm",
            "Content-Type: application/notification+json",
        )


def compose(
    card: Affirmation,
    level: Level,
    tag: str,
    edition: Edition,
    source: Source = Source.DECK,
    *,
    sound: bool = False,
) -> Message:
    """The message that brings `card`, or at level `neutral` only the news that there is one.

    With the device as `source` the service worker puts the reader's own words in place of the
    neutral ones, which stand where it does not run. Messages with the same `tag` (the occurrence)
    replace each other: by topic while they wait at the push service, by tag on the screen.
    Raises MessageTooLarge over 2,597 octets.
    """
    is_by_device = level is Level.WORDS and source is Source.DEVICE
    is_neutral = level is Level.NEUTRAL or is_by_device
    notification = _neutral(edition) if is_neutral else _words(card, edition)
    icon = edition.base_url + ICON
    notification |= {"title": edition.note.title, "tag": tag, "icon": icon, "dir": "auto"}
    # The style guide wants no sound by default. True drops the sound, the vibration and Android's
    # heads-up banner; the note still stands on the screen, which is what Safari insists on.
    notification["silent"] = not sound
    message = {"web_push": DECLARATIVE, "notification": notification}
    if is_by_device:
        message["mutable"] = True  # the standard's place; Safari 18.4 looks in the notification
        notification |= {"mutable": True, "data": {"source": source.value}}
    plaintext = _json(message)
    if len(plaintext) > MAX_OCTETS:
        raise MessageTooLarge(len(plaintext), MAX_OCTETS)
    return Message(plaintext, _hash(tag))


def _words(card: Affirmation, edition: Edition) -> dict[str, object]:
    return {
        "body": typeset(card.text),
        "navigate": f"{edition.home}/affirmations/{card.id}",
        "lang": card.lang,
    }


def _neutral(edition: Edition) -> dict[str, object]:
    lang = edition.language.tag
    return {"body": edition.note.body, "navigate": f"{edition.home}/", "lang": lang}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _hash(tag: str) -> str:
    """Push services see the topic in clear: a hash, never free text (RFC 8030 section 5.4)."""
    return urlsafe_b64encode(hashlib.sha256(tag.encode()).digest()[:TOPIC_OCTETS]).decode()
