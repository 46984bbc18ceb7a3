"""Pocket Affirmations: `create_app` is the only place where the parts meet.

Everything is made here once and passed down as arguments; nothing below reaches back up.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from datetime import datetime
from functools import partial
from pathlib import Path

from flask import Flask
from werkzeug.exceptions import NotFound

from webapp import cli
from webapp.assets import STATIC
from webapp.assets import build_assets
from webapp.config import Settings
from webapp.config import load_settings
from webapp.deck import Deck
from webapp.deck import typeset
from webapp.editions import Editions
from webapp.helplines import Helplines
from webapp.icons import keep_icons
from webapp.incoming import LONGEST_BODY_OCTETS
from webapp.library import load_all_helplines
from webapp.library import load_editions
from webapp.log_lines import set_up_log
from webapp.middleware import wrap
from webapp.push.dispatch import Dispatcher
from webapp.push.keyring import Keyring
from webapp.push.keyring import Signer
from webapp.push.keyring import load_keyring
from webapp.push.sealer import Sealer
from webapp.push.transport import Transport
from webapp.push.vapid import VapidKey
from webapp.rates import RateLimits
from webapp.rates import open_shared
from webapp.readiness import Readiness
from webapp.rendering import Renderer
from webapp.security import kept_headers
from webapp.security import page_headers
from webapp.store import Store
from webapp.store import open_store
from webapp.subscription import DEFAULT_PUSH_HOSTS
from webapp.subscription import HostPolicy
from webapp.verdicts import Verdicts
from webapp.views.api import api_blueprint
from webapp.views.feeds import feeds_blueprint
from webapp.views.operate import operate_blueprint
from webapp.views.pages import lost_pages
from webapp.views.pages import pages_blueprint
from webapp.views.previews import previews_blueprint
from webapp.views.pwa import pwa_blueprint
from webapp.views.pwa import robots_blueprint

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """What commands and tests need of an app; it stands under `app.extensions["pocket"]`."""

    settings: Settings
    editions: Editions
    store: Store
    dispatcher: Dispatcher

    @property
    def deck(self) -> Deck:
        """The deck in the language that the app begins with."""
        return self.editions.first.deck


@cli.plain_start
def create_app(config: Mapping[str, str] | None = None) -> Flask:
    """Make the app from `config`, which is the environment unless given.

    Raises SettingError or ContentError, each one clear line, instead of starting half-way.
    """
    settings = load_settings(os.environ if config is None else config)
    if config is None and settings.log_format != "plain":
        set_up_log(settings.log_format, logging.WARNING)
    editions = load_editions(settings.content, settings.base_url, Verdicts(STATIC / "gen"))
    helplines = load_all_helplines(settings.content, settings.helplines)
    icons = keep_icons(editions.first.site, STATIC / "gen")
    app = _make_flask()
    store = open_store(settings.database_url)
    cli.check_key(settings)
    keyring = load_keyring(settings)
    key = keyring.current
    policy = HostPolicy((*DEFAULT_PUSH_HOSTS, *settings.push_hosts), settings.push_test_origin)
    dispatcher = _make_dispatcher(settings, editions, store, keyring, policy)
    app.extensions["pocket"] = Parts(settings, editions, store, dispatcher)
    _warn(settings)

    run = partial(dispatcher.send_due, is_patient=False)  # a request must not queue behind a burst
    limits = _make_limits(settings, key)
    pages = _publish(app, editions, settings, helplines, key.application_server_key, icons)
    api = api_blueprint(store, editions, policy, keyring, settings, limits, run, _utc_now)
    app.register_blueprint(api)
    readiness = Readiness(store, settings, key)
    app.register_blueprint(operate_blueprint(store, settings, readiness, _utc_now))
    cli.register(app)
    app.wsgi_app = wrap(app, settings, pages, icons)  # type: ignore[assignment, method-assign]
    return app


def _publish(
    app: Flask,
    editions: Editions,
    settings: Settings,
    helplines: Helplines,
    key: str,
    icons: Path | None,
) -> list[tuple[str, str]]:
    """Give each edition its addresses; return the headers of all pages."""
    hues = {topic.hue for edition in editions.values() for topic in edition.deck.topics}
    prefixes = [edition.language.prefix for edition in editions.values()]
    renderers = {}
    pages: list[tuple[str, str]] = []
    for edition in editions.values():
        language = edition.language
        assets = build_assets(app, edition, hues, icons=icons)
        style = assets.stylesheet.integrity
        pages = page_headers(assets.inline_scripts, style, is_https=settings.is_https)
        kept, is_killed = kept_headers(pages), settings.kill_worker
        renderer = Renderer(app.jinja_env, edition, settings, helplines, assets, key, editions)
        renderers[language.prefix] = renderer
        for blueprint in (
            pages_blueprint(renderer, edition.deck, _utc_now),
            previews_blueprint(edition.deck, edition.site, icons),
            feeds_blueprint(renderer, edition, _utc_now),
            pwa_blueprint(edition, assets, renderer, kept, prefixes, is_killed=is_killed),
        ):
            name = f"{blueprint.name}-{language.tag}"
            app.register_blueprint(blueprint, url_prefix=language.prefix, name=name)
    app.register_blueprint(robots_blueprint())
    app.register_error_handler(NotFound, lost_pages(renderers, _utc_now))
    return pages


def _make_dispatcher(
    settings: Settings, editions: Editions, store: Store, keyring: Keyring, policy: HostPolicy
) -> Dispatcher:
    sealer = Sealer(settings, editions, Signer(keyring, settings.contact or None))
    return Dispatcher(settings, store, sealer, Transport(policy))


def _make_limits(settings: Settings, key: VapidKey) -> RateLimits:
    return RateLimits(
        settings.rate_limit_per_minute,
        settings.rate_limit_new_per_day,
        shared=open_shared(settings.rate_limit_storage),
        secret=key.derive_secret("rate limits"),
    )


def _make_flask() -> Flask:
    app = Flask(__name__, static_folder=None)  # WhiteNoise serves only what was built
    app.static_folder = str(STATIC)  # Flask-Assets asks where the sources are
    app.config["MAX_CONTENT_LENGTH"] = LONGEST_BODY_OCTETS
    app.jinja_options = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    app.add_template_filter(typeset)
    return app


def _warn(settings: Settings) -> None:
    """Say at start what must not stay set."""
    if settings.push_test_origin:
        _log.warning(
            "POCKET_PUSH_TEST_ORIGIN lets %s receive pushes: for tests only, never for readers",
            settings.push_test_origin,
        )


def _utc_now() -> datetime:
    return datetime.now(UTC)
