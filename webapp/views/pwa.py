"""What makes the site an app: manifest, service worker, its shells, and what robots may read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from collections.abc import Mapping
from functools import cached_property

from flask import Blueprint
from flask import Response
from flask import request

from webapp.assets import Assets
from webapp.assets import worker_text
from webapp.documents import HTML
from webapp.documents import JAVASCRIPT
from webapp.documents import MANIFEST
from webapp.documents import TEXT
from webapp.documents import Document
from webapp.documents import answer
from webapp.documents import make_document
from webapp.editions import Edition
from webapp.manifest import describe_app
from webapp.rendering import EARLY_PARTS
from webapp.rendering import SHEETS
from webapp.rendering import Renderer

CACHE_PREFIX = "pocket-"
PACK, REST = "/pack.txt", "/rest.txt"
MANIFEST_PATH = "/manifest.webmanifest"
WORKER_PATH = "/sw.js"
EVERYWHERE = {"Service-Worker-Allowed": "/"}
"""One worker serves the whole site, in the language of its own address."""


def pwa_blueprint(
    edition: Edition,
    assets: Assets,
    renderer: Renderer,
    headers: Mapping[str, str],
    prefixes: Iterable[str],
    *,
    is_killed: bool,
) -> Blueprint:
    """The routes of the PWA layer in a language; its worker keeps every page of `renderer`.

    `headers` are the guard rails of the pages that the worker puts together. With `is_killed` the
    worker that takes itself away stands in its place. `prefixes` are those of all languages.
    """
    bp = Blueprint("pwa", __name__)
    made = _Made(edition, assets, renderer, headers, prefixes)
    worker = make_document(assets.kill_switch, JAVASCRIPT, EVERYWHERE)
    bp.add_url_rule(PACK, "pack", lambda: answer(made.pack, request.environ))
    bp.add_url_rule(REST, "rest", lambda: answer(made.rest, request.environ))
    bp.add_url_rule(MANIFEST_PATH, "manifest", lambda: answer(made.manifest, request.environ))

    def answer_worker(**_language: str) -> Response:
        return answer(worker if is_killed else made.worker, request.environ)

    bp.add_url_rule(WORKER_PATH, "worker", answer_worker)
    if not edition.language.prefix:
        # Devices in a language that the site no longer has find their way back to English.
        bp.add_url_rule(f"/<language>{WORKER_PATH}", "worker-instead", answer_worker)
    return bp


def robots_blueprint() -> Blueprint:
    """What robots may read."""
    bp = Blueprint("robots", __name__)
    robots = make_document("User-agent: *\nDisallow: /api/\n", TEXT)
    bp.add_url_rule("/robots.txt", "robots", lambda: answer(robots, request.environ))
    return bp


class _Made:
    """What is made once it is asked for: a process that serves no page of a language needs none."""

    def __init__(
        self,
        edition: Edition,
        assets: Assets,
        renderer: Renderer,
        headers: Mapping[str, str],
        prefixes: Iterable[str],
    ) -> None:
        self._edition = edition
        self._assets = assets
        self._renderer = renderer
        self._headers = headers
        self._prefixes = prefixes

    @cached_property
    def manifest(self) -> Document:
        text = json.dumps(describe_app(self._edition), ensure_ascii=False)
        return make_document(text, MANIFEST)

    @cached_property
    def pack(self) -> Document:
        """What a first visit brings in one file."""
        headers = {"Content-Type": HTML, **self._headers}
        return _pack(self._renderer.frame, headers, self._parts(is_early=True), self._assets.early)

    @cached_property
    def rest(self) -> Document:
        """All other screens. Browsers ask for the manifest at each cold start: kept, it is free."""
        manifest = {self._edition.language.at(MANIFEST_PATH): self.manifest.body.decode()}
        return _pack("", {}, self._parts(is_early=False), {**self._assets.late, **manifest})

    @cached_property
    def worker(self) -> Document:
        packs = {PACK: self.pack, REST: self.rest}
        text = _worker(self._edition, self._assets, packs, self._prefixes)
        return make_document(text, JAVASCRIPT, EVERYWHERE)

    def _parts(self, *, is_early: bool) -> dict[str, tuple[str, str]]:
        parts = self._renderer.parts
        return {name: parts[name] for name in parts if (name in EARLY_PARTS) is is_early}


def _pack(
    frame: str,
    headers: Mapping[str, str],
    parts: Mapping[str, tuple[str, str]],
    files: Mapping[str, str],
) -> Document:
    """What only a device asks for, in one file: the frame and parts of pages, further files.

    Its texts are joined by U+0000, which none of them can hold: an index in JSON, the frame, the
    main part of each page, each file. In JSON alone every quotation mark of them would weigh.
    """
    index = {
        "headers": headers,
        "parts": {name: title for name, (title, _) in parts.items()},
        "files": {url: JAVASCRIPT if url.endswith(".js") else MANIFEST for url in files},
    }
    mains = [main for _, main in parts.values()]
    return make_document("\0".join([_json(index), frame, *mains, *files.values()]), TEXT)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _worker(
    edition: Edition, assets: Assets, packs: Mapping[str, Document], prefixes: Iterable[str]
) -> str:
    precache = [{"url": asset.url, "integrity": asset.integrity} for asset in assets.files]
    language, note = edition.language, edition.note
    precache += [
        {"url": language.at(path), "integrity": pack.integrity, "revision": pack.revision}
        for path, pack in packs.items()
    ]
    constants = {
        "cachePrefix": CACHE_PREFIX,
        "prefix": language.prefix,
        "prefixes": sorted(prefixes, reverse=True),
        "language": language.tag,
        "note": {"title": note.title, "body": note.body},
        "pack": language.at(PACK),
        "rest": language.at(REST),
        "sheets": [f"/{name}" for name in SHEETS],
        "deck": assets.deck.url,
        "stylesheet": assets.stylesheet.url,
        "precache": precache,
    }
    release = hashlib.sha256((json.dumps(constants) + assets.worker).encode()).hexdigest()[:16]
    return worker_text(assets.worker, {"release": release, **constants})
