"""At each launch the app looks after its reminder: what was lost or changed is made good."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.device import put_document
from tests.browser.modules import import_module
from tests.browser.proxy import Network
from tests.browser.proxy import Proxy
from tests.browser.push import PUSH_ORIGIN
from tests.browser.push import WANTED
from tests.browser.push import Device
from tests.browser.worker import ask
from tests.processes import run_to_end
from tests.processes import serving

LOOKUP = "/api/subscriptions/lookup"
API = "/api/subscriptions"
NOTICE = "#notice"
FLASK = [str(Path(sys.executable).with_name("flask")), "--app", "webapp"]

# Resolves once everything that the launch began is over.
SETTLED = """async () => {
  const idle = () => new Promise((resolve) => requestIdleCallback(resolve));
  const isLoaded = (name) =>
    performance.getEntriesByType('resource').some((entry) => entry.name.endsWith(`/${name}.js`));
  while (!isLoaded('reminder-record')) await idle();
  await idle();
  await navigator.locks.request('reminder', () => {});
}"""
HOLD_LOCK = """() => new Promise((resolve) => {
  navigator.locks.request('reminder', () => { resolve(); return new Promise(() => {}); });
})"""
# Resolves once this launch has had the time to look, whether it did or not.
LOOKED = """async () => {
  const isLoaded = () =>
    performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/repair.js'));
  while (!isLoaded()) await new Promise((resolve) => setTimeout(resolve, 10));
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => requestIdleCallback(resolve));
}"""
LOADED = """async () => performance.getEntriesByType('resource').map(({ name }) => name)"""


@pytest.fixture(scope="session")
def browser(whole_browser: Browser) -> Browser:
    """One with push and notifications."""
    return whole_browser


def api(phone: Device) -> list[str]:
    return [f"{e.method} {e.path}" for e in phone.network.exchanges if e.path.startswith("/api/")]


def rested(phone: Device) -> None:
    """The last look at the server was long ago."""
    put_document(phone.page, "repair", {"at": 0})


def wait_for_look(phone: Device, times: int = 1) -> None:
    """The launch has asked the server and is done with the answer."""
    phone.network.wait_until_asked(LOOKUP, times)
    ask(phone.page, SETTLED)


def launch_in_peace(phone: Device) -> None:
    """Launch, and let that launch look before anything else is done."""
    phone.launch()
    ask(phone.page, LOOKED)
    ask(phone.page, SETTLED)


def test_a_reader_without_a_reminder_asks_nothing(phone: Device) -> None:
    phone.network.exchanges.clear()
    phone.context.clear_permissions()
    phone.launch()
    ask(phone.page, SETTLED)
    assert not any(name.endswith("/repair.js") for name in ask(phone.page, LOADED))
    assert set(phone.network.paths) <= {"/sw.js"}


def test_a_first_visit_loads_nothing_of_it(page: Page, network: Proxy) -> None:
    page.goto(network.url)
    page.wait_for_load_state("networkidle")
    assert not any("repair" in path or "reminder" in path for path in network.paths)


def test_a_reader_who_allowed_notifications_and_has_no_reminder_asks_nothing(
    phone: Device,
) -> None:
    phone.network.exchanges.clear()
    phone.launch()
    ask(phone.page, SETTLED)
    assert set(phone.network.paths) <= {"/sw.js"}


def test_all_well_is_asked_once_in_hours(phone: Device) -> None:
    phone.turn_on()
    phone.launch()
    wait_for_look(phone)
    for _ in range(3):
        phone.launch()
        ask(phone.page, SETTLED)
    assert api(phone) == [f"POST {LOOKUP}"]
    rested(phone)
    phone.launch()
    wait_for_look(phone, times=2)


def test_a_record_that_the_server_lost_is_registered_again(phone: Device) -> None:
    phone.turn_on()
    phone.forget_on_server()
    phone.launch()
    phone.wait_for_server(phone.agents[0])
    known = phone.known(phone.agents[0])
    assert known
    assert {name: known["reminder"][name] for name in WANTED} == WANTED
    assert phone.held == phone.agents[0].endpoint


def test_a_subscription_that_the_browser_lost_is_made_again(phone: Device) -> None:
    phone.turn_on()
    phone.drop_subscription()
    phone.launch()
    phone.wait_for_server(phone.agents[1])
    assert phone.known(phone.agents[0]) is None
    assert phone.held == phone.agents[1].endpoint


def test_what_the_server_has_wrong_is_put_right(phone: Device) -> None:
    phone.turn_on()
    wanted = WANTED | {"times": ["05:05"]}
    put_document(phone.page, "reminder", phone.record | {"wanted": wanted})
    phone.launch()
    phone.wait_for_server(phone.agents[0], lambda known: known["reminder"]["times"] == ["05:05"])


def test_a_new_key_of_the_server_is_moved_to_with_all_settings(
    page: Page, context: BrowserContext, tmp_path: Path
) -> None:
    settings = {"POCKET_PUSH_TEST_ORIGIN": PUSH_ORIGIN, "POCKET_RATE_LIMIT_PER_MINUTE": "0"}
    with serving(tmp_path, **settings) as site, Proxy(site.port) as network:
        phone = Device(page, context, network)
        phone.begin()
        phone.turn_on()
        first, second = phone.agents[:2]
        old = phone.known(first)
        assert old
        site.stop()
        rotate = [*FLASK, "push", "rotate-key"]
        assert run_to_end(rotate, site.environment).returncode == 0
        with serving(tmp_path, port=site.port, **settings):
            phone.launch()
            known = phone.wait_for_server(second)
            assert phone.known(first) is None
    new_key = known["application_server_key"]
    assert new_key != old["application_server_key"]
    assert known["subscription"]["application_server_key"] == new_key
    assert known["reminder"] == old["reminder"]


def test_a_browser_that_tells_no_key_is_left_in_peace(phone: Device) -> None:
    phone.turn_on()
    phone.hold(phone.agents[0], key=[])
    phone.launch()
    wait_for_look(phone)
    wanted = WANTED | {"times": ["05:05"]}
    put_document(phone.page, "reminder", phone.record | {"wanted": wanted, "isPending": True})
    phone.launch()
    phone.wait_for_record("!it.isPending")
    assert phone.held == phone.agents[0].endpoint
    assert api(phone) == [f"POST {LOOKUP}", f"PUT {API}"]


def test_a_permission_that_was_withdrawn_is_noticed_and_said(phone: Device) -> None:
    phone.turn_on()
    phone.context.clear_permissions()
    phone.launch()
    expect(phone.page.locator(NOTICE)).to_contain_text("no longer allows notifications")
    record = phone.wait_for_record("!it.isPending")
    assert (record["isOn"], record["why"], record["told"]) == (False, "permission", None)
    assert record["wanted"] == WANTED
    assert phone.known(phone.agents[0]) is None
    phone.page.get_by_role("button", name="Daily").click()
    expect(phone.page).to_have_url(f"{phone.network.url}/reminders")


def test_a_reminder_travels_with_its_reader(phone: Device) -> None:
    phone.travel("Europe/Lisbon")
    launch_in_peace(phone)
    phone.turn_on()
    phone.launch()
    wait_for_look(phone)
    phone.travel("Asia/Tokyo")
    phone.launch()
    expect(phone.page.locator(NOTICE)).to_contain_text("now follows the time in Tokyo")
    phone.wait_for_server(phone.agents[0], lambda known: known["reminder"]["zone"] == "Asia/Tokyo")
    assert phone.network.paths.count(LOOKUP) == 1
    phone.launch()
    ask(phone.page, SETTLED)
    expect(phone.page.locator(NOTICE)).to_be_empty()
    assert len(api(phone)) == 2


def test_a_reader_on_a_journey_may_keep_the_time_at_home(phone: Device) -> None:
    phone.travel("America/New_York")
    launch_in_peace(phone)
    phone.turn_on()
    phone.travel("Asia/Tokyo")
    phone.launch()
    phone.page.get_by_role("button", name="Keep the time in New York").click()
    at_home = "America/New_York"
    phone.wait_for_record(f"!it.zone.follow && it.zone.home === '{at_home}' && !it.isPending")
    known = phone.known(phone.agents[0])
    assert known
    assert known["reminder"]["zone"] == at_home


def test_home_is_where_the_reader_chose_and_not_the_last_stop(phone: Device) -> None:
    at_home = "America/New_York"
    phone.travel(at_home)
    launch_in_peace(phone)
    phone.turn_on({"follow": True, "home": at_home})
    for zone in ("Asia/Tokyo", "Asia/Kathmandu"):
        phone.travel(zone)
        phone.launch()
        expect(phone.page.locator(NOTICE)).to_contain_text(zone.partition("/")[2])
    phone.page.get_by_role("button", name="Keep the time in New York").click()
    phone.wait_for_record(f"!it.zone.follow && it.zone.home === '{at_home}' && !it.isPending")
    known = phone.known(phone.agents[0])
    assert known
    assert known["reminder"]["zone"] == at_home


def test_a_zone_with_another_name_is_followed_without_a_word(phone: Device) -> None:
    phone.travel("Europe/Kiev")
    launch_in_peace(phone)
    phone.turn_on()
    phone.travel("Europe/Kyiv")
    phone.launch()
    phone.wait_for_server(phone.agents[0], lambda known: known["reminder"]["zone"] == "Europe/Kyiv")
    expect(phone.page.locator(NOTICE)).to_be_empty()


def test_keeping_the_time_at_home_turns_nothing_on_again(phone: Device) -> None:
    phone.travel("America/New_York")
    launch_in_peace(phone)
    phone.turn_on()
    phone.travel("Asia/Tokyo")
    phone.launch()
    act = phone.page.get_by_role("button", name="Keep the time in New York")
    expect(act).to_be_visible()
    phone.wait_for_record("!it.isPending")
    off = {"isOn": False, "isPending": False, "told": None}
    put_document(phone.page, "reminder", phone.record | off)
    act.click()
    expect(phone.page.locator(NOTICE)).to_be_empty()
    ask(phone.page, SETTLED)
    assert not phone.record["isOn"]


def test_a_reminder_of_home_stays_there(phone: Device) -> None:
    phone.travel("Europe/Lisbon")
    launch_in_peace(phone)
    phone.turn_on({"follow": False, "home": "Europe/Lisbon"})
    phone.launch()
    wait_for_look(phone)
    phone.travel("Asia/Tokyo")
    launch_in_peace(phone)
    rested(phone)
    phone.launch()
    wait_for_look(phone, times=2)
    expect(phone.page.locator(NOTICE)).to_be_empty()
    assert api(phone) == [f"POST {LOOKUP}"] * 2


def test_a_change_made_offline_is_sent_when_the_network_is_back(phone: Device) -> None:
    phone.turn_on()
    phone.launch()
    wait_for_look(phone)
    phone.network.become(Network.REFUSED)
    import_module(phone.page, "reminder-record")
    wanted = WANTED | {"times": ["05:05"]}
    phone.page.evaluate(
        "(wanted) => globalThis['reminder-record'].remember(wanted, { follow: true })", wanted
    )
    phone.network.become(Network.GOOD)
    phone.page.evaluate("dispatchEvent(new Event('online'))")
    phone.wait_for_server(phone.agents[0], lambda known: known["reminder"]["times"] == ["05:05"])
    assert not phone.wait_for_record("!it.isPending")["isPending"]


@pytest.mark.parametrize("is_off", [False, True], ids=["a change", "turning off"])
def test_what_did_not_get_through_from_daily_is_sent_by_itself(phone: Device, is_off: bool) -> None:
    phone.turn_on(times=["07:30"])
    phone.page.goto(phone.network.url + "/reminders")
    expect(phone.page.get_by_role("heading", level=1)).to_have_text("On for this device.")
    phone.network.become(Network.REFUSED)
    if is_off:
        phone.page.get_by_role("button", name="Turn off").click()
        expect(phone.page.get_by_role("status").first).to_contain_text("could not be told yet")
    else:
        phone.page.get_by_label("Time", exact=True).fill("21:05")
        phone.page.get_by_role("button", name="Save").click()
        expect(phone.page.get_by_role("status").first).to_contain_text("Kept on this device.")
    phone.network.become(Network.GOOD)
    phone.wait_for_record("!it.isPending")
    known = phone.known(phone.agents[0])
    assert (known and known["reminder"]["times"]) == (None if is_off else ["21:05"])


def test_two_tabs_do_the_work_once(phone: Device) -> None:
    phone.turn_on()
    phone.forget_on_server()
    other = phone.context.new_page()
    phone.launch()
    other.goto(phone.network.url + "/about")
    phone.network.wait_until_asked(f"{API}$")
    phone.wait_for_record("!it.isPending && it.told")
    for page in (phone.page, other):
        ask(page, SETTLED)
    assert api(phone) == [f"POST {LOOKUP}", f"PUT {API}"]


def test_a_tab_leaves_it_to_the_one_that_is_at_it(phone: Device) -> None:
    phone.turn_on()
    other = phone.context.new_page()
    other.goto(phone.network.url + "/about")
    wait_for_look(phone)
    ask(other, SETTLED)
    rested(phone)
    ask(other, HOLD_LOCK)
    phone.launch()
    ask(phone.page, LOOKED)
    assert api(phone) == [f"POST {LOOKUP}"]
    other.close()
    phone.launch()
    wait_for_look(phone, times=2)


def test_a_reminder_of_the_release_before_is_taken_over(phone: Device) -> None:
    """It left no document on the device, only the browser's subscription."""
    phone.turn_on()
    put_document(phone.page, "reminder", {})
    phone.launch()
    record = phone.wait_for_record("it.isOn")
    assert (record["wanted"], record["told"]["endpoint"]) == (WANTED, phone.agents[0].endpoint)
    assert api(phone) == [f"POST {LOOKUP}"]


@pytest.mark.parametrize("trouble", [Network.FAILING, Network.CAPTIVE])
def test_a_launch_that_gets_no_answer_is_no_look_at_the_server(
    phone: Device, trouble: Network
) -> None:
    phone.turn_on()
    phone.forget_on_server()
    phone.network.become(trouble, LOOKUP)
    phone.launch()
    wait_for_look(phone)
    phone.network.become(Network.GOOD)
    phone.launch()
    phone.wait_for_server(phone.agents[0])


@pytest.mark.parametrize("trouble", [Network.FAILING, Network.CAPTIVE, Network.REFUSED])
def test_a_server_in_trouble_takes_nothing_away(phone: Device, trouble: Network) -> None:
    phone.turn_on()
    before = phone.record
    phone.network.become(trouble, "/api/")
    phone.launch()
    ask(phone.page, SETTLED)
    ask(phone.page, SETTLED)
    assert phone.record == before
    assert phone.held == phone.agents[0].endpoint


def erase(phone: Device, words: str) -> None:
    phone.page.get_by_role("button", name="Erase everything on this device").click()
    phone.page.get_by_role("button", name="Erase everything", exact=True).click()
    expect(phone.page.locator("#backup-said")).to_have_text(words)


def test_erasing_everything_ends_the_reminder_too(phone: Device) -> None:
    phone.turn_on()
    phone.page.goto(phone.network.url + "/settings")
    erase(phone, "Everything is erased from this device.")
    assert (phone.held, phone.record) == (None, None)
    assert phone.known(phone.agents[0]) is None


@pytest.mark.parametrize("trouble", [Network.REFUSED, Network.FAILING, None])
def test_what_the_server_knows_is_deleted_after_an_erase_that_it_did_not_hear_of(
    phone: Device, trouble: Network | None
) -> None:
    """It may also be that the browser had lost the subscription."""
    phone.turn_on()
    phone.page.goto(phone.network.url + "/settings")
    ask(phone.page, LOOKED)
    phone.network.become(trouble or Network.HANGING, "/api/")
    if not trouble:
        phone.drop_subscription()
    erase(
        phone,
        "Everything is erased from this device. "
        "The server forgets your reminder as soon as there is a network.",
    )
    record = phone.record
    assert (phone.held, record["isOn"], record["isPending"]) == (None, False, True)
    assert record["told"]["endpoint"] == phone.agents[0].endpoint
    assert record["wanted"]["times"] == ["08:00"]
    phone.network.become(Network.GOOD)
    phone.launch()
    assert phone.wait_for_record("!it.isPending")["told"] is None
    assert phone.known(phone.agents[0]) is None


LOOKED_AFTER = """async () => {
  while (!locked.includes('reminder')) await new Promise(requestAnimationFrame);
}"""


def test_the_reminder_is_not_looked_after_behind_the_clock(
    installed: Page, context: BrowserContext, network: Proxy
) -> None:
    context.grant_permissions(["notifications"], origin=network.url)
    installed.add_init_script(
        """globalThis.locked = [];
           const { request } = LockManager.prototype;
           LockManager.prototype.request = function (name, ...rest) {
             locked.push(name);
             return request.call(this, name, ...rest);
           };"""
    )
    installed.goto(network.url + "/help")
    ask(installed, LOOKED_AFTER)
    installed.goto(network.url + "/clock")
    expect(installed.locator("time")).not_to_be_empty()
    installed.wait_for_load_state("networkidle")
    assert installed.evaluate("locked") == []
