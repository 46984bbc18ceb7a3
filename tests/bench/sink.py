"""A push service that only counts: the fastest there is, so that senders are what is measured.

An RSGI application for Granian. POST counts a message that looks like one, GET tells the count.
"""

from __future__ import annotations

from typing import Any

HEADER_OCTETS = 86

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
    protocol.response_empty(201 if is_message else 400, [("location", "/message/1")])
