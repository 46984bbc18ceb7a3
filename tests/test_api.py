"""What the API takes, refuses and answers. Each answer is held against the OpenAPI document."""

from __future__ import annotations

import copy
import gzip
import json
import logging
from collections.abc import Callable
from datetime import UTC
from datetime import date
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.editions import edition
from tests.openapi import DOCUMENT
from tests.openapi import check
from webapp.config import Settings
from webapp.deck import Affirmation
from webapp.deck import Deck
from webapp.deck import Topic
from webapp.editions import Editions
from webapp.push.counts import Counts
from webapp.push.keyring import Keyring
from webapp.push.vapid import VapidKey
from webapp.push.vapid import generate_key
from webapp.rates import RateLimits
from webapp.schedule import Reminder
from webapp.store import Store
from webapp.store.tables import push_subscription
from webapp.subscription import HostPolicy
from webapp.subscription import parse_subscription
from webapp.views.api import api_blueprint

NOW = datetime(2027, 1, 15, 12, 0, 0, 250_000, tzinfo=UTC)
DECK = Deck(
    topics=(Topic("asking", "Asking", 20, "On asking."), Topic("rest", "Rest", 90, "On rest.")),
    cards=(
        Affirmation("ask-early", "It's fine to ask early.", "asking", step="Ask one person."),
        Affirmation("rest-first", "You may rest first.", "rest", gentle="A rest can't hurt."),
        Affirmation("ask-again", "You can ask again.", "asking"),
    ),
)
SPANISH = Deck(
    topics=(Topic("rest", "Descanso", 210, ""), Topic("asking", "Pedir", 20, "")),
    cards=(Affirmation("a-pause-is-allowed", "Hacer una pausa está bien.", "rest", lang="es"),),
    lang="es",
)
EDITIONS = Editions([edition(DECK), edition(SPANISH, "es")])
OLD_KEY, NEW_KEY = generate_key(), generate_key()
KEYS = Keyring(NEW_KEY, (OLD_KEY,))
CURRENT = NEW_KEY.application_server_key
REGISTRATION = DOCUMENT["paths"]["/api/subscriptions"]["put"]["requestBody"]["content"][
    "application/json"
]["example"]
ENDPOINT = REGISTRATION["subscription"]["endpoint"]
AUTH = REGISTRATION["subscription"]["keys"]["auth"]
ANSWERED = {**REGISTRATION["reminder"], "time": REGISTRATION["reminder"]["times"][0]}
PROOF = {"endpoint": ENDPOINT, "auth": AUTH}
OWNED = [("DELETE", ""), ("POST", "/lookup"), ("POST", "/test")]
WRITING = [("PUT", "/api/subscriptions")] + [
    (method, "/api/subscriptions" + path) for method, path in OWNED
]
TOKEN = "a-token-that-only-cron-knows"


class Described(FlaskClient):
    """A client that reads each answer whole and holds it against the OpenAPI document."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        response = super().open(*args, buffered=True, **options)
        method, path = response.request.method, response.request.path
        if method.lower() in DOCUMENT["paths"].get(path, {}):
            check(method, path, response)
        return response


Make = Callable[..., FlaskClient]


@pytest.fixture
def make(sqlite_store: Store) -> Make:
    """Makes a client of an app that has nothing but the API."""

    def make_client(
        *,
        store: Store = sqlite_store,
        per_minute: int = 0,
        new_per_day: int = 0,
        send_due: Callable[[int], Counts] = lambda now: Counts(),
        keys: Keyring = KEYS,
        **chosen: Any,
    ) -> FlaskClient:
        app = Flask("api-alone")
        app.test_client_class = Described
        given = Settings(base_url="https://pocket.org", **chosen)
        limits = RateLimits(per_minute, new_per_day)
        policy = HostPolicy()
        bp = api_blueprint(store, EDITIONS, policy, keys, given, limits, send_due, lambda: NOW)
        app.register_blueprint(bp)
        return app.test_client()

    return make_client


@pytest.fixture
def client(make: Make) -> FlaskClient:
    return make()


def changed(path: str, value: object) -> Any:
    """The registration with one field replaced, such as `reminder.times`."""
    data = copy.deepcopy(REGISTRATION)
    *parents, last = path.split(".")
    inner = data
    for name in parents:
        inner = inner[name]
    inner[last] = value
    return data


def register(client: FlaskClient, data: object = REGISTRATION) -> TestResponse:
    return client.put("/api/subscriptions", json=data)


def rows(store: Store) -> list[Any]:
    with store._reading.begin() as connection:
        return list(connection.execute(select(push_subscription)))


# Registering


def test_a_registration_is_stored_and_tells_what_comes_next(
    client: FlaskClient, sqlite_store: Store
) -> None:
    response = register(client)
    assert response.status_code == 201
    assert response.json == {
        "reminder": ANSWERED,
        "next": {"date": "2027-01-16", "at": "2027-01-16T08:00:00Z"},
        "application_server_key": CURRENT,
    }
    assert sqlite_store.find(ENDPOINT) is not None


def test_a_second_registration_is_an_update(client: FlaskClient, sqlite_store: Store) -> None:
    register(client)
    response = register(client, changed("reminder.times", ["13:30"]))
    assert response.status_code == 200
    assert response.json is not None
    assert response.json["next"] == {"date": "2027-01-15", "at": "2027-01-15T13:30:00Z"}
    assert len(rows(sqlite_store)) == 1


@pytest.mark.parametrize("when", [{"times": ["23:59"]}, {"time": "23:59"}])
def test_all_but_times_and_zone_may_be_left_out(client: FlaskClient, when: object) -> None:
    """And pages of the release before, which know one time only, are understood."""
    assert isinstance(when, dict)
    response = register(client, changed("reminder", {**when, "zone": "Asia/Kathmandu"}))
    assert response.json == {
        "reminder": {
            "times": ["23:59"],
            "time": "23:59",
            "zone": "Asia/Kathmandu",
            "days": [],
            "pause_until": None,
            "level": "words",
            "source": "deck",
            "sound": False,
            "topics": [],
            "language": "en",
        },
        "next": {"date": "2027-01-15", "at": "2027-01-15T18:14:00Z"},
        "application_server_key": CURRENT,
    }


def test_a_reminder_and_the_cards_come_in_the_language_that_is_asked_for(
    client: FlaskClient,
) -> None:
    wish = {"times": ["08:00"], "zone": "UTC", "language": "es"}
    saved = register(client, changed("reminder", wish))
    assert saved.json and saved.json["reminder"]["language"] == "es"
    day = client.get("/api/daily?language=es").json
    assert day and day["text"] == "Hacer una pausa está bien."
    assert day["url"] == "https://pocket.org/es/affirmations/a-pause-is-allowed"
    deck = client.get("/api/deck?language=es").json
    assert deck and deck["lang"] == "es"


@pytest.mark.parametrize("path", ["/api/daily", "/api/deck"])
def test_a_language_that_the_site_has_not_is_refused(client: FlaskClient, path: str) -> None:
    refused = client.get(f"{path}?language=tlh")
    assert (refused.status_code, refused.json and refused.json["field"]) == (422, "language")


def test_everything_a_reader_may_wish_for_is_answered_and_found_again(client: FlaskClient) -> None:
    wish = {
        "times": ["21:00", "08:00", "13:30"],
        "zone": "Europe/Lisbon",
        "days": [7, 6],
        "pause_until": "2027-02-01",
        "level": "neutral",
        "source": "device",
        "sound": True,
        "topics": ["rest"],
        "language": "en",
    }
    response = register(client, changed("reminder", wish))
    ordered = {"times": ["08:00", "13:30", "21:00"], "time": "08:00", "days": [6, 7]}
    answer = {
        "reminder": {**wish, **ordered},
        "next": {"date": "2027-02-06", "at": "2027-02-06T08:00:00Z"},
        "application_server_key": CURRENT,
    }
    assert response.json == answer
    found = client.post("/api/subscriptions/lookup", json=PROOF).json
    assert found is not None
    assert {name: found[name] for name in answer} == answer


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subscription", None),
        ("subscription.endpoint", "https://127.0.0.1:9200/x.apple.com/y"),
        ("subscription.endpoint", "http://fcm.googleapis.com/x"),
        ("subscription.keys", []),
        ("subscription.keys.p256dh", "AAAA"),
        ("subscription.keys.auth", "AAAA"),
        pytest.param(
            "application_server_key", generate_key().application_server_key, id="a-stranger's-key"
        ),
        ("application_server_key", ""),
        ("application_server_key", None),
        ("application_server_key", [CURRENT]),
        ("reminder", "08:00"),
        ("reminder.times", ["24:00"]),
        ("reminder.times", "08:00"),
        ("reminder.days", [0]),
        ("reminder.pause_until", "2029-01-01"),
        ("reminder.source", "both"),
        ("reminder.sound", 1),
        ("reminder.zone", "Mars/Olympus"),
        ("reminder.level", True),
        ("reminder.topics", ["unknown"]),
        ("reminder.topics", {"asking": 1}),
    ],
)
def test_a_refused_field_is_named_with_reason_and_remedy_and_nothing_is_stored(
    client: FlaskClient, sqlite_store: Store, field: str, value: object
) -> None:
    response = register(client, changed(field, value))
    assert response.status_code == 422
    assert response.json is not None
    assert response.json["field"] == field
    assert (
        response.json["detail"] == f"{field} {response.json['reason']}. {response.json['remedy']}."
    )
    assert rows(sqlite_store) == []


@pytest.mark.parametrize("field", ["extra", "reminder.weekdays"])
def test_unknown_fields_are_refused(client: FlaskClient, sqlite_store: Store, field: str) -> None:
    response = register(client, changed(field, 1))
    assert response.status_code == 422
    assert response.json is not None
    assert "has a field other than" in response.json["reason"]
    assert rows(sqlite_store) == []


def test_a_refused_update_leaves_what_was_stored(client: FlaskClient, sqlite_store: Store) -> None:
    register(client)
    before = rows(sqlite_store)
    assert register(client, changed("reminder.zone", "Nowhere")).status_code == 422
    assert rows(sqlite_store) == before


def test_a_stranger_cannot_take_an_endpoint_over(client: FlaskClient, sqlite_store: Store) -> None:
    register(client)
    before = rows(sqlite_store)
    response = register(client, changed("subscription.keys.auth", "A" * 22))
    assert response.status_code == 409
    assert response.json is not None
    assert response.json["field"] == "subscription.keys.auth"
    assert rows(sqlite_store) == before


# The key that a subscription was made with


def key_on_record(store: Store) -> str | None:
    record = store.find(ENDPOINT)
    assert record is not None
    return record.application_key


@pytest.mark.parametrize("key", [OLD_KEY, NEW_KEY])
def test_each_of_our_keys_is_taken_and_the_answer_names_the_current(
    client: FlaskClient, sqlite_store: Store, key: VapidKey
) -> None:
    name = key.application_server_key
    for status in (201, 200):
        response = register(client, changed("application_server_key", name))
        assert (response.status_code, key_on_record(sqlite_store)) == (status, name)
        assert response.json is not None
        assert response.json["application_server_key"] == CURRENT
    found = client.post("/api/subscriptions/lookup", json=PROOF).json
    assert found is not None
    assert found["application_server_key"] == CURRENT
    assert found["subscription"]["application_server_key"] == name


def test_a_key_that_is_not_named_is_the_current_for_who_is_new_and_stays_for_others(
    make: Make, sqlite_store: Store
) -> None:
    first, second = make(keys=Keyring(OLD_KEY)), make()
    register(first)
    assert key_on_record(sqlite_store) == OLD_KEY.application_server_key
    register(second, changed("reminder.times", ["13:30"]))
    assert key_on_record(sqlite_store) == OLD_KEY.application_server_key
    register(second, changed("application_server_key", CURRENT))
    assert key_on_record(sqlite_store) == CURRENT


def test_a_subscription_from_before_keys_were_kept_shows_none(
    client: FlaskClient, sqlite_store: Store
) -> None:
    subscription = parse_subscription(REGISTRATION["subscription"], HostPolicy())
    sqlite_store.save(subscription, Reminder((480,), "UTC", 0), int(NOW.timestamp()))
    register(client)
    found = client.post("/api/subscriptions/lookup", json=PROOF).json
    assert found is not None
    assert found["subscription"]["application_server_key"] is None


NEW = "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABnew"


def test_a_new_subscription_takes_the_place_of_the_old_one(
    client: FlaskClient, sqlite_store: Store
) -> None:
    register(client)
    response = register(client, {**changed("subscription.endpoint", NEW), "replaces": PROOF})
    assert response.status_code == 201
    assert [row.endpoint for row in rows(sqlite_store)] == [NEW]


@pytest.mark.parametrize(
    "proof", [{"endpoint": ENDPOINT, "auth": "A" * 22}, {"endpoint": ENDPOINT + "x", "auth": AUTH}]
)
def test_what_is_unknown_or_not_proven_is_not_replaced_and_the_answer_does_not_tell(
    client: FlaskClient, sqlite_store: Store, proof: object
) -> None:
    register(client)
    response = register(client, {**changed("subscription.endpoint", NEW), "replaces": proof})
    assert response.status_code == 201
    assert {row.endpoint for row in rows(sqlite_store)} == {ENDPOINT, NEW}
    other = changed("subscription.endpoint", NEW + "er")
    assert register(client, {**other, "replaces": PROOF}).json == response.json


@pytest.mark.parametrize(
    ("proof", "field"),
    [
        (None, "replaces"),
        (ENDPOINT, "replaces"),
        ({**PROOF, "extra": 1}, "replaces"),
        ({"auth": AUTH}, "replaces.endpoint"),
        ({"endpoint": ENDPOINT}, "replaces.auth"),
        ({"endpoint": ENDPOINT, "auth": "AAAA"}, "replaces.auth"),
    ],
)
def test_a_malformed_proof_of_the_replaced_is_refused_and_nothing_is_stored(
    client: FlaskClient, sqlite_store: Store, proof: object, field: str
) -> None:
    response = register(client, {**REGISTRATION, "replaces": proof})
    assert response.status_code == 422
    assert response.json is not None
    assert response.json["field"] == field
    assert rows(sqlite_store) == []


# The owner's other calls


def test_the_owner_sees_all_that_is_stored(client: FlaskClient, sqlite_store: Store) -> None:
    register(client)
    response = client.post("/api/subscriptions/lookup", json=PROOF)
    subscription = {name: REGISTRATION["subscription"][name] for name in ("endpoint", "keys")}
    assert response.json == {
        "subscription": {**subscription, "application_server_key": CURRENT},
        "reminder": ANSWERED,
        "next": {"date": "2027-01-16", "at": "2027-01-16T08:00:00Z"},
        "application_server_key": CURRENT,
        "utc_offset_minutes": 0,
        "created_at": "2027-01-15T12:00:00Z",
        "accepted_at": None,
        "failing_since": None,
        "last_accepted_at": None,
        "test": None,
    }
    internal = {"id", "endpoint_hash"}
    elsewhere = {"minute", "minutes", "application_key"}  # times, application_server_key
    elsewhere |= {"tested_at", "test_outcome", "test_status"}  # test
    columns = set(push_subscription.columns.keys()) - internal - elsewhere
    told = {*response.json, *subscription, *subscription["keys"], *ANSWERED}
    assert columns <= told


def test_padding_and_alphabet_of_the_proof_do_not_matter(client: FlaskClient) -> None:
    register(client)
    auth = AUTH.replace("-", "+").replace("_", "/") + "=="
    response = client.post("/api/subscriptions/lookup", json={**PROOF, "auth": auth})
    assert response.status_code == 200


def test_the_owner_can_remove_it(client: FlaskClient, sqlite_store: Store) -> None:
    register(client)
    response = client.delete("/api/subscriptions", json=PROOF)
    assert (response.status_code, response.data) == (204, b"")
    assert rows(sqlite_store) == []
    assert client.delete("/api/subscriptions", json=PROOF).status_code == 404


def test_the_owner_can_ask_for_a_test(client: FlaskClient, sqlite_store: Store) -> None:
    register(client)
    response = client.post("/api/subscriptions/test", json=PROOF)
    assert (response.status_code, response.json) == (202, {"due_at": "2027-01-15T12:00:00Z"})
    (due,) = sqlite_store.claim_due(int(NOW.timestamp()), 10, 120)
    assert (due.kind, due.subscription.endpoint) == ("test", ENDPOINT)


@pytest.mark.parametrize(("method", "path"), OWNED)
def test_a_wrong_secret_and_an_unknown_endpoint_look_the_same(
    client: FlaskClient, sqlite_store: Store, method: str, path: str
) -> None:
    register(client)
    before = rows(sqlite_store)
    wrong = {"endpoint": ENDPOINT, "auth": "A" * 22}
    unknown = {"endpoint": ENDPOINT + "x", "auth": AUTH}
    nobody = {"endpoint": ENDPOINT + "x", "auth": "A" * 22}  # zeros, as a placeholder might be
    answers = [
        client.open("/api/subscriptions" + path, method=method, json=proof)
        for proof in (wrong, unknown, nobody)
    ]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({(answer.data, str(answer.headers)) for answer in answers}) == 1
    assert rows(sqlite_store) == before
    assert sqlite_store.claim_due(int(NOW.timestamp()), 10, 120) == []


@pytest.mark.parametrize(("method", "path"), OWNED)
@pytest.mark.parametrize(
    ("proof", "field"),
    [
        ({}, "endpoint"),
        ({"endpoint": ENDPOINT}, "auth"),
        ({"endpoint": 1, "auth": AUTH}, "endpoint"),
        ({"endpoint": "x" * 2049, "auth": AUTH}, "endpoint"),
        ({"endpoint": "\ud800", "auth": AUTH}, "endpoint"),
        ({"endpoint": ENDPOINT, "auth": None}, "auth"),
        ({"endpoint": ENDPOINT, "auth": "AAAA"}, "auth"),
        ({"endpoint": ENDPOINT, "auth": AUTH, "x": 1}, "body"),
    ],
)
def test_a_malformed_proof_is_refused(
    client: FlaskClient, method: str, path: str, proof: object, field: str
) -> None:
    response = client.open("/api/subscriptions" + path, method=method, json=proof)
    assert response.status_code == 422
    assert response.json is not None
    assert response.json["field"] == field


# What a request must be


@pytest.mark.parametrize(("method", "path"), WRITING)
@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json"],
)
def test_another_content_type_is_refused(
    client: FlaskClient, method: str, path: str, content_type: str
) -> None:
    body = json.dumps(REGISTRATION)
    response = client.open(path, method=method, data=body, content_type=content_type)
    assert response.status_code == 415


def test_a_charset_beside_the_content_type_is_fine(client: FlaskClient) -> None:
    body, content_type = json.dumps(REGISTRATION), "application/json; charset=utf-8"
    response = client.put("/api/subscriptions", data=body, content_type=content_type)
    assert response.status_code == 201


@pytest.mark.parametrize(("method", "path"), WRITING)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"42",
        b'"text"',
        b'{"endpoint": "\xff"}',
        b'\xef\xbb\xbf{"endpoint": 1}',
        '{"endpoint": "ü"}'.encode("utf-16"),
        b'{"endpoint": NaN}',
        b'{"endpoint": -Infinity}',
        b'{"endpoint": 1, "endpoint": 2}',
        b'{"reminder": {"time": "08:00", "time": "09:00"}}',
        b"{} {}",
        b"[" * 16_000,
        b'{"endpoint": ' + b"9" * 5_000 + b"}",
    ],
    ids=lambda body: repr(body[:30]),
)
def test_a_body_that_is_no_json_object_is_refused(
    client: FlaskClient, method: str, path: str, body: bytes
) -> None:
    response = client.open(path, method=method, data=body, content_type="application/json")
    assert response.status_code == 400


@pytest.mark.parametrize(("method", "path"), WRITING)
def test_a_body_that_nests_deeply_is_refused(client: FlaskClient, method: str, path: str) -> None:
    """By the parser or, where that has no limit, by the fields."""
    body = b'{"a":' * 2_700 + b"1" + b"}" * 2_700
    response = client.open(path, method=method, data=body, content_type="application/json")
    assert response.status_code in (400, 422)


@pytest.mark.parametrize(("method", "path"), WRITING)
@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "identity, gzip", "x-unknown"])
def test_a_compressed_body_is_refused(
    client: FlaskClient, method: str, path: str, coding: str
) -> None:
    body, headers = gzip.compress(json.dumps(REGISTRATION).encode()), {"Content-Encoding": coding}
    response = client.open(
        path, method=method, data=body, headers=headers, content_type="application/json"
    )
    assert response.status_code == 415
    assert response.headers["Accept-Encoding"] == "identity"
    assert response.json is not None and "compressed" in response.json["reason"]


def test_a_body_that_says_it_is_not_compressed_is_read(client: FlaskClient) -> None:
    headers = {"Content-Encoding": "identity"}
    assert client.put("/api/subscriptions", json=REGISTRATION, headers=headers).status_code == 201


@pytest.mark.parametrize(("method", "path"), WRITING)
def test_a_body_over_16_kib_is_refused(client: FlaskClient, method: str, path: str) -> None:
    body = json.dumps(REGISTRATION).ljust(16 * 1024 + 1)
    response = client.open(path, method=method, data=body, content_type="application/json")
    assert response.status_code == 413


def test_a_body_of_16_kib_is_read(client: FlaskClient) -> None:
    body = json.dumps(REGISTRATION).ljust(16 * 1024)
    response = client.put("/api/subscriptions", data=body, content_type="application/json")
    assert response.status_code == 201


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "https://pocket.org"},
        {"Origin": "https://evil.org"},
        {"Origin": "null"},
        {"Origin": "https://pocket.org.evil.org"},
        {"Origin": "https://pocket.org@evil.org"},
        {"Origin": "https://["},
        {"Origin": "pocket.org"},
        {"Origin": ""},
    ],
)
def test_a_page_of_another_site_is_refused(
    client: FlaskClient, sqlite_store: Store, headers: dict[str, str]
) -> None:
    for method, path in WRITING:
        response = client.open(path, method=method, json=REGISTRATION, headers=headers)
        assert response.status_code == 403
    assert rows(sqlite_store) == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://pocket.org"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://pocket.org"},
        {"Origin": "http://192.168.0.7:8000", "Host": "192.168.0.7:8000"},
    ],
)
def test_our_own_pages_and_other_programs_pass(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    response = client.put("/api/subscriptions", json=REGISTRATION, headers=headers)
    assert response.status_code == 201


def test_too_many_requests_are_refused_for_a_while(make: Make, sqlite_store: Store) -> None:
    client = make(per_minute=3)
    for _ in range(3):
        client.delete("/api/subscriptions", json=PROOF)
    response = register(client)
    assert response.status_code == 429
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    assert rows(sqlite_store) == []
    assert client.get("/api/deck").status_code == 200


def test_a_flood_of_new_subscriptions_is_bounded_and_known_ones_go_on(
    make: Make, sqlite_store: Store
) -> None:
    client = make(new_per_day=2)
    for number in range(4):
        response = register(client, changed("subscription.endpoint", f"{ENDPOINT}-{number}"))
        assert response.status_code == (201 if number < 2 else 429)
    assert int(response.headers["Retry-After"]) <= 86_400
    assert response.json is not None and "new subscriptions" in response.json["reason"]
    assert len(rows(sqlite_store)) == 2
    again = changed("subscription.endpoint", f"{ENDPOINT}-0")
    assert register(client, again).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/subscriptions", {"PUT", "DELETE", "OPTIONS"}),
        ("POST", "/api/subscriptions", {"PUT", "DELETE", "OPTIONS"}),
        ("GET", "/api/subscriptions/lookup", {"POST", "OPTIONS"}),
        ("POST", "/api/deck", {"GET", "HEAD", "OPTIONS"}),
        ("BREW", "/api/daily", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_a_wrong_method_is_a_problem_that_names_the_right_ones(
    client: FlaskClient, method: str, path: str, allowed: set[str]
) -> None:
    response = client.open(path, method=method, json=REGISTRATION)
    assert (response.status_code, response.mimetype) == (405, "application/problem+json")
    assert set(response.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/subscriptions/x"])
def test_an_unknown_address_is_a_problem(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")


def test_addresses_elsewhere_are_left_to_others(client: FlaskClient) -> None:
    assert client.get("/apiary").mimetype == "text/html"


def test_a_preflight_of_another_site_gets_no_permission(client: FlaskClient) -> None:
    headers = {"Origin": "https://evil.org", "Access-Control-Request-Method": "PUT"}
    response = client.options("/api/subscriptions", headers=headers)
    assert not [name for name, _ in response.headers if name.startswith("Access-Control")]


# Nothing is kept or told


@pytest.mark.parametrize(("method", "path"), WRITING)
def test_personal_answers_and_problems_are_kept_by_no_cache(
    client: FlaskClient, method: str, path: str
) -> None:
    register(client)
    for body in (PROOF, REGISTRATION, {}):
        response = client.open(path, method=method, json=body)
        assert response.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in response.headers


class Broken(Store):
    """A store whose database fails, with a secret in the error's text."""

    def find(self, endpoint: str) -> None:
        raise RuntimeError(endpoint)


def test_a_fault_of_ours_is_a_problem_and_its_log_holds_no_secret(
    make: Make, sqlite_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    client = make(store=Broken(sqlite_store._reading))
    with caplog.at_level(logging.DEBUG):
        response = register(client)
    assert (response.status_code, response.mimetype) == (500, "application/problem+json")
    assert ENDPOINT not in response.get_data(as_text=True)
    assert "RuntimeError" in caplog.text
    assert ENDPOINT not in caplog.text
    assert AUTH not in caplog.text


def test_no_call_logs_an_endpoint_a_key_or_an_address(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for method, path in WRITING * 2:
            for body in (REGISTRATION, PROOF, {}):
                client.open(path, method=method, json=body)
    for secret in (ENDPOINT, AUTH, "127.0.0.1"):
        assert secret not in caplog.text


# Cards


def test_the_daily_card_is_todays_in_the_zone(client: FlaskClient) -> None:
    day = date(2027, 1, 16)
    card = DECK.of_the_day(day)
    response = client.get("/api/daily?zone=Pacific/Kiritimati")
    assert response.json is not None
    assert (response.json["date"], response.json["id"]) == (day.isoformat(), card.id)
    assert response.json["url"] == f"https://pocket.org/affirmations/{card.id}"


def test_the_daily_card_is_todays_in_utc_by_default(client: FlaskClient) -> None:
    response = client.get("/api/daily")
    assert response.json is not None
    assert response.json["date"] == "2027-01-15"


@pytest.mark.parametrize("day", [date(2027, 1, n) for n in range(1, 8)] + [date.min, date.max])
@pytest.mark.parametrize("topics", [(), ("asking",), ("rest", "asking")])
def test_the_daily_card_of_a_date_and_topics_is_the_decks(
    client: FlaskClient, day: date, topics: tuple[str, ...]
) -> None:
    response = client.get(f"/api/daily?date={day.isoformat()}&topics={','.join(topics)}")
    assert response.json is not None
    assert response.json["id"] == DECK.of_the_day(day, topics).id


def test_texts_are_typeset_as_on_the_page(client: FlaskClient) -> None:
    texts = [
        client.get(f"/api/daily?date=2027-01-{day}").get_data(as_text=True) for day in (10, 11, 12)
    ]
    assert any("It’s fine to ask early." in text for text in texts)
    assert any("A rest can’t hurt." in text for text in texts)


def test_the_daily_card_brings_its_gentler_words_or_an_empty_text(client: FlaskClient) -> None:
    answers = [client.get(f"/api/daily?date=2027-01-{day}").json for day in (10, 11, 12)]
    gentle = {answer["id"]: answer["gentle"] for answer in answers if answer is not None}
    assert gentle == {"ask-early": "", "rest-first": "A rest can’t hurt.", "ask-again": ""}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("date=2027-02-30", "date"),
        ("date=20270115", "date"),
        ("date=2027-W02-5", "date"),
        ("date=", "date"),
        ("date=%D9%A2027-01-15", "date"),
        ("zone=Mars/Olympus", "zone"),
        ("zone=", "zone"),
        ("zone=../../etc/passwd", "zone"),
        ("topics=unknown", "topics"),
        ("topics=rest,rest", "topics"),
        ("topics=" + "rest," * 13, "topics"),
    ],
)
def test_an_impossible_query_is_refused(client: FlaskClient, query: str, field: str) -> None:
    response = client.get(f"/api/daily?{query}")
    assert response.status_code == 422
    assert response.json is not None
    assert response.json["field"] == field


def test_the_deck_is_whole(client: FlaskClient) -> None:
    assert client.get("/api/deck").json == json.loads(json.dumps(DECK.as_json()))


@pytest.mark.parametrize("path", ["/api/deck", "/api/daily", "/api/openapi.json"])
def test_what_is_for_everyone_may_be_kept_and_revalidated(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    assert first.headers["Cache-Control"].startswith("public")
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.head(path).status_code == 200


# Sending on request


def test_a_run_sends_what_is_due_and_counts(make: Make) -> None:
    asked: list[int] = []

    def send_due(now: int) -> Counts:
        asked.append(now)
        return Counts(accepted=3, gone=1)

    client = make(send_due=send_due, run_token=TOKEN)
    for scheme in ("Bearer", "bearer"):
        headers = {"Authorization": f"{scheme} {TOKEN}"}
        response = client.post("/api/reminders/run", headers=headers)
        assert response.status_code == 200
        assert response.json is not None
        assert (response.json["accepted"], response.json["gone"]) == (3, 1)
    assert asked == [int(NOW.timestamp())] * 2


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Basic {TOKEN}",
        f"Token {TOKEN}",
        TOKEN,
        "Bearer ü",
        f"Bearer {TOKEN.upper()}",
    ],
)
def test_a_run_without_the_right_token_is_refused(make: Make, authorization: str) -> None:
    def send_due(now: int) -> Counts:
        raise AssertionError("must not be asked")

    client = make(send_due=send_due, run_token=TOKEN)
    headers = {"Authorization": authorization} if authorization else {}
    response = client.post("/api/reminders/run", headers=headers)
    assert response.status_code == 401
    assert TOKEN not in response.get_data(as_text=True)


def test_without_a_token_set_there_is_no_run(make: Make) -> None:
    client = make(run_token="")
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer None"}):
        assert client.post("/api/reminders/run", headers=headers).status_code == 404


def test_guesses_of_the_token_are_limited(make: Make) -> None:
    client = make(per_minute=2, run_token=TOKEN)
    answers = [client.post("/api/reminders/run").status_code for _ in range(3)]
    assert answers == [401, 401, 429]


# Whatever comes


JSON_VALUES: st.SearchStrategy[object] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.sampled_from(["08:00", "Europe/Lisbon", "words", "asking", ENDPOINT, AUTH]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text() | st.sampled_from(["endpoint", "keys", "time"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
PATHS = ("subscription", "reminder", "subscription.endpoint", "subscription.keys", "reminder.times")
PATHS += ("reminder.days", "reminder.pause_until", "reminder.source", "reminder.sound")
PATHS += ("subscription.keys.p256dh", "subscription.keys.auth", "reminder.zone", "reminder.level")
PATHS += ("reminder.topics", "reminder.other", "other", "subscription.expirationTime")
BODIES = (
    st.builds(changed, st.sampled_from(PATHS), JSON_VALUES)
    | st.fixed_dictionaries({"endpoint": JSON_VALUES, "auth": JSON_VALUES})
    | JSON_VALUES
).map(lambda data: json.dumps(data).encode()) | st.binary(max_size=200)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(call=st.sampled_from(WRITING), body=BODIES)
def test_no_body_breaks_the_api_or_is_stored_unless_taken(
    client: FlaskClient, sqlite_store: Store, call: tuple[str, str], body: bytes
) -> None:
    method, path = call
    before = rows(sqlite_store)
    response = client.open(path, method=method, data=body, content_type="application/json")
    assert response.status_code < 500
    if response.status_code >= 300:
        assert response.mimetype == "application/problem+json"
        assert rows(sqlite_store) == before


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(["date", "zone", "topics"]), st.text(max_size=80)))
def test_no_query_breaks_the_api(client: FlaskClient, query: dict[str, str]) -> None:
    assert client.get("/api/daily", query_string=query).status_code in (200, 422)
