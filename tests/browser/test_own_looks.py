"""An operator's own name, colours and icon in a browser: readable, and there without a network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from playwright.sync_api import expect

from tests.browser.worker import wait_for_worker
from tests.processes import ROOT
from tests.processes import Server
from tests.processes import serving

NAME = "Take Turns"
KEPT_ICONS = """async () => {
  const cache = await caches.open((await caches.keys())[0]);
  return (await cache.keys()).map(({ url }) => new URL(url).pathname);
}"""
IS_OWN_ICON = (
    """async () => (await (await fetch('/static/icons/icon.svg')).text()).includes('#e9b45c')"""
)


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app on the shipped example that has words, colours and an icon of its own."""
    content = str(ROOT / "webapp" / "examples" / "carers")
    with serving(tmp_path_factory.mktemp("own"), POCKET_CONTENT=content) as server:
        yield server


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_own_colours(browser: Browser, own_site: Server, scheme: Any) -> None:
    context = browser.new_context(
        color_scheme=scheme, reduced_motion="reduce", service_workers="block", bypass_csp=True
    )
    page = context.new_page()
    for path in ("/", "/topics", "/ask", "/settings"):
        page.goto(own_site.base_url + path)
        page.wait_for_load_state("networkidle")
        found: Any = Axe().run(page).response["violations"]
        assert [(path, each["id"]) for each in found] == []
    context.close()


def test_own_words_name_and_icon_are_there_without_a_network(
    browser: Browser, own_site: Server
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(own_site.base_url)
    wait_for_worker(page)
    assert "/static/icons/icon.svg" in page.evaluate(KEPT_ICONS)
    context.set_offline(True)
    page.goto(f"{own_site.base_url}/affirmations/taking-turns")
    expect(page.locator(".words .plain")).to_have_text(
        "Care is lighter to carry when people take turns."
    )
    expect(page.locator(".mark")).to_contain_text(NAME)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".words .plain")).not_to_contain_text("take turns")
    expect(page).to_have_title(f"{page.locator('.words .plain').inner_text()} · {NAME}")
    assert page.evaluate(IS_OWN_ICON)
    context.close()
