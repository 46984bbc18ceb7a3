"""How every page looks and reads: axe, contrast, overflow, target size, in light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from playwright.sync_api import Page

from tests.processes import ROOT
from tests.processes import Server
from webapp.deck_file import load_deck

PATHS = [
    "/",
    "/affirmations/you-dont-have-to-earn-help",
    "/topics",
    "/ask",
    "/ask#kind=hard-night",
    "/asked",
    "/saved",
    "/sit",
    "/settings",
    "/reminders",
    "/help",
    "/clock",
    "/install",
    "/about",
    "/feeds",
    "/privacy",
    "/lost-page",
]
WIDTHS = [320, 768, 1280]
TEXT_SPACING = (
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; }"
    "* { word-spacing: 0.16em !important; }"
    "p { margin-block-end: 2em !important; }"
)  # WCAG 2.2, 1.4.12
DECK = load_deck(ROOT / "webapp" / "content" / "en")

# Paints each colour over white or black and reads it back, so that any CSS colour becomes sRGB.
COLOURS = """(names) => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d');
  const style = getComputedStyle(document.querySelector('#probe'));
  return names.map((name) => {
    document.querySelector('#probe').style.color = `var(--${name})`;
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = style.color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  });
}"""


def luminance(colour: list[int]) -> float:
    """Relative luminance (WCAG 2.2)."""
    red, green, blue = (
        c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4
        for c in colour[:3]
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: list[int], other: list[int]) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def over(front: list[int], back: list[int]) -> list[int]:
    """A see-through colour on an opaque one."""
    share = front[3] / 255
    return [
        round(f * share + b * (1 - share)) for f, b in zip(front[:3], back[:3], strict=True)
    ] + [255]


def open_everything(page: Page) -> None:
    page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")


@pytest.fixture(scope="module", params=["light", "dark"])
def still_page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page in either scheme, which each test sends elsewhere."""
    context = browser.new_context(
        color_scheme=request.param,
        reduced_motion="reduce",
        service_workers="block",
        bypass_csp=True,
    )
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def plain_page(browser: Browser) -> Iterator[Page]:
    """A page for what does not depend on colours, which each test sends elsewhere."""
    context = browser.new_context(reduced_motion="reduce", service_workers="block", bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing(still_page: Page, site: Server, path: str) -> None:
    still_page.set_viewport_size({"width": 360, "height": 740})
    still_page.goto(site.base_url + path)
    still_page.wait_for_load_state("networkidle")
    open_everything(still_page)
    found: Any = Axe().run(still_page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


@pytest.mark.parametrize("state", ["unsupported", "install", "blocked", "off", "on"])
def test_axe_finds_nothing_in_any_state_of_daily(
    still_page: Page, site: Server, state: str
) -> None:
    still_page.goto(site.base_url + "/reminders")
    still_page.wait_for_load_state("networkidle")
    still_page.locator("#reminders").evaluate(
        """(root, state) => {
          for (const part of root.querySelectorAll('[data-state]')) {
            part.hidden = !part.dataset.state.split(' ').includes(state);
          }
          for (const part of root.querySelectorAll('.row, #mine, #paused')) part.hidden = false;
        }""",
        state,
    )
    open_everything(still_page)
    found: Any = Axe().run(still_page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def test_text_is_readable_in_every_hue(still_page: Page, site: Server) -> None:
    """The words 7:1, the rest 4.5:1, on the lightest and darkest part of the sky and on panels."""
    still_page.goto(site.base_url + "/about")
    still_page.locator("body").evaluate(
        "body => body.insertAdjacentHTML('beforeend', '<i id=probe></i>')"
    )
    names = [
        "ink",
        "ink-soft",
        "sky-high",
        "sky-low",
        "sun",
        "surface",
        "raised",
        "accent",
        "on-accent",
    ]
    for hue in sorted({topic.hue for topic in DECK.topics} | {80, 205, 245, 345}):
        still_page.locator("html").evaluate(
            "(html, hue) => html.style.setProperty('--hue', hue)", hue
        )
        c = dict(zip(names, still_page.evaluate(COLOURS, names), strict=True))
        skies = [c["sky-high"], c["sky-low"], c["sun"]]
        panels = [over(c["surface"], sky) for sky in skies]
        assert min(contrast(c["ink"], back) for back in skies) >= 7, hue
        backs = skies + panels + [over(c["raised"], panel) for panel in panels]
        assert min(contrast(c["ink-soft"], back) for back in backs) >= 4.5, hue
        assert contrast(c["on-accent"], c["accent"]) >= 7, hue
        assert min(contrast(c["accent"], back) for back in backs) >= 4.5, hue


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_screen(
    plain_page: Page, site: Server, path: str, width: int
) -> None:
    plain_page.set_viewport_size({"width": width, "height": 640})
    plain_page.goto(site.base_url + path)
    open_everything(plain_page)
    for style in ["", "html { font-size: 200% }", TEXT_SPACING]:
        plain_page.add_style_tag(content=style or "html { font-size: 100% }")
        for direction in ["ltr", "rtl"]:
            plain_page.locator("html").evaluate("(html, dir) => { html.dir = dir; }", direction)
            assert plain_page.evaluate("document.documentElement.scrollWidth") <= width, (
                style,
                direction,
            )


@pytest.mark.parametrize("path", PATHS)
def test_targets_are_big_enough_for_a_thumb(plain_page: Page, site: Server, path: str) -> None:
    plain_page.set_viewport_size({"width": 360, "height": 740})
    plain_page.goto(site.base_url + path)
    open_everything(plain_page)
    small = plain_page.locator("a, button, summary, input, label").evaluate_all(
        """all => all.filter(each => {
          const isInSentence = each.matches('p a') && getComputedStyle(each).display === 'inline';
          const box = (each.closest('label') ?? each).getBoundingClientRect();
          const isSmall = box.width < 44 || box.height < 44;
          return box.width && isSmall && !isInSentence && !each.matches('.skip');
        }).map(each => each.outerHTML)"""
    )
    assert small == []


def test_a_small_phone_shows_the_whole_card_without_scrolling(
    plain_page: Page, site: Server
) -> None:
    plain_page.set_viewport_size({"width": 320, "height": 568})
    for card in sorted(DECK.cards, key=lambda card: len(card.text))[-3:]:
        plain_page.goto(f"{site.base_url}/affirmations/{card.id}")
        assert plain_page.evaluate("document.documentElement.scrollHeight") <= 568, card.id


def test_forced_colours_keep_the_buttons_visible(browser: Browser, site: Server) -> None:
    context = browser.new_context(forced_colors="active", service_workers="block")
    page = context.new_page()
    page.goto(site.base_url)
    for button in [".another", ".help-now", ".round"]:
        border = page.locator(button).first.evaluate("each => getComputedStyle(each).borderTop")
        assert border.startswith("2px solid"), button
    context.close()


def test_the_first_tab_stop_skips_to_the_content(plain_page: Page, site: Server) -> None:
    plain_page.goto(site.base_url)
    plain_page.keyboard.press("Tab")
    plain_page.keyboard.press("Enter")
    assert plain_page.evaluate("document.activeElement.id") == "main"
