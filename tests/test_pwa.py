"""The PWA layer from outside: manifest, worker, hashed files."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import struct
import tomllib
from dataclasses import fields
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.pack import Pack
from tests.pack import open_pack
from webapp import create_app
from webapp.rendering import SHEETS
from webapp.rendering import CardView
from webapp.shipped import SHIPPED


@pytest.fixture
def manifest(client: FlaskClient) -> dict[str, Any]:
    response = client.get("/manifest.webmanifest")
    assert response.mimetype == "application/manifest+json"
    return json.loads(response.data)  # type: ignore[no-any-return]


@pytest.fixture
def constants(client: FlaskClient) -> dict[str, Any]:
    first_line = client.get("/sw.js").text.split("\n")[0]
    return json.loads(first_line.removeprefix("const POCKET = ").removesuffix(";"))  # type: ignore[no-any-return]


@pytest.fixture
def pack(client: FlaskClient, constants: dict[str, Any]) -> Pack:
    """Both packs of a device in one."""
    first, rest = (open_pack(client.get(constants[name]).text) for name in ("pack", "rest"))
    assert rest.frame == ""
    assert first.parts.keys() >= {"card", "lost", "away", "/help"}
    assert not first.parts.keys() & rest.parts.keys()
    assert not first.files.keys() & rest.files.keys()
    return Pack(first.frame, first.headers, first.parts | rest.parts, first.files | rest.files)


def images(manifest: dict[str, Any]) -> list[dict[str, str]]:
    shortcuts = [icon for shortcut in manifest["shortcuts"] for icon in shortcut["icons"]]
    return [*manifest["icons"], *manifest["screenshots"], *shortcuts]


def test_the_manifest_has_all_that_browsers_use(manifest: dict[str, Any]) -> None:
    wanted = (
        "id scope start_url name short_name description lang dir categories display "
        "display_override theme_color background_color icons screenshots shortcuts launch_handler"
    )
    assert set(wanted.split()) <= manifest.keys()
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable", "monochrome"}
    assert {shot["form_factor"] for shot in manifest["screenshots"]} == {"narrow", "wide"}
    assert all(shot["label"] for shot in manifest["screenshots"])


def test_every_image_of_the_manifest_is_there_in_the_size_it_claims(
    client: FlaskClient, manifest: dict[str, Any]
) -> None:
    for image in images(manifest):
        png = client.get(image["src"]).data
        assert png[:8] == b"\x89PNG\r\n\x1a\n", image["src"]
        width, height = struct.unpack(">II", png[16:24])
        assert f"{width}x{height}" == image["sizes"], image["src"]


def test_every_shortcut_leads_to_a_page(client: FlaskClient, manifest: dict[str, Any]) -> None:
    for shortcut in manifest["shortcuts"]:
        assert client.get(shortcut["url"]).status_code == 200


def test_the_worker_is_asked_for_anew_each_time(client: FlaskClient) -> None:
    response = client.get("/sw.js")
    assert response.mimetype == "text/javascript"
    assert "no-cache" in response.headers["Cache-Control"]
    assert "{{" not in response.text and "{%" not in response.text


def test_the_precache_lists_what_the_server_serves_byte_for_byte(
    client: FlaskClient, constants: dict[str, Any]
) -> None:
    for entry in constants["precache"]:
        body = client.get(entry["url"], query_string={"revision": entry.get("revision", "")}).data
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        assert entry["integrity"] == f"sha256-{digest}", entry["url"]


def test_the_precache_holds_all_that_its_pages_ask_for(
    client: FlaskClient, constants: dict[str, Any], pack: Pack
) -> None:
    kept = {entry["url"] for entry in constants["precache"]}
    packed = set(pack.files)
    assert not kept & packed
    for page in [pack.frame, *(client.get(path).text for path in ["/", "/topics", "/nowhere"])]:
        wanted = re.findall(r'(?:stylesheet" href|module" src|data-deck)="([^"]+)"', page)
        assert wanted
        assert set(wanted) <= kept | packed
    for url in {url for url in kept | packed if url.endswith(".js")}:
        for name in re.findall(r'["(]"?\./([\w-]+\.js)"', client.get(url).text):
            assert url.rpartition("/")[0] + "/" + name in kept | packed, (url, name)


def test_what_a_first_visit_brings_asks_for_nothing_else_to_run(
    client: FlaskClient, constants: dict[str, Any]
) -> None:
    packs = {constants["pack"], constants["rest"]}
    kept = {entry["url"] for entry in constants["precache"]} - packs
    kept |= open_pack(client.get(constants["pack"]).text).files.keys()
    modules = [url for url in kept if url.endswith(".js")]
    assert any(url.endswith("/help.js") for url in modules)
    for url in modules:
        for name in re.findall(r'from ?"\./([\w-]+\.js)"', client.get(url).text):
            assert f"{url.rpartition('/')[0]}/{name}" in kept, (url, name)


def test_the_release_is_named_by_its_content(
    settings_of: dict[str, str], constants: dict[str, Any]
) -> None:
    def release() -> str:
        text = create_app(settings_of).test_client().get("/sw.js").text
        return json.loads(text.split("\n")[0][15:-1])["release"]  # type: ignore[no-any-return]

    assert release() == release() == constants["release"]


def test_hashed_files_are_immutable_and_others_are_not(
    client: FlaskClient, constants: dict[str, Any]
) -> None:
    for entry in constants["precache"]:
        is_hashed = "/gen/" in entry["url"]
        assert ("immutable" in client.get(entry["url"]).headers["Cache-Control"]) == is_hashed


def test_hashed_files_come_compressed(client: FlaskClient, constants: dict[str, Any]) -> None:
    for url in [entry["url"] for entry in constants["precache"] if "/gen/" in entry["url"]]:
        for encoding in ("br", "gzip"):
            assert (
                client.get(url, headers={"Accept-Encoding": encoding}).headers["Content-Encoding"]
                == encoding
            )


def test_the_frame_has_a_token_for_the_title_and_one_for_the_main_part(pack: Pack) -> None:
    assert re.findall(r"{{pocket:(\w+)}}", pack.frame) == ["title", "main"]


def test_the_card_parts_have_a_token_for_each_part_of_a_card(pack: Pack) -> None:
    names = {field.name for field in fields(CardView)}
    for name in ["card", "lost"]:
        assert set(re.findall(r"{{pocket:(\w+)}}", "".join(pack.parts[name]))) == names


@pytest.mark.parametrize("path", [f"/{name}" for name in SHEETS])
def test_the_kept_part_of_a_page_is_what_the_server_shows(
    client: FlaskClient, pack: Pack, path: str
) -> None:
    title, main = pack.parts[path]
    page = client.get(path).text
    assert f"<title>{title}</title>" in page
    lists = re.compile(r"<li><a href=\"/affirmations.*?</li>\n?", re.S)  # topics.js fills them in
    assert (
        lists.sub("", main).split()
        == lists.sub("", page[page.index("<main") : page.index('<div id="notice"')]).split()
    )


def test_no_page_for_readers_shows_a_token(client: FlaskClient) -> None:
    for path in ["/", "/topics", "/help", "/reminders", "/install", "/about", "/nowhere"]:
        assert "{{" not in client.get(path).text, path


def test_the_kill_switch_replaces_the_worker(settings_of: dict[str, str]) -> None:
    text = create_app(settings_of | {"POCKET_KILL_WORKER": "1"}).test_client().get("/sw.js").text
    assert "unregister" in text
    assert "precache" not in text


def test_the_neutral_note_is_one_text_for_lint_page_and_worker(client: FlaskClient) -> None:
    neutral = tomllib.loads((SHIPPED / "en" / "words.toml").read_text())["neutral"]
    for path in ["/sw.js", "/reminders"]:
        assert neutral["title"] in client.get(path).text
        assert neutral["body"] in client.get(path).text


def test_robots_may_read_the_pages_and_not_the_api(client: FlaskClient) -> None:
    assert client.get("/robots.txt").text.splitlines() == [
        "User-agent: *",
        "Disallow: /api/",
    ]
