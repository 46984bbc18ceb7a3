"""Files under `/static/`: found when they are asked for, also those that came after the start."""

from __future__ import annotations

from pathlib import Path
from wsgiref.types import StartResponse
from wsgiref.types import WSGIEnvironment

import pytest
from werkzeug.test import Client

from webapp.static_files import StaticFiles

SCRIPT = "let a = 1;"


def the_app(_environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("404 NOT FOUND", [])
    return [b"the app"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "gen"
    (folder / "js.1").mkdir(parents=True)
    (folder / "js.1" / "app.js").write_text(SCRIPT)
    (folder / "js.1" / "app.js.br").write_bytes(b"brotli")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


@pytest.fixture
def client(folder: Path) -> Client:
    files = StaticFiles(the_app)
    files.add_files(str(folder), "static/gen")
    return Client(files)


def fetch(client: Client, path: str, encoding: str = "identity") -> bytes:
    with client.get(path, headers={"Accept-Encoding": encoding}) as response:
        assert response.headers.get("Content-Encoding", "identity") in ("identity", encoding)
        return response.data


def test_a_file_is_answered_in_the_encoding_that_is_asked_for(client: Client) -> None:
    for _ in range(2):
        assert fetch(client, "/static/gen/js.1/app.js") == SCRIPT.encode()
        assert fetch(client, "/static/gen/js.1/app.js", "br") == b"brotli"


def test_a_file_that_comes_later_is_there(client: Client, folder: Path) -> None:
    assert fetch(client, "/static/gen/later.css") == b"the app"
    (folder / "later.css").write_text("p{}")
    assert fetch(client, "/static/gen/later.css") == b"p{}"


@pytest.mark.parametrize(
    "path",
    [
        "/static/gen/../secret.txt",
        "/static/gen/js.1/../../secret.txt",
        "/static/gen/js.1/..%2f..%2fsecret.txt",
        "/static/gen//js.1/app.js",
        "/static/gen/js.1",
        "/static/gen/js.1/",
        "/static/gen/js.1/app.js.br",
        "/static/gen/",
        "/",
    ],
)
def test_nothing_else_is_a_file(client: Client, path: str) -> None:
    assert fetch(client, path) == b"the app"
