"""Ask, as a reader uses it: words to begin with, lighter ones, and ways to send them."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from playwright.sync_api import Browser
from playwright.sync_api import BrowserContext
from playwright.sync_api import Locator
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.device import documents_of
from tests.browser.device import put_document
from tests.browser.modules import import_module
from tests.browser.proxy import Network
from tests.browser.proxy import Proxy
from tests.browser.worker import read_on
from tests.browser.worker import wait_for_worker
from tests.processes import Server

HERO = "/affirmations/you-dont-have-to-earn-help"
HERO_WORDS = "You don’t have to earn help."
PLAIN = (
    "Hi, it's been a rough week. Could you listen for ten minutes? No fixing needed."
    " If not, that's fine."
)
FILLED = (
    "Hi Ana, it's been a rough week. Could you listen for ten minutes, maybe Friday?"
    " No fixing needed. If not, that's fine."
)
LIGHTER = "Thank you for reading this."
# A share sheet that notes what it is given, and refuses in one of the ways a real one does.
SHARE = "navigator.share = async (data) => { globalThis.shared = data; };"
CANCELLED = "navigator.share = async () => { throw new DOMException('', 'AbortError'); };"
BROKEN = "navigator.share = async () => { throw new DOMException('', 'NotAllowedError'); };"
NO_SHARE = "delete Navigator.prototype.share;"
COPIED = """
Object.defineProperty(navigator, 'clipboard', { value: {
  writeText: async (text) => { globalThis.copied = text; } } });
"""
# Apps that a link would open; the browser of a test has none.
STAY = (
    "document.querySelector('.ways').addEventListener('click', (event) => event.preventDefault())"
)


@pytest.fixture(params=[Network.GOOD, Network.REFUSED], ids=["online", "offline"])
def reader(installed: Page, network: Proxy, request: pytest.FixtureRequest) -> Page:
    """A page with the worker in charge, on a good network and on none."""
    network.become(request.param)
    installed.goto(network.url + HERO)
    installed.wait_for_load_state("networkidle")
    return installed


def message(page: Page) -> Locator:
    return page.get_by_label("Your message")


def choose(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name).check()


def way(page: Page, name: str) -> str:
    """The words in the link of that name, after its address."""
    return unquote(page.get_by_role("link", name=name).get_attribute("href") or "")


def test_from_a_card_one_tap_leads_to_asking_and_two_to_words(reader: Page) -> None:
    reader.get_by_role("link", name="Ask someone").click()
    expect(reader.get_by_role("heading", name="Ask someone")).to_be_visible()
    reader.get_by_role("link", name="Someone to listen").click()
    expect(reader.get_by_role("heading", name="Someone to listen")).to_be_focused()
    expect(message(reader)).to_have_value(PLAIN)
    reader.get_by_label("With the card’s words").check()
    expect(message(reader)).to_have_value(f"{PLAIN}\n\n“{HERO_WORDS}”")
    reader.get_by_label("With the card’s words").uncheck()
    expect(message(reader)).to_have_value(PLAIN)


def test_the_link_follows_the_card_and_the_own_line(reader: Page) -> None:
    reader.get_by_role("link", name="Another").click()
    expect(reader).not_to_have_url(re.compile(HERO))
    id = reader.url.rsplit("/", 1)[-1]
    expect(reader.locator(".ask")).to_have_attribute("href", f"/ask#card={id}")


def test_the_bar_leads_there_without_a_card(reader: Page) -> None:
    reader.get_by_role("navigation").get_by_role("link", name="Ask").click()
    reader.get_by_role("link", name="Company").click()
    expect(message(reader)).to_have_value(re.compile("sit together"))
    expect(reader.get_by_label("With the card’s words")).to_be_hidden()
    reader.go_back()
    expect(reader.get_by_role("heading", name="Ask someone")).to_be_visible()


def test_tone_length_and_fields_shape_the_words(open_page: Callable[..., Page]) -> None:
    page = open_page("/ask#kind=listen")
    page.get_by_role("textbox", name="Name").fill("Ana")
    page.get_by_role("combobox", name="Day").fill("Friday")
    expect(message(page)).to_have_value(FILLED)
    choose(page, "Formal")
    expect(message(page)).to_have_value(re.compile("^Hello Ana, I have had a difficult week"))
    choose(page, "A few")
    page.get_by_label("Time", exact=True).fill("18:00")
    expect(message(page)).to_have_value(re.compile("perhaps Friday around 18:00"))
    expect(page.get_by_label("Where")).to_be_hidden()


def test_every_kind_has_words_for_every_tone_and_length(open_page: Callable[..., Page]) -> None:
    page = open_page("/ask")
    kinds = page.locator("#kinds a").evaluate_all("all => all.map(each => each.dataset.kind)")
    assert len(kinds) == 12
    seen = set()
    for kind in kinds:
        before = message(page).input_value()
        page.evaluate("kind => { location.hash = `kind=${kind}`; }", kind)
        expect(message(page)).not_to_have_value(before)
        expect(page.locator("#compose")).to_be_visible()
        for tone in ["Plain", "Warm", "Formal"]:
            choose(page, tone)
            for length in ["One line", "A few"]:
                choose(page, length)
                seen.add(message(page).input_value())
    assert len(seen) == 72
    assert all(text and "{" not in text and "[" not in text for text in seen)


def test_words_of_ones_own_stay_and_the_suggestion_comes_back_on_request(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/ask#kind=listen")
    message(page).fill("Ana, a word?")
    expect(page.get_by_role("textbox", name="Name")).to_be_disabled()
    choose(page, "Warm")
    expect(message(page)).to_have_value(re.compile("you came to mind"))
    page.get_by_role("button", name="Undo").click()
    expect(message(page)).to_have_value("Ana, a word?")
    page.get_by_role("button", name="Back to the suggestion").click()
    expect(message(page)).to_have_value(re.compile("you came to mind"))
    expect(page.get_by_role("textbox", name="Name")).to_be_enabled()


def test_each_way_carries_the_words_to_an_app_of_the_reader(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/ask#kind=listen")
    message(page).fill("Ana & I: 50% “só”?\nYes")
    assert way(page, "Text message") == "sms:?&body=Ana & I: 50% “só”?\nYes"
    assert way(page, "Mail") == "mailto:?body=Ana & I: 50% “só”?\r\nYes"
    assert way(page, "WhatsApp") == "whatsapp://send?text=Ana & I: 50% “só”?\nYes"
    assert way(page, "Telegram") == "tg://msg?text=Ana & I: 50% “só”?\nYes"
    hrefs = page.locator(".ways a").evaluate_all("all => all.map(each => each.protocol)")
    assert sorted(hrefs) == ["mailto:", "sms:", "tg:", "whatsapp:"]


def test_sharing_hands_the_words_to_the_phone(open_page: Callable[..., Page]) -> None:
    page = open_page("/ask#kind=listen", SHARE)
    page.get_by_label("With a page on how to answer").check()
    page.get_by_role("button", name="Share…").click()
    expect(page.get_by_text("No answer yet? You can ask someone else too.")).to_be_visible()
    origin = page.evaluate("location.origin")
    assert page.evaluate("shared") == {"text": f"{PLAIN}\n\n{origin}/asked"}


def test_who_closes_the_share_sheet_hears_nothing(open_page: Callable[..., Page]) -> None:
    page = open_page("/ask#kind=listen", CANCELLED)
    page.get_by_role("button", name="Share…").click()
    expect(page.locator("#notice")).to_be_empty()
    expect(page.locator("#sent")).to_be_hidden()


def test_when_sharing_does_not_work_the_words_can_be_copied(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/ask#kind=listen", BROKEN, COPIED)
    page.get_by_role("button", name="Share…").click()
    page.locator("#notice").get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("copied") == PLAIN


def test_a_browser_that_cannot_share_offers_the_other_ways(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/ask#kind=listen", NO_SHARE, COPIED)
    expect(page.get_by_role("button", name="Share…")).to_be_hidden()
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#sent")).to_be_focused()
    assert page.evaluate("copied") == PLAIN


def test_after_sending_there_is_a_kind_word_and_an_honest_fact(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/ask#kind=listen")
    expect(page.locator("#sent")).to_be_hidden()
    page.evaluate(STAY)
    page.get_by_role("link", name="Text message").click()
    expect(page.locator("#sent")).to_contain_text("You can ask someone else too.")
    for source in ["Flynn and Lake 2008", "Bohns 2016", "Zhao and Epley 2022"]:
        expect(page.locator("#sent")).to_contain_text(source)
    expect(page.locator("#sent a")).to_have_count(0)


@pytest.mark.parametrize("kind", ["listen", "hard-night"])
def test_help_now_stands_above_the_words(open_page: Callable[..., Page], kind: str) -> None:
    page = open_page(f"/ask#kind={kind}")
    links = page.locator("main").locator("a[href='/help']:visible")
    expect(message(page)).to_be_visible()
    box, words = links.first.bounding_box(), message(page).bounding_box()
    assert box and words and box["y"] < words["y"]
    expect(page.locator("main a[href='tel:112']")).to_be_visible(visible=kind == "hard-night")


def test_a_second_apology_gets_a_lighter_wording_to_tap(open_page: Callable[..., Page]) -> None:
    page = open_page("/ask#kind=listen")
    message(page).fill("Sorry to bother you, could you call?")
    expect(page.get_by_text("One sorry is plenty.")).to_be_visible()
    page.get_by_role("button", name=f"Say “{LIGHTER}” instead").click()
    expect(page.get_by_text("One sorry is plenty.")).to_be_hidden()
    expect(message(page)).to_have_value(f"{LIGHTER} Could you call?")
    expect(message(page)).to_be_focused()
    page.get_by_role("button", name="Undo").click()
    expect(message(page)).to_have_value("Sorry to bother you, could you call?")


def test_an_ask_that_takes_itself_back_may_stand(open_page: Callable[..., Page]) -> None:
    page = open_page("/ask#kind=listen")
    message(page).fill("Could you call? Never mind.")
    expect(page.get_by_text("This takes your ask back")).to_be_visible()
    page.get_by_role("button", name="Say “No pressure.” instead").click()
    expect(message(page)).to_have_value("Could you call? No pressure.")


def test_a_remark_holds_nothing_up(open_page: Callable[..., Page]) -> None:
    page = open_page("/ask#kind=listen", COPIED)
    message(page).fill("Sorry, sorry, forget it.")
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#sent")).to_be_visible()
    assert page.evaluate("copied") == "Sorry, sorry, forget it."


def test_nothing_is_kept_unless_the_reader_keeps_a_draft(reader: Page, network: Proxy) -> None:
    reader.goto(network.url + "/ask#kind=listen")
    message(reader).fill("Marigold, could you call?")
    reader.get_by_label("With a page on how to answer").check()
    assert "Marigold" not in str(documents_of(reader))
    assert reader.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    reader.get_by_role("button", name="Keep this draft").click()
    expect(reader.get_by_text("Kept on this device.")).to_be_visible()
    reader.goto(network.url + "/ask")
    reader.get_by_role("link", name="Marigold").click()
    expect(message(reader)).to_have_value(re.compile("Marigold"))
    message(reader).fill("Marigold, could you call on Friday?")
    reader.get_by_role("button", name="Keep this draft").click()
    reader.get_by_role("link", name="Something else").click()
    expect(reader.locator("#drafts li")).to_have_count(1)
    reader.get_by_role("button", name="Delete: Marigold").click()
    expect(reader.locator("#drafts")).to_be_hidden()
    reader.get_by_role("button", name="Undo").click()
    expect(reader.get_by_role("link", name="could you call on Friday?")).to_be_visible()


def kept_drafts(page: Page) -> list[str]:
    return [each["text"] for each in documents_of(page).get("asking", {}).get("drafts", [])]


def test_a_draft_that_is_kept_twice_is_one_draft(open_page: Callable[..., Page]) -> None:
    page = open_page("/ask#kind=listen&card=you-dont-have-to-earn-help")
    message(page).fill("Marigold?")
    page.get_by_role("button", name="Keep this draft").dblclick()
    expect(page).to_have_url(re.compile(r"#kind=listen&card=you-dont-have-to-earn-help&draft="))
    message(page).fill("Marigold, could you call?")
    page.get_by_role("button", name="Keep this draft").click()
    page.get_by_role("link", name="Something else").click()
    expect(page.get_by_role("link", name="Marigold, could you call?")).to_be_visible()
    assert kept_drafts(page) == ["Marigold, could you call?"]
    page.get_by_role("link", name="Someone to listen").click()
    expect(message(page)).to_have_value(PLAIN)


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "There are no words here yet.")],
)
def test_a_draft_that_cannot_be_kept_leaves_the_one_before(
    open_page: Callable[..., Page], text: str, said: str
) -> None:
    page = open_page("/ask#kind=listen")
    message(page).fill("Marigold?")
    page.get_by_role("button", name="Keep this draft").click()
    expect(page.get_by_text("Kept on this device.")).to_be_visible()
    message(page).fill(text)
    page.get_by_role("button", name="Keep this draft").click()
    expect(page.locator("#notice")).to_contain_text(said)
    assert kept_drafts(page) == ["Marigold?"]


def test_a_message_ends_where_a_draft_does(open_page: Callable[..., Page]) -> None:
    page = open_page("/ask#kind=listen")
    message(page).fill("x" * 1999)
    message(page).press("End")
    message(page).press_sequentially("yz")
    expect(message(page)).to_have_value("x" * 1999 + "y")


def test_where_there_is_no_room_for_a_draft_it_is_said_and_the_words_stay(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/ask")
    many = [{"id": f"{n}", "kind": "listen", "text": f"{n}", "at": ""} for n in range(100)]
    put_document(page, "asking", {"drafts": many})
    page.reload()
    page.get_by_role("link", name="Someone to listen").click()
    message(page).fill("Marigold?")
    page.get_by_role("button", name="Keep this draft").click()
    expect(page.get_by_text("There is no room for more.")).to_be_visible()
    page.get_by_role("link", name="Something else").click()
    page.get_by_role("button", name="Delete: 42").click()
    page.get_by_role("link", name="Someone to listen").click()
    expect(message(page)).to_have_value("Marigold?")
    page.get_by_role("button", name="Keep this draft").click()
    expect(page.get_by_text("Kept on this device.")).to_be_visible()
    assert kept_drafts(page)[0] == "Marigold?"
    assert len(kept_drafts(page)) == 100


def test_own_words_are_there_again_on_the_way_back(open_page: Callable[..., Page]) -> None:
    page = open_page("/ask")
    page.get_by_role("link", name="Someone to listen").click()
    message(page).fill("Marigold, it has been a long week.")
    page.get_by_role("link", name="Something else").click()
    page.get_by_role("link", name="Company").click()
    expect(message(page)).to_have_value(re.compile("sit together"))
    page.go_back()
    expect(page.get_by_role("heading", name="Ask someone")).to_be_visible()
    page.get_by_role("link", name="Someone to listen").click()
    expect(message(page)).to_have_value("Marigold, it has been a long week.")
    page.get_by_role("button", name="Back to the suggestion").click()
    page.get_by_role("link", name="Something else").click()
    page.get_by_role("link", name="Someone to listen").click()
    expect(message(page)).to_have_value(PLAIN)
    assert "Marigold" not in str(documents_of(page))


def test_nothing_that_is_written_leaves_the_device(
    page: Page, context: BrowserContext, site: Server
) -> None:
    page.goto(site.base_url + "/ask")
    wait_for_worker(page)
    read_on(page)
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page.evaluate(STAY)
    page.get_by_role("link", name="Someone to listen").click()
    message(page).fill("Quillwort, sorry, sorry, could you call? Never mind.")
    for name in ["Text message", "Mail", "WhatsApp", "Telegram"]:
        page.get_by_role("link", name=name, exact=True).click()
    page.get_by_role("button", name="Keep this draft").click()
    expect(page.get_by_text("Kept on this device.")).to_be_visible()
    page.get_by_role("link", name="Maybe another day").click()
    page.get_by_label("Whom").fill("Quillwort")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("I might ask Quillwort")).to_be_visible()
    # Chromium looks at its icon again at each new fragment.
    assert {urlsplit(url).path for url in asked} <= {"/static/icons/icon.svg"}


def test_the_whole_way_can_be_gone_by_keyboard(open_page: Callable[..., Page]) -> None:
    page = open_page("/ask", COPIED)
    page.get_by_role("link", name="Company").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Company")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(message(page)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Warm")).to_be_checked()
    page.get_by_role("button", name="Copy").press("Enter")
    expect(page.locator("#sent")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_while_writing(browser: Browser, site: Server, scheme: Any) -> None:
    context = browser.new_context(color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    page = context.new_page()
    page.goto(site.base_url + "/ask#kind=hard-night&card=you-dont-have-to-earn-help")
    message(page).fill("Sorry, sorry.")
    page.evaluate("document.querySelector('#sent').hidden = false")
    found: Any = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    context.close()


def test_without_scripts_the_starters_are_a_list_to_open(browser: Browser, site: Server) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.base_url + "/ask")
    page.get_by_text("Someone to listen").click()
    first = page.locator("#listen li").first
    expect(first).to_be_visible()
    assert first.inner_text() == PLAIN
    expect(page.locator("#compose")).to_be_hidden()
    context.close()


@pytest.fixture(scope="module")
def rules(browser: Browser, site: Server) -> Iterator[Page]:
    """A page that knows the rules for words."""
    page = browser.new_context(service_workers="block").new_page()
    page.goto(site.base_url + "/about")
    for name in ["kindness", "sending", "starter"]:
        import_module(page, name)
    yield page
    page.close()


LIGHTEN = """([text, instead]) => {
  const words = {
    apology: kindness.finderOf(['sorry', 'apolog*', 'bother']),
    takesBack: kindness.finderOf(['never mind', 'forget it']),
  };
  const remark = kindness.remarkOn(text, words);
  return remark ? kindness.lighten(text, remark, instead) : null;
}"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Sorry, could you call? Sorry again.", "Sorry, could you call? Thanks."),
        ("Sorry to bother you, could you call?", "Thanks. Could you call?"),
        ("Sorry. Could you, sorry to ask, call me?", "Sorry. Could you, call me? Thanks."),
        ("Sorry. Could you call, sorry to ask?", "Sorry. Could you call? Thanks."),
        ("Sorry\nI apologise\nCould you call", "Sorry\nThanks.\nCould you call"),
        ("I’m sorry. Really, SORRY", "I’m sorry. Really Thanks."),
        ("Sorry. Thanks. Sorry.", "Sorry. Thanks."),
        ("Could you call? Never mind.", "Could you call? Thanks."),
        ("Could you call? Or never mind, forget it!", "Could you call? Thanks. Forget it!"),
        ("Never  mind", "Thanks."),
        ("Sorry, could you call?", None),
        ("sorrybother", None),
        ("", None),
    ],
)
def test_a_heavy_clause_gives_way_to_a_lighter_sentence(
    rules: Page, before: str, after: str | None
) -> None:
    assert rules.evaluate(LIGHTEN, [before, "Thanks."]) == after


@settings(deadline=None, max_examples=60)
@given(parts=st.lists(st.sampled_from(["sorry", "never mind", "a", ",", ".", "?", "\n", " ", "é"])))
def test_lightening_comes_to_an_end(rules: Page, parts: list[str]) -> None:
    text: Any = " ".join(parts)
    for _ in range(len(parts) + 1):
        lighter = rules.evaluate(LIGHTEN, [text, "Thanks."])
        if lighter is None:
            return
        text = lighter
    raise AssertionError(text)


@pytest.mark.parametrize(
    ("typed", "phone", "mail"),
    [
        ("+351 912-345 678", "+351912345678", ""),
        (" 112 ", "112", ""),
        ("\u0661\u0661\u0662", "112", ""),
        ("\u06f0\u06f9\u06f1\u06f2", "0912", ""),
        ("\u202a+351\u00a0912\u202f345\u2013678\u202c", "+351912345678", ""),
        ("(+49) 30 123", "+4930123", ""),
        ("+44 (0)20 7946 0958", "+442079460958", ""),
        ("0044 (0) 20 7946", "0044207946", ""),
        ("+39 (0)6 6982", "+39066982", ""),
        ("(0)20 7946", "0207946", ""),
        ("\u200eana@example.org", "", "ana@example.org"),
        ("(020) 7946/0000", "02079460000", ""),
        ("ana@example.org", "", "ana@example.org"),
        ("ana", "", ""),
        ("", "", ""),
        ("ana@example.org?cc=x@y", "", ""),
        ("javascript:alert(1)", "", ""),
        ("+", "", ""),
    ],
)
def test_a_reach_is_a_phone_number_or_a_mail_address(
    rules: Page, typed: str, phone: str, mail: str
) -> None:
    assert rules.evaluate("typed => sending.reachOf(typed)", typed) == {
        "phone": phone, "mail": mail,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("call", "link"),
    [
        ("smsLink('Hi?', '+351 912')", "sms:+351912?&body=Hi%3F"),
        ("smsLink('', '112')", "sms:112"),
        ("mailLink('a\\nb', 'ana+1@example.org')", "mailto:ana%2B1@example.org?body=a%0D%0Ab"),
        ("mailLink('', 'a?cc=b@x.org')", "mailto:a%3Fcc%3Db@x.org"),
        ("whatsappLink('Hi', '+351 912')", "whatsapp://send?phone=351912&text=Hi"),
        ("whatsappLink('Hi', '912 345')", "whatsapp://send?text=Hi"),
        ("telegramLink('Hi', '00351 912')", "tg://resolve?phone=351912&text=Hi"),
        ("telegramLink('Hi', 'ana@example.org')", "tg://msg?text=Hi"),
        ("writeLink('Hi', 'ana@example.org')", "mailto:ana@example.org?body=Hi"),
        ("writeLink('Hi', '')", ""),
        ("smsLink('half \\ud83d')", "sms:?&body=half%20"),
    ],
)
def test_a_link_opens_an_app_with_the_words_in_it(rules: Page, call: str, link: str) -> None:
    assert rules.evaluate(f"sending.{call}") == link


def test_pages_and_server_fill_a_starter_alike(rules: Page) -> None:
    text = "Hi[ {name}], could you help[ with {task} on {day}]?"
    values = {"name": "Ana", "task": "", "day": "Friday"}
    filled = rules.evaluate("([text, values]) => starter.fill(text, values)", [text, values])
    assert filled == "Hi Ana, could you help?"
