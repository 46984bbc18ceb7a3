"""Judges the API and what reminders need: the document, foreign sites, the key, readiness, contact.

It asks nothing. What is sent to the API is nonsense on purpose, so that nothing is ever stored.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric import ec

from webapp.doctor.fetcher import Answer
from webapp.doctor.findings import Finding
from webapp.doctor.findings import fail
from webapp.doctor.findings import judge
from webapp.doctor.findings import ok
from webapp.doctor.findings import quote
from webapp.doctor.findings import warn

DOCUMENT = "/api/openapi.json"
SUBSCRIPTIONS = "/api/subscriptions"
READY = "/readyz"
METRICS = "/metrics"
FOREIGN_ORIGIN = "https://another-site.invalid"
NONSENSE = b'{"nonsense": true}'
JSON = "application/json"
PROBLEM = "application/problem+json"
FORBIDDEN = 403
TOO_MANY = 429

_TO_THE_APP = "Let the proxy pass every method under /api/ to the app, with its answers as they are"
_TELL_ORIGIN = "Let the proxy pass the headers Origin and Sec-Fetch-Site on to the app"
_TELL_HOST = "Set POCKET_BASE_URL to this address, or let the proxy pass the header Host on"
_LATER = "Ask again in a minute; with a proxy in front, set POCKET_TRUSTED_PROXIES"
_KEY = (
    "Set POCKET_VAPID_KEY to a key of `flask --app webapp push keys`, and pass the page unchanged"
)
_QUEUE = "Start the worker, or look at its log: RUNBOOK.md says how"
_CONTACT = "Set POCKET_CONTACT to a mailto: or https: address that you read"
_CLOSED = "Let the proxy pass the header Authorization on, and no request around the app"
_READY = "Look at the log of the web process; the database may be away or of another release"


def check_document(answer: Answer) -> Finding:
    return judge(DOCUMENT, "it describes the API", _document_faults(answer), _TO_THE_APP)


def check_foreign(answer: Answer) -> Finding:
    """That a page of another site cannot write; `answer` is the one to such a request."""
    subject = "API, asked by a foreign site"
    if fault := _refusal_fault(answer):
        return fail(f"{subject}: {fault}", _TO_THE_APP)
    if answer.status == TOO_MANY:
        return warn(f"{subject}: it refuses, though only for too many requests", _LATER)
    if answer.status != FORBIDDEN:
        return warn(f"{subject}: it refuses the body and does not see the site", _TELL_ORIGIN)
    return ok(f"{subject}: it refuses")


def check_own(answer: Answer) -> Finding:
    """That the app's own pages are not taken for foreign ones; they send nonsense here too."""
    subject = "API, asked by the app's own pages"
    if fault := _refusal_fault(answer):
        return fail(f"{subject}: {fault}", _TO_THE_APP)
    if answer.status == FORBIDDEN:
        return fail(f"{subject}: they are taken for another site's", _TELL_HOST)
    if answer.status == TOO_MANY:
        return warn(f"{subject}: too many requests hide whether it listens", _LATER)
    return ok(f"{subject}: it listens")


def check_key(reminders: Answer) -> Finding:
    """The application server key of the page: 65 octets, uncompressed P-256 (RFC 8292 3.2)."""
    found = re.search(r"\bdata-key=[\"']?([\w-]+)", reminders.text, re.ASCII)
    faults = [] if found and _is_key(found[1]) else ["/reminders holds none that browsers take"]
    return judge("application server key", "browsers can subscribe with it", faults, _KEY)


def check_ready(answer: Answer) -> Iterator[Finding]:
    """Nothing when this release has no such address."""
    if answer.status == 404:
        return
    faults = [answer.fault()] if answer.fault() else []
    if faults and answer.body and not answer.failure:
        faults.append(f"it says {quote(answer.text)}")
    yield judge(READY, "it says ready", faults, _READY)
    told = _parse(answer)
    if told.get("queue") == "late":
        age = quote(told.get("oldest_due_seconds"))
        yield warn(f"queue: the oldest due reminder has waited for {age} s", _QUEUE)
    if told.get("contact") == "missing":
        what = "contact address: there is none, and Apple's push service refuses messages without"
        yield warn(what, _CONTACT)
    elif told.get("contact"):
        yield ok("contact address: push services know where to write")


def check_metrics(answer: Answer) -> Finding:
    """That numbers are for who has the token: a stranger finds nothing there."""
    is_open = 200 <= answer.status < 300
    faults = ["a stranger gets the operator's numbers"] if is_open else []
    return judge(METRICS, "strangers get nothing", faults, _CLOSED)


def _document_faults(answer: Answer) -> Iterator[str]:
    if fault := answer.fault():
        yield fault
        return
    if answer.media_type != JSON:
        yield f"it comes as {quote(answer.media_type) or 'nothing'}"
    if "openapi" not in _parse(answer):
        yield "it is no OpenAPI document"


def _parse(answer: Answer) -> Mapping[str, object]:
    """The members of a JSON object; none of anything else."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _refusal_fault(answer: Answer) -> str:
    if answer.failure:
        return answer.fault()
    if not 400 <= answer.status < 500:
        return f"{answer.path} answers {answer.status} in place of a refusal"
    if answer.media_type != PROBLEM:
        return f"{answer.path} answers {answer.status} without a problem's details"
    return ""


def _is_key(text: str) -> bool:
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data)
    except ValueError:
        return False
    return len(data) == 65
