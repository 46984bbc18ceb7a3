"""What makes the site an app: manifest, service worker, its shells, and what robots may read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from flask import Blueprint
from flask import request

from webapp.assets import Assets
from webapp.assets import worker_text
from webapp.config import Settings
from webapp.documents import HTML
from webapp.documents import JAVASCRIPT
from webapp.documents import MANIFEST
from webapp.documents import TEXT
from webapp.documents import Document
from webapp.documents import answer
from webapp.documents import make_document
from webapp.rendering import SHEETS
from webapp.rendering import Renderer

CACHE_PREFIX = "pocket-"
DESCRIPTION = "One kind line about asking for help. Works offline, asks nothing, follows nobody."
PACK = "/pack.txt"
MANIFEST_PATH = "/manifest.webmanifest"
ICON_SIZES = (192, 512)
SHORTCUTS = (
    ("Today", "/", "today"),
    ("Saved", "/saved", "saved"),
    ("Daily reminder", "/reminders", "daily"),
    ("Help now", "/help", "help"),
)


def pwa_blueprint(
    settings: Settings, assets: Assets, renderer: Renderer, headers: Mapping[str, str]
) -> Blueprint:
    """The routes of the PWA layer; the worker they serve keeps every page of `renderer`.

    `headers` are the guard rails of the pages that the worker puts together.
    """
    bp = Blueprint("pwa", __name__)
    described = make_document(json.dumps(manifest(), ensure_ascii=False), MANIFEST)
    files = {url: (JAVASCRIPT, text) for url, text in assets.pack.items()}
    files[MANIFEST_PATH] = (MANIFEST, described.body.decode())
    pack = make_document(_pack(renderer, {"Content-Type": HTML, **headers}, files), TEXT)
    worker = assets.kill_switch if settings.kill_worker else _worker(assets, pack)
    documents = {
        PACK: pack,
        MANIFEST_PATH: described,
        "/sw.js": make_document(worker, JAVASCRIPT),
        "/robots.txt": make_document("User-agent: *\nDisallow: /api/\n", TEXT),
    }
    for path, document in documents.items():
        bp.add_url_rule(
            path,
            path.strip("/").replace(".", "-"),
            lambda document=document: answer(document, request.environ),
        )
    return bp


def manifest() -> dict[str, object]:
    """The web app manifest (W3C; screenshots and categories are of its app-info supplement)."""
    return {
        "id": "/",
        "name": "Pocket Affirmations",
        "short_name": "Pocket",
        "description": DESCRIPTION,
        "lang": "en",
        "dir": "ltr",
        "scope": "/",
        "start_url": "/",
        "display": "standalone",
        "display_override": ["standalone", "minimal-ui"],
        "orientation": "any",
        "theme_color": "#fdf5ee",
        "background_color": "#fdf5ee",
        "categories": ["health", "lifestyle"],
        "launch_handler": {"client_mode": ["navigate-existing", "auto"]},
        # GET, since the worker answers it without the network and the page takes the words out of
        # the address at once.
        "share_target": {
            "action": "/saved",
            "method": "GET",
            "enctype": "application/x-www-form-urlencoded",
            "params": {"title": "title", "text": "text", "url": "url"},
        },
        "prefer_related_applications": False,
        "icons": _icons(),
        "screenshots": _screenshots(),
        "shortcuts": [
            {"name": name, "url": url, "icons": [_image(f"shortcut-{icon}.png", 96)]}
            for name, url, icon in SHORTCUTS
        ],
    }


def _icons() -> list[dict[str, str]]:
    plain = [_image(f"icon-{size}.png", size) | {"purpose": "any"} for size in ICON_SIZES]
    maskable = [
        _image(f"maskable-{size}.png", size) | {"purpose": "maskable"} for size in ICON_SIZES
    ]
    return [*plain, *maskable, _image("monochrome-512.png", 512) | {"purpose": "monochrome"}]


def _screenshots() -> list[dict[str, str]]:
    shots = (
        ("narrow-card.png", "1080x1920", "narrow", "One affirmation: You don’t have to earn help."),
        ("narrow-night.png", "1080x1920", "narrow", "An affirmation at night"),
        ("narrow-daily.png", "1080x1920", "narrow", "A daily reminder at the minute you choose"),
        ("wide-card.png", "1920x1080", "wide", "One affirmation on a wide screen"),
    )
    return [
        {
            "src": f"/static/screenshots/{name}",
            "sizes": sizes,
            "type": "image/png",
            "form_factor": form,
            "label": label,
        }
        for name, sizes, form, label in shots
    ]


def _image(name: str, size: int) -> dict[str, str]:
    return {"src": f"/static/icons/{name}", "sizes": f"{size}x{size}", "type": "image/png"}


def _pack(
    renderer: Renderer, headers: Mapping[str, str], files: Mapping[str, tuple[str, str]]
) -> str:
    """What only a device asks for, in one file: the frame and parts of all pages, further files.

    Its texts are joined by U+0000, which none of them can hold: an index in JSON, the frame, the
    main part of each page, each file. In JSON alone every quotation mark of them would weigh.
    Browsers ask for the manifest at each cold start; kept, it costs a later visit nothing.
    """
    index = {
        "headers": headers,
        "parts": {name: title for name, (title, _) in renderer.parts.items()},
        "files": {url: kind for url, (kind, _) in files.items()},
    }
    mains = [main for _, main in renderer.parts.values()]
    texts = [text for _, text in files.values()]
    return "\0".join([_json(index), renderer.frame, *mains, *texts])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _worker(assets: Assets, pack: Document) -> str:
    precache = [{"url": asset.url, "integrity": asset.integrity} for asset in assets.files]
    precache.append({"url": PACK, "integrity": pack.integrity, "revision": pack.revision})
    constants = {
        "cachePrefix": CACHE_PREFIX,
        "pack": PACK,
        "sheets": [f"/{name}" for name in SHEETS],
        "deck": assets.deck.url,
        "stylesheet": assets.stylesheet.url,
        "precache": precache,
    }
    release = hashlib.sha256((json.dumps(constants) + assets.worker).encode()).hexdigest()[:16]
    return worker_text(assets.worker, {"release": release, **constants})
