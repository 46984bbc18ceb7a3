"""The PWA layer on Flask-Assets: bundles, hashed files and the service worker's text.

Flask-Assets joins and shrinks the sources; what it makes is named by its hash and written
to `static/gen/` once, in three encodings, so that every process serves the same bytes and a
running one never sees half a file. This module renders no page and knows no route.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from flask import Flask
from flask_assets import Bundle
from flask_assets import Environment
from whitenoise.compress import Compressor

from webapp.deck import Deck

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "static"
WORKER_SOURCES = ("precache", "strategies", "shell", "routes", "notifications", "worker")
FRONT_MODULES = ("app", "offline", "card", "actions")  # what the card page asks for
CSS_SOURCES = (
    "tokens",
    "base",
    "card",
    "bar",
    "sheet",
    "reminders",
    "saved",
    "share",
    "settings",
    "topics",
    "sit",
    "print",
)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file under `/static/`: its address and the integrity of its bytes."""

    url: str
    integrity: str


@dataclass(frozen=True, slots=True)
class Assets:
    """What was built: addresses for the templates and the texts for the worker's route.

    `pack` holds the modules that the card page does not ask for, address to text: a device fetches
    them together, which costs a first visit a third of their octets one by one.
    """

    stylesheet: Asset
    deck: Asset
    modules: Mapping[str, Asset]
    icons: Mapping[str, Asset]
    pack: Mapping[str, str]
    inline: Mapping[str, str]
    worker: str
    kill_switch: str

    @property
    def inline_scripts(self) -> list[str]:
        """Every script that stands in a page itself."""
        return [*self.inline.values()]

    @property
    def files(self) -> list[Asset]:
        """The static files that the app needs offline, but for the modules in the pack."""
        modules = [module for module in self.modules.values() if module.url not in self.pack]
        return [self.stylesheet, self.deck, *modules, *self.icons.values()]


def build_assets(app: Flask, deck: Deck, gen: Path = STATIC / "gen") -> Assets:
    """Build what is missing in `gen` and describe all of it.

    Raises OSError when `gen` cannot be written and something is missing.
    """
    environment = _environment(app)
    gen.mkdir(parents=True, exist_ok=True)
    sources = {
        path.stem: _build(environment, f"js/{path.stem}", [path], "rjsmin")
        for path in sorted((STATIC / "js").glob("*.js"))
    }
    folder = f"js.{_digest(_json(sources))}"  # one for all, so that each finds the others beside it
    modules = {name: _keep(gen, f"{folder}/{name}.js", text) for name, text in sources.items()}
    front = _closure(FRONT_MODULES, sources)
    return Assets(
        stylesheet=_keep_hashed(gen, "pocket", "css", _stylesheet(environment, deck)),
        deck=_keep_hashed(gen, "deck", "json", _json(deck.as_json())),
        modules=modules,
        pack={modules[name].url: text for name, text in sources.items() if name not in front},
        icons={name: _icon(name) for name in ("icon.svg", "icon-192.png", "badge-96.png")},
        inline={
            path.stem: _build(environment, f"inline/{path.stem}", [path], "rjsmin")
            for path in sorted((STATIC / "inline").glob("*.js"))
        },
        worker=_build(environment, "worker", _worker_paths(WORKER_SOURCES), "rjsmin"),
        kill_switch=_build(environment, "kill", _worker_paths(("kill-switch",)), "rjsmin"),
    )


def worker_text(source: str, constants: Mapping[str, object]) -> str:
    """The service worker: one JSON line of constants, then its plain source."""
    return f"const POCKET = {_json(constants)};\n{source}\n"


def _closure(names: Iterable[str], sources: Mapping[str, str]) -> set[str]:
    """These modules and all that they import before they run."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += re.findall(r'\bfrom"\./([\w-]+)\.js"', sources[name])
    return found


def _environment(app: Flask) -> Environment:
    """Flask-Assets without its own cache, manifest and watching: names come from our hashes."""
    environment = Environment(app)
    environment.debug = False  # sources outside static/ get a broken URL in debug mode
    environment.cache = False
    environment.manifest = False
    environment.updater = False
    return environment


def _build(environment: Environment, name: str, sources: list[Path], shrink: str) -> str:
    bundle = Bundle(*map(str, sources), filters=shrink, output=f"gen/{name}")
    environment.register(name, bundle)
    text = StringIO()
    bundle.build(force=True, output=text)
    return text.getvalue()


def _stylesheet(environment: Environment, deck: Deck) -> str:
    """The joined CSS and one rule for each topic's hue, since inline styles are refused."""
    sources = [STATIC / "css" / f"{name}.css" for name in CSS_SOURCES]
    hues = sorted({topic.hue for topic in deck.topics})
    rules = "".join(f':root:has([data-hue="{hue}"]){{--hue:{hue}}}' for hue in hues)
    return _build(environment, "pocket.css", sources, "rcssmin") + rules


def _worker_paths(names: tuple[str, ...]) -> list[Path]:
    return [ROOT / "service_worker" / f"{name}.js" for name in names]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _icon(name: str) -> Asset:
    return Asset(f"/static/icons/{name}", _integrity((STATIC / "icons" / name).read_bytes()))


def _keep_hashed(gen: Path, name: str, suffix: str, text: str) -> Asset:
    """Write `text` under a name with its hash."""
    return _keep(gen, f"{name}.{_digest(text)}.{suffix}", text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _keep(gen: Path, name: str, text: str) -> Asset:
    """Write `text` under a name that no other text can have, unless it is there.

    Its compressed variants come first, so that whoever finds it finds them.
    """
    data = text.encode()
    path = gen / name
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        _write(path.with_name(path.name + ".br"), Compressor.compress_brotli(data))
        _write(path.with_name(path.name + ".gz"), Compressor.compress_gzip(data))
        _write(path, data)
    return Asset(f"/static/gen/{name}", _integrity(data))


def _write(path: Path, data: bytes) -> None:
    """Put a whole file in place at once, so that another process never reads half of it."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(temporary).chmod(0o644)
    Path(temporary).replace(path)


def _integrity(data: bytes) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(data).digest()).decode()
