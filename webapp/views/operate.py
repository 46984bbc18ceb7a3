"""For who runs the server: is it alive, is it ready. No page links here, no reader is asked about.

It holds nothing of readers but numbers, and no cache keeps its answers.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint
from werkzeug import Response

from webapp.documents import JSON
from webapp.documents import TEXT
from webapp.readiness import Readiness
from webapp.representations import write_json

_FRESH = {"Cache-Control": "no-store"}


def operate_blueprint(readiness: Readiness, clock: Callable[[], datetime]) -> Blueprint:
    """The addresses for probes. `clock` tells an aware instant."""
    bp = Blueprint("operate", __name__)

    @bp.get("/healthz")
    def healthz() -> Response:
        """Alive: a process that answers this needs no restart. Touches nothing."""
        return Response("ok\n", headers=_FRESH, content_type=TEXT)

    @bp.get("/readyz")
    def readyz() -> Response:
        """Ready: 200 when readers can be served, else 503; the body says which check failed."""
        is_ready, found = readiness.look(int(clock().timestamp()))
        status = 200 if is_ready else 503
        return Response(write_json(found) + "\n", status, _FRESH, content_type=JSON)

    return bp
