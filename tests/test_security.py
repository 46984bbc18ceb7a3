"""Guard rails: what each answer carries."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from flask.testing import FlaskClient

from webapp import create_app
from webapp.security import page_headers

PAGES = ["/", "/help", "/nowhere"]
DATA = [
    "/sw.js",
    "/manifest.webmanifest",
    "/api/deck",
    "/pack.txt",
    "/rest.txt",
    "/robots.txt",
    "/feeds/calendar.ics",
    "/api/nowhere",
]


@pytest.mark.parametrize("path", [*PAGES, *DATA])
def test_every_answer_carries_the_guard_rails(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Set-Cookie" not in headers
    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize("path", PAGES)
def test_pages_carry_those_for_what_runs_in_them(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert "require-trusted-types-for 'script'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_the_worker_may_ask_our_own_server_and_nothing_else(client: FlaskClient) -> None:
    policy = client.get("/sw.js").headers["Content-Security-Policy"]
    assert (
        policy == "default-src 'none'; connect-src 'self'; img-src 'self'; frame-ancestors 'none'"
    )


@pytest.mark.parametrize("path", ["/static/icons/icon.svg", "/static/icons/icon-192.png"])
def test_files_are_what_they_say(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in headers
    assert "Set-Cookie" not in headers
    assert ("sandbox" in headers.get("Content-Security-Policy", "")) == path.endswith(".svg")


def test_https_sites_ask_to_stay_https(settings_of: dict[str, str]) -> None:
    app = create_app(settings_of | {"POCKET_BASE_URL": "https://pocket.org"})
    for path in ["/", "/static/icons/icon.svg"]:
        with app.test_client().get(path) as response:
            assert response.headers["Strict-Transport-Security"] == "max-age=63072000"


def test_each_inline_script_of_a_page_is_allowed_by_its_hash_and_no_other(
    client: FlaskClient,
) -> None:
    response = client.get("/")
    inline = re.findall(r"<script>(.+?)</script>", response.text, re.S)
    hashes = {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inline}
    assert len(inline) == 2
    policy = response.headers["Content-Security-Policy"]
    scripts = re.search(r"script-src ([^;]+);", policy)
    assert scripts
    assert set(re.findall(r"'sha256-(.+?)'", scripts[1])) == hashes


def test_the_one_inline_style_allowed_is_the_stylesheet_itself(client: FlaskClient) -> None:
    response = client.get("/")
    link = re.search(r'<link rel="stylesheet" href="(.+?)">', response.text)
    assert link
    with client.get(link[1]) as stylesheet:
        digest = base64.b64encode(hashlib.sha256(stylesheet.data).digest()).decode()
    assert f"style-src 'self' 'sha256-{digest}';" in response.headers["Content-Security-Policy"]


def test_pages_have_no_inline_style_or_handler(client: FlaskClient) -> None:
    for path in ["/", "/topics", "/help", "/reminders", "/install", "/about", "/nowhere"]:
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", client.get(path).text), path


def test_static_files_cannot_leave_their_folders(client: FlaskClient) -> None:
    for path in [
        "/static/../pyproject.toml",
        "/static/%2e%2e/pyproject.toml",
        "/static/css/base.css",
    ]:
        assert client.get(path).status_code == 404, path


def test_the_policy_names_no_foreign_host() -> None:
    assert (
        "http"
        not in dict(page_headers(["x"], "sha256-x", is_https=True))["Content-Security-Policy"]
    )


def test_an_app_behind_proxies_believes_only_so_many_of_them(
    settings_of: dict[str, str],
) -> None:
    limited = settings_of | {"POCKET_RATE_LIMIT_PER_MINUTE": "1"}

    def statuses(settings: dict[str, str], *forwarded: str) -> list[int]:
        client = create_app(settings).test_client()
        url = "/api/subscriptions/lookup"
        answers = [client.post(url, json={}, headers={"X-Forwarded-For": f}) for f in forwarded]
        return [answer.status_code for answer in answers]

    proxied = limited | {"POCKET_TRUSTED_PROXIES": "1"}
    assert statuses(proxied, "203.0.113.9", "203.0.113.10") == [422, 422]
    assert statuses(proxied, "198.51.100.1, 203.0.113.9", "198.51.100.2, 203.0.113.9") == [422, 429]
    assert statuses(limited, "203.0.113.9", "203.0.113.10") == [422, 429]
