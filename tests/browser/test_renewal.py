"""The worker keeps the subscription, and the server's record of it, in step with no page open."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Error

from tests.browser.device import put_document
from tests.browser.proxy import Network
from tests.browser.push import WANTED
from tests.browser.push import Device

# Dispatched as a browser would; tells what the worker asked background sync for.
EVENT = """async () => {
  globalThis.asked = [];
  SyncManager.prototype.register = async (tag) => { asked.push(tag); };
  const event = new %s;
  const work = [];
  event.waitUntil = (promise) => work.push(promise);
  dispatchEvent(event);
  await Promise.all(work);
  return asked;
}"""
CHANGE = EVENT % "PushSubscriptionChangeEvent('pushsubscriptionchange')"
SYNC = EVENT % "SyncEvent('sync', { tag: 'reminder' })"
BLOCKED = "() => { indexedDB.open = () => { throw new DOMException('no', 'SecurityError'); }; }"
# A push service that never answers, in a worker whose seconds pass quickly.
SILENT = """() => {
  PushManager.prototype.subscribe = () => new Promise(() => {});
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (work, milliseconds, ...more) =>
    setTimeout(work, milliseconds === 20_000 ? 100 : milliseconds, ...more);
}"""
FREE = "() => navigator.locks.request('reminder', () => {})"
OTHER_KEY = """async () => {
  const cache = await caches.open('test-push');
  const held = await (await cache.match('/held')).json();
  await cache.put('/held', Response.json({ ...held, key: held.key.map((octet) => octet ^ 1) }));
}"""


@pytest.fixture(scope="session")
def browser(whole_browser: Browser) -> Browser:
    """One with push and notifications."""
    return whole_browser


def test_a_subscription_that_the_browser_ended_is_made_anew(phone: Device) -> None:
    phone.turn_on()
    first, second = phone.agents[:2]
    phone.leave()
    phone.drop_subscription()
    phone.in_worker(CHANGE)
    assert phone.held == second.endpoint
    assert phone.known(first) is None
    known = phone.known(second)
    assert known
    assert {name: known["reminder"][name] for name in WANTED} == WANTED
    assert known["subscription"]["application_server_key"] == known["application_server_key"]
    record = phone.record
    assert record["told"]["endpoint"] == second.endpoint
    assert record["next"]["at"] == known["next"]["at"]
    assert (record["isOn"], record["isPending"]) == (True, False)


def test_a_subscription_that_the_browser_made_itself_is_told(phone: Device) -> None:
    phone.turn_on()
    first, second = phone.agents[:2]
    phone.leave()
    phone.hold(second)
    phone.in_worker(CHANGE)
    assert phone.held == second.endpoint
    assert (phone.known(first), bool(phone.known(second))) == (None, True)


def test_a_zone_of_home_is_kept(phone: Device) -> None:
    phone.turn_on({"follow": False, "home": "Asia/Kathmandu"})
    phone.leave()
    phone.drop_subscription()
    phone.in_worker(CHANGE)
    known = phone.known(phone.agents[1])
    assert known
    assert known["reminder"]["zone"] == "Asia/Kathmandu"


@pytest.mark.parametrize("trouble", [Network.REFUSED, Network.FAILING, Network.CAPTIVE])
def test_without_the_server_it_is_told_as_soon_as_there_is_one(
    phone: Device, trouble: Network
) -> None:
    phone.turn_on()
    first, second = phone.agents[:2]
    phone.leave()
    phone.drop_subscription()
    phone.network.become(trouble)
    assert phone.in_worker(CHANGE) == ["reminder"]
    assert phone.record["isPending"]
    with pytest.raises(Error):  # so that the browser tries again
        phone.in_worker(SYNC)
    phone.network.become(Network.GOOD)
    phone.in_worker(SYNC)
    assert not phone.record["isPending"]
    assert (phone.known(first), bool(phone.known(second))) == (None, True)


def test_what_was_turned_off_without_a_network_is_deleted_later(phone: Device) -> None:
    phone.turn_on()
    phone.page.evaluate("globalThis['reminder-record'].rememberOff(false)")
    phone.leave()
    phone.in_worker(SYNC)
    assert phone.known(phone.agents[0]) is None
    record = phone.record
    assert (record["isOn"], record["isPending"], record["told"]) == (False, False, None)


def test_with_nothing_pending_nothing_is_asked(phone: Device) -> None:
    phone.turn_on()
    phone.leave()
    phone.in_worker(SYNC)
    assert phone.network.paths == []


@pytest.mark.parametrize("is_known", [True, False])
def test_a_device_without_a_reminder_does_nothing(phone: Device, is_known: bool) -> None:
    if is_known:
        phone.turn_on()
        phone.page.evaluate("globalThis['reminder-record'].rememberOff(true)")
    phone.leave()
    phone.drop_subscription()
    phone.network.exchanges.clear()
    assert phone.in_worker(CHANGE) == []
    assert (phone.held, phone.network.paths) == (None, [])


def test_a_database_that_is_blocked_is_no_dead_end(phone: Device) -> None:
    phone.turn_on()
    phone.leave()
    phone.in_worker(BLOCKED)
    phone.in_worker(CHANGE)
    assert phone.network.paths == []


def test_a_subscription_that_the_server_refuses_is_undone(phone: Device) -> None:
    phone.turn_on()
    first, second = phone.agents[:2]
    second.endpoint = "https://elsewhere.example/push/1"
    phone.leave()
    phone.hold(second)
    phone.in_worker(CHANGE)
    assert (phone.held, phone.known(first)) == (None, None)
    record = phone.record
    assert (record["isOn"], record["isPending"], record["why"]) == (False, False, "refused")
    assert record["wanted"] == WANTED


def test_a_subscription_under_a_key_that_the_server_has_not_is_made_anew(phone: Device) -> None:
    phone.turn_on()
    first, second = phone.agents[:2]
    put_document(phone.page, "reminder", phone.record | {"isPending": True})
    phone.leave()
    phone.in_worker(OTHER_KEY)
    phone.in_worker(CHANGE)
    assert phone.held == second.endpoint
    assert (phone.known(first), bool(phone.known(second))) == (None, True)


def test_a_topic_that_has_left_the_deck_and_a_pause_that_is_over_go(phone: Device) -> None:
    phone.turn_on()
    wanted = WANTED | {"topics": ["asking-is-brave", "gone"], "pause_until": "2020-01-01"}
    put_document(phone.page, "reminder", phone.record | {"wanted": wanted, "isPending": True})
    phone.leave()
    phone.in_worker(SYNC)
    record = phone.record
    assert (record["isPending"], record["wanted"]) == (False, WANTED)
    known = phone.known(phone.agents[0])
    assert known
    assert known["reminder"]["topics"] == ["asking-is-brave"]


def test_choices_that_the_server_refuses_are_kept_and_not_told_again(phone: Device) -> None:
    phone.turn_on()
    nowhere = {"zone": {"follow": False, "home": "Nowhere/At_All"}}
    put_document(phone.page, "reminder", phone.record | nowhere)
    phone.leave()
    phone.drop_subscription()
    assert phone.in_worker(CHANGE) == []
    record = phone.record
    assert (record["isOn"], record["isPending"], record["wanted"]) == (True, False, WANTED)
    assert phone.network.paths == ["/api/subscriptions"]


@pytest.mark.parametrize("status", [400, 403, 413])
def test_only_a_servers_word_that_it_is_gone_counts(phone: Device, status: int) -> None:
    phone.turn_on()
    off = {"isOn": False, "isPending": True}
    put_document(phone.page, "reminder", phone.record | off)
    problem = {"status": status, "content_type": "application/problem+json", "body": "{}"}
    phone.context.route("**/api/subscriptions", lambda route: route.fulfill(**problem), times=1)
    with pytest.raises(Error):
        phone.in_worker(SYNC)
    assert phone.record["told"]["endpoint"] == phone.agents[0].endpoint
    phone.in_worker(SYNC)
    assert (phone.record["isPending"], phone.known(phone.agents[0])) == (False, None)


def test_a_push_service_that_stays_silent_is_not_waited_for(phone: Device) -> None:
    phone.turn_on()
    phone.leave()
    phone.drop_subscription()
    phone.in_worker(SILENT)
    assert phone.in_worker(CHANGE) == ["reminder"]
    assert phone.record["isPending"]
    phone.in_worker(FREE)


def during_the_put(phone: Device, **changes: object) -> None:
    """Let the record change once the server is being told."""
    later = phone.record | changes

    def change(route: Any) -> None:
        put_document(phone.page, "reminder", later)
        route.continue_()

    phone.context.route("**/api/subscriptions", change, times=1)


def test_what_the_reader_changes_meanwhile_is_told_too(phone: Device) -> None:
    phone.turn_on()
    put_document(phone.page, "reminder", phone.record | {"isPending": True})
    wanted = WANTED | {"times": ["05:05"]}
    during_the_put(phone, wanted=wanted)
    phone.in_worker(SYNC)
    assert (phone.record["isPending"], phone.record["wanted"]) == (False, wanted)
    known = phone.known(phone.agents[0])
    assert known
    assert known["reminder"]["times"] == ["05:05"]


@pytest.mark.parametrize("is_pending", [True, False])
def test_a_reminder_does_not_outlive_being_turned_off_meanwhile(
    phone: Device, is_pending: bool
) -> None:
    phone.turn_on()
    first, second = phone.agents[:2]
    phone.drop_subscription()
    put_document(phone.page, "reminder", phone.record | {"isPending": True})
    told = {"told": phone.record["told"]} if is_pending else {"told": None}
    during_the_put(phone, isOn=False, isPending=is_pending, **told)
    phone.in_worker(SYNC)
    assert (phone.known(first), phone.known(second), phone.held) == (None, None, None)
    record = phone.record
    assert (record["isOn"], record["isPending"], record["told"]) == (False, False, None)


def test_what_the_browser_holds_goes_with_what_was_turned_off(phone: Device) -> None:
    phone.turn_on()
    off = {"isOn": False, "isPending": True, "told": None}
    put_document(phone.page, "reminder", phone.record | off)
    phone.leave()
    phone.in_worker(SYNC)
    assert (phone.held, phone.known(phone.agents[0])) == (None, None)
