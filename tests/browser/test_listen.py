"""A card read aloud, by the voice of the device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.device import put_document
from tests.browser.modules import import_module
from tests.browser.proxy import Network
from tests.browser.proxy import Proxy
from tests.browser.worker import ask
from tests.processes import ROOT
from tests.processes import Server
from webapp.deck import typeset
from webapp.deck_file import load_deck

HERO = "/affirmations/you-dont-have-to-earn-help"
HERO_WORDS = "You don’t have to earn help."
DECK = load_deck(ROOT / "webapp" / "content" / "en")

# Headless Chromium has no voice. These speak until they are told that they are at the end.
SYNTHESIS = """
globalThis.spoken = [];
globalThis.synthesis = Object.assign(new EventTarget(), {
  voices: [
    { name: 'Uli', voiceURI: 'uli', lang: 'de-DE', localService: true, default: true },
    { name: 'Joke', voiceURI: 'joke', lang: 'en-AU', localService: true, default: false },
    { name: 'Cloud', voiceURI: 'cloud', lang: 'en-US', localService: false, default: false },
    { name: 'Ada', voiceURI: 'ada', lang: 'en_US', localService: true, default: false },
    { name: 'Own', voiceURI: 'own', lang: 'en-GB', localService: true, default: true },
  ],
  cancelled: 0,
  getVoices() { return this.voices; },
  speak(utterance) { this.now = utterance; this.speaking = true; spoken.push(utterance); },
  cancel() { this.cancelled += 1; this.end('onerror'); },
  end(how = 'onend') {
    const { now } = this;
    this.now = undefined;
    this.speaking = false;
    if (now) now[how]?.(new Event(how.slice(2)));
  },
});
Object.defineProperty(globalThis, 'speechSynthesis', { value: synthesis, configurable: true });
globalThis.SpeechSynthesisUtterance = class extends EventTarget {
  constructor(text) { super(); Object.assign(this, { text }); }
};
"""
LATE = "synthesis.late = synthesis.voices; synthesis.voices = [];"
LOADED = "synthesis.voices = synthesis.late; synthesis.dispatchEvent(new Event('voiceschanged'));"
NO_VOICE = "synthesis.voices = [];"
ONLY_ONLINE = "synthesis.voices = synthesis.voices.filter((voice) => !voice.localService);"
NO_SYNTHESIS = "delete globalThis.speechSynthesis;"
SPOKEN = "spoken.map(({ text, lang, rate, voice }) => [text, lang, rate, voice?.name])"


@pytest.fixture
def card(open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Open a card's page where the browser has these doubles."""
    return lambda *doubles, path=HERO: open_page(path, SYNTHESIS, *doubles)


def open_more(page: Page) -> None:
    page.get_by_role("button", name="More").click()


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("dialog").get_by_role("button", name=name, exact=True)


def listen(page: Page) -> None:
    open_more(page)
    button(page, "Listen").click()
    expect_speaking(page)


def expect_speaking(page: Page) -> None:
    expect(page.locator("[data-do=listen]")).to_have_text("Stop")


def expect_silence(page: Page) -> None:
    expect(page.locator("[data-do=listen]")).to_have_text("Listen")
    assert page.evaluate("Boolean(synthesis.speaking)") is False


def spoken(page: Page) -> Any:
    """Text, language, speed and voice of all that was said; waits for what is being prepared."""
    ask(page, "() => new Promise((resolve) => setTimeout(resolve))")
    return page.evaluate(SPOKEN)


def test_a_card_is_read_aloud_by_a_voice_that_needs_no_network(card: Callable[..., Page]) -> None:
    page = card()
    listen(page)
    expect(page.get_by_role("dialog")).not_to_be_visible()
    assert spoken(page) == [[HERO_WORDS, "en", 1, "Own"]]


def test_the_wording_on_the_screen_is_what_is_said(card: Callable[..., Page]) -> None:
    gentle = next(each for each in DECK.cards if each.gentle)
    page = card(path=f"/affirmations/{gentle.id}")
    page.keyboard.press("g")
    listen(page)
    assert spoken(page)[0][0] == typeset(gentle.gentle)


def test_the_voice_and_speed_are_the_readers_own(card: Callable[..., Page]) -> None:
    page = card()
    put_document(page, "kept", {"choices": {"voice": "ada", "speed": 0.75}})
    page.reload()
    page.wait_for_load_state("networkidle")
    listen(page)
    assert spoken(page) == [[HERO_WORDS, "en", 0.75, "Ada"]]


def test_a_voice_that_is_gone_is_replaced(card: Callable[..., Page]) -> None:
    page = card()
    put_document(page, "kept", {"choices": {"voice": "sold-phone", "speed": 1}})
    page.reload()
    page.wait_for_load_state("networkidle")
    listen(page)
    assert spoken(page) == [[HERO_WORDS, "en", 1, "Own"]]


def test_a_voice_that_needs_the_network_hears_no_words_unasked(card: Callable[..., Page]) -> None:
    page = card(ONLY_ONLINE)
    open_more(page)
    expect(page.get_by_role("button", name="Copy the words")).to_be_visible()
    expect(page.get_by_role("button", name="Listen")).to_be_hidden()
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    expect(page.locator("#notice")).to_contain_text("no voice")
    assert page.evaluate("spoken") == []


def test_a_voice_that_needs_the_network_reads_when_it_was_chosen(card: Callable[..., Page]) -> None:
    page = card(ONLY_ONLINE)
    put_document(page, "kept", {"choices": {"voice": "cloud", "speed": 1}})
    page.reload()
    page.wait_for_load_state("networkidle")
    listen(page)
    assert spoken(page)[0][3] == "Cloud"


def test_the_button_is_ready_again_when_the_words_have_ended(card: Callable[..., Page]) -> None:
    page = card()
    listen(page)
    spoken(page)
    page.evaluate("synthesis.end()")
    expect_silence(page)
    listen(page)
    assert len(spoken(page)) == 2


def test_a_second_tap_stops_the_voice(card: Callable[..., Page]) -> None:
    page = card()
    listen(page)
    open_more(page)
    button(page, "Stop").click()
    expect_silence(page)
    assert len(spoken(page)) == 1


def test_a_key_begins_and_stops_the_voice(card: Callable[..., Page]) -> None:
    page = card()
    page.keyboard.press("l")
    expect_speaking(page)
    page.keyboard.press("l")
    expect_silence(page)


@pytest.mark.parametrize("key", ["ArrowRight", "ArrowLeft"])
def test_the_voice_stops_when_the_card_turns(card: Callable[..., Page], key: str) -> None:
    page = card()
    listen(page)
    page.keyboard.press(key)
    expect_silence(page)


def test_the_voice_stops_when_the_card_is_turned_over(card: Callable[..., Page]) -> None:
    gentle = next(each for each in DECK.cards if each.gentle)
    page = card(path=f"/affirmations/{gentle.id}")
    listen(page)
    page.keyboard.press("g")
    expect_silence(page)


def test_saving_a_card_does_not_stop_its_voice(card: Callable[..., Page]) -> None:
    page = card()
    listen(page)
    page.keyboard.press("s")
    expect(page.locator("[data-do=save]")).to_have_attribute("aria-pressed", "true")
    expect_speaking(page)


@pytest.mark.parametrize(
    "leaving",
    [
        "dispatchEvent(new Event('pagehide'))",
        """Object.defineProperty(document, 'hidden', { value: true });
        document.dispatchEvent(new Event('visibilitychange'))""",
    ],
    ids=["left", "hidden"],
)
def test_the_voice_stops_when_the_page_is(card: Callable[..., Page], leaving: str) -> None:
    page = card()
    listen(page)
    page.evaluate(leaving)
    expect_silence(page)


def test_a_page_that_comes_to_the_front_does_not_stop_its_voice(card: Callable[..., Page]) -> None:
    page = card()
    listen(page)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect_speaking(page)


@pytest.mark.parametrize("double", [NO_VOICE, NO_SYNTHESIS], ids=["no voice", "no synthesis"])
def test_a_device_without_a_voice_offers_none(page: Page, site: Server, double: str) -> None:
    page.clock.install()
    page.add_init_script(SYNTHESIS)
    page.add_init_script(double)
    page.goto(site.base_url + HERO)
    page.wait_for_load_state("networkidle")
    page.clock.run_for(1100)
    open_more(page)
    expect(button(page, "Not for me")).to_be_visible()
    expect(page.locator("[data-do=listen]")).not_to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    page.clock.run_for(1100)
    expect(page.locator("#notice")).to_have_text("This device has no voice to read with.")


def test_voices_that_come_late_are_offered_when_they_are_there(card: Callable[..., Page]) -> None:
    page = card(LATE)
    open_more(page)
    page.evaluate(LOADED)
    expect(button(page, "Listen")).to_be_visible()


def test_voices_are_those_of_the_language_and_offline_ones_come_first(
    card: Callable[..., Page],
) -> None:
    page = card()
    import_module(page, "speak")
    names = ask(page, "async () => (await speak.usableVoices()).map(({ name }) => name)")
    assert names == ["Own", "Joke", "Ada", "Cloud"]


@pytest.mark.parametrize(
    "ending",
    ["synthesis.end()", "synthesis.end('onerror')", "speak.stopSpeech()", "speak.speak('Next.')"],
)
def test_whoever_asked_for_words_is_told_once_that_they_have_ended(
    card: Callable[..., Page], ending: str
) -> None:
    page = card()
    import_module(page, "speak")
    page.evaluate("globalThis.ended = 0; void speak.speak('One.', () => { ended += 1; })")
    spoken(page)
    assert page.evaluate("ended") == 0
    page.evaluate(f"void {ending}")
    page.evaluate("speak.stopSpeech()")
    assert page.evaluate("ended") == 1


def test_words_that_are_stopped_before_they_begin_are_not_said(card: Callable[..., Page]) -> None:
    page = card()
    import_module(page, "speak")
    page.evaluate("void speak.speak('One.'); void speak.speak('Two.'); speak.stopSpeech();")
    assert spoken(page) == []
    page.evaluate("void speak.speak('One.'); void speak.speak('Two.');")
    assert [text for text, *_ in spoken(page)] == ["Two."]


def test_a_card_is_read_aloud_without_a_network(installed: Page, network: Proxy) -> None:
    installed.add_init_script(SYNTHESIS)
    network.become(Network.REFUSED)
    installed.goto(network.url + HERO)
    installed.wait_for_load_state("networkidle")
    listen(installed)
    assert spoken(installed) == [[HERO_WORDS, "en", 1, "Own"]]


def test_reading_aloud_asks_the_network_for_nothing(installed: Page, network: Proxy) -> None:
    installed.add_init_script(SYNTHESIS)
    installed.goto(network.url + HERO)
    installed.wait_for_load_state("networkidle")
    network.exchanges.clear()
    listen(installed)
    spoken(installed)
    assert set(network.paths) <= {"/sw.js"}  # the browser looks for an update when it likes
