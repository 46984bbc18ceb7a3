"""An installation's own name, colours and icon: what they change, and what is refused."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import Client
from tests.processes import ROOT
from webapp import create_app
from webapp.colours import contrast
from webapp.colours import parse_hex
from webapp.errors import SiteError
from webapp.icons import keep_icons
from webapp.site import OURS
from webapp.site import Site
from webapp.site_file import HEAVIEST_SVG
from webapp.site_file import INKS
from webapp.site_file import SURFACES
from webapp.site_file import load_site

TOKENS = (ROOT / "static" / "css" / "tokens.css").read_text()
RED, GREEN = (200, 30, 40, 255), (20, 120, 60, 255)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes `site.toml`, an icon and an SVG into a folder, and gives it."""

    def write(text: str, size: tuple[int, int] = (512, 512), svg: str = SVG) -> Path:
        (tmp_path / "site.toml").write_text(text, "utf-8")
        (tmp_path / "icon.svg").write_text(svg, "utf-8")
        Image.new("RGBA", size, RED).save(tmp_path / "icon.png")
        Image.new("RGB", (512, 512)).save(tmp_path / "photo.jpg")
        return tmp_path

    return write


# Names


def test_a_folder_without_the_file_looks_like_ours(tmp_path: Path) -> None:
    assert load_site(tmp_path) == OURS
    assert OURS.looks_like_ours and not OURS.is_renamed and OURS.rules == ""
    assert OURS.day_colour == "#fdf5ee"


def test_a_short_name_serves_as_both_and_a_long_one_needs_another(write: Write) -> None:
    site = load_site(write('name = "Open Door"'))
    assert (site.name, site.short_name) == ("Open Door", "Open Door")
    site = load_site(write('name = "Open Door at North College"\nshort_name = "Door"'))
    assert (site.name, site.short_name) == ("Open Door at North College", "Door")


def test_both_names_take_the_place_of_ours_once(write: Write) -> None:
    site = Site(name="Pocket Care for All", short_name="Pocket Care")
    assert site.rename("Pocket Affirmations, or Pocket") == "Pocket Care for All, or Pocket Care"
    assert site.rename("a file named pocket-backup") == "a file named pocket-backup"


# Colours


def test_a_hue_makes_the_theme_colour_and_that_of_every_page() -> None:
    site = Site(hue=230)
    assert site.day_colour != OURS.day_colour
    assert site.rules == ":root,:root:has([data-page]){--hue:230}"


def test_own_colours_are_the_skys_and_the_bars(write: Write) -> None:
    site = load_site(write('day = "#F1FAF0"\nnight = "#0b1510"'))
    assert (site.day_colour, site.night_colour) == ("#f1faf0", "#0b1510")
    assert site.rules == ":root{--sky-high:light-dark(#f1faf0,#0b1510)}"


@pytest.mark.parametrize(("field", "place"), [("day", 0), ("night", 1)])
def test_the_check_knows_the_inks_of_the_stylesheet(field: str, place: int) -> None:
    light = r"oklch\((?:calc\()?([\d.]+)(?: [-+] [\d.]+ \* var\(--more\)\))? ([\d.]+) var\(--hue\)"
    for name, ink in zip(("ink", "ink-soft", "accent"), INKS[field], strict=True):
        line = re.findall(rf"--{name}: (light-dark.*)", TOKENS)[0]
        found = re.findall(light, line)
        assert tuple(map(float, found[place])) == ink[:2]
    surface = re.findall(r"--surface: (light-dark.*)", TOKENS)[0]
    found = re.findall(rf"{light} / calc\(([\d.]+)", surface)
    assert tuple(map(float, found[place])) == SURFACES[field]


def test_contrast_is_that_of_wcag() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast(parse_hex("#767676"), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)


# Refusals


@pytest.mark.parametrize(
    ("text", "line", "rule", "told"),
    [
        ('nmae = "Door"', 1, "F02", "unknown field 'nmae'"),
        ("name = 3", 1, "F03", "'name' is 3"),
        ('name = "Open Door at North College"', 1, "S01", "'short_name' is missing"),
        (f'short_name = "Door"\nname = "{"a" * 46}"', 2, "S01", "has 46 characters, over 45"),
        ('short_name = "A Door to Open"', 1, "S01", "has 14 characters, over 12"),
        ('name = "<b>Door</b>"', 1, "S01", "Use letters"),
        ('name = "100 %"', 1, "S01", "Use letters"),
        ('name = "Tea & Talk"', 1, "S01", "Use letters"),
        ('name = "Door "', 1, "S01", "Use letters"),
        ("hue = 360", 1, "F03", "whole number from 0 to 359"),
        ('day = "yellow"', 1, "F03", "Give a colour such as"),
        ('day = "#fff"', 1, "F03", "Give a colour such as"),
        ('hue = 3\nday = "#777777"', 2, "S03", "Give a lighter one: 7 is the least"),
        ('night = "#ffffff"', 1, "S03", "Give a darker one: 7 is the least"),
        ('night = "#6a6a6a"', 1, "S03", "words have a contrast of"),
        ('icon = "lost.png"', 1, "S02", "names no file"),
        ('icon = "photo.jpg"', 1, "S02", "is no PNG"),
        ('icon = "icon.svg"', 1, "S02", "an SVG goes into icon_svg"),
        ('icon_svg = "icon.svg"', 1, "S02", "stands without icon"),
        ('icon = "icon.png"\nicon_svg = "icon.png"', 2, "S02", "is no SVG"),
        ("languages = []", 1, "F03", "'languages' is []"),
        ('languages = ["en", "en"]', 1, "F03", "Name each language once"),
    ],
)
def test_what_cannot_be_shown_is_refused(
    write: Write, text: str, line: int, rule: str, told: str
) -> None:
    with pytest.raises(SiteError) as caught:
        load_site(write(text))
    error = caught.value
    assert (Path(error.file).name, error.line, error.rule) == ("site.toml", line, rule)
    assert told in str(error)


@pytest.mark.parametrize("size", [(512, 400), (511, 511), (4097, 4097)])
def test_an_icon_of_a_wrong_size_is_refused(write: Write, size: tuple[int, int]) -> None:
    with pytest.raises(SiteError, match=f"has {size[0]} by {size[1]} pixels"):
        load_site(write('icon = "icon.png"', size))


@pytest.mark.parametrize(
    "svg",
    [
        SVG.replace("viewBox", "box"),
        SVG.replace("<path", "<script/><path"),
        SVG.replace("<path", '<path onclick="f()"'),
        SVG.replace("<path", '<h:script xmlns:h="http://www.w3.org/1999/xhtml"/><path'),
        SVG.replace("<path", "<foreignObject/><path"),
        SVG.replace("<path", '<use href="https://elsewhere.example/a.svg#b"/><path'),
        SVG.replace("<path", '<set attributeName="onclick" to="f()"/><path'),
        SVG.replace("</svg>", ""),
        "<p>Hello</p>",
        SVG + " " * HEAVIEST_SVG,
    ],
)
def test_an_svg_that_is_more_than_a_drawing_is_refused(write: Write, svg: str) -> None:
    with pytest.raises(SiteError, match="'icon_svg'"):
        load_site(write('icon = "icon.png"\nicon_svg = "icon.svg"', svg=svg))


# Icons


def draw(folder: Path, gen: Path) -> dict[str, Image.Image]:
    made = keep_icons(load_site(folder), gen)
    assert made
    return {path.name: Image.open(io.BytesIO(path.read_bytes())) for path in made.glob("*.png")}


def test_all_icons_are_drawn_from_one_picture(write: Write, tmp_path: Path) -> None:
    icons = draw(write('icon = "icon.png"'), tmp_path / "gen")
    assert {name: icon.size[0] for name, icon in icons.items()} == {
        "icon-192.png": 192, "icon-512.png": 512, "maskable-192.png": 192,
        "maskable-512.png": 512, "apple-touch-icon.png": 180,
    }  # fmt: skip
    assert icons["apple-touch-icon.png"].mode == "RGB"


def test_an_icon_that_fills_its_square_goes_on_to_the_edge_of_a_mask(
    write: Write, tmp_path: Path
) -> None:
    icons = draw(write('icon = "icon.png"'), tmp_path / "gen")
    assert icons["maskable-512.png"].getpixel((0, 0)) == RED


def test_an_icon_with_nothing_behind_it_stands_on_the_day(write: Write, tmp_path: Path) -> None:
    folder = write('icon = "icon.png"\nday = "#f1faf0"')
    picture = Image.new("RGBA", (600, 600))
    picture.paste(GREEN, (200, 200, 400, 400))
    picture.save(folder / "icon.png")
    icons = draw(folder, tmp_path / "gen")
    assert icons["icon-512.png"].convert("RGBA").getpixel((0, 0))[3] == 0  # type: ignore[index]
    for name in ("maskable-512.png", "apple-touch-icon.png"):
        icon = icons[name].convert("RGBA")
        assert icon.getpixel((0, 0)) == (*parse_hex("#f1faf0"), 255)
        assert icon.getpixel((icon.width // 2, icon.height // 2)) == GREEN


def test_icons_are_drawn_once_and_anew_for_another_picture(write: Write, tmp_path: Path) -> None:
    gen, folder = tmp_path / "gen", write('icon = "icon.png"\nicon_svg = "icon.svg"')
    first = keep_icons(load_site(folder), gen)
    assert first
    before = {path: path.stat().st_mtime_ns for path in first.iterdir()}
    assert keep_icons(load_site(folder), gen) == first
    assert {path: path.stat().st_mtime_ns for path in first.iterdir()} == before
    Image.new("RGBA", (512, 512), GREEN).save(folder / "icon.png")
    assert keep_icons(load_site(folder), gen) != first


@pytest.mark.parametrize(
    ("more", "favicon"), [("", "icon-192.png"), ('icon_svg = "icon.svg"', "icon.svg")]
)
def test_an_own_icon_is_answered_at_the_addresses_of_ours(
    write: Write, tmp_path: Path, more: str, favicon: str
) -> None:
    folder = write(f'icon = "icon.png"\nlanguages = ["en"]\n{more}')
    app = create_app({"POCKET_CONTENT": str(folder), "POCKET_INSTANCE": str(tmp_path / "own")})
    app.test_client_class = Client
    client = app.test_client()
    page, manifest = client.get("/").text, client.get("/manifest.webmanifest").json
    assert f'<link rel="icon" href="/static/icons/{favicon}" type="image/' in page
    purposes = {icon["purpose"] for icon in manifest["icons"]}
    assert purposes == {"any", "maskable"}  # ours in one colour would be another app's
    paths = [icon["src"] for icon in manifest["icons"]] + ["/static/icons/apple-touch-icon.png"]
    for path in paths:
        with Image.open(io.BytesIO(client.get(path).data)) as icon:
            assert icon.convert("RGBA").getpixel((icon.width // 2, 5)) == RED
    if more:
        assert client.get("/static/icons/icon.svg").text == SVG
    with Image.open(io.BytesIO(client.get(f"/previews/{poster(page)}.jpg").data)) as preview:
        red, green, blue = preview.convert("RGB").getpixel((116, 97))  # type: ignore[misc]
    assert red > 150 and green < 90 and blue < 90


def poster(page: str) -> str:
    return re.findall(r"/previews/([^.]+)\.jpg", page)[0]


def test_a_start_with_a_broken_site_is_refused(write: Write, tmp_path: Path) -> None:
    with pytest.raises(SiteError, match=r"site\.toml:1: S03"):
        create_app({"POCKET_CONTENT": str(write('day = "#000000"'))})
    told = {"POCKET_CONTENT": str(write('short_name = "Crisis"'))}
    with pytest.raises(SiteError, match=r"site\.toml:1: S01: 'short_name' says 'crisis'"):
        create_app(told)
