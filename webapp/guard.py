"""Around the API: how often, from which site, with which token, and every error as a problem.

It knows no operation. Its log names the kind and the place of an error, and never its text,
which might hold an endpoint.
"""

from __future__ import annotations

import hmac
import logging
import traceback
from urllib.parse import urlsplit

from flask import Blueprint
from flask import request
from werkzeug import Request
from werkzeug import Response
from werkzeug.routing import RequestRedirect

from webapp.problems import Problem
from webapp.problems import describe
from webapp.rates import RateLimits

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_TOO_MANY = "there are too many requests from one address"
_log = logging.getLogger(__name__)


def guard(bp: Blueprint, prefix: str, limits: RateLimits, base_url: str) -> None:
    """Let every operation of `bp` be asked as it should, and refuse the rest as problems.

    Addresses and methods under `prefix` that no route has are refused too.
    """

    @bp.before_request
    def check() -> None:
        if request.method in _SAFE_METHODS:
            return
        refuse_flood(limits.seconds_to_wait(request.remote_addr or ""), _TOO_MANY)
        refuse_cross_site(request, base_url)

    @bp.errorhandler(Exception)
    def refuse(error: Exception) -> Response:
        problem = describe(error)
        if problem.is_fault:
            where = "".join(traceback.format_tb(error.__traceback__))
            _log.error("%s in %s\n%s", type(error).__name__, request.url_rule, where)
        return problem.get_response()

    @bp.before_app_request
    def refuse_strays() -> Response | None:
        error = request.routing_exception  # raised later, when no blueprint would be asked
        if error is None:
            return None
        is_here = request.path == prefix or request.path.startswith(prefix + "/")
        if isinstance(error, RequestRedirect) or not is_here:
            return None
        return describe(error).get_response()


def refuse_flood(seconds: int, reason: str) -> None:
    """Refuse a request until so many seconds have passed; 0 lets it through."""
    if seconds:
        wait = {"Retry-After": str(seconds)}
        raise Problem(429, reason, f"Wait {seconds} s", headers=wait)


def refuse_cross_site(request: Request, base_url: str) -> None:
    """Refuse a browser's request that another site's page makes; other programs may pass.

    Fetch Metadata says so; browsers without it (Safari before 16.4) send Origin.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site in ("same-origin", "none"):
        return
    origin = request.headers.get("Origin")
    hosts = (request.host, urlsplit(base_url).netloc)
    is_ours = origin is None or origin.partition("://")[2] in hosts
    if site is not None or not is_ours:
        raise Problem(403, "the request comes from another site", "Use this app's own pages")


def check_bearer(request: Request, name: str, token: str) -> None:
    """Refuse who does not show this token (RFC 6750); without one there is nothing to be had."""
    if not token:
        remedy = f"Set POCKET_{name.upper()}_TOKEN to use this"
        raise Problem(404, f"this server has no {name} token", remedy)
    given = request.authorization
    bearer = (given.token if given and given.type == "bearer" else None) or ""
    if not hmac.compare_digest(bearer.encode(), token.encode()):
        remedy = f"Send Authorization: Bearer and the {name} token"
        challenge = {"WWW-Authenticate": "Bearer"}
        raise Problem(401, "the token is missing or wrong", remedy, headers=challenge)
