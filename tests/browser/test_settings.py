"""Settings: each choice changes what is painted, at once, everywhere, before the first paint."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page
from playwright.sync_api import Route
from playwright.sync_api import expect

from tests.browser.proxy import Network
from tests.browser.proxy import Proxy
from tests.browser.worker import ask
from tests.processes import Server

CARD = "/affirmations/you-dont-have-to-earn-help"
GENTLE_CARD = "/affirmations/your-worth-stays-the-same"
PATHS = (
    "/",
    CARD,
    "/topics",
    "/saved",
    "/settings",
    "/reminders",
    "/help",
    "/install",
    "/about",
    "/lost-page",
)
ALL_LARGE = {"size": "larger", "spacing": "wide", "font": "sans"}
FORBID_STORAGE = """Object.defineProperty(window, 'localStorage', {
  get() { throw new DOMException('forbidden', 'SecurityError'); },
});"""
NO_VOICES = "speechSynthesis.getVoices = () => [];"
VOICES = """
const offline = { name: 'Ada', voiceURI: 'ada', lang: 'en-GB', localService: true };
const online = { name: 'Bo', voiceURI: 'bo', lang: 'en-US', localService: false, default: true };
speechSynthesis.getVoices = () => [online, offline];
globalThis.spoken = [];
globalThis.SpeechSynthesisUtterance = class extends EventTarget {
  constructor(text) { super(); this.text = text; }
};
speechSynthesis.speak = (utterance) => {
  spoken.push([utterance.text, utterance.voice?.name, utterance.rate]);
  globalThis.ended = () => {
    utterance.onend?.(new Event('end'));
    utterance.dispatchEvent(new Event('end'));
  };
};
speechSynthesis.cancel = () => {};
"""
KEPT_CHOICES = """() => new Promise((resolve) => {
  indexedDB.open('pocket').onsuccess = ({ target }) => {
    const get = target.result.transaction('documents').objectStore('documents').get('kept');
    get.onsuccess = () => { target.result.close(); resolve(get.result?.choices); };
  };
})"""


def style(page: Page, selector: str, name: str) -> str:
    """A computed style of the first element that fits."""
    return str(
        page.locator(selector).first.evaluate(
            "(each, name) => getComputedStyle(each).getPropertyValue(name)", name
        )
    )


def pixels(page: Page, selector: str, name: str) -> float:
    return float(style(page, selector, name).removesuffix("px"))


def is_light(page: Page) -> bool:
    """Whether the ink is dark; the sky behind it takes a moment to follow."""
    ink = style(page, "body", "color")
    numbers = [float(number) for number in re.findall(r"[\d.]+", ink)]
    return (numbers[0] if "ok" in ink else max(numbers[:3]) / 255) < 0.5


def choose(page: Page, group: str, name: str) -> None:
    page.get_by_role("radiogroup", name=group).get_by_role("radio", name=name, exact=True).click()


def tick(page: Page, name: str) -> None:
    page.locator("label.choice", has_text=name).click()


def wear(context: BrowserContext, **look: str) -> None:
    """Open every page of the context in a look that was chosen earlier."""
    text = json.dumps(json.dumps(look))
    context.add_init_script(f"if (location.host) localStorage.setItem('look', {text});")


@pytest.fixture
def settings(page: Page, site: Server) -> Page:
    page.set_default_timeout(10_000)
    page.goto(site.base_url + "/settings")
    page.wait_for_load_state("networkidle")
    return page


# Each choice: how it is made, and what is painted when it is in force, on a card's own page.
CHOICES: dict[str, tuple[Callable[[Page], None], Callable[[Page], bool]]] = {
    "dark": (lambda page: choose(page, "Light or dark", "Dark"), lambda page: not is_light(page)),
    "large": (
        lambda page: choose(page, "Text size", "Large"),
        lambda page: (
            pixels(page, "html", "font-size") == pytest.approx(19.2)
            and pixels(page, ".words", "font-size") > 1.15 * 37.4
        ),
    ),
    "larger": (
        lambda page: choose(page, "Text size", "Larger"),
        lambda page: (
            pixels(page, "html", "font-size") == pytest.approx(22.4)
            and pixels(page, ".words", "font-size") > 1.35 * 37.4
        ),
    ),
    "sans": (
        lambda page: choose(page, "Letters", "Sans"),
        lambda page: style(page, ".words", "font-family").startswith("system-ui"),
    ),
    "contrast": (
        lambda page: tick(page, "More contrast"),
        lambda page: re.match(r"oklch\((0.15|1) ", style(page, ".card-topic", "color")) is not None,
    ),
    "spacing": (
        lambda page: tick(page, "Wider spacing"),
        lambda page: (
            pixels(page, ".words", "letter-spacing")
            == pytest.approx(0.12 * pixels(page, ".words", "font-size"), rel=0.01)
        ),
    ),
    "calm": (
        lambda page: tick(page, "Calm"),
        lambda page: style(page, ".another", "transition-duration") == "0s",
    ),
    "gentle": (
        lambda page: tick(page, "Gentler wording"),
        lambda page: page.locator(".words .gentle").is_visible(),
    ),
}
CHECKED = "#look-form :checked"


def test_choices_are_seen_on_every_page_after_a_reload_and_offline(
    installed: Page, network: Proxy
) -> None:
    chosen = {name: choice for name, choice in CHOICES.items() if name != "large"}
    installed.set_viewport_size({"width": 390, "height": 844})
    installed.goto(network.url + GENTLE_CARD)
    assert not any(is_seen(installed) for _, is_seen in chosen.values())
    installed.goto(network.url + "/settings")
    installed.wait_for_load_state("networkidle")
    for make, _ in chosen.values():
        make(installed)
    ticked = [each.get_attribute("value") for each in installed.locator(CHECKED).all()]
    installed.goto(network.url + GENTLE_CARD)
    network.become(Network.REFUSED)
    for _ in range(2):
        seen = {name: is_seen(installed) for name, (_, is_seen) in chosen.items()}
        assert all(seen.values()), seen
        installed.reload()
    installed.goto(network.url + "/settings")
    installed.wait_for_load_state("networkidle")
    assert [each.get_attribute("value") for each in installed.locator(CHECKED).all()] == ticked


@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_is_there_before_the_first_paint_without_any_module(
    page: Page, site: Server, name: str
) -> None:
    """No module ever arrives; what stands in the page itself has to do."""
    make, is_seen = CHOICES[name]
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(site.base_url + "/settings")
    page.wait_for_load_state("networkidle")
    make(page)
    page.route("**/static/gen/*.js", lambda route: route.abort())
    page.goto(site.base_url + GENTLE_CARD, wait_until="commit")
    page.locator("html[data-script]").wait_for(state="attached")
    expect(page.locator(".controls")).to_be_visible()
    assert is_seen(page)


def test_the_look_is_put_on_before_the_body_is_there(
    page: Page, context: BrowserContext, site: Server
) -> None:
    """A paint needs a body; the attribute is older than that."""
    wear(context, theme="dark")
    context.add_init_script(
        """new MutationObserver((_, observer) => {
             if (!document.body) return;
             globalThis.themeAtBody = document.documentElement.dataset.theme;
             observer.disconnect();
           }).observe(document, { childList: true, subtree: true });"""
    )
    page.goto(site.base_url + CARD)
    assert page.evaluate("themeAtBody") == "dark"


def test_a_choice_is_painted_at_once(settings: Page) -> None:
    settings.emulate_media(reduced_motion="reduce")
    assert is_light(settings)
    choose(settings, "Light or dark", "Dark")
    assert not is_light(settings)
    assert style(settings, "html", "background-color").startswith("oklch(0.17 ")
    choose(settings, "Light or dark", "System")
    assert is_light(settings)


def test_light_and_dark_go_before_what_the_system_says(settings: Page) -> None:
    settings.emulate_media(color_scheme="dark")
    assert not is_light(settings)
    choose(settings, "Light or dark", "Light")
    assert is_light(settings)
    choose(settings, "Light or dark", "System")
    assert not is_light(settings)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_browsers_own_bar_has_the_chosen_light(
    settings: Page, site: Server, scheme: Any
) -> None:
    colours = """() => [...document.querySelectorAll('meta[name=theme-color]')]
      .find((meta) => matchMedia(meta.media).matches).content"""
    settings.emulate_media(color_scheme=scheme)
    by_system = ask(settings, colours)
    assert by_system == {"light": "#fdf5ee", "dark": "#0b0e19"}[scheme]
    choose(settings, "Light or dark", "Dark")
    assert ask(settings, colours) == "#0b0e19"
    choose(settings, "Light or dark", "Light")
    assert ask(settings, colours) == "#fdf5ee"
    settings.goto(site.base_url + CARD)
    assert ask(settings, colours) == "#fdf5ee"
    settings.go_back()
    choose(settings, "Light or dark", "System")
    assert ask(settings, colours) == by_system


def test_more_contrast_is_what_a_system_that_asks_for_it_gets(
    settings: Page, browser: Browser, site: Server
) -> None:
    tick(settings, "More contrast")
    context = browser.new_context(contrast="more", service_workers="block")
    other = context.new_page()
    other.goto(site.base_url + "/settings")
    for name in ("ink", "ink-soft", "sun", "surface", "line"):
        chosen, by_system = (style(page, "html", f"--{name}") for page in (settings, other))
        assert style(settings, "h1", "color") == style(other, "h1", "color")
        assert chosen == by_system
    assert style(settings, "#look-said", "color") == style(other, "#look-said", "color")
    context.close()


def test_calm_stops_everything_that_moves(
    page: Page, context: BrowserContext, site: Server
) -> None:
    wear(context, motion="calm")
    page.goto(site.base_url + CARD)
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Close").click()
    page.get_by_role("link", name="Another").click()
    moving = "document.getAnimations({ subtree: true }).length"
    assert page.evaluate(moving) == 0
    page.evaluate(
        "document.startViewTransition(() => {}).finished.then(() => { globalThis.over = 1; })"
    )
    assert page.evaluate(moving) == 0
    for selector in ("html", ".another", ".help-now", ".drawer"):
        assert style(page, selector, "transition-duration") == "0s", selector
        assert style(page, selector, "animation-name") == "none", selector


def test_as_the_system_has_it_takes_the_look_back_and_leaves_the_words(settings: Page) -> None:
    choose(settings, "Light or dark", "Dark")
    choose(settings, "Text size", "Larger")
    choose(settings, "Letters", "Sans")
    for name in ("More contrast", "Wider spacing", "Calm", "Gentler wording"):
        tick(settings, name)
    settings.get_by_role("button", name="Reset how it looks").click()
    assert ask(settings, "() => localStorage.getItem('look')") == '{"face":"gentle"}'
    for reload in (False, True):
        if reload:
            settings.reload()
        attributes = ask(settings, "() => Object.keys(document.documentElement.dataset).sort()")
        assert attributes == ["deck", "face", "prefix", "script"]
        expect(settings.get_by_role("checkbox", name="More contrast")).not_to_be_checked()
        expect(settings.get_by_role("checkbox", name="Gentler wording")).to_be_checked()
        expect(settings.get_by_role("radio", name="System")).to_be_checked()


def test_a_spoiled_memory_is_no_choice_and_the_next_choice_heals_it(
    page: Page, site: Server
) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(site.base_url + "/settings")
    for kept in ["", "{", "null", "7", '"dark"', "[]", '{"theme":7}', '{"theme":{"a":1}}']:
        page.evaluate("text => localStorage.setItem('look', text)", kept)
        page.reload()
        page.wait_for_load_state("networkidle")
        expect(page.get_by_role("radio", name="System")).to_be_checked()
        choose(page, "Light or dark", "Dark")
        page.reload()
        assert not is_light(page), kept
    assert errors == []


def test_forbidden_storage_still_gives_the_look_for_this_page_and_says_so(
    page: Page, site: Server
) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_default_timeout(10_000)
    page.add_init_script(FORBID_STORAGE)
    page.goto(site.base_url + "/settings")
    page.wait_for_load_state("networkidle")
    said = page.locator("#look-said")
    expect(said).to_contain_text("lasts until you leave this page")
    choose(page, "Light or dark", "Dark")
    tick(page, "Wider spacing")
    assert not is_light(page)
    expect(page.get_by_role("radio", name="Dark")).to_be_checked()
    page.reload()
    assert is_light(page)
    expect(said).to_contain_text("lasts until you leave this page")
    assert errors == []


def test_a_full_disk_is_said_when_it_refuses_a_choice(settings: Page) -> None:
    said = settings.locator("#look-said")
    expect(said).to_have_text("Your choices stay on this device.")
    settings.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full'); }; }")
    choose(settings, "Light or dark", "Dark")
    assert not is_light(settings)
    expect(said).to_contain_text("lasts until you leave this page")


def test_other_tabs_follow_at_once(settings: Page, context: BrowserContext, site: Server) -> None:
    card, twin = context.new_page(), context.new_page()
    card.goto(site.base_url + CARD)
    twin.goto(site.base_url + "/settings")
    twin.wait_for_load_state("networkidle")
    choose(settings, "Light or dark", "Dark")
    tick(settings, "Calm")
    for other in (card, twin):
        expect(other.locator("html")).to_have_attribute("data-theme", "dark")
        expect(other.locator("html")).to_have_attribute("data-motion", "calm")
        assert not is_light(other)
    expect(twin.get_by_role("radio", name="Dark")).to_be_checked()
    expect(twin.get_by_role("checkbox", name="Calm")).to_be_checked()
    twin.evaluate("localStorage.clear()")
    expect(settings.get_by_role("radio", name="System")).to_be_checked()
    expect(card.locator("html")).not_to_have_attribute("data-theme", "dark")


def test_the_page_before_has_the_new_look_on_the_way_back(page: Page, site: Server) -> None:
    page.goto(site.base_url + CARD)
    page.goto(site.base_url + "/settings")
    page.wait_for_load_state("networkidle")
    choose(page, "Light or dark", "Dark")
    page.go_back()
    expect(page.locator(".words").first).to_be_visible()
    assert not is_light(page)


@pytest.fixture(scope="module")
def wearer(browser: Browser, site: Server) -> Iterator[Page]:
    """A page that each test sends elsewhere in another look."""
    context = browser.new_context(reduced_motion="reduce", service_workers="block", bypass_csp=True)
    page = context.new_page()
    page.goto(site.base_url + "/about")
    yield page
    context.close()


def open_in(page: Page, look: dict[str, str], address: str) -> None:
    page.evaluate("look => localStorage.setItem('look', look)", json.dumps(look))
    page.goto(address)
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("path", PATHS)
def test_large_and_wide_letters_fit_a_narrow_screen(wearer: Page, site: Server, path: str) -> None:
    wearer.set_viewport_size({"width": 320, "height": 640})
    open_in(wearer, ALL_LARGE, site.base_url + path)
    wearer.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
    for size in ("140%", "200%", "280%"):
        wearer.locator("html").evaluate("(html, size) => { html.style.fontSize = size; }", size)
        for direction in ("ltr", "rtl"):
            wearer.locator("html").evaluate("(html, dir) => { html.dir = dir; }", direction)
            width = wearer.evaluate("document.documentElement.scrollWidth")
            assert width <= 320, (size, direction)


LOOKS: list[dict[str, str]] = [
    {"theme": theme} | extra
    for theme in ("light", "dark")
    for extra in ({}, {"contrast": "more"}, ALL_LARGE)
]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(look.values()))
@pytest.mark.parametrize("path", [CARD, "/topics", "/settings"])
def test_axe_finds_nothing_in_any_look(
    wearer: Page, site: Server, path: str, look: dict[str, str]
) -> None:
    wearer.set_viewport_size({"width": 360, "height": 740})
    wearer.emulate_media(color_scheme="light" if look["theme"] == "dark" else "dark")
    open_in(wearer, look, site.base_url + path)
    found: Any = Axe().run(wearer).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def test_a_browser_that_knows_no_light_dark_is_dark_on_request(
    browser: Browser, site: Server
) -> None:
    def as_old(route: Route) -> None:
        answer = route.fetch()
        text = answer.text()
        assert "@supports not (color:light-dark(" in text
        text = text.replace("@supports not (color:light-dark(#000,#fff))", "@supports (color:red)")
        route.fulfill(response=answer, body=text.replace("light-dark(", "no-such-function("))

    context = browser.new_context(
        viewport={"width": 390, "height": 844}, color_scheme="dark", service_workers="block"
    )
    context.route("**/*.css", as_old)
    page = context.new_page()
    page.goto(site.base_url + "/settings")
    page.wait_for_load_state("networkidle")
    assert is_light(page)
    assert style(page, "h1", "color") == "rgb(46, 33, 21)"
    choose(page, "Light or dark", "Dark")
    assert not is_light(page)
    assert style(page, "h1", "color") == "rgb(246, 237, 229)"
    soft = style(page, "#look-said", "color")
    tick(page, "More contrast")
    assert style(page, "#look-said", "color") != soft
    expect(page.locator(".bar")).to_have_css("background-color", "rgb(11, 14, 25)")
    context.close()


def test_paper_is_light_whatever_is_chosen(settings: Page) -> None:
    choose(settings, "Light or dark", "Dark")
    settings.emulate_media(media="print")
    assert style(settings, "html", "color-scheme") == "light"


def test_forced_colours_show_which_pill_is_chosen(browser: Browser, site: Server) -> None:
    context = browser.new_context(forced_colors="active", service_workers="block")
    page = context.new_page()
    page.goto(site.base_url + "/settings")
    page.wait_for_load_state("networkidle")
    chosen, other = (
        page.locator(f".pill input{which} + span").first.evaluate(
            "each => getComputedStyle(each).backgroundColor"
        )
        for which in (":checked", ":not(:checked)")
    )
    assert chosen != other
    assert style(page, ".pill span", "border-top-width") == "2px"
    context.close()


def test_everything_can_be_chosen_with_keys(settings: Page) -> None:
    settings.get_by_role("radio", name="System").focus()
    settings.keyboard.press("ArrowRight")
    settings.keyboard.press("ArrowRight")
    assert not is_light(settings)
    outline = "() => getComputedStyle(document.activeElement.nextElementSibling).outlineStyle"
    assert ask(settings, outline) == "solid"
    settings.get_by_role("checkbox", name="Calm").focus()
    settings.keyboard.press("Space")
    expect(settings.locator("html")).to_have_attribute("data-motion", "calm")


def test_enter_on_a_choice_sends_no_form(settings: Page) -> None:
    address = settings.url
    settings.get_by_role("checkbox", name="Calm").focus()
    settings.keyboard.press("Enter")
    settings.get_by_role("checkbox", name="Calm").press("Space")
    expect(settings.locator("html")).to_have_attribute("data-motion", "calm")
    assert settings.url == address


def test_settings_are_one_tap_from_a_sheet_and_two_from_a_card(page: Page, site: Server) -> None:
    page.goto(site.base_url + "/help")
    page.get_by_role("link", name="Settings").click()
    expect(page.locator("h1")).to_have_text("Settings")
    page.goto(site.base_url + CARD)
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="More").click()
    page.get_by_role("link", name="How it looks and sounds").click()
    expect(page.locator("h1")).to_have_text("Settings")


def test_without_scripts_there_are_words_and_no_dead_button(browser: Browser, site: Server) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.base_url + "/settings")
    expect(page.locator("main")).to_contain_text("needs JavaScript")
    expect(page.locator("main :is(button, input, select)").locator("visible=true")).to_have_count(0)
    context.close()


@pytest.fixture
def listening(page: Page, site: Server) -> Iterator[Page]:
    """Settings on a device with one voice of its own and one that needs a network."""
    page.add_init_script(VOICES)
    page.goto(site.base_url + "/settings")
    expect(page.locator("#voice-form")).to_be_visible()
    yield page


def test_voices_that_work_offline_come_first_and_are_marked(listening: Page) -> None:
    groups = listening.locator("[name=voice] optgroup")
    assert groups.evaluate_all("all => all.map(each => each.label)") == [
        "Work offline",
        "Need a network, and hear the words",
    ]
    expect(groups.locator("option")).to_have_text(["Ada", "Bo"])


def test_the_voice_and_its_speed_are_kept_and_tried(listening: Page) -> None:
    listening.get_by_label("Voice").select_option("Ada")
    choose(listening, "Speed", "Slower")
    listening.reload()
    expect(listening.get_by_role("radio", name="Slower")).to_be_checked()
    expect(listening.get_by_label("Voice")).to_have_value(re.compile("ada", re.IGNORECASE))
    assert ask(listening, KEPT_CHOICES)["speed"] == 0.8
    button = listening.locator("#try-voice")
    button.click()
    expect(button).to_have_text("Stop")
    assert ask(listening, "() => spoken.at(-1).slice(1)") == ["Ada", 0.8]
    ask(listening, "() => ended()")
    expect(button).to_have_text("Try it")


def test_a_device_without_a_voice_is_told_kindly(page: Page, site: Server) -> None:
    page.add_init_script(NO_VOICES)
    page.goto(site.base_url + "/settings")
    expect(page.locator("#no-voice")).to_be_visible()
    expect(page.locator("#voice-form")).to_be_hidden()


@pytest.fixture
def asking(installed: Page, network: Proxy) -> Page:
    """Settings in a page under its worker, on the newest release."""
    installed.goto(network.url + "/settings")
    installed.wait_for_load_state("networkidle")
    return installed


def look_for_words(page: Page) -> None:
    page.get_by_role("button", name="Check for new words").click()


def test_looking_for_words_says_when_there_are_none_newer(asking: Page) -> None:
    look_for_words(asking)
    expect(asking.locator("#new-words-said")).to_have_text("You have the newest words.")
    expect(asking.locator("#update")).to_be_hidden()


def test_looking_for_words_finds_the_next_release_and_offers_it(
    asking: Page, network: Proxy, newer_site: Server
) -> None:
    network.server_port = newer_site.port
    look_for_words(asking)
    expect(asking.locator("#new-words-said")).to_have_text("New words are here.")
    expect(asking.locator("#update")).to_be_visible()
    asking.locator("#update-now").click()
    expect(asking.locator("#update")).to_be_hidden()
    asking.goto(network.url + CARD)
    expect(asking.locator(".words .plain")).to_have_text("Help is yours as you are.")


def test_looking_for_words_says_when_they_did_not_come_whole(
    asking: Page, network: Proxy, newer_site: Server
) -> None:
    network.server_port = newer_site.port
    network.become(Network.CAPTIVE, r"^/static/gen/deck\.")
    look_for_words(asking)
    expect(asking.locator("#new-words-said")).to_contain_text("did not come whole")


@pytest.mark.parametrize(
    "bad",
    [Network.REFUSED, Network.RESET, Network.FAILING, Network.CAPTIVE],
    ids=lambda network: network.name.lower(),
)
def test_looking_for_words_on_a_bad_network_is_answered_kindly(
    asking: Page, network: Proxy, bad: Network
) -> None:
    network.become(bad)
    look_for_words(asking)
    expect(asking.locator("#new-words-said")).to_contain_text("does not answer right now")


def test_looking_for_words_does_not_wait_for_ever(asking: Page, network: Proxy) -> None:
    asking.clock.install()
    network.become(Network.HANGING)
    look_for_words(asking)
    expect(asking.locator("#new-words-said")).to_have_text("Looking…")
    asking.clock.run_for(10_000)
    expect(asking.locator("#new-words-said")).to_contain_text("does not answer right now")
