"""What every answer must say. No page, no route.

Headers are put on around a whole WSGI application, so that errors and redirects carry them too.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from collections.abc import Iterable
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse
    from _typeshed.wsgi import WSGIApplication
    from _typeshed.wsgi import WSGIEnvironment

Headers = list[tuple[str, str]]

# Features of the browser that no page of ours uses, refused to everything on the page.
REFUSED_FEATURES = (
    "browsing-topics", "camera", "display-capture", "geolocation", "hid",
    "microphone", "midi", "payment", "serial", "usb",
)  # fmt: skip

STAYS_AT_HOME = ("Cross-Origin-Resource-Policy", "same-origin")
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
# A worker's notifications load their icons under its policy.
WORKER_POLICY = "default-src 'none'; connect-src 'self'; img-src 'self'; frame-ancestors 'none'"
DRAWING_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
DATA_TYPES = ("application/", "text/plain", "text/calendar", "image/")
TWO_YEARS_SECONDS = 63_072_000


def page_headers(inline_scripts: Iterable[str], inline_style: str, *, is_https: bool) -> Headers:
    """The headers of pages; `inline_scripts` are the only ones that may run.

    `inline_style` is the integrity of the stylesheet, which the worker puts into its pages.

    Content Security Policy Level 3; hashes and not nonces, since cached pages cannot
    carry a fresh nonce.
    """
    return [
        *file_headers(is_https=is_https),
        STAYS_AT_HOME,
        ("Content-Security-Policy", _policy(inline_scripts, inline_style)),
        ("Referrer-Policy", "no-referrer"),
        ("Permissions-Policy", ", ".join(f"{name}=()" for name in REFUSED_FEATURES)),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ]


def kept_headers(pages: Headers) -> dict[str, str]:
    """Those of the pages that a device puts together: all but the opener policy.

    For that one Chromium throws the process away that it has begun and starts another, a fifth of
    a cold start. No page of ours opens windows, or has anything that an opener could learn.
    """
    return {name: value for name, value in pages if name != "Cross-Origin-Opener-Policy"}


def data_headers(*, is_https: bool) -> Headers:
    """The headers of answers that are no page and no script, such as JSON: nothing runs in them."""
    return _headers_with(DATA_POLICY, is_https=is_https)


def worker_headers(*, is_https: bool) -> Headers:
    """The headers of the service worker's script: its own requests obey the policy."""
    return _headers_with(WORKER_POLICY, is_https=is_https)


def file_headers(*, is_https: bool) -> Headers:
    """The headers of static files, which load nothing themselves: few, since files are many.

    Whoever likes may show them: they are the same for everybody, and nothing in them is secret.
    """
    headers = [("X-Content-Type-Options", "nosniff")]
    if is_https:
        headers.append(("Strict-Transport-Security", f"max-age={TWO_YEARS_SECONDS}"))
    return headers


def with_headers(
    application: WSGIApplication, pages: Headers, *, is_https: bool
) -> WSGIApplication:
    """Wrap a WSGI application so that each of its answers carries the headers for its kind.

    An answer that does not say what it is, such as a 304, counts as a page.
    """
    data, worker = data_headers(is_https=is_https), worker_headers(is_https=is_https)

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, given: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
            kind = next((value for name, value in given if name == "Content-Type"), "")
            headers = data if kind.startswith(DATA_TYPES) else pages
            if kind.startswith("text/javascript"):
                headers = worker
            return start_response(status, [*given, *headers], exc_info)

        return application(environ, start)

    return wrapped


def without_validators(application: WSGIApplication, prefix: str) -> WSGIApplication:
    """Leave ETag and Last-Modified out under a path where nothing ever changes.

    A browser does not ask again for what is immutable, and a first visit brings two dozen heads.
    """

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, given: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
            kept = [field for field in given if field[0] not in ("ETag", "Last-Modified")]
            return start_response(status, kept, exc_info)

        is_fixed = environ["PATH_INFO"].startswith(prefix)
        return application(environ, start if is_fixed else start_response)

    return wrapped


def _headers_with(policy: str, *, is_https: bool) -> Headers:
    fields = [*file_headers(is_https=is_https), STAYS_AT_HOME]
    return [*fields, ("Content-Security-Policy", policy)]


def _policy(inline_scripts: Iterable[str], inline_style: str) -> str:
    hashes = " ".join(f"'sha256-{_sha256(text)}'" for text in inline_scripts)
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' {hashes}".strip(),
            f"style-src 'self' '{inline_style}'",
            "img-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types pocket",
        ]
    )


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
