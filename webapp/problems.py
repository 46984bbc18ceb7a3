"""Refusals as RFC 9457 problem details, in the one shape every error of the API has.

It words them; it never decides that something is wrong, and never shows what a request held.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from werkzeug import Response
from werkzeug.exceptions import HTTPException

from webapp.errors import InputError
from webapp.errors import OwnerError

PROBLEM_JSON = "application/problem+json"

_DOCUMENT = "Compare it with /api/openapi.json"
_WORDS = {
    400: ("the request could not be read", _DOCUMENT),
    404: ("there is nothing at this address", _DOCUMENT),
    405: ("this address does not take that method", "Use one that the Allow header names"),
    413: ("the body is over 16 KiB", "Send less"),
}
_OTHER_WORDS = ("the request was refused", _DOCUMENT)
_OUR_FAULT = ("something is wrong on our side", "Try again later")


class Problem(HTTPException):
    """An answer that says what is wrong; raise it in a view or return it from a handler.

    `field` is the JSON path of the refused value, empty when it is not about one.
    """

    def __init__(
        self,
        status: int,
        reason: str,
        remedy: str,
        *,
        field: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{field} {reason}. {remedy}.".lstrip())
        self.code = status
        self.reason = reason
        self.remedy = remedy
        self.field = field
        self.headers = dict(headers or {})

    @property
    def is_fault(self) -> bool:
        """Whether the fault is ours, and the operator should hear of it."""
        return (self.code or 500) >= 500

    def as_json(self) -> dict[str, object]:
        """Return the members of RFC 9457 section 3.1, and field, reason and remedy."""
        status = HTTPStatus(self.code or 500)
        members: dict[str, object] = {
            "type": "about:blank",  # section 4.2.1: the status says it all
            "title": status.phrase,
            "status": status.value,
            "detail": self.description,
            "reason": self.reason,
            "remedy": self.remedy,
        }
        return members | ({"field": self.field} if self.field else {})

    def get_response(self, environ: object = None, scope: object = None) -> Response:
        """Return the answer; no cache may keep it."""
        text = json.dumps(self.as_json(), ensure_ascii=False)
        headers = {"Cache-Control": "no-store", **self.headers}
        return Response(text, self.code, headers, content_type=PROBLEM_JSON)


def describe(error: Exception) -> Problem:
    """Word any refusal as a problem; what we did not foresee is our fault, and says no more."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, InputError):
        status = 409 if isinstance(error, OwnerError) else 422
        return Problem(status, error.reason, error.remedy, field=error.field)
    if isinstance(error, HTTPException) and error.code and error.code < 500:
        headers = {name: value for name, value in error.get_headers() if name != "Content-Type"}
        return Problem(error.code, *_WORDS.get(error.code, _OTHER_WORDS), headers=headers)
    return Problem(500, *_OUR_FAULT)
