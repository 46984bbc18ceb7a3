"""A push service that only counts: the fastest there is, so that senders are what is measured.

An RSGI application for Granian. POST counts a message that looks like one, GET tells the count. The
second part of a path says how the subscription is: `ok`, `gone`, `busy`, `failing` or `silent`.
"""

from __future__ import annotations

import asyncio
from typing import Any

HEADER_OCTETS = 86
SILENCE_SECONDS = 60
"""Longer than any sender waits."""
ANSWERS = {"gone": (410, []), "busy": (429, [("retry-after", "600")]), "failing": (500, [])}
TAKEN = (201, [("location", "/message/1")])

count = 0


async def app(scope: Any, protocol: Any) -> None:
    """Answer one request."""
    global count
    if scope.method == "GET":
        protocol.response_str(200, [], str(count))
        return
    body = await protocol()
    is_message = len(body) > HEADER_OCTETS and scope.headers.get("content-encoding") == "aes128gcm"
    count += is_message
    kind = scope.path.split("/", 3)[2]
    if kind == "silent":
        await asyncio.sleep(SILENCE_SECONDS)
    protocol.response_empty(*(ANSWERS.get(kind, TAKEN) if is_message else (400, [])))
