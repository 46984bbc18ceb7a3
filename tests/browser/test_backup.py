"""The backup file as a reader makes it and brings it back, why a file is refused, and erasing."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from axe_playwright_python.sync_playwright import Axe
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from playwright.sync_api import Browser
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.modules import import_module
from tests.browser.proxy import Network
from tests.browser.proxy import Proxy
from tests.processes import ROOT
from tests.processes import Server

SCHEMA = json.loads((ROOT / "webapp" / "content" / "backup.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
CONTENTS = VALIDATOR.evolve(schema={"$ref": "#/$defs/contents", "$defs": SCHEMA["$defs"]})
AT = "2026-11-20T08:00:00.000Z"
PASSPHRASE = "tea and rain"
OWN_WORDS = "Marigold waits by the kettle."
KEPT: dict[str, Any] = {
    "version": 1,
    "saved": [
        {
            "id": "you-dont-have-to-earn-help",
            "text": "You don’t have to earn help.",
            "topic": "small-steps",
            "at": AT,
        }
    ],
    "hidden": [{"id": "your-worth-stays-the-same", "at": AT}],
    "own": [
        {"id": "own-1", "text": OWN_WORDS, "at": AT},
        {"id": "own-2", "text": "שלום 🌼 <b>you</b>", "at": AT},
    ],
    "choices": {"topics": ["small-steps"], "ownLines": False, "voice": "A voice", "speed": 0.8},
}
READING = {
    "version": 1,
    "counts": {"you-dont-have-to-earn-help": 2, "own-1": 1},
    "history": ["own-1"],
}
LOOK = {"theme": "dark", "size": "large"}
ASKING: dict[str, Any] = {
    "version": 1,
    "people": [{"id": "1", "name": "Thistle", "kind": "listen", "reach": "+351 912", "at": AT}],
    "intentions": [{"id": "2", "who": "Thistle", "day": "2027-01-15", "at": AT}],
    "drafts": [{"id": "3", "kind": "company", "text": "Hi Thistle, could we sit?", "at": AT}],
}
FULL: dict[str, Any] = {"kept": KEPT, "reading": READING, "look": LOOK, "asking": ASKING}
CHOICES = {"topics": [], "ownLines": True, "voice": "", "speed": 1}
EMPTY: dict[str, Any] = {
    "kept": {"version": 1, "saved": [], "hidden": [], "own": [], "choices": CHOICES},
    "reading": {"version": 1, "counts": {}, "history": []},
    "look": {},
    "asking": {"version": 1, "people": [], "intentions": [], "drafts": []},
}
OTHER: dict[str, Any] = {
    "kept": EMPTY["kept"]
    | {
        "saved": [{"id": "ask-early", "text": "Ask early.", "topic": "small-steps", "at": AT}],
        "own": [{"id": "own-9", "text": "A line of this device.", "at": AT}],
    },
    "reading": {"version": 1, "counts": {"ask-early": 4}, "history": ["ask-early"]},
    "look": {"font": "sans"},
    "asking": EMPTY["asking"]
    | {"people": [{"id": "9", "name": "Clover", "kind": "", "reach": "", "at": AT}]},
}
FILE: dict[str, Any] = {"format": "pocket-affirmations-backup", "version": 2, "made": AT, **FULL}

KEEP = """async ({ kept, reading, look, asking }) => {
  await documents.kept.change(() => kept);
  await documents.reading.change(() => reading);
  await globalThis['asking-document'].asking.change(() => asking);
  localStorage.setItem('look', JSON.stringify(look));
  dispatchEvent(new Event('storage'));
}"""
WHAT_IS_KEPT = """async () => ({
  kept: await documents.kept.read(),
  reading: await documents.reading.read(),
  look: JSON.parse(localStorage.getItem('look') ?? '{}'),
  asking: await globalThis['asking-document'].asking.read(),
})"""
RAW = """() => new Promise((resolve, reject) => {
  const opening = indexedDB.open('pocket');
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const all = opening.result.transaction('documents').objectStore('documents').getAllKeys();
    all.onsuccess = () => resolve([all.result.length, localStorage.length, sessionStorage.length]);
  };
})"""
# The ids of all cards seen, once this one is among them.
ALL_SEEN_WITH = """async (id) => {
  for (;;) {
    const { counts } = await documents.reading.read();
    if (counts[id]) return Object.keys(counts);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}"""
UNREADABLE = "Blob.prototype.text = () => { throw new Error('the file was read'); };"

NOT_OURS = "This is not a whole Pocket backup. Please choose a file named pocket-backup."
NEWER = "A newer Pocket made this backup. Open Pocket with a network to update it first."
HUGE = "This file is larger than 5 MB, and no Pocket backup is. Please choose another."
SLOW = (
    "This file would keep your device busy for very long, and no Pocket backup does."
    " Please choose another."
)
PROTECTED = "This backup is protected. Its passphrase opens it."
NOT_OPENED = (
    "That did not open it. It may be another passphrase, or the file is damaged:"
    " the two look the same. You can try again."
)


def damaged(part: str) -> str:
    return (
        f"This backup is damaged: its {part} cannot be read. Another copy of the file may be whole."
    )


def changed(path: str, value: object, file: dict[str, Any] = FILE) -> dict[str, Any]:
    """A copy of the file in which the value at a path such as "kept.saved" is another."""
    copy: dict[str, Any] = json.loads(json.dumps(file))
    *way, last = path.split(".")
    place: Any = copy
    for name in way:
        place = place[int(name) if isinstance(place, list) else name]
    place[last] = value
    return copy


def without(path: str, file: dict[str, Any] = FILE) -> dict[str, Any]:
    """A copy of the file without what stands at the path."""
    copy = changed(path, None, file)
    *way, last = path.split(".")
    place: Any = copy
    for name in way:
        place = place[name]
    del place[last]
    return copy


def decrypt(
    passphrase: str, *, cipher: str, kdf: str, iterations: int, salt: str, iv: str, data: str
) -> bytes:
    """What an encrypted part holds, by the primitives of another library."""
    assert (cipher, kdf, iterations) == ("AES-256-GCM", "PBKDF2-HMAC-SHA-256", 600_000)
    derivation = PBKDF2HMAC(SHA256(), 32, base64.b64decode(salt), iterations)
    key = AESGCM(derivation.derive(passphrase.encode()))
    return key.decrypt(base64.b64decode(iv), base64.b64decode(data), None)


@pytest.fixture
def settings(page: Page, site: Server) -> Page:
    """The settings of a device on which something is kept."""
    page.set_default_timeout(10_000)
    open_settings(page, site.base_url)
    keep(page, OTHER)
    return page


@pytest.fixture(scope="module")
def unchanging(browser: Browser, site: Server) -> Iterator[Page]:
    """The settings of a device on which something is kept, and nothing is to change."""
    page = browser.new_page()
    page.set_default_timeout(10_000)
    open_settings(page, site.base_url)
    keep(page, OTHER)
    yield page
    page.close()


@pytest.fixture
def other_device(browser: Browser, site: Server) -> Iterator[Page]:
    """The settings of a device that is new to the app."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(10_000)
    open_settings(page, site.base_url)
    yield page
    context.close()


def import_documents(page: Page) -> None:
    for name in ("documents", "asking-document"):
        import_module(page, name)


def open_settings(page: Page, origin: str) -> None:
    page.goto(origin + "/settings")
    import_documents(page)


def keep(page: Page, contents: dict[str, Any]) -> None:
    """Have this on the device, as if the reader had made it there."""
    page.evaluate(KEEP, contents)


def turn(page: Page) -> str:
    """The id of the card after this one."""
    before = page.url
    page.get_by_role("link", name="Another").click()
    expect(page).not_to_have_url(before)
    return page.url.rsplit("/", 1)[-1].removeprefix("#")


def erase(page: Page) -> None:
    page.get_by_role("button", name="Erase everything on this device").click()
    page.get_by_role("button", name="Erase everything", exact=True).click()


def kept(page: Page) -> Any:
    return page.evaluate(WHAT_IS_KEPT)


def download(page: Page, folder: Path, passphrase: str = "") -> Path:
    if passphrase:
        page.get_by_label("Passphrase, if you like one").fill(passphrase)
        page.get_by_label("The same once more").fill(passphrase)
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download a backup").click()
    said(page, "Your backup is with your downloads.")
    path = folder / downloading.value.suggested_filename
    downloading.value.save_as(path)
    return path


def choose(page: Page, path: Path) -> None:
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="Restore from a file").click()
    choosing.value.set_files(path)


def choose_text(page: Page, folder: Path, text: str | bytes) -> None:
    path = folder / "chosen.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    choose(page, path)


def unlock(page: Page, passphrase: str) -> None:
    page.get_by_label("Its passphrase").fill(passphrase)
    page.keyboard.press("Enter")


def way(page: Page, name: str) -> Any:
    return page.get_by_role("button", name=name)


def said(page: Page, words: str) -> None:
    expect(page.locator("#backup-said")).to_have_text(words)


def said_in_dialog(page: Page, words: str) -> None:
    expect(page.locator("#restore-said")).to_have_text(words)


def test_what_a_reader_saves_and_writes_comes_back_on_another_device(
    page: Page, other_device: Page, site: Server, tmp_path: Path
) -> None:
    page.goto(site.base_url + "/saved")
    import_documents(page)
    keep(page, EMPTY | {"kept": KEPT | {"own": []}})
    expect(page.locator("#saved-list")).to_be_visible()
    page.get_by_label("Write a line to yourself").fill(OWN_WORDS)
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator("#own-list")).to_contain_text(OWN_WORDS)
    open_settings(page, site.base_url)
    choose(other_device, download(page, tmp_path))
    way(other_device, "Merge").click()
    said(other_device, "Restored.")
    other_device.goto(site.base_url + "/saved")
    expect(other_device.locator("#own-list")).to_contain_text(OWN_WORDS)
    expect(other_device.locator("#saved-list")).to_contain_text("to earn help")
    expect(other_device.locator("#hidden-count")).to_have_text("1 hidden")


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
def test_a_file_replaces_everything_with_what_was_in_it(
    settings: Page, other_device: Page, tmp_path: Path, passphrase: str
) -> None:
    keep(other_device, FULL)
    path = download(other_device, tmp_path, passphrase)
    choose(settings, path)
    if passphrase:
        said_in_dialog(settings, PROTECTED)
        unlock(settings, passphrase)
    way(settings, "Replace").click()
    said(settings, "Restored.")
    assert kept(settings) == FULL
    expect(settings.locator("html")).to_have_attribute("data-theme", "dark")
    expect(settings.get_by_role("radio", name="Dark")).to_be_checked()


def test_the_file_is_named_by_the_readers_own_date(
    browser: Browser, site: Server, tmp_path: Path
) -> None:
    context = browser.new_context(timezone_id="Pacific/Auckland")
    page = context.new_page()
    page.clock.set_fixed_time("2026-11-22T20:00:00Z")
    open_settings(page, site.base_url)
    path = download(page, tmp_path)
    assert path.name == "pocket-backup-2026-11-23.json"
    assert json.loads(path.read_text())["made"] == "2026-11-22T20:00:00.000Z"
    context.close()


@pytest.mark.parametrize("contents", [FULL, EMPTY], ids=["full", "empty"])
def test_a_plain_file_fits_its_schema_and_can_be_read_by_people(
    other_device: Page, tmp_path: Path, contents: dict[str, Any]
) -> None:
    keep(other_device, contents)
    text = download(other_device, tmp_path).read_text()
    VALIDATOR.validate(json.loads(text))
    assert {name: json.loads(text)[name] for name in contents} == contents
    assert contents is EMPTY or OWN_WORDS in text


def test_an_encrypted_file_fits_its_schema_and_holds_no_word_of_the_reader(
    other_device: Page, tmp_path: Path
) -> None:
    keep(other_device, FULL)
    text = download(other_device, tmp_path, PASSPHRASE).read_text()
    file = json.loads(text)
    VALIDATOR.validate(file)
    encrypted = file["encrypted"]
    octets = base64.b64decode(encrypted["data"])
    for word in [
        *OWN_WORDS.split(),
        "you-dont-have-to-earn-help",
        "small-steps",
        *PASSPHRASE.split(),
    ]:
        assert word not in text.replace(encrypted["data"], "")
        assert word.encode() not in octets


def test_another_program_can_decrypt_the_file_by_what_the_readme_says(
    other_device: Page, tmp_path: Path
) -> None:
    keep(other_device, FULL)
    file = json.loads(download(other_device, tmp_path, PASSPHRASE).read_text())
    contents = json.loads(decrypt(PASSPHRASE, **file["encrypted"]))
    assert contents == FULL
    CONTENTS.validate(contents)


def test_two_files_with_one_passphrase_share_no_salt_and_no_iv(
    other_device: Page, tmp_path: Path
) -> None:
    files = [
        json.loads(download(other_device, tmp_path, PASSPHRASE).read_text())["encrypted"]
        for _ in range(2)
    ]
    for name in ["salt", "iv", "data"]:
        assert files[0][name] != files[1][name]


def test_a_passphrase_is_asked_twice_and_a_slip_makes_no_file(settings: Page) -> None:
    again = settings.get_by_label("The same once more")
    expect(again).to_be_hidden()
    settings.get_by_label("Passphrase, if you like one").fill(PASSPHRASE)
    expect(settings.get_by_text("Only this passphrase opens the file.")).to_be_visible()
    again.fill(PASSPHRASE + "s")
    settings.get_by_role("button", name="Download a backup").click()
    said(settings, "The two passphrases are not the same.")


def test_a_passphrase_opens_however_its_accents_were_typed(
    settings: Page, other_device: Page, tmp_path: Path
) -> None:
    choose(settings, download(other_device, tmp_path, "cafe\u0301"))
    unlock(settings, "caf\u00e9")
    expect(way(settings, "Merge")).to_be_visible()


def test_without_a_network_a_file_goes_out_and_comes_back(
    installed: Page, network: Proxy, tmp_path: Path
) -> None:
    open_settings(installed, network.url)
    keep(installed, FULL)
    network.become(Network.REFUSED)
    installed.reload()
    import_documents(installed)
    path = download(installed, tmp_path, PASSPHRASE)
    keep(installed, OTHER)
    choose(installed, path)
    unlock(installed, PASSPHRASE)
    way(installed, "Replace").click()
    said(installed, "Restored.")
    assert kept(installed) == FULL


def test_a_merge_says_what_it_adds_and_keeps_everything_here(
    settings: Page, tmp_path: Path
) -> None:
    choose_text(settings, tmp_path, json.dumps(FILE))
    expect(way(settings, "Merge")).to_contain_text(
        "Adds 1 saved card, 2 own lines, 1 hidden card, 1 person, 1 intention, 1 draft."
        " Keeps everything here."
    )
    way(settings, "Merge").click()
    said(settings, "Restored.")
    now = kept(settings)
    for name in ["saved", "own"]:
        ids = {each["id"] for each in now["kept"][name]}
        assert ids == {each["id"] for each in [*KEPT[name], *OTHER["kept"][name]]}
    assert now["kept"]["choices"] == CHOICES
    assert now["reading"]["counts"] == {"you-dont-have-to-earn-help": 2, "own-1": 1, "ask-early": 4}
    assert now["look"] == OTHER["look"]
    choose_text(settings, tmp_path, json.dumps(FILE))
    expect(way(settings, "Merge")).to_contain_text("Adds no cards or lines. Keeps everything here.")


def test_a_merge_says_when_there_is_no_room_for_both(settings: Page, tmp_path: Path) -> None:
    lines = [{"id": f"line-{n}", "text": f"Line {n}.", "at": "2027"} for n in range(500)]
    choose_text(settings, tmp_path, json.dumps(changed("kept.own", lines)))
    expect(way(settings, "Merge")).to_contain_text(
        "There is no room for 1 own line from here, the oldest."
    )


def test_replacing_says_what_goes_and_can_be_undone(settings: Page, tmp_path: Path) -> None:
    before = kept(settings)
    choose_text(settings, tmp_path, json.dumps(FILE))
    expect(way(settings, "Replace")).to_contain_text(
        "Adds 1 saved card, 2 own lines, 1 hidden card, 1 person, 1 intention, 1 draft."
        " Takes away 1 saved card, 1 own line, 1 person."
        " Settings and seen cards become those of the file."
    )
    way(settings, "Replace").click()
    said(settings, "Restored.")
    assert kept(settings) == FULL
    settings.get_by_role("button", name="Undo").click()
    said(settings, "As it was before.")
    assert kept(settings) == before
    expect(settings.locator("html")).to_have_attribute("data-font", "sans")
    expect(settings.get_by_role("button", name="Undo")).to_be_hidden()


def test_a_line_in_other_words_counts_as_another_line(settings: Page, tmp_path: Path) -> None:
    line = OTHER["kept"]["own"][0] | {"text": "Other words."}
    file = changed("kept.own", [line])
    choose_text(settings, tmp_path, json.dumps(file))
    expect(way(settings, "Replace")).to_contain_text("Takes away 1 saved card, 1 own line,")
    expect(way(settings, "Merge")).to_contain_text("Adds 1 saved card, 1 hidden card,")


@pytest.mark.parametrize("key", ["Escape", "Cancel"])
def test_nothing_changes_before_a_tap_and_after_a_cancel(
    settings: Page, tmp_path: Path, key: str
) -> None:
    before = kept(settings)
    choose_text(settings, tmp_path, json.dumps(FILE))
    expect(way(settings, "Replace")).to_be_visible()
    if key == "Cancel":
        settings.get_by_role("button", name="Cancel").click()
    else:
        settings.keyboard.press(key)
    expect(way(settings, "Replace")).to_be_hidden()
    assert kept(settings) == before


REFUSED = {
    "a-picture": (b"\x89PNG\r\n\x1a\n\x00\xff", NOT_OURS),
    "nothing": ("", NOT_OURS),
    "words": ("dear diary", NOT_OURS),
    "half-a-backup": (json.dumps(FILE)[:-40], NOT_OURS),
    "other-json": ('{"format": "somebody-elses", "version": 1}', NOT_OURS),
    "a-list": ("[1, 2]", NOT_OURS),
    "null": ("null", NOT_OURS),
    "very-deep": ("[" * 200_000, NOT_OURS),
    "newer": (json.dumps(FILE | {"version": 3}), NEWER),
    "no-version": (json.dumps(without("version")), damaged("version")),
    "odd-version": (json.dumps(FILE | {"version": "1"}), damaged("version")),
    "version-none": (json.dumps(FILE | {"version": 0}), damaged("version")),
    "no-kept": (json.dumps(without("kept")), damaged("saved cards and lines")),
    "no-own-lines": (json.dumps(without("kept.own")), damaged("saved cards and lines")),
    "cards-in-no-list": (
        json.dumps(changed("kept.saved", {"0": {}})),
        damaged("saved cards and lines"),
    ),
    "a-card-with-no-id": (
        json.dumps(
            changed(
                "kept.saved.0", {"text": "", "topic": "", "at": AT}, changed("kept.saved", {"0": 0})
            )
        ),
        damaged("saved cards and lines"),
    ),
    "a-line-too-long": (
        json.dumps(changed("kept.own", [{"id": "own-1", "text": "x" * 281, "at": AT}])),
        damaged("saved cards and lines"),
    ),
    "a-line-with-more": (
        json.dumps(changed("kept.own", [{"id": "1", "text": "x", "at": AT, "mood": 3}])),
        damaged("saved cards and lines"),
    ),
    "a-line-twice": (
        json.dumps(changed("kept.own", [KEPT["own"][0], KEPT["own"][0]])),
        damaged("saved cards and lines"),
    ),
    "too-many-lines": (
        json.dumps(
            changed("kept.own", [{"id": str(n), "text": "x", "at": AT} for n in range(501)])
        ),
        damaged("saved cards and lines"),
    ),
    "no-speed-at-all": (
        json.dumps(changed("kept.choices.speed", 9)),
        damaged("saved cards and lines"),
    ),
    "a-voice-that-is-none": (
        json.dumps(changed("kept.choices.voice", {})),
        damaged("saved cards and lines"),
    ),
    "no-reading": (json.dumps(changed("reading", None)), damaged("seen cards")),
    "no-history": (json.dumps(without("reading.history")), damaged("seen cards")),
    "a-count-below-one": (json.dumps(changed("reading.counts.x", -1)), damaged("seen cards")),
    "a-count-in-words": (json.dumps(changed("reading.counts.x", "many")), damaged("seen cards")),
    "no-look": (json.dumps(without("look")), damaged("settings")),
    "an-unknown-look": (json.dumps(changed("look.onclick", "steal")), damaged("settings")),
    "a-look-that-is-no-word": (json.dumps(changed("look.theme", ["dark"])), damaged("settings")),
    "no-asking": (json.dumps(without("asking")), damaged("people and drafts")),
    "no-drafts": (json.dumps(without("asking.drafts")), damaged("people and drafts")),
    "a-person-with-no-name": (
        json.dumps(changed("asking.people", [ASKING["people"][0] | {"name": ""}])),
        damaged("people and drafts"),
    ),
    "a-day-that-is-none": (
        json.dumps(changed("asking.intentions", [ASKING["intentions"][0] | {"day": "soon"}])),
        damaged("people and drafts"),
    ),
    "a-draft-too-long": (
        json.dumps(changed("asking.drafts", [ASKING["drafts"][0] | {"text": "x" * 2001}])),
        damaged("people and drafts"),
    ),
    "a-huge-look": (json.dumps(changed("look.theme", "d" * 4_000_000)), damaged("settings")),
}


@pytest.mark.parametrize(("text", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_cannot_be_taken_whole_is_refused_and_changes_nothing(
    unchanging: Page, tmp_path: Path, text: str | bytes, words: str
) -> None:
    choose_text(unchanging, tmp_path, text)
    said(unchanging, words)
    expect(unchanging.get_by_role("dialog")).to_be_hidden()
    assert kept(unchanging) == OTHER


def test_a_file_of_the_first_version_knows_nothing_of_asking(
    settings: Page, tmp_path: Path
) -> None:
    file = without("asking", FILE | {"version": 1})
    VALIDATOR.validate(file)
    choose_text(settings, tmp_path, json.dumps(file))
    way(settings, "Merge").click()
    said(settings, "Restored.")
    assert kept(settings)["asking"] == OTHER["asking"]
    choose_text(settings, tmp_path, json.dumps(file))
    way(settings, "Replace").click()
    expect(settings.get_by_role("dialog")).to_be_hidden()
    said(settings, "Restored.")
    assert kept(settings)["asking"] == EMPTY["asking"]


def test_a_huge_file_is_refused_before_it_is_read(page: Page, site: Server, tmp_path: Path) -> None:
    page.add_init_script(script=UNREADABLE)
    open_settings(page, site.base_url)
    choose_text(page, tmp_path, b" " * 5_000_001)
    said(page, HUGE)


def test_a_file_that_the_device_cannot_read_is_said(
    page: Page, site: Server, tmp_path: Path
) -> None:
    page.add_init_script(script=UNREADABLE)
    open_settings(page, site.base_url)
    choose_text(page, tmp_path, json.dumps(FILE))
    said(page, "That did not work, and nothing was changed. Please try again.")


@pytest.fixture(scope="module")
def encrypted(browser: Browser, site: Server, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A protected file."""
    page = browser.new_page()
    open_settings(page, site.base_url)
    keep(page, FULL)
    path = download(page, tmp_path_factory.mktemp("encrypted"), PASSPHRASE)
    page.close()
    return json.loads(path.read_text())


def test_another_passphrase_opens_nothing_and_the_right_one_still_does(
    settings: Page, encrypted: Any, tmp_path: Path
) -> None:
    before = kept(settings)
    choose_text(settings, tmp_path, json.dumps(encrypted))
    said_in_dialog(settings, PROTECTED)
    unlock(settings, "coffee and rain")
    said_in_dialog(settings, NOT_OPENED)
    assert kept(settings) == before
    unlock(settings, PASSPHRASE)
    way(settings, "Replace").click()
    said(settings, "Restored.")
    assert kept(settings) == FULL


@pytest.mark.parametrize("name", ["data", "iv", "salt"])
def test_a_damaged_protected_file_opens_nothing(
    settings: Page, encrypted: Any, tmp_path: Path, name: str
) -> None:
    octets = bytearray(base64.b64decode(encrypted["encrypted"][name]))
    octets[3] ^= 1
    text = base64.b64encode(octets).decode()
    choose_text(settings, tmp_path, json.dumps(changed(f"encrypted.{name}", text, encrypted)))
    unlock(settings, PASSPHRASE)
    said_in_dialog(settings, NOT_OPENED)
    expect(way(settings, "Merge")).to_be_hidden()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("iterations", 10_000_001, SLOW),
        ("iterations", 1e300, damaged("protection")),
        ("iterations", 0, damaged("protection")),
        ("iterations", "600000", damaged("protection")),
        ("salt", "", damaged("protection")),
        ("iv", "AAAA", damaged("protection")),
        ("data", "no base64!", damaged("protection")),
        ("cipher", "AES-CBC", damaged("protection")),
        ("kdf", "scrypt", damaged("protection")),
    ],
)
def test_odd_encryption_is_refused_without_asking_for_a_passphrase(
    unchanging: Page, encrypted: Any, tmp_path: Path, name: str, value: object, words: str
) -> None:
    choose_text(unchanging, tmp_path, json.dumps(changed(f"encrypted.{name}", value, encrypted)))
    said(unchanging, words)
    expect(unchanging.get_by_role("dialog")).to_be_hidden()


def test_a_passphrase_needs_a_secure_address_and_that_is_said(settings: Page) -> None:
    settings.evaluate("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    settings.get_by_label("Passphrase, if you like one").fill(PASSPHRASE)
    settings.get_by_label("The same once more").fill(PASSPHRASE)
    settings.keyboard.press("Enter")
    said(settings, "A passphrase needs Pocket at its secure (https) address.")


def test_a_browser_that_keeps_nothing_says_how_long_a_restore_lasts(
    page: Page, site: Server, tmp_path: Path
) -> None:
    page.add_init_script(
        script="indexedDB.open = () => { throw new Error('forbidden'); };"
        "Object.defineProperty(globalThis, 'localStorage', { get() { throw new Error(); } });"
    )
    page.goto(site.base_url + "/settings")
    choose_text(page, tmp_path, json.dumps(FILE))
    way(page, "Replace").click()
    said(page, "Restored until you close the app. This browser keeps nothing longer here.")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_erasing_asks_first_and_keeps_it_all_on_a_no(settings: Page) -> None:
    before = kept(settings)
    settings.get_by_role("button", name="Erase everything on this device").click()
    dialog = settings.get_by_role("dialog")
    expect(dialog).to_contain_text("Saved and hidden cards, your own lines")
    expect(dialog).to_contain_text("the daily reminder")
    dialog.get_by_role("button", name="Keep it all").click()
    expect(dialog).to_be_hidden()
    assert kept(settings) == before


def test_erasing_leaves_nothing_on_the_device_and_the_app_reads_on_offline(
    installed: Page, network: Proxy, tmp_path: Path
) -> None:
    open_settings(installed, network.url)
    keep(installed, FULL)
    expect(installed.locator("html")).to_have_attribute("data-theme", "dark")
    network.become(Network.REFUSED)
    erase(installed)
    said(installed, "Everything is erased from this device.")
    assert installed.evaluate(RAW) == [0, 0, 0]
    expect(installed.locator("html")).not_to_have_attribute("data-theme", "dark")
    installed.goto(network.url + "/saved")
    expect(installed.locator("#no-saved")).to_be_visible()
    installed.goto(network.url + "/affirmations/you-dont-have-to-earn-help")
    expect(installed.locator(".words .plain")).to_have_text("You don’t have to earn help.")


def test_what_was_erased_cannot_be_undone(settings: Page, tmp_path: Path) -> None:
    choose_text(settings, tmp_path, json.dumps(FILE))
    way(settings, "Replace").click()
    expect(settings.get_by_role("button", name="Undo")).to_be_visible()
    erase(settings)
    said(settings, "Everything is erased from this device.")
    expect(settings.get_by_role("button", name="Undo")).to_be_hidden()


def test_a_card_open_in_another_tab_does_not_bring_back_what_was_erased(settings: Page) -> None:
    reader = settings.context.new_page()
    reader.goto(settings.url.replace("/settings", "/affirmations/you-dont-have-to-earn-help"))
    reader.wait_for_load_state("networkidle")
    seen = [turn(reader) for _ in range(3)]
    assert set(seen) <= set(settings.evaluate(ALL_SEEN_WITH, seen[-1]))
    erase(settings)
    said(settings, "Everything is erased from this device.")
    last = turn(reader)
    assert settings.evaluate(ALL_SEEN_WITH, last) == [last]


def test_an_erase_that_the_disk_refuses_is_told_and_takes_nothing(settings: Page) -> None:
    before = kept(settings)
    settings.evaluate(
        "IDBObjectStore.prototype.clear = () => { throw new DOMException('full', 'AbortError'); };"
        "null"
    )
    erase(settings)
    said(settings, "That did not work, and nothing was changed. Please try again.")
    assert kept(settings) == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_sheets(
    browser: Browser, site: Server, encrypted: Any, tmp_path: Path, scheme: Any
) -> None:
    context = browser.new_context(color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    page = context.new_page()
    open_settings(page, site.base_url)
    choose_text(page, tmp_path, json.dumps(encrypted))
    said_in_dialog(page, PROTECTED)
    assert problems(page) == []
    page.keyboard.press("Escape")
    choose_text(page, tmp_path, json.dumps(FILE))
    expect(way(page, "Merge")).to_be_visible()
    assert problems(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Erase everything on this device").click()
    expect(page.get_by_role("button", name="Keep it all")).to_be_visible()
    assert problems(page) == []
    context.close()


def problems(page: Page) -> list[str]:
    found: Any = Axe().run(page).response["violations"]
    return [each["id"] for each in found]
