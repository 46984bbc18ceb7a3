"""A document: bytes prepared once, answered many times. It never renders and never decides what is shown.

Compression, ETag and length are worked out when a document is made, so that answering is a
look-up. Nothing here depends on the reader, so every cache in between may keep the answers.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug import Response
from whitenoise.compress import Compressor

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

HTML = "text/html; charset=utf-8"
JSON = "application/json"
JAVASCRIPT = "text/javascript; charset=utf-8"
MANIFEST = "application/manifest+json"
TEXT = "text/plain; charset=utf-8"

# `no-transform`: a proxy that rewrites pages would break the precache's hashes.
REVALIDATE = "public, no-cache, no-transform"


@dataclass(frozen=True, slots=True)
class Document:
    """One resource in its three encodings, with the headers each answer carries."""

    body: bytes
    digest: bytes
    variants: Mapping[str, tuple[bytes, list[tuple[str, str]]]]
    not_modified_headers: list[tuple[str, str]]
    etag: str

    @property
    def integrity(self) -> str:
        """Subresource Integrity of the body, as `fetch` checks it after decoding."""
        return "sha256-" + base64.b64encode(self.digest).decode()

    @property
    def revision(self) -> str:
        """Sixteen hex digits that change when the body changes."""
        return self.digest.hex()[:16]


def make_document(body: str | bytes, content_type: str, headers: Mapping[str, str] | None = None) -> Document:
    """Compress and hash `body`; `headers` go out with every answer, 304 included."""
    content = body.encode() if isinstance(body, str) else body
    digest = hashlib.sha256(content).digest()
    etag = f'W/"{digest.hex()[:32]}"'
    shared = [("Cache-Control", REVALIDATE), ("ETag", etag), ("Vary", "Accept-Encoding")]
    shared += list((headers or {}).items())
    encodings = {
        "": content,
        "gzip": Compressor.compress_gzip(content),
        "br": Compressor.compress_brotli(content),
    }
    variants = {name: (data, _headers(name, data, content_type, shared)) for name, data in encodings.items()}
    return Document(content, digest, variants, shared, etag)


def answer(document: Document, environ: WSGIEnvironment, status: int = 200) -> Response:
    """Answer with the smallest encoding the client takes, or 304 when it has these bytes.

    RFC 9110 sections 12.5.3 and 13.1.2. An error's status is never turned into a 304.
    """
    known = environ.get("HTTP_IF_NONE_MATCH", "")
    if known and status == 200 and (known.strip() == "*" or document.etag[2:] in known):
        return _response(b"", 304, document.not_modified_headers)
    data, headers = document.variants[_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))]
    return _response(data, status, headers)


def _headers(encoding: str, data: bytes, content_type: str, shared: list[tuple[str, str]]) -> list[tuple[str, str]]:
    headers = [("Content-Type", content_type), ("Content-Length", str(len(data))), *shared]
    return [*headers, ("Content-Encoding", encoding)] if encoding else headers


def _encoding(accepted: str) -> str:
    """The best encoding that the client names and does not refuse with a weight of 0."""
    weights = dict(_weight(part) for part in accepted.lower().split(","))
    return next((name for name in ("br", "gzip") if weights.get(name, False)), "")


def _weight(part: str) -> tuple[str, bool]:
    """An encoding's name and whether its weight is above 0, for one part of the header."""
    name, _, parameters = part.partition(";")
    weight = parameters.replace(" ", "").removeprefix("q=")
    return name.strip(), weight.strip("0.") != "" or weight == ""


def _response(data: bytes, status: int, headers: list[tuple[str, str]]) -> Response:
    response = Response(data, status)
    response.headers.clear()
    response.headers.extend(headers)
    return response
