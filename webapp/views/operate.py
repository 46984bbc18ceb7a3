"""For who runs the server: is it alive, is it ready, what did it send. No page links here.

It holds nothing of readers but numbers, and no cache keeps its answers.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint
from flask import request
from werkzeug import Response

from webapp.config import Settings
from webapp.documents import JSON
from webapp.documents import TEXT
from webapp.guard import check_bearer
from webapp.metrics import CONTENT_TYPE
from webapp.metrics import write_metrics
from webapp.problems import Problem
from webapp.readiness import Readiness
from webapp.representations import write_json
from webapp.store import Store
from webapp.store import StoreError

_FRESH = {"Cache-Control": "no-store"}


def operate_blueprint(
    store: Store, settings: Settings, readiness: Readiness, clock: Callable[[], datetime]
) -> Blueprint:
    """The addresses for probes and for Prometheus. `clock` tells an aware instant."""
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

    @bp.get("/metrics")
    def metrics() -> Response:
        """Numbers in Prometheus' text format, for who has the token."""
        check_bearer(request, "metrics", settings.metrics_token)
        now = int(clock().timestamp())
        try:
            told = write_metrics(store.counts(), store.overview(now), now)
        except StoreError as error:
            raise Problem(503, "the database does not answer", "See /readyz") from error
        return Response(told, headers=_FRESH, content_type=CONTENT_TYPE)

    return bp
