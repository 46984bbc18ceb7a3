"""The API, as `content/openapi.json` describes it: reminders in, cards out.

It parses, asks the store or the deck, and words the answer. It never logs what a request held,
and shows what is stored only to who has the auth secret (a 409 tells that an endpoint is taken).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from flask import Blueprint
from flask import request
from werkzeug import Response

from webapp.config import Settings
from webapp.documents import JSON
from webapp.documents import Document
from webapp.documents import answer
from webapp.documents import make_document
from webapp.editions import Editions
from webapp.errors import InputError
from webapp.guard import check_bearer
from webapp.guard import guard
from webapp.guard import refuse_flood
from webapp.incoming import read_object
from webapp.languages import SOURCE
from webapp.problems import Problem
from webapp.push.counts import Counts
from webapp.push.keyring import Keyring
from webapp.rates import RateLimits
from webapp.representations import write_card
from webapp.representations import write_instant
from webapp.representations import write_json
from webapp.representations import write_known
from webapp.representations import write_saved
from webapp.store import Record
from webapp.store import Store
from webapp.subscription import AUTH_OCTETS
from webapp.subscription import HostPolicy
from webapp.subscription import parse_proof
from webapp.subscription import parse_subscription
from webapp.timezones import load_zone
from webapp.wish import parse_date
from webapp.wish import parse_language
from webapp.wish import parse_reminder
from webapp.wish import parse_topics
from webapp.wish import parse_zone

API = "/api"
DAYS_KEPT = 256  # compressing one anew takes milliseconds
OPENAPI_FILE = Path(__file__).parent.parent / "content" / "openapi.json"

_NOT_KNOWN = ("this subscription is not known here", "Subscribe again")
_TOO_MANY_NEW = "there are too many new subscriptions from one address"
_KEY_FIELD = "application_server_key"
_RENEW_KEY = "Unsubscribe in the browser and subscribe again with the key that our answers name"
_NOBODY = bytes(AUTH_OCTETS)


def api_blueprint(
    store: Store,
    editions: Editions,
    policy: HostPolicy,
    keyring: Keyring,
    settings: Settings,
    limits: RateLimits,
    send_due: Callable[[int], Counts],
    clock: Callable[[], datetime],
) -> Blueprint:
    """Every address under /api. `clock` tells an aware instant, `send_due` takes UTC seconds."""
    api = _Api(store, editions, policy, keyring, settings, limits, send_due, clock)
    bp = Blueprint("api", __name__)
    routes: tuple[tuple[str, str, Callable[[], Response]], ...] = (
        ("PUT", "/subscriptions", api.save),
        ("DELETE", "/subscriptions", api.remove),
        ("POST", "/subscriptions/lookup", api.lookup),
        ("POST", "/subscriptions/test", api.test),
        ("POST", "/reminders/run", api.run),
        ("GET", "/daily", api.daily),
        ("GET", "/deck", api.deck),
        ("GET", "/openapi.json", api.describe),
    )
    for method, path, view in routes:
        bp.add_url_rule(API + path, view.__name__, view, methods=[method])
    guard(bp, API, limits, settings.base_url)
    return bp


class _Api:
    """One method for each operation of the document, by its operationId."""

    def __init__(
        self,
        store: Store,
        editions: Editions,
        policy: HostPolicy,
        keyring: Keyring,
        settings: Settings,
        limits: RateLimits,
        send_due: Callable[[int], Counts],
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._editions = editions
        self._policy = policy
        self._keyring = keyring
        self._current_key = keyring.current.application_server_key
        self._settings = settings
        self._limits = limits
        self._send_due = send_due
        self._clock = clock
        self._topics = frozenset(topic.slug for topic in editions.first.deck.topics)
        self._deck_document = lru_cache(None)(self._make_deck_document)
        self._day_document = lru_cache(DAYS_KEPT)(self._make_day_document)
        self._openapi = make_document(OPENAPI_FILE.read_text(encoding="utf-8"), JSON)

    def save(self) -> Response:
        """Register a subscription and its reminder, or change the reminder."""
        body = read_object(request, "subscription", "reminder", _KEY_FIELD, "replaces")
        now = self._clock()
        subscription = parse_subscription(body.get("subscription"), self._policy)
        reminder = parse_reminder(body.get("reminder"), self._topics, now, self._editions)
        is_new = self._store.find(subscription.endpoint) is None
        key = self._parse_key(body[_KEY_FIELD]) if _KEY_FIELD in body else None
        if is_new:
            seconds = self._limits.seconds_to_wait_for_new(request.remote_addr or "")
            refuse_flood(seconds, _TOO_MANY_NEW)
            key = key or self._current_key
        replaces = parse_proof(body["replaces"], "replaces") if "replaces" in body else None
        record = self._store.save(subscription, reminder, _seconds(now), key, replaces)
        return _answer(write_saved(record, self._current_key), 201 if is_new else 200)

    def remove(self) -> Response:
        """Forget a subscription."""
        self._store.remove(self._find_own().subscription.endpoint)
        return Response(status=204, headers={"Cache-Control": "no-store"})

    def lookup(self) -> Response:
        """Tell the owner all that is stored."""
        return _answer(write_known(self._find_own(), self._current_key))

    def test(self) -> Response:
        """Make a test message due now; the worker sends it."""
        endpoint = self._find_own().subscription.endpoint
        now = _seconds(self._clock())
        if not self._store.request_test(endpoint, now):
            raise Problem(404, *_NOT_KNOWN)  # removed in between
        return _answer({"due_at": write_instant(now)}, 202)

    def run(self) -> Response:
        """Send what is due, for hosts without a worker."""
        check_bearer(request, "run", self._settings.run_token)
        return _answer(asdict(self._send_due(_seconds(self._clock()))))

    def daily(self) -> Response:
        """Tell the card of a date, by default today's in a zone."""
        zone = load_zone(parse_zone(request.args.get("zone", "UTC"), "zone"))
        slugs = [slug for slug in request.args.get("topics", "").split(",") if slug]
        topics = parse_topics(slugs, self._topics, "topics")
        given = request.args.get("date")
        day = self._clock().astimezone(zone).date() if given is None else parse_date(given, "date")
        return answer(
            self._day_document(_language(self._editions), day, frozenset(topics)), request.environ
        )

    def deck(self) -> Response:
        """Tell the whole deck of a language."""
        return answer(self._deck_document(_language(self._editions)), request.environ)

    def describe(self) -> Response:
        """Tell the OpenAPI document."""
        return answer(self._openapi, request.environ)

    def _make_day_document(self, language: str, day: date, topics: frozenset[str]) -> Document:
        edition = self._editions[language]
        card = edition.deck.of_the_day(day, topics)
        return make_document(write_json(write_card(card, day, edition)), JSON)

    def _make_deck_document(self, language: str) -> Document:
        return make_document(write_json(self._editions[language].deck.as_json()), JSON)

    def _parse_key(self, data: object) -> str:
        """The public half of one of our keys, as a browser or a page of ours writes it."""
        if data not in self._keyring:
            raise InputError(_KEY_FIELD, "is not a key of this server", _RENEW_KEY)
        return str(data)

    def _find_own(self) -> Record:
        """The record whose endpoint and auth secret the body holds; one answer for both wrongs."""
        proof = parse_proof(read_object(request, "endpoint", "auth"))
        record = self._store.find(proof.endpoint)
        is_own = hmac.compare_digest(record.subscription.auth if record else _NOBODY, proof.auth)
        if record is None or not is_own:
            raise Problem(404, *_NOT_KNOWN)
        return record


def _language(editions: Editions) -> str:
    """The language that an address asks for."""
    return parse_language(request.args.get("language", SOURCE), editions, "language")


def _answer(data: dict[str, object], status: int = 200) -> Response:
    """Answer one reader: no cache may keep it."""
    headers = {"Cache-Control": "no-store"}
    return Response(write_json(data), status, headers, content_type=JSON)


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())
