"""What a body must be before its fields are looked at: one JSON object, as JSON.

It knows no field's meaning. Each refusal is a Problem; none repeats what was sent.
"""

from __future__ import annotations

import json
from typing import Any
from typing import NoReturn

from werkzeug import Request

from webapp.errors import InputError
from webapp.problems import Problem

JSON_TYPE = "application/json"
LONGEST_BODY_OCTETS = 16 * 1024
_PLAIN = "identity"


def read_object(request: Request, *fields: str) -> dict[str, Any]:
    """Return the JSON object of a request's body, which has these fields and no others.

    RFC 8259 in UTF-8, not compressed; names given twice, NaN and what nests too deeply are refused.
    """
    request.max_content_length = LONGEST_BODY_OCTETS
    if request.mimetype != JSON_TYPE:
        raise Problem(415, "the body is not application/json", f"Send Content-Type: {JSON_TYPE}")
    if request.headers.get("Content-Encoding", _PLAIN).lower() != _PLAIN:
        accepted = {"Accept-Encoding": _PLAIN}  # RFC 9110 section 15.5.16
        raise Problem(415, "the body is compressed", "Send it as it is", headers=accepted)
    try:
        data = json.loads(
            request.get_data().decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_refuse_constant,
        )
    except (ValueError, RecursionError):
        raise Problem(400, "the body is not JSON in UTF-8", "Send one JSON object") from None
    if not isinstance(data, dict):
        raise Problem(400, "the body is not an object", "Send one JSON object")
    if not data.keys() <= set(fields):
        raise InputError("body", f"has a field other than {', '.join(fields)}", "Leave it out")
    return data


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice in one object")
    return found


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")
