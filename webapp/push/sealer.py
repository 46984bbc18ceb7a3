"""From a due row to a sealed post: card, message, encryption, headers. It sends nothing."""

from __future__ import annotations

from datetime import UTC
from datetime import date
from datetime import datetime
from functools import lru_cache

from webapp.config import Settings
from webapp.editions import Edition
from webapp.editions import Editions
from webapp.push.encryption import SenderKeys
from webapp.push.encryption import encrypt
from webapp.push.keyring import Signer
from webapp.push.message import Message
from webapp.push.message import compose
from webapp.push.transport import Post
from webapp.schedule import Level
from webapp.schedule import Occurrence
from webapp.schedule import Source
from webapp.schedule import local_date
from webapp.schedule import slot_of
from webapp.store import Due
from webapp.store.values import TEST


class Sealer:
    """Makes posts: what many share is made once for them, and sealed for each alone."""

    def __init__(self, settings: Settings, editions: Editions, signer: Signer) -> None:
        self._settings = settings
        self._editions = editions
        self._signer = signer
        self._keys = SenderKeys()
        self._compose = lru_cache(maxsize=1_024)(self._compose_for)
        self._head = lru_cache(maxsize=1_024)(self._head_for)

    def seal(self, due: Due, audience: str, ttl_seconds: int, now: int) -> Post[Due]:
        """The encrypted message for one subscription, whose endpoint's origin is `audience`."""
        day, slot, tag = _place(due, now)
        wish = due.reminder
        how = (wish.level, wish.source, wish.sound)
        edition = self._editions.of(wish.language)
        message = self._compose(edition, day, wish.topics, slot, tag, how)
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

    def can_seal(self, due: Due) -> bool:
        """Whether the key that its subscription was made with is still here."""
        return self._signer.has(due.application_key)

    def prepare(self) -> None:
        """Make sender keys ahead, while there is nothing else to do."""
        self._keys.refill()

    def _compose_for(
        self,
        edition: Edition,
        day: date,
        topics: tuple[str, ...],
        slot: int,
        tag: str,
        how: tuple[Level, Source, bool],
    ) -> Message:
        card = edition.deck.of_the_day(day, topics, slot)
        level, source, sound = how
        return compose(card, level, tag, edition, source, sound=sound)

    def _head_for(self, message: Message, ttl_seconds: int, authorization: str) -> tuple[str, ...]:
        lines = message.headers(ttl_seconds, self._settings.push_urgency)
        return (*lines, f"Authorization: {authorization}")


def _place(due: Due, now: int) -> tuple[date, int, str]:
    """Day, slot and tag: a daily message is for the local date and time it was due at, however
    late; a test for today.
    """
    if due.kind == TEST:
        return local_date(due.reminder, datetime.fromtimestamp(now, UTC)), 0, due.occurrence
    day, tag = date.fromisoformat(due.occurrence), f"{due.kind}-{due.occurrence}"
    if len(due.reminder.minutes) == 1:
        return day, 0, tag
    slot = _slot_of(due.reminder, Occurrence(day, due.first_due_at))
    return day, slot, f"{tag}-{slot}"


# Thousands share one minute of one zone; the sum is done once for them.
_slot_of = lru_cache(maxsize=4_096)(slot_of)
