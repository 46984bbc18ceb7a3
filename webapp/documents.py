"""A document: bytes prepared once, answered many times. It never renders or chooses a page.

Hash and compression are worked out once, the first time they are wanted; after that answering
is a look-up. Nothing here depends on the reader, so every cache in between may keep the answers.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from functools import lru_cache
from functools import partial
from typing import TYPE_CHECKING

import brotli
from flask import Response
from werkzeug.datastructures import Headers
from whitenoise.compress import Compressor

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

HTML = "text/html; charset=utf-8"
JSON = "application/json"
JAVASCRIPT = "text/javascript; charset=utf-8"
MANIFEST = "application/manifest+json"
TEXT = "text/plain; charset=utf-8"
JPEG = "image/jpeg"
CALENDAR_TEXT = "text/calendar; charset=utf-8"
ATOM_XML = "application/atom+xml; charset=utf-8"
FEED_JSON = "application/feed+json"

# `no-transform`: a proxy that rewrites pages would break the precache's hashes.
REVALIDATE = "public, no-cache, no-transform"


_COMPRESS = {"br": Compressor.compress_brotli, "gzip": Compressor.compress_gzip}
_COMPRESS_FAST = {
    "br": partial(brotli.compress, quality=5),
    "gzip": partial(gzip.compress, mtime=0),
}


@dataclass(frozen=True)
class Document:
    """One resource, with the headers that each of its answers carries.

    A brief one is made while somebody waits for it and soon another: it is compressed a hundred
    times faster, which makes it hardly larger.
    """

    body: bytes
    content_type: str
    extra: Mapping[str, str]
    is_brief: bool = False

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the body."""
        return hashlib.sha256(self.body).digest()

    @cached_property
    def etag(self) -> str:
        """Weak, since the encodings of one body are not the same bytes (RFC 9110 section 8.8.1)."""
        return f'W/"{self.digest.hex()[:32]}"'

    @property
    def integrity(self) -> str:
        """Subresource Integrity of the body, as `fetch` checks it after decoding."""
        return "sha256-" + base64.b64encode(self.digest).decode()

    @property
    def revision(self) -> str:
        """Sixteen hex digits that change when the body changes."""
        return self.digest.hex()[:16]

    @cached_property
    def is_compact(self) -> bool:
        """Whether the format is compressed in itself, as a picture's: it has one variant only."""
        return self.content_type.startswith("image/")

    @cached_property
    def plain(self) -> tuple[bytes, Headers]:
        return self._variant("")

    @cached_property
    def gzip(self) -> tuple[bytes, Headers]:
        return self._variant("gzip")

    @cached_property
    def br(self) -> tuple[bytes, Headers]:
        return self._variant("br")

    @cached_property
    def not_modified(self) -> tuple[bytes, Headers]:
        """No body, and the headers that a 304 repeats."""
        return b"", Headers(self._shared())

    def _variant(self, encoding: str) -> tuple[bytes, Headers]:
        compress = _COMPRESS_FAST if self.is_brief else _COMPRESS
        data = compress[encoding](self.body) if encoding else self.body
        headers = Headers(self._shared())
        headers["Content-Type"] = self.content_type
        headers["Content-Length"] = str(len(data))
        if encoding:
            headers["Content-Encoding"] = encoding
        return data, headers

    def _shared(self) -> dict[str, str]:
        kept = {"Cache-Control": REVALIDATE, "ETag": self.etag}
        if not self.is_compact:
            kept["Vary"] = "Accept-Encoding"
        return {**kept, **self.extra}


def make_document(
    body: str, content_type: str, headers: Mapping[str, str] | None = None
) -> Document:
    """A document of that text; `headers` go out with every answer, 304 included."""
    return Document(body.encode(), content_type, headers or {})


def answer(document: Document, environ: WSGIEnvironment, status: int = 200) -> Response:
    """Answer with the smallest encoding the client takes, or 304 when it has these bytes.

    RFC 9110 sections 12.5.3 and 13.1.2. An error's status is never turned into a 304.
    """
    known = environ.get("HTTP_IF_NONE_MATCH", "")
    if known and status == 200 and (known.strip() == "*" or document.etag[2:] in known):
        return _Prepared(document.not_modified, 304)
    if document.is_compact:
        return _Prepared(document.plain, status)
    encoding = _encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
    return _Prepared(getattr(document, encoding), status)


class _Prepared(Response):
    """A response whose head is ready: werkzeug's own would be built twice for each answer."""

    def __init__(self, prepared: tuple[bytes, Headers], status: int) -> None:
        data, headers = prepared
        super().__init__(data, status)
        self.headers = headers

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        return self.headers


@lru_cache(maxsize=256)
def _encoding(accepted: str) -> str:
    """The variant of a document for an Accept-Encoding header."""
    weights = dict(_weight(part) for part in accepted.lower().split(","))
    return next((name for name in ("br", "gzip") if weights.get(name)), "plain")


def _weight(part: str) -> tuple[str, bool]:
    """An encoding's name and whether its weight is above 0, for one part of the header."""
    name, _, parameters = part.partition(";")
    weight = parameters.replace(" ", "").removeprefix("q=")
    return name.strip(), weight.strip("0.") != "" or weight == ""
