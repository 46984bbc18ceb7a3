"""From a due row to a sealed post: card, message, encryption, headers. It sends nothing."""

from __future__ import annotations

from datetime import UTC
from datetime import date
from datetime import datetime
from functools import lru_cache

from webapp.config import Settings
from webapp.deck import Deck
from webapp.push.encryption import SenderKeys
from webapp.push.encryption import encrypt
from webapp.push.keyring import Signer
from webapp.push.message import Message
from webapp.push.message import compose
from webapp.push.transport import Post
from webapp.schedule import Level
from webapp.schedule import local_date
from webapp.store import Due
from webapp.store.values import TEST


class Sealer:
    """Makes posts: what many share is made once for them, and sealed for each alone."""

    def __init__(self, settings: Settings, deck: Deck, signer: Signer) -> None:
        self._settings = settings
        self._deck = deck
        self._signer = signer
        self._keys = SenderKeys()
        self._compose = lru_cache(maxsize=1_024)(self._compose_for)
        self._head = lru_cache(maxsize=1_024)(self._head_for)

    def seal(self, due: Due, audience: str, ttl_seconds: int, now: int) -> Post[Due]:
        """The encrypted message for one subscription, whose endpoint's origin is `audience`."""
        day, tag = _day_and_tag(due, now)
        message = self._compose(day, due.reminder.topics, due.reminder.level, tag)
        authorization = self._signer.authorization(audience, now, due.application_key)
        body = encrypt(
            message.plaintext,
            due.subscription.p256dh,
            due.subscription.auth,
            sender_key=self._keys.take(),
            padding=self._settings.push_padding_octets,
        )
        headers = self._head(message, ttl_seconds, authorization)
        return Post(due, due.subscription.endpoint, headers, body)

    def prepare(self) -> None:
        """Make sender keys ahead, while there is nothing else to do."""
        self._keys.refill()

    def _compose_for(self, day: date, topics: tuple[str, ...], level: Level, tag: str) -> Message:
        card = self._deck.of_the_day(day, topics)
        return compose(card, level, tag, self._settings.base_url)

    def _head_for(self, message: Message, ttl_seconds: int, authorization: str) -> tuple[str, ...]:
        lines = message.headers(ttl_seconds, self._settings.push_urgency)
        return (*lines, f"Authorization: {authorization}")


def _day_and_tag(due: Due, now: int) -> tuple[date, str]:
    """A daily message is for the local date it was due on, however late; a test for today."""
    if due.kind == TEST:
        return local_date(due.reminder, datetime.fromtimestamp(now, UTC)), due.occurrence
    return date.fromisoformat(due.occurrence), f"{due.kind}-{due.occurrence}"
