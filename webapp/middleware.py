"""What stands around Flask: bodies read ahead, guard rails on each answer, files, and proxies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from wsgiref.headers import Headers

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp.assets import STATIC
from webapp.bodies import read_ahead
from webapp.config import Settings
from webapp.hashed_files import HASHED
from webapp.incoming import LONGEST_BODY_OCTETS
from webapp.security import DRAWING_POLICY
from webapp.security import file_headers
from webapp.security import with_headers
from webapp.security import without_validators
from webapp.static_files import StaticFiles

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# Said with each of two dozen files, so in few words; our scripts and styles are always in UTF-8.
FOREVER = "max-age=31536000, immutable"
ICON_AGE_SECONDS = 30 * 24 * 3600


def wrap(
    app: Flask, settings: Settings, pages: list[tuple[str, str]], icons: Path | None
) -> WSGIApplication:
    """Guard rails around every answer of Flask, and static files with theirs before it."""
    whole = read_ahead(app.wsgi_app, LONGEST_BODY_OCTETS)
    guarded = with_headers(whole, pages, is_https=settings.is_https)

    def add_file_headers(headers: Headers, _path: str, url: str) -> None:
        for name, value in file_headers(is_https=settings.is_https):
            headers[name] = value
        if url.endswith(".svg"):
            headers["Content-Security-Policy"] = DRAWING_POLICY
        if url.startswith(HASHED):
            headers["Cache-Control"] = FOREVER
            headers["Content-Type"] = (headers["Content-Type"] or "").partition(";")[0]

    application = StaticFiles(
        guarded,
        add_headers_function=add_file_headers,
        max_age=ICON_AGE_SECONDS,
        allow_all_origins=False,
        immutable_file_test=f"^{HASHED}",
    )
    for folder in ("gen", "icons", "screenshots"):
        application.add_files(str(STATIC / folder), f"static/{folder}")
    if icons:
        application.add_files(str(icons), "static/icons")  # in the place of ours
    proxies = settings.trusted_proxies
    lean = without_validators(application, HASHED)
    return ProxyFix(lean, x_for=proxies, x_proto=proxies) if proxies else lean
