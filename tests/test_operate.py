"""What who runs the server may ask: is it alive and ready, what was sent, what waits."""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.processes import environment_of
from tests.processes import run_to_end
from tests.processes import start
from tests.push_service import PushService
from tests.push_service import refuse
from webapp import migrations
from webapp.cli.columns import show_counts
from webapp.cli.columns import show_overview
from webapp.cli.columns import show_plan
from webapp.config import Settings
from webapp.config import load_settings
from webapp.errors import SettingError
from webapp.log_lines import JsonFormatter
from webapp.push.counts import Counts
from webapp.push.counts import Tally
from webapp.push.counts import name_services
from webapp.push.keyring import rotate_key
from webapp.push.plan import Planned
from webapp.push.plan import plan
from webapp.push.vapid import generate_key
from webapp.readiness import Readiness
from webapp.schedule import Reminder
from webapp.store import Overview
from webapp.store import Store
from webapp.store import open_store
from webapp.store.engine import make_engine
from webapp.subscription import PushSubscription
from webapp.views.operate import operate_blueprint

NOW = 1_800_000_000  # Friday 2027-01-15 08:00 UTC
HOUR = 3_600
KEY = generate_key()
FCM = "https://fcm.googleapis.com/fcm/send/"
MOZILLA = "https://updates.push.services.mozilla.com/wpush/v2/"
SECRETS = ("5ecret", "p256dh", "auth", "/fcm/send", "pocket.db", "postgresql:")

Make = Callable[..., FlaskClient]


def subscribe(store: Store, name: str, minute: int = 480, base: str = FCM) -> PushSubscription:
    """A reader whose reminder is due at NOW unless said otherwise."""
    subscription = PushSubscription(f"{base}5ecret-{name}", b"\x04" + bytes(64), bytes(16))
    store.save(subscription, Reminder((minute,), "UTC", 0), NOW - 12 * HOUR)
    return subscription


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "vapid.pem"
    KEY.save(path)
    return path


@pytest.fixture
def make(key_file: Path) -> Make:
    """Makes a client of an app that has nothing but the operator's part."""

    def make_client(store: Store, *, now: int = NOW, **chosen: Any) -> FlaskClient:
        files = {"vapid_key_file": key_file, "vapid_old_keys_file": key_file.with_name("old.pem")}
        settings = Settings(**files | chosen)
        instant = datetime.fromtimestamp(now, UTC)
        readiness = Readiness(store, settings, KEY)
        app = Flask("operate-alone")
        app.register_blueprint(operate_blueprint(store, settings, readiness, lambda: instant))
        return app.test_client()

    return make_client


@pytest.fixture
def open_other() -> Iterator[Callable[[str], Store]]:
    """Opens stores of other databases, closed after the test."""
    opened: list[Store] = []

    def open_it(url: str) -> Store:
        opened.append(open_store(url))
        return opened[-1]

    yield open_it
    for each in opened:
        each.close()


def readyz(client: FlaskClient, status: int) -> dict[str, Any]:
    response = client.get("/readyz")
    assert response.status_code == status
    assert response.headers["Cache-Control"] == "no-store"
    assert not [secret for secret in SECRETS if secret in response.text]
    found: dict[str, Any] = response.get_json()
    assert found.pop("status") == ("ready" if status == 200 else "unready")
    return found


# Alive


def test_a_process_is_alive_whatever_its_database_does(
    make: Make, open_other: Callable[[str], Store]
) -> None:
    response = make(open_other("sqlite:////no/such/folder/pocket.db")).get("/healthz")
    assert (response.status_code, response.text) == (200, "ok\n")
    assert response.mimetype == "text/plain"
    assert response.headers["Cache-Control"] == "no-store"


# Ready


def test_a_server_with_database_schema_and_key_is_ready(make: Make, store: Store) -> None:
    subscribe(store, "later", minute=600)
    assert readyz(make(store), 200) == {
        "database": "ok",
        "migrations": "ok",
        "queue": "ok",
        "key": "ok",
        "contact": "missing",
        "oldest_due_seconds": 0,
    }


def test_the_age_of_the_oldest_due_row_is_told(make: Make, store: Store) -> None:
    subscribe(store, "early")
    subscribe(store, "late", minute=481)
    assert readyz(make(store, now=NOW + 90), 200)["oldest_due_seconds"] == 90


def test_a_late_queue_is_told_and_keeps_no_reader_out(make: Make, store: Store) -> None:
    subscribe(store, "waiting")
    assert readyz(make(store, now=NOW + 3 * HOUR), 200)["queue"] == "ok"
    assert readyz(make(store, now=NOW + 3 * HOUR + 1), 200)["queue"] == "late"
    assert readyz(make(store, now=NOW + 61, push_late_seconds=60), 200)["queue"] == "late"


def test_a_database_that_is_away_is_not_ready(
    make: Make, open_other: Callable[[str], Store], caplog: pytest.LogCaptureFixture
) -> None:
    found = readyz(make(open_other("sqlite:////no/such/5ecret/pocket.db")), 503)
    assert (found["database"], found["migrations"], found["queue"]) == (
        "failed",
        "unknown",
        "unknown",
    )
    assert found["key"] == "ok"
    assert "the database does not answer (OperationalError)" in caplog.messages
    assert "5ecret" not in caplog.text


def test_a_database_without_tables_is_not_ready(
    make: Make, open_other: Callable[[str], Store], empty_database_url: str
) -> None:
    found = readyz(make(open_other(empty_database_url)), 503)
    assert (found["database"], found["migrations"]) == ("ok", "failed")


def test_an_older_schema_is_not_ready_and_a_newer_one_is(
    make: Make, open_other: Callable[[str], Store], empty_database_url: str
) -> None:
    """So that in a rolling release those who still run the old code stay in."""
    migrations.upgrade(empty_database_url)
    client = make(open_other(empty_database_url))
    engine = make_engine(empty_database_url)
    for step, status in (("0001", 503), ("9999", 200)):
        with engine.begin() as connection:
            connection.execute(text(f"UPDATE alembic_version SET version_num = '{step}'"))
        readyz(client, status)
    engine.dispose()


def test_a_key_that_a_new_process_would_not_find_is_not_ready(
    make: Make, sqlite_store: Store, key_file: Path
) -> None:
    client = make(sqlite_store)
    for spoil in (lambda: key_file.write_text("nonsense"), key_file.unlink):
        spoil()
        assert readyz(client, 503)["key"] == "failed"
    assert not key_file.exists()
    generate_key().save(key_file)
    assert readyz(client, 503)["key"] == "failed"
    assert readyz(make(sqlite_store, vapid_key=KEY.pem().decode()), 200)["key"] == "ok"


def test_a_process_that_has_not_heard_of_a_rotated_key_stays_ready(
    make: Make, sqlite_store: Store, key_file: Path
) -> None:
    client = make(sqlite_store)
    rotate_key(key_file, key_file.with_name("old.pem"))
    assert readyz(client, 200)["key"] == "ok"
    key_file.with_name("old.pem").unlink()
    assert readyz(client, 503)["key"] == "failed"


def test_a_missing_contact_address_is_told_and_keeps_no_reader_out(
    make: Make, sqlite_store: Store
) -> None:
    assert readyz(make(sqlite_store), 200)["contact"] == "missing"
    assert readyz(make(sqlite_store, contact="mailto:me@pocket.org"), 200)["contact"] == "ok"


@pytest.mark.parametrize(("seconds", "query"), [(2, ""), (1_000, "?connect_timeout=2")])
def test_a_postgresql_that_never_answers_holds_no_probe_for_long(
    make: Make,
    open_other: Callable[[str], Store],
    monkeypatch: pytest.MonkeyPatch,
    seconds: int,
    query: str,
) -> None:
    monkeypatch.setattr("webapp.store.engine.CONNECT_SECONDS", seconds)
    began = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        away = f"postgresql://pocket:5ecret@127.0.0.1:{silent.getsockname()[1]}/pocket{query}"
        assert readyz(make(open_other(away)), 503)["database"] == "failed"
    assert time.monotonic() - began < 60


def test_a_locked_table_holds_no_probe_for_long(
    make: Make,
    open_other: Callable[[str], Store],
    migrated_postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("webapp.store.overview.LOCK_MILLISECONDS", 100)
    client = make(open_other(migrated_postgres_url))
    with closing(psycopg.connect(migrated_postgres_url)) as other:
        other.execute("SET idle_in_transaction_session_timeout = '60s'")
        other.execute("LOCK TABLE push_schedule IN ACCESS EXCLUSIVE MODE")
        assert readyz(client, 503)["database"] == "failed"
        other.rollback()
    assert readyz(client, 200)["database"] == "ok"


def test_the_whole_app_answers_probes_and_keeps_them_out_of_the_worker(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200
    assert client.head("/readyz").status_code == 200
    assert "healthz" not in client.get("/sw.js").text


# Counters

GOOGLE = "fcm.googleapis.com"


def test_counters_add_up(store: Store) -> None:
    assert store.counts() == {}
    store.count({(GOOGLE, "gone"): 1, (GOOGLE, "accepted"): 2})
    store.count({(GOOGLE, "accepted"): 40, ("web.push.apple.com", "held"): 3_000_000_000})
    store.count({})
    assert list(store.counts().items()) == [
        ((GOOGLE, "accepted"), 42),
        ((GOOGLE, "gone"), 1),
        (("web.push.apple.com", "held"), 3_000_000_000),
    ]


@pytest.mark.usefixtures("_one_attempt")
def test_workers_that_count_at_once_add_up_and_never_wait_for_each_other_forever(
    store: Store,
) -> None:
    names = [f"{number}.org" for number in range(20)]
    barrier = threading.Barrier(4)

    def count(order: int) -> None:
        barrier.wait(30)
        for _ in range(10):
            store.count({(name, "accepted"): 1 for name in names[::order]})

    with ThreadPoolExecutor(4) as pool:
        for worker in [pool.submit(count, order) for order in (1, -1, 1, -1)]:
            worker.result(timeout=60)
    assert set(store.counts().values()) == {40}


def test_a_host_that_a_stranger_made_up_gets_no_counter_of_its_own() -> None:
    name = name_services(Settings(push_hosts=("ntfy.sh",), push_test_origin="http://[::1]:80"))
    assert name("https://fcm.googleapis.com") == GOOGLE
    assert name("https://wns2-by3p.notify.windows.com") == "notify.windows.com"
    assert name("https://made-up.5ecret.FCM.googleapis.com:443") == GOOGLE
    assert (name("https://ntfy.sh"), name("http://[::1]:80")) == ("ntfy.sh", "::1")
    for odd in ("", "push-5ecret", "https://[5ecret", "https://5ecretfcm.googleapis.com", "\n"):
        assert name(odd) == "other"


def test_what_could_not_be_counted_is_counted_with_the_next_and_stops_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    written: list[dict[tuple[str, str], int]] = []
    faults = [OSError("5ecret")]

    def write(numbers: Any) -> None:
        if faults:
            raise faults.pop()
        written.append(dict(numbers))

    tally, counts = Tally(Settings(), write), Counts()
    for _ in range(2):
        tally.add(FCM, "accepted", counts)
        tally.flush()
    tally.flush()
    assert counts.accepted == 2
    assert written == [{(GOOGLE, "accepted"): 2}]
    assert caplog.messages == ["the counters were not written (OSError)"]


# Metrics

TOKEN = "a-token-that-only-prometheus-knows"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def test_metrics_are_in_prometheus_text_format(make: Make, store: Store) -> None:
    subscribe(store, "due")
    subscribe(store, "to come", minute=600)
    store.count({(GOOGLE, "accepted"): 41, (GOOGLE, "gone"): 1, ('a"b\\c\nd', "held"): 2})
    response = make(store, now=NOW + 30, metrics_token=TOKEN).get("/metrics", headers=BEARER)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    assert not [secret for secret in SECRETS if secret in response.text]
    samples = [line for line in response.text.splitlines() if line[0] != "#"]
    assert sorted(line for line in samples if not line.endswith(" 0")) == [
        "pocket_push_due 1",
        'pocket_push_messages_total{origin="a\\"b\\\\c\\nd",outcome="held"} 2',
        'pocket_push_messages_total{origin="fcm.googleapis.com",outcome="accepted"} 41',
        'pocket_push_messages_total{origin="fcm.googleapis.com",outcome="gone"} 1',
        "pocket_push_oldest_due_seconds 30",
        "pocket_push_subscriptions 2",
    ]
    lines = response.text.splitlines()
    kinds = dict(line.split()[2:] for line in lines if line.startswith("# TYPE "))
    assert kinds["pocket_push_messages_total"] == "counter"
    assert set(kinds.values()) == {"counter", "gauge"}
    assert {line.split()[2] for line in lines if line.startswith("# HELP ")} == kinds.keys()
    assert response.text.endswith("\n")


def test_metrics_do_not_exist_without_a_token(make: Make, sqlite_store: Store) -> None:
    assert make(sqlite_store).get("/metrics", headers=BEARER).status_code == 404


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \xfc"]
)
def test_metrics_are_for_who_has_the_token(make: Make, sqlite_store: Store, given: str) -> None:
    client = make(sqlite_store, metrics_token=TOKEN)
    response = client.get("/metrics", headers={"Authorization": given} if given else {})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert "pocket_push" not in response.text and TOKEN not in response.text


def test_metrics_of_a_database_that_is_away_are_a_503(
    make: Make, open_other: Callable[[str], Store]
) -> None:
    away = open_other("sqlite:////no/such/5ecret/pocket.db")
    response = make(away, metrics_token=TOKEN).get("/metrics", headers=BEARER)
    assert response.status_code == 503
    assert "5ecret" not in response.text


# The log


def test_a_line_of_the_log_is_one_json_object() -> None:
    record = logging.LogRecord("webapp.x", logging.WARNING, "", 1, "two\nlines of %s", ("ü",), None)
    record.created = NOW + 0.25
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert json.loads(line) == {
        "time": "2027-01-15T08:00:00.250Z",
        "level": "warning",
        "logger": "webapp.x",
        "message": "two\nlines of ü",
    }


def test_an_exception_in_the_log_is_told_by_kind_and_place_and_never_by_its_text() -> None:
    secret = FCM + "5ecret"
    try:
        raise ValueError(secret)
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 1, "failed", (), sys.exc_info())
    told = json.loads(JsonFormatter().format(record))
    assert told["error"] == "ValueError"
    assert "test_operate.py" in told["where"]
    assert secret not in json.dumps(told)


@pytest.mark.parametrize("form", ["plain", "json"])
def test_no_line_of_the_worker_holds_an_endpoint_or_a_key(tmp_path: Path, form: str) -> None:
    url = f"sqlite:///{tmp_path / 'worker.db'}"
    migrations.upgrade(url)
    due_at = int(time.time()) // 60 * 60
    with PushService() as service, closing(open_store(url)) as store:
        agents = [service.subscribe() for _ in range(8)]
        for agent, status in zip(agents, (201, 201, 400, 401, 404, 429, 500, 503), strict=True):
            subscription = PushSubscription(agent.endpoint, agent.p256dh, agent.auth)
            minute = due_at % 86_400 // 60
            store.save(subscription, Reminder((minute,), "UTC", 0), due_at - HOUR)
            if status != 201:
                service.script(agent, refuse(status, f"no {agent.endpoint}".encode()))
        settings = {"POCKET_DATABASE_URL": url, "POCKET_PUSH_TEST_ORIGIN": service.origin}
        environment = environment_of(tmp_path, POCKET_LOG_FORMAT=form, **settings)
        command = [sys.executable, "-m", "flask", "--app", "webapp", "push", "work"]
        worker = start(command, environment, tmp_path / "worker.log")
        try:
            worker.wait_for_text("accepted 2")
        finally:
            worker.stop()
    for agent in agents:
        secrets = (agent.endpoint.rpartition("/")[2], *agent.as_json()["keys"].values())
        assert not [secret for secret in secrets if secret in worker.logs]
    assert "refused a message" in worker.logs
    if form == "json":
        lines = [json.loads(line) for line in worker.logs.splitlines()]
        assert len(lines) >= 3
        assert all(line.keys() == {"time", "level", "logger", "message"} for line in lines)
        assert "webapp.push.dispatch" in {line["logger"] for line in lines}
        assert any("for tests only" in line["message"] for line in lines)
    else:
        assert "INFO webapp.push.dispatch: accepted 2" in worker.logs


def test_a_log_format_that_is_none_is_refused() -> None:
    with pytest.raises(SettingError, match="plain or json"):
        load_settings({"POCKET_LOG_FORMAT": "xml"})


# What an operator types


def flask(tmp_path: Path, url: str, *command: str) -> subprocess.CompletedProcess[str]:
    given = {"POCKET_DATABASE_URL": url, "POCKET_VAPID_KEY": generate_key().pem().decode()}
    environment = environment_of(tmp_path, **given)
    return run_to_end([sys.executable, "-m", "flask", "--app", "webapp", *command], environment)


def test_what_is_due_can_be_looked_at_without_claiming_it(store: Store) -> None:
    for name, minute in (("one", 480), ("two", 240), ("to come", 600)):
        subscribe(store, name, minute=minute)
    subscribe(store, "three", base=MOZILLA)
    subscribe(store, "odd", base="5ecret")
    planned = plan(store.look_at_due(NOW), Settings(), NOW)
    assert planned == {
        GOOGLE: Planned(sent=1, too_late=1),
        "other": Planned(sent=1),
        "updates.push.services.mozilla.com": Planned(sent=1),
    }
    claimed = store.claim_due(NOW, 10, 120)
    assert len(claimed) == 4
    assert list(store.look_at_due(NOW)) == []
    assert {due.lease for due in claimed} == {NOW + 120}


def test_columns_are_aligned() -> None:
    counts = {(GOOGLE, "gone"): 7, (GOOGLE, "accepted"): 1200, ("ntfy.sh", "accepted"): 3}
    assert show_counts(counts, ["accepted", "held", "gone"]).splitlines() == [
        "push service        accepted  gone",
        "fcm.googleapis.com      1200     7",
        "ntfy.sh                    3     0",
    ]
    assert show_plan({GOOGLE: Planned(12, 1)}).splitlines() == [
        "push service        to send  too late",
        "fcm.googleapis.com       12         1",
    ]
    assert show_overview(Overview(120, 3, NOW - 42, NOW + 60), NOW).splitlines() == [
        "subscriptions  120",
        "due now        3",
        "oldest due     42 s ago",
        "next due       2027-01-15T08:01:00Z",
    ]


def test_status_and_dry_run_tell_numbers_and_change_nothing(
    tmp_path: Path, sqlite_url: str, sqlite_store: Store
) -> None:
    empty = flask(tmp_path, sqlite_url, "push", "status").stdout
    assert "Nothing was sent yet." in empty and "next due       none" in empty
    assert flask(tmp_path, sqlite_url, "push", "send", "--dry-run").stdout == "Nothing is due.\n"
    subscription = subscribe(sqlite_store, "one")
    now = int(time.time())
    sqlite_store.request_test(subscription.endpoint, now)
    sqlite_store.count({(GOOGLE, "accepted"): 5})
    status = flask(tmp_path, sqlite_url, "push", "status")
    assert (status.returncode, status.stderr) == (0, "")
    assert "subscriptions  1" in status.stdout
    assert status.stdout.splitlines()[-1].split() == [GOOGLE, "5"]
    dry = flask(tmp_path, sqlite_url, "push", "send", "--dry-run")
    assert (dry.returncode, dry.stdout.splitlines()[0].split()[:2]) == (0, ["push", "service"])
    assert dry.stdout.splitlines()[1].startswith(GOOGLE)
    assert "5ecret" not in status.stdout + dry.stdout
    assert sqlite_store.counts() == {(GOOGLE, "accepted"): 5}
    assert "test" in {due.kind for due in sqlite_store.claim_due(now, 10, 120)}


def test_status_of_a_database_that_lacks_the_schema_says_what_to_run(tmp_path: Path) -> None:
    refused = flask(tmp_path, f"sqlite:///{tmp_path / 'new.db'}", "push", "status")
    assert refused.returncode == 1
    assert "db upgrade" in refused.stderr
