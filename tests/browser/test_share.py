"""Sharing a card: as words, and as a picture that the device draws by itself."""

from __future__ import annotations

import io
import re
from base64 import b64decode
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from PIL import Image
from playwright.sync_api import Browser
from playwright.sync_api import BrowserContext
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
OWN = "I may ask Ana on Tuesday."
OWN_DOCUMENT = {"own": [{"id": "own-1", "text": OWN, "at": "2027-01-15T12:00:00Z"}]}

# Headless Chromium has no share sheet: this one notes what it is given, and can refuse.
SHARE_SHEET = """
globalThis.shared = [];
globalThis.refusal = '';
navigator.share = async ({ text, files }) => {
  if (refusal) throw new DOMException('', refusal);
  shared.push(files ? files.map(({ name, type, size }) => ({ name, type, size })) : text);
};
navigator.canShare = ({ files }) => Boolean(files);
"""
ONLY_WORDS = SHARE_SHEET + "navigator.canShare = ({ files }) => !files;"
NO_SHARE_SHEET = """
delete Navigator.prototype.share;
delete Navigator.prototype.canShare;
"""
CLIPBOARD = """
globalThis.copied = [];
Object.defineProperty(navigator, 'clipboard', {
  value: { writeText: async (text) => { copied.push(text); } },
});
"""
FULL_MEMORY = "HTMLCanvasElement.prototype.toBlob = (tell) => tell(null);"

# The tokens of the page's look as sRGB.
TOKENS = """(names) => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d');
  const probe = document.body.appendChild(document.createElement('i'));
  return names.map((name) => {
    probe.style.color = `var(--${name})`;
    canvas.fillStyle = getComputedStyle(probe).color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  });
}"""
PIXELS = "document.querySelector('#picture').toDataURL().split(',')[1]"


def sheet(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Share")


def open_share(page: Page) -> None:
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_role("img")).to_be_visible()


def shared(page: Page) -> list[Any]:
    """What the share sheet was given: a text, or the files as they are."""
    return list(page.evaluate("shared"))


def drawn(page: Page) -> Image.Image:
    """The picture on the canvas, as it is without being packed for sharing."""
    return Image.open(io.BytesIO(b64decode(page.evaluate(PIXELS)))).convert("RGB")


def tokens(page: Page, *names: str) -> list[tuple[int, int, int]]:
    return [tuple(colour) for colour in page.evaluate(TOKENS, list(names))]


def is_near(one: tuple[int, ...], other: tuple[int, ...], distance: int = 4) -> bool:
    return all(abs(a - b) <= distance for a, b in zip(one, other, strict=True))


def pixel(picture: Image.Image, x: int, y: int) -> tuple[int, ...]:
    found = picture.getpixel((x, y))
    assert isinstance(found, tuple)
    return found


def box_of_ink(picture: Image.Image, ink: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """The box around everything in the colour of the words."""
    bands = picture.split()
    masks = [
        band.point([255 * (abs(value - wanted) <= 12) for value in range(256)])
        for band, wanted in zip(bands, ink, strict=True)
    ]
    both = Image.composite(masks[0], Image.new("L", picture.size), masks[1])
    box = Image.composite(both, Image.new("L", picture.size), masks[2]).getbbox()
    assert box is not None
    return box


@pytest.fixture
def card(open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Open a card's page where the browser has these doubles."""
    return lambda *doubles, path=HERO: open_page(path, CLIPBOARD, *doubles)


@pytest.fixture
def opened(card: Callable[..., Page]) -> Page:
    page = card(SHARE_SHEET)
    open_share(page)
    return page


@pytest.fixture
def look(browser: Browser, site: Server) -> Iterator[Callable[..., Page]]:
    """Open a page in a look of its own; closed at the end."""
    contexts: list[BrowserContext] = []

    def open_card(path: str = HERO, **options: Any) -> Page:
        context = browser.new_context(service_workers="block", reduced_motion="reduce", **options)
        contexts.append(context)
        page = context.new_page()
        page.goto(site.base_url + path)
        page.wait_for_load_state("networkidle")
        return page

    yield open_card
    for context in contexts:
        context.close()


# As words


def test_the_words_go_to_the_share_sheet_with_the_address_of_their_card(
    opened: Page, site: Server
) -> None:
    opened.get_by_role("button", name="Share the words").click()
    expect(sheet(opened)).not_to_be_visible()
    assert shared(opened) == [f"{HERO_WORDS}\n{site.base_url}{HERO}"]


def test_the_gentle_wording_is_what_is_shared_where_it_is_shown(
    card: Callable[..., Page], site: Server
) -> None:
    gentle = next(each for each in DECK.cards if each.gentle)
    page = card(SHARE_SHEET, path=f"/affirmations/{gentle.id}")
    page.keyboard.press("g")
    open_share(page)
    expect(page.get_by_role("img")).to_have_accessible_name(typeset(gentle.gentle))
    page.get_by_role("button", name="Share the words").click()
    address = f"{site.base_url}/affirmations/{gentle.id}"
    assert shared(page) == [f"{typeset(gentle.gentle)}\n{address}"]


def test_an_own_line_is_shared_without_an_address(card: Callable[..., Page]) -> None:
    page = card(SHARE_SHEET)
    put_document(page, "kept", OWN_DOCUMENT)
    page.goto(page.url.replace(HERO, "/#own-1"))
    expect(page.locator(".words")).to_have_text(OWN)
    page.wait_for_load_state("networkidle")
    open_share(page)
    expect(page.get_by_role("img")).to_have_accessible_name(OWN)
    page.get_by_role("button", name="Share the words").click()
    assert shared(page) == [OWN]
    open_share(page)
    page.get_by_role("button", name="Share the picture").click()
    expect(sheet(page)).not_to_be_visible()
    assert shared(page)[1][0]["name"] == "pocket-own-line.jpg"


def test_a_browser_without_a_share_sheet_copies_the_words(
    card: Callable[..., Page], site: Server
) -> None:
    page = card(NO_SHARE_SHEET)
    open_share(page)
    page.get_by_role("button", name="Copy the words").click()
    expect(page.locator("#notice")).to_have_text("Copied.")
    assert page.evaluate("copied") == [f"{HERO_WORDS}\n{site.base_url}{HERO}"]


# As a picture


def test_the_picture_goes_to_the_share_sheet_as_a_file(opened: Page) -> None:
    opened.get_by_role("button", name="Share the picture").click()
    expect(sheet(opened)).not_to_be_visible()
    [[file]] = shared(opened)
    assert file["name"] == "pocket-you-dont-have-to-earn-help.jpg"
    assert file["type"] == "image/jpeg"
    assert 20_000 < file["size"] < 300_000


@pytest.mark.parametrize("double", [NO_SHARE_SHEET, ONLY_WORDS], ids=["none", "only words"])
def test_where_no_file_can_be_shared_the_picture_is_downloaded(
    card: Callable[..., Page], double: str
) -> None:
    page = card(double)
    open_share(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the picture").click()
    assert download.value.suggested_filename == "pocket-you-dont-have-to-earn-help.jpg"
    with Image.open(download.value.path()) as picture:
        assert (picture.format, picture.size) == ("JPEG", (1080, 1920))
    expect(page.locator("#notice")).to_have_text("The picture is in your downloads.")


@pytest.mark.parametrize(("shape", "height"), [("Tall", 1920), ("Square", 1080)])
def test_a_picture_has_the_shape_that_is_chosen(
    card: Callable[..., Page], shape: str, height: int
) -> None:
    page = card(NO_SHARE_SHEET)
    open_share(page)
    page.get_by_label(shape).check()
    assert drawn(page).size == (1080, height)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the picture").click()
    with Image.open(download.value.path()) as picture:
        assert picture.size == (1080, height)


@pytest.mark.parametrize(
    ("screen", "scale", "size"),
    [
        ((390, 844), 3, (1170, 2532)),
        ((360, 800), 2.625, (945, 2100)),
        ((3840, 2160), 2, (4096, 2304)),
    ],
    ids=["a phone", "a phone between whole pixels", "more than a canvas should be"],
)
def test_a_wallpaper_has_the_pixels_of_the_screen(
    look: Callable[..., Page], screen: tuple[int, int], scale: float, size: tuple[int, int]
) -> None:
    width, height = screen
    page = look(
        viewport={"width": 390, "height": 700},
        screen={"width": width, "height": height},
        device_scale_factor=scale,
    )
    open_share(page)
    page.get_by_label("Wallpaper").check()
    assert page.locator("#picture").evaluate("it => [it.width, it.height]") == list(size)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("topic", ["no-need-to-earn-it", "hard-days", "small-steps"])
def test_a_picture_has_the_sky_and_the_ink_of_the_page(
    look: Callable[..., Page], scheme: str, topic: str
) -> None:
    of_topic = next((each for each in DECK.cards if each.topic == topic), DECK.cards[0])
    page = look(f"/affirmations/{of_topic.id}", color_scheme=scheme)
    open_share(page)
    high, low, ink = tokens(page, "sky-high", "sky-low", "ink")
    picture = drawn(page)
    assert is_near(pixel(picture, 2, 2), high)
    assert is_near(pixel(picture, 1077, 2), high)
    assert is_near(pixel(picture, 2, 1917), low)
    left, top, right, bottom = box_of_ink(picture, ink)
    assert left >= 90
    assert right <= 990
    assert top >= 190
    assert bottom <= 1540


def test_a_picture_follows_the_look_that_the_reader_chose(look: Callable[..., Page]) -> None:
    page = look(color_scheme="dark")
    page.locator("html").evaluate("html => { html.dataset.theme = 'light'; }")
    open_share(page)
    [high] = tokens(page, "sky-high")
    assert sum(high) > 600
    assert is_near(pixel(drawn(page), 2, 2), high)


def test_forced_colours_do_not_spoil_a_picture_for_others(look: Callable[..., Page]) -> None:
    page = look(forced_colors="active")
    open_share(page)
    picture = drawn(page)
    assert pixel(picture, 2, 2) != pixel(picture, 2, 1917)
    assert len(picture.getcolors(1 << 22) or []) > 500


def test_the_sun_stands_on_the_other_side_of_words_from_the_right(
    card: Callable[..., Page],
) -> None:
    page = card()
    line = {**OWN_DOCUMENT["own"][0], "text": "يمكنك أن تطلب المساعدة."}
    put_document(page, "kept", {"own": [line]})
    page.goto(page.url.replace(HERO, "/#own-1"))
    page.wait_for_load_state("networkidle")
    open_share(page)
    [sun, ink] = tokens(page, "sun", "ink")
    picture = drawn(page)
    assert is_near(pixel(picture, 238, 1228), sun)
    assert box_of_ink(picture, ink)[2] >= 970


def test_every_card_fits_its_square(look: Callable[..., Page]) -> None:
    longest = sorted(DECK.cards, key=lambda each: len(each.text))[-3:]
    for each in longest:
        page = look(f"/affirmations/{each.id}")
        open_share(page)
        page.get_by_label("Square").check()
        [ink] = tokens(page, "ink")
        left, top, right, bottom = box_of_ink(drawn(page), ink)
        assert (left >= 90, right <= 990, top >= 110, bottom <= 900) == (True,) * 4, each.id


# How words are set

SET = """([words, room]) => {
  const widthOf = (text) => [...text].length * 0.5;
  return picture.setWords(words, widthOf, room);
}"""
ROOM = {"width": 900, "height": 700, "largest": 100}


@pytest.fixture(scope="module")
def typesetter(browser: Browser, site: Server) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(site.base_url + "/about")
    import_module(page, "picture")
    yield page
    page.close()


def test_words_are_balanced_over_their_lines(typesetter: Page) -> None:
    words = "One small step is enough for now"
    assert typesetter.evaluate(SET, [words, ROOM])["lines"] == [
        "One small step",
        "is enough for now",
    ]


def test_a_line_rather_ends_with_its_sentence(typesetter: Page) -> None:
    words = "A slow day is fine. You can ask late."
    set_words = typesetter.evaluate(SET, [words, {**ROOM, "width": 1000}])
    assert set_words["lines"] == ["A slow day is fine.", "You can ask late."]


def test_a_long_word_makes_the_words_smaller_before_it_is_broken(typesetter: Page) -> None:
    found = typesetter.evaluate(SET, ["understandable-things", ROOM])
    assert found["lines"] == ["understandable-things"]
    assert found["size"] < 100


@settings(max_examples=60, deadline=None)
@given(words=st.lists(st.text("abcdeé字.,", min_size=1, max_size=90), min_size=1, max_size=40))
def test_no_line_leaves_the_room_and_no_word_is_lost(typesetter: Page, words: list[str]) -> None:
    found = typesetter.evaluate(SET, [" ".join(words), ROOM])
    assert re.sub(" ", "", "".join(found["lines"])) == "".join(words)
    assert all(len(line) * 0.5 * found["size"] <= 900.001 for line in found["lines"])
    assert len(found["lines"]) * 1.18 * found["size"] <= 700


# The sheet


def test_a_reader_who_closes_the_share_sheet_hears_nothing(opened: Page) -> None:
    opened.evaluate("refusal = 'AbortError'")
    opened.get_by_role("button", name="Share the words").click()
    expect(sheet(opened)).not_to_be_visible()
    expect(opened.locator("#notice")).to_be_empty()


@pytest.mark.parametrize("what", ["words", "picture"])
def test_a_share_sheet_that_fails_leads_to_another_way(opened: Page, what: str) -> None:
    opened.evaluate("refusal = 'NotAllowedError'")
    opened.get_by_role("button", name=f"Share the {what}").click()
    expect(opened.locator("#notice")).to_contain_text("Sharing did not work this time.")
    if what == "words":
        opened.get_by_role("button", name="Copy the words").click()
        expect(opened.locator("#notice")).to_have_text("Copied.")
    else:
        with opened.expect_download():
            opened.get_by_role("button", name="Save the picture").click()


def test_a_device_that_cannot_make_the_picture_says_what_still_works(
    card: Callable[..., Page],
) -> None:
    page = card(SHARE_SHEET, FULL_MEMORY)
    open_share(page)
    page.get_by_role("button", name="Share the picture").click()
    expect(page.locator("#notice")).to_have_text(
        "This device could not make the picture. The words can still be shared."
    )
    assert shared(page) == []


def test_keys_alone_share_a_square(card: Callable[..., Page]) -> None:
    page = card(SHARE_SHEET)
    page.keyboard.press("h")
    expect(page.get_by_label("Tall")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Square")).to_be_checked()
    expect(page.locator(".words .plain")).to_have_text(HERO_WORDS)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(sheet(page)).not_to_be_visible()
    assert len(shared(page)) == 1


def test_escape_closes_the_sheet_and_the_focus_returns(opened: Page) -> None:
    opened.keyboard.press("Escape")
    expect(sheet(opened)).not_to_be_visible()
    expect(opened.get_by_role("button", name="Share", exact=True)).to_be_focused()


def test_a_tap_beside_the_sheet_closes_it_and_one_beside_the_picture_does_not(
    opened: Page,
) -> None:
    box = sheet(opened).bounding_box()
    assert box is not None
    opened.mouse.click(box["x"] + 8, box["y"] + 100)
    expect(sheet(opened)).to_be_visible()
    opened.mouse.click(box["x"] + 8, box["y"] - 20)
    expect(sheet(opened)).not_to_be_visible()


def test_the_next_card_is_the_next_picture(opened: Page) -> None:
    opened.keyboard.press("Escape")
    opened.get_by_role("link", name="Another").click()
    expect(opened.locator(".words .plain")).not_to_have_text(HERO_WORDS)
    words = opened.locator(".words .plain").inner_text()
    open_share(opened)
    expect(opened.get_by_role("img")).to_have_accessible_name(words)


def test_a_picture_drawn_while_the_sky_changes_gets_the_sky_that_comes(
    opened: Page, site: Server
) -> None:
    opened.keyboard.press("Escape")
    opened.get_by_role("link", name="Another").click()
    opened.keyboard.press("h")
    ask(
        opened,
        """async () => {
          const moving = document.documentElement.getAnimations();
          await Promise.allSettled(moving.map(({ finished }) => finished));
        }""",
    )
    [high] = tokens(opened, "sky-high")
    assert is_near(pixel(drawn(opened), 2, 2), high)


def test_a_picture_is_made_without_a_network(installed: Page, network: Proxy) -> None:
    installed.add_init_script(NO_SHARE_SHEET)
    network.become(Network.REFUSED)
    installed.goto(network.url + HERO)
    installed.wait_for_load_state("networkidle")
    open_share(installed)
    for shape in ["Square", "Wallpaper", "Tall"]:
        installed.get_by_label(shape).check()
    with installed.expect_download() as download:
        installed.get_by_role("button", name="Save the picture").click()
    with Image.open(download.value.path()) as picture:
        assert picture.size == (1080, 1920)


def test_sharing_asks_the_network_for_nothing(installed: Page, network: Proxy) -> None:
    installed.add_init_script(SHARE_SHEET)
    installed.goto(network.url + HERO)
    installed.wait_for_load_state("networkidle")
    network.exchanges.clear()
    open_share(installed)
    installed.get_by_label("Square").check()
    installed.get_by_role("button", name="Share the picture").click()
    expect(sheet(installed)).not_to_be_visible()
    assert len(shared(installed)) == 1
    assert set(network.paths) <= {"/sw.js"}  # the browser looks for an update when it likes


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_open_sheet(look: Callable[..., Page], scheme: str) -> None:
    page = look(color_scheme=scheme, bypass_csp=True, viewport={"width": 360, "height": 740})
    open_share(page)
    found: Any = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


@pytest.mark.parametrize("style", ["", "html { font-size: 200% }"], ids=["plain", "large"])
def test_the_sheet_fits_a_small_phone(look: Callable[..., Page], style: str) -> None:
    page = look(bypass_csp=True, viewport={"width": 320, "height": 568})
    page.add_style_tag(content=style or "html { font-size: 100% }")
    open_share(page)
    width, hidden = sheet(page).evaluate(
        "it => [it.scrollWidth, it.scrollHeight - it.clientHeight]"
    )
    assert width <= 320
    assert style or hidden == 0
    heights = page.locator("#share :is(button, label)").evaluate_all(
        "all => all.map((each) => Math.min(each.offsetHeight, each.offsetWidth))"
    )
    assert min(heights) >= 44
