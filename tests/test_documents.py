"""Documents: the smallest encoding a client takes, and 304 for bytes it has."""

from __future__ import annotations

import gzip

import brotli
import pytest

from webapp.documents import HTML
from webapp.documents import JPEG
from webapp.documents import Document
from webapp.documents import answer
from webapp.documents import make_document

TEXT = "You don’t have to earn help. " * 50
DOCUMENT = make_document(TEXT, HTML, {"Pocket-Page": "card"})


def test_a_plain_client_gets_the_plain_bytes() -> None:
    response = answer(DOCUMENT, {})
    assert response.get_data(as_text=True) == TEXT
    assert "Content-Encoding" not in response.headers
    assert response.headers["Vary"] == "Accept-Encoding"
    assert response.headers["Pocket-Page"] == "card"


@pytest.mark.parametrize("accepted", ["br", "gzip, deflate, br", "br;q=0.1, gzip", "gzip, BR"])
def test_brotli_is_preferred_where_it_is_taken(accepted: str) -> None:
    response = answer(DOCUMENT, {"HTTP_ACCEPT_ENCODING": accepted})
    assert response.headers["Content-Encoding"] == "br"
    assert brotli.decompress(response.get_data()).decode() == TEXT


@pytest.mark.parametrize("accepted", ["gzip", "gzip, br;q=0", "br; q=0.0, gzip;q=1"])
def test_gzip_is_next(accepted: str) -> None:
    response = answer(DOCUMENT, {"HTTP_ACCEPT_ENCODING": accepted})
    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.get_data()).decode() == TEXT


@pytest.mark.parametrize("accepted", ["", "identity", "zstd", "gzip;q=0, br;q=0.000", "brotli"])
def test_a_client_that_names_neither_gets_plain_bytes(accepted: str) -> None:
    assert "Content-Encoding" not in answer(DOCUMENT, {"HTTP_ACCEPT_ENCODING": accepted}).headers


@pytest.mark.parametrize(
    "sent", [DOCUMENT.etag, DOCUMENT.etag[2:], f'"other", {DOCUMENT.etag}', "*"]
)
def test_a_client_that_has_the_bytes_gets_304_without_a_body(sent: str) -> None:
    response = answer(DOCUMENT, {"HTTP_IF_NONE_MATCH": sent})
    assert response.status_code == 304
    assert response.get_data() == b""
    assert response.headers["ETag"] == DOCUMENT.etag
    assert response.headers["Pocket-Page"] == "card"


def test_other_bytes_are_sent_whole() -> None:
    assert answer(DOCUMENT, {"HTTP_IF_NONE_MATCH": 'W/"other"'}).status_code == 200


def test_an_error_page_is_never_turned_into_304() -> None:
    response = answer(DOCUMENT, {"HTTP_IF_NONE_MATCH": DOCUMENT.etag}, 404)
    assert response.status_code == 404
    assert response.get_data()


def test_a_picture_is_sent_as_it_is_to_everybody() -> None:
    picture = Document(b"\xff\xd8" * 500, JPEG, {"Cache-Control": "public, max-age=86400"})
    response = answer(picture, {"HTTP_ACCEPT_ENCODING": "br, gzip"})
    assert response.get_data() == picture.body
    assert response.headers["Cache-Control"] == "public, max-age=86400"
    assert not {"Content-Encoding", "Vary"} & set(response.headers.keys())


def test_no_cache_in_between_may_rewrite_or_keep_without_asking() -> None:
    assert answer(DOCUMENT, {}).headers["Cache-Control"] == "public, no-cache, no-transform"


def test_the_same_bytes_have_the_same_names_in_every_process() -> None:
    again = make_document(TEXT, HTML)
    assert (again.etag, again.integrity, again.revision) == (
        DOCUMENT.etag,
        DOCUMENT.integrity,
        DOCUMENT.revision,
    )
    assert make_document(TEXT + ".", HTML).revision != DOCUMENT.revision
