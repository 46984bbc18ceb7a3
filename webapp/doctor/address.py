"""Judges the address: https, the way there from http, the certificate, HSTS. It asks nothing."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from webapp.doctor.fetcher import Answer
from webapp.doctor.findings import Finding
from webapp.doctor.findings import fail
from webapp.doctor.findings import ok
from webapp.doctor.findings import quote
from webapp.doctor.findings import warn

HALF_A_YEAR_SECONDS = 182 * 24 * 3600
_NEEDS_HTTPS = (
    "Put a proxy with a certificate in front, and set POCKET_BASE_URL to the https address"
)
_RENEW = "Renew the certificate for this name, and send the whole chain with it"
_REDIRECT = "Let the proxy answer http with 308 and the same address at https"
_SAY_HSTS = "Set POCKET_BASE_URL to the https address, and let the proxy pass this header on"


def is_https(origin: str) -> bool:
    return origin.startswith("https://")


def plain_address(origin: str) -> str:
    """Where a reader lands who types the name alone: its front page by http, on port 80."""
    host = urlsplit(origin).hostname or ""
    return f"http://[{host}]/" if ":" in host else f"http://{host}/"


def check_scheme(origin: str) -> Finding:
    """https, but for loopback, where browsers allow service workers and push without it."""
    if is_https(origin):
        return ok("https: the address has it")
    if _is_loopback(urlsplit(origin).hostname or ""):
        return warn("https: the address is http, which does on this machine alone", _NEEDS_HTTPS)
    return fail(
        "https: the address is http, which has no service worker and no reminders", _NEEDS_HTTPS
    )


def check_certificate(front: Answer) -> Finding:
    if front.is_untrusted:
        return fail(f"certificate: browsers refuse it ({quote(front.failure)})", _RENEW)
    return ok("certificate: it is valid for this name")


def check_redirect(origin: str, answer: Answer) -> Finding:
    """That http leads to https on the same host; `answer` is that of `plain_address`."""
    if not answer.status:
        what = f"http: nothing answers at {answer.path} ({quote(answer.failure)})"
        return warn(what, _REDIRECT)
    target = answer.header("Location")
    if answer.status not in (301, 302, 303, 307, 308):
        return fail(f"http: {answer.path} answers {answer.status} and no redirect", _REDIRECT)
    try:
        parts = urlsplit(target)
        is_right = parts.scheme == "https" and parts.hostname == urlsplit(origin).hostname
    except ValueError:
        is_right = False
    if not is_right:
        what = f"http: {answer.path} redirects to {quote(target)}, not to https on its host"
        return fail(what, _REDIRECT)
    return ok(f"http: {answer.path} redirects to https")


def check_hsts(front: Answer) -> Finding:
    """RFC 6797 section 6.1."""
    value = front.header("Strict-Transport-Security")
    found = re.search(r'(?:^|[;\s])max-age\s*=\s*"?([0-9]+)', value, re.IGNORECASE)
    seconds = int(found[1]) if found else 0
    if not seconds:
        return fail("Strict-Transport-Security: / does not say it", _SAY_HSTS)
    if seconds < HALF_A_YEAR_SECONDS:
        return warn(f"Strict-Transport-Security: {seconds} s is under half a year", _SAY_HSTS)
    return ok("Strict-Transport-Security: / says it for half a year or more")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
