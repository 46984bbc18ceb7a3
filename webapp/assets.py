"""The PWA layer on Flask-Assets: bundles, hashed files and the service worker's text.

Flask-Assets joins and shrinks the sources; what it makes is named by its hash and written
to `static/gen/` once, in three encodings, so that every process serves the same bytes and a
running one never sees half a file. This module renders no page and knows no route.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from typing import TextIO

from flask import Flask
from flask_assets import Bundle
from flask_assets import Environment

from webapp.catalogue import translate_script
from webapp.editions import Edition
from webapp.hashed_files import Asset
from webapp.hashed_files import digest
from webapp.hashed_files import integrity_of
from webapp.hashed_files import keep
from webapp.hashed_files import keep_hashed
from webapp.languages import Language
from webapp.modules import JOINT
from webapp.modules import beside
from webapp.modules import closure
from webapp.modules import join

try:
    import minify
except ImportError:  # it has no wheel for macOS, where the plainer filter serves as well
    minify = None

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "static"
WORKER_SOURCES = (
    "precache",
    "strategies",
    "shell",
    "routes",
    "memory",
    "lines",
    "notifications",
    "reminder",
    "worker",
)
FIRST_MODULE = "app"
FRONT_MODULES = ("offline", "card", "actions")  # what it asks for on the card page
EARLY_MODULES = ("help", "clock", "speak", "reminder-record")
"""What else a first visit brings: the rest follows when the reader stays."""
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
    "ask",
    "help",
    "sit",
    "print",
)


def shorten_names(source: TextIO, target: TextIO, **_: object) -> None:
    """A webassets filter: shrink a script, the names inside its functions included."""
    target.write(minify.string("text/javascript", source.read()))


def in_one_scope(source: TextIO, target: TextIO, **_: object) -> None:
    """A webassets filter: put a script into a function, so that each of its names is local."""
    target.write(f"(() => {{{source.read()}}})();")


Shrink = str | Callable[..., None]
"""A filter by its name, or itself."""
SHRINK_SCRIPT: Shrink = shorten_names if minify else "rjsmin"


@dataclass(frozen=True, slots=True)
class Assets:
    """What was built: addresses for the templates and the texts for the worker's route.

    What the first module asks for on the card page is one joint module. `early` and `late` hold the
    others, address to text: a device fetches each of the two in one file, since one by one they
    weigh half as much again. `early` are those that a first visit brings.
    """

    stylesheet: Asset
    deck: Asset
    modules: Mapping[str, Asset]
    icons: Mapping[str, Asset]
    early: Mapping[str, str]
    late: Mapping[str, str]
    inline: Mapping[str, str]
    worker: str
    kill_switch: str

    @property
    def inline_scripts(self) -> list[str]:
        """Every script that stands in a page itself."""
        return [*self.inline.values()]

    @property
    def files(self) -> list[Asset]:
        """The static files that the app needs offline, but for the modules in a pack."""
        packed = self.early.keys() | self.late.keys()
        modules = [module for module in self.modules.values() if module.url not in packed]
        return [self.stylesheet, self.deck, *modules, *self.icons.values()]


def build_assets(
    app: Flask,
    edition: Edition,
    hues: Collection[int],
    gen: Path = STATIC / "gen",
    icons: Path | None = None,
) -> Assets:
    """Build what is missing in `gen` for one edition and describe all of it.

    The stylesheet is the same for all editions, and has a rule for each of the `hues`. `icons` is a
    folder of own icons, which come before ours.

    Raises OSError when `gen` cannot be written and something is missing.
    """
    environment = _environment(app)
    gen.mkdir(parents=True, exist_ok=True)
    texts = _scripts(environment, edition.language)
    folder = f"js.{digest(_json(texts))}"  # one for all, so that each finds the others beside it
    modules = {name: keep(gen, f"{folder}/{name}.js", text) for name, text in texts.items()}
    precached = {FIRST_MODULE, JOINT}
    early = texts.keys() & closure(EARLY_MODULES, _sources())
    worker = _worker_paths(WORKER_SOURCES)
    stylesheet = _stylesheet(environment, hues) + edition.site.rules
    kept_icons = dict.fromkeys((edition.site.favicon, "icon-192.png", "badge-96.png"))
    return Assets(
        stylesheet=keep_hashed(gen, "pocket", "css", stylesheet),
        deck=keep_hashed(gen, "deck", "json", _json(edition.deck.as_json())),
        modules=modules,
        early={modules[name].url: texts[name] for name in sorted(early)},
        late={modules[name].url: texts[name] for name in sorted(texts.keys() - precached - early)},
        icons={name: _icon(name, icons) for name in kept_icons},
        inline={
            path.stem: _build(environment, f"inline/{path.stem}", [path], SHRINK_SCRIPT)
            for path in sorted((STATIC / "inline").glob("*.js"))
        },
        worker=_build(environment, "worker", worker, in_one_scope, SHRINK_SCRIPT),
        kill_switch=_build(environment, "kill", _worker_paths(("kill-switch",)), SHRINK_SCRIPT),
    )


def worker_text(source: str, constants: Mapping[str, object]) -> str:
    """The service worker: one JSON line of constants, then its plain source."""
    return f"const POCKET = {_json(constants)};\n{source}\n"


def _sources() -> dict[str, str]:
    """Each module by its name, as it is written."""
    paths = sorted((STATIC / "js").glob("*.js"))
    return {path.stem: path.read_text(encoding="utf-8") for path in paths}


def _scripts(environment: Environment, language: Language) -> dict[str, str]:
    """Each module by its name in the language's words, those of the front joined in one."""
    paths = {path.stem: path for path in (STATIC / "js").glob("*.js")}
    sources = {
        name: translate_script(text, language.catalogue) for name, text in _sources().items()
    }
    front = closure(FRONT_MODULES, sources)
    texts = {JOINT: join({name: sources[name] for name in front})}
    texts |= {name: beside(name, sources, front) for name in sources if name not in front}
    of_joint = [paths[name] for name in front]
    return {
        name: _build(
            environment, f"js/{name}", of_joint if name == JOINT else [paths[name]],
            partial(_replace, text), SHRINK_SCRIPT,
        )
        for name, text in sorted(texts.items())
    }  # fmt: skip


def _replace(text: str, _source: TextIO, target: TextIO) -> None:
    """A webassets filter: the text in place of its sources, which it was made of."""
    target.write(text)


def _environment(app: Flask) -> Environment:
    """Flask-Assets without its own cache, manifest and watching: names come from our hashes."""
    environment = Environment(app)
    environment.debug = False  # sources outside static/ get a broken URL in debug mode
    environment.cache = False
    environment.manifest = False
    environment.updater = False
    return environment


def _build(environment: Environment, name: str, sources: list[Path], *filters: Shrink) -> str:
    bundle = Bundle(*map(str, sources), filters=filters, output=f"gen/{name}")
    environment.register(name, bundle)
    text = StringIO()
    bundle.build(force=True, output=text)
    return text.getvalue()


def _stylesheet(environment: Environment, hues: Collection[int]) -> str:
    """The joined CSS and one rule for each hue of a topic, since inline styles are refused."""
    sources = [STATIC / "css" / f"{name}.css" for name in CSS_SOURCES]
    rules = "".join(f':root:has([data-hue="{hue}"]){{--hue:{hue}}}' for hue in sorted(hues))
    return _build(environment, "pocket.css", sources, "rcssmin") + rules


def _worker_paths(names: tuple[str, ...]) -> list[Path]:
    return [ROOT / "service_worker" / f"{name}.js" for name in names]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _icon(name: str, own: Path | None) -> Asset:
    path = own / name if own and (own / name).exists() else STATIC / "icons" / name
    return Asset(f"/static/icons/{name}", integrity_of(path.read_bytes()))
