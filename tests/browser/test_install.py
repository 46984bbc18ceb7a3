"""Adding to the home screen: what browsers want of us, and what readers are shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.worker import wait_for_worker
from tests.processes import Server

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
    " Version/18.0 Mobile/15E148 Safari/604.1"
)
IPHONE_CHROME = IPHONE.replace("Version/18.0", "CriOS/140.0")
ANDROID = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36"
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"
)

# The event that Chromium fires when a page may be installed; the test is its prompt.
PROMPT = """() => {
  const event = new Event('beforeinstallprompt', { cancelable: true });
  window.prompts = 0;
  event.prompt = async () => { window.prompts += 1; };
  window.dispatchEvent(event);
  return event.defaultPrevented;
}"""


@pytest.fixture(scope="session")
def browser(whole_browser: Browser) -> Browser:
    """One that installs apps."""
    return whole_browser


@pytest.fixture
def install_page(page: Page, site: Server) -> Page:
    page.goto(site.base_url + "/install")
    page.wait_for_load_state("networkidle")
    return page


def test_chromium_finds_nothing_against_installing(
    start_browser: Callable[..., BrowserContext], site: Server
) -> None:
    context = start_browser()
    page = context.pages[0]
    page.goto(site.base_url)
    wait_for_worker(page)
    session: Any = context.new_cdp_session(page)
    assert session.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert manifest["url"] == site.base_url + "/manifest.webmanifest"
    assert session.send("Page.getAppId")["appId"] == site.base_url + "/"


def test_the_browsers_prompt_is_offered_on_a_button_and_only_there(install_page: Page) -> None:
    button = install_page.get_by_role("button", name="Add to home screen")
    expect(button).not_to_be_visible()
    assert install_page.evaluate(PROMPT) is True
    assert install_page.evaluate("prompts") == 0
    button.click()
    assert install_page.evaluate("prompts") == 1
    expect(button).not_to_be_visible()


def test_the_button_goes_once_the_app_is_installed(install_page: Page) -> None:
    install_page.evaluate(PROMPT)
    button = install_page.get_by_role("button", name="Add to home screen")
    expect(button).to_be_visible()  # only now does the screen's module listen
    install_page.evaluate("dispatchEvent(new Event('appinstalled'))")
    expect(button).not_to_be_visible()


@pytest.mark.parametrize(
    ("agent", "steps"),
    [
        (IPHONE, "iPhone or iPad, in Safari"),
        (IPHONE_CHROME, "iPhone or iPad, in another browser"),
        (ANDROID, "Android"),
        (WINDOWS, "Computer"),
    ],
)
def test_the_steps_for_this_device_are_open(
    browser: Browser, site: Server, agent: str, steps: str
) -> None:
    context = browser.new_context(user_agent=agent, service_workers="block")
    page = context.new_page()
    page.goto(site.base_url + "/install")
    expect(page.locator("details[open] summary")).to_have_text(steps)
    assert page.locator("details[open] svg").count() == 3
    context.close()


def test_the_installed_app_says_so_and_offers_nothing(
    start_browser: Callable[..., BrowserContext], site: Server
) -> None:
    context = start_browser(f"--app={site.base_url}/install")  # the window an icon opens
    page = context.pages[0]
    expect(page.get_by_role("heading", name="It’s on this device.")).to_be_visible()
    expect(page.get_by_text("iPhone or iPad, in Safari")).not_to_be_visible()
    page.goto(site.base_url)
    expect(page.get_by_role("link", name="Add to home screen")).not_to_be_visible()


def test_nobody_is_nagged(page: Page, site: Server) -> None:
    """The offer is a link at its place; nothing pops up, on any page, however often one reads."""
    for _ in range(3):
        page.goto(site.base_url)
        page.wait_for_load_state("networkidle")
        page.evaluate(PROMPT)
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_role("button", name=re.compile("install|add", re.I))).to_have_count(0)
