"""The look at a deployment from outside: all in order on the app itself, and each fault by name.

Behind most tests stands the real web process, and between it and the doctor a proxy that spoils
one thing, as badly set up proxies and CDNs do.
"""

from __future__ import annotations

import re
import ssl
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner
from click.testing import Result

from tests.certificates import Certificates
from tests.certificates import make_certificates
from tests.processes import Server
from tests.processes import environment_of
from tests.processes import free_port
from tests.processes import run_to_end
from tests.processes import serving
from webapp.cli.doctor import doctor
from webapp.doctor import fetcher

FLASK = ("flask", "--app", "webapp")
UNFIT = {"connection", "transfer-encoding", "content-length", "date", "server"}
CONTACT = "mailto:me@pocket.org"
FOREIGN = "another-site.invalid"
LINE = re.compile(r"(ok  |warn|FAIL)  \S.+\.")
POINT_OF_ZEROS = "B" + 86 * "A"  # 65 octets that begin with 4 and are on no curve


@dataclass(frozen=True)
class Reply:
    """An answer on its way through the proxy; header names are in lower case."""

    method: str
    path: str
    origin: str
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def saying(self, **headers: str) -> Reply:
        """The same with these headers; an empty one is taken away. `_` stands for a hyphen."""
        changed = self.headers | {name.replace("_", "-"): text for name, text in headers.items()}
        return replace(self, headers={name: text for name, text in changed.items() if text})

    def holding(self, body: bytes) -> Reply:
        return replace(self, body=body)

    def editing(self, old: bytes, new: bytes) -> Reply:
        return self.holding(self.body.replace(old, new))

    @property
    def is_page(self) -> bool:
        return self.headers.get("content-type", "").startswith("text/html")


Spoil = Callable[[Reply], Reply]


def untouched(reply: Reply) -> Reply:
    return reply


class _Handler(BaseHTTPRequestHandler):
    """Passes a request on, and the answer back as the proxy's `spoil` leaves it."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one go: else the kernel waits for an acknowledgement between
    disable_nagle_algorithm = True
    server: Spoiler

    def setup(self) -> None:
        super().setup()
        self._upstream = HTTPConnection("127.0.0.1", self.server.upstream, timeout=30)

    def finish(self) -> None:
        self._upstream.close()
        super().finish()

    def do_GET(self) -> None:
        self.server.asked.append((self.command, self.path, dict(self.headers)))
        length = int(self.headers.get("Content-Length", 0))
        reply = self.server.spoil(self._pass_on(self.rfile.read(length)))
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    do_PUT = do_GET

    def _pass_on(self, body: bytes) -> Reply:
        dropped = {"accept-encoding"} if self.server.is_plain else set()
        sent = {name: text for name, text in self.headers.items() if name.lower() not in dropped}
        origin = self.headers.get("Origin", "")
        if not self.server.upstream:
            return Reply(self.command, self.path, origin, 404)
        self._upstream.request(self.command, self.path, body, sent | self.server.adds)
        came = self._upstream.getresponse()
        headers = {name.lower(): text for name, text in came.getheaders()}
        kept = {name: text for name, text in headers.items() if name not in UNFIT}
        return Reply(self.command, self.path, origin, came.status, kept, came.read())

    def log_message(self, *_: object) -> None:
        pass


class Spoiler(ThreadingHTTPServer):
    """A proxy that changes answers; without `upstream` it makes them all.

    A plain one asks the server for no encoding; `adds` are headers for the server.
    """

    daemon_threads = True

    def __init__(
        self, upstream: int, spoil: Spoil, *, is_plain: bool, adds: dict[str, str]
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = upstream
        self.spoil = spoil
        self.is_plain = is_plain
        self.adds = adds
        self.asked: list[tuple[str, str, dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """The doctor may hang up whenever it has seen enough."""


@contextmanager
def spoiling(
    upstream: int,
    spoil: Spoil = untouched,
    *,
    is_plain: bool = False,
    certificates: Certificates | None = None,
    **adds: str,
) -> Iterator[Spoiler]:
    proxy = Spoiler(upstream, spoil, is_plain=is_plain, adds=adds)
    if certificates:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.certificate, certificates.key)
        proxy.socket = context.wrap_socket(proxy.socket, server_side=True)
    thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        thread.join()
        proxy.server_close()


@pytest.fixture(scope="module")
def app_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The web process as anybody starts it; the doctor's writing is not counted."""
    folder = tmp_path_factory.mktemp("doctor")
    with serving(folder, POCKET_RATE_LIMIT_PER_MINUTE="0", POCKET_CONTACT=CONTACT) as server:
        yield server


@pytest.fixture(scope="module")
def https_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The web process behind a proxy that ends https."""
    folder = tmp_path_factory.mktemp("https")
    settings = {"POCKET_BASE_URL": "https://localhost", "POCKET_TRUSTED_PROXIES": "1"}
    settings["POCKET_CONTACT"] = CONTACT
    with serving(folder, POCKET_RATE_LIMIT_PER_MINUTE="0", **settings) as server:
        yield server


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


def look_at(url: str, **environment: str) -> Result:
    """What the command says of an address, in this process, whatever proxies the shell has."""
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy", "no_proxy"))
    proxies |= {name.upper(): None for name in proxies}
    return CliRunner().invoke(doctor, [url], env={**proxies, **environment})


def look_through(server: Server, spoil: Spoil, *, is_plain: bool = False) -> Result:
    with spoiling(server.port, spoil, is_plain=is_plain) as proxy:
        return look_at(proxy.url)


def lines(result: Result, level: str) -> list[str]:
    """The lines of that level; every line but the last is one finding, with what helps."""
    *findings, count = result.output.splitlines()
    assert all(LINE.fullmatch(line) for line in findings), result.output
    assert re.fullmatch(r"\d+ checks, \d+ failed, \d+ warnings\.", count), result.output
    return [line for line in findings if line.startswith(level)]


# In order


def test_the_app_as_it_starts_is_in_order_but_for_http(app_server: Server, tmp_path: Path) -> None:
    done = run_to_end([*FLASK, "doctor", app_server.base_url], environment_of(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    first, *rest, count = done.stdout.splitlines()
    assert first.startswith("warn  https: ")
    assert all(line.startswith("ok    ") for line in rest)
    assert count == f"{len(rest) + 1} checks, 0 failed, 1 warnings."


def test_a_faithful_proxy_is_in_order_and_asked_little(app_server: Server) -> None:
    with spoiling(app_server.port) as proxy:
        result = look_at(proxy.url)
    assert result.exit_code == 0, result.output
    assert len(lines(result, "warn")) == 1
    kept = int(re.search(r"precache: (\d+) files", result.output)[1])
    assert len(proxy.asked) <= 40 + kept
    for _, _, headers in proxy.asked:
        assert headers["User-Agent"] == "Pocket-Affirmations-doctor"
        assert "Cookie" not in headers
        assert "Authorization" not in headers


def test_https_is_in_order_without_a_warning(
    https_server: Server, certificates: Certificates
) -> None:
    result = look_at_https(https_server, certificates)
    assert result.exit_code == 0, result.output
    assert not lines(result, "warn")
    for checked in ("https:", "certificate:", "http:", "Strict-Transport-Security:"):
        assert any(line.startswith(f"ok    {checked}") for line in lines(result, "ok"))


# Nothing to look at


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "URL is 'nonsense'. Give an address such as https://pocket.org."),
        ("ftp://pocket.org", "URL is 'ftp://pocket.org'"),
        ("https://", "URL is 'https://'"),
        ("https://pocket.org:99999", "URL is"),
        ("https://pocket.org/app", "Leave out the path"),
        ("https://nobody.invalid", "URL https://nobody.invalid cannot be reached ("),
        (f"http://127.0.0.1:{free_port()}", "cannot be reached (Connection refused)"),
    ],
    ids=["no-url", "ftp", "no-host", "port", "path", "name", "refused"],
)
def test_an_address_where_nothing_is_gets_one_clear_line(url: str, words: str) -> None:
    result = look_at(url)
    assert result.exit_code == 1
    assert words in result.output
    assert len(result.output.splitlines()) == 1


# Spoiled, one thing at a time


def stripped(name: str) -> Spoil:
    return lambda reply: reply.saying(**{name: ""})


def pages_only(change: Spoil) -> Spoil:
    return lambda reply: change(reply) if reply.is_page else reply


def only(path: str, change: Spoil) -> Spoil:
    """The change at every path that the pattern fits, whole."""
    return lambda reply: change(reply) if re.fullmatch(path, reply.path) else reply


def answering(status: int, kind: str = "text/html", **headers: str) -> Spoil:
    said = {"content_type": kind, **headers}
    sorry = b"<h1>Sorry</h1>"
    return lambda reply: replace(reply, status=status, headers={}, body=sorry).saying(**said)


def foreign_only(change: Spoil) -> Spoil:
    return lambda reply: change(reply) if FOREIGN in reply.origin else reply


def own_only(change: Spoil) -> Spoil:
    return lambda r: change(r) if r.method == "PUT" and FOREIGN not in r.origin else r


def policy(change: Callable[[str], str]) -> Spoil:
    name = "content-security-policy"
    return pages_only(lambda reply: reply.saying(**{name: change(reply.headers.get(name, ""))}))


PASS_ON = "Let the proxy pass the app's own headers on"
UNTOUCHED = "Turn off what rewrites"
SW_AS_IS = "Let the proxy pass /sw.js through to the app"
API_AS_IS = "Let the proxy pass every method under /api/"
MANIFEST = r"/manifest\.webmanifest"
STYLES = r"/static/gen/pocket\..*css"
PROBLEM = "application/problem+json"

# name: what spoils, whether bodies have to come plain, the line's words, the remedy's words
FAULTS: dict[str, tuple[Spoil, bool, str, str]] = {
    "cookie": (
        only("/help", lambda r: r.saying(set_cookie="lb=1")), False,
        "cookies: /help sets one", "Turn off the cookies of the proxy"),
    "cookie of a file": (
        only(STYLES, lambda r: r.saying(set_cookie="lb=1")), False,
        "cookies: /static/gen/pocket.", "Turn off the cookies"),
    "rewritten pages": (
        pages_only(lambda r: r.editing(b"</body>", b"<script src=//x></script></body>")), True,
        "bytes: / was changed", UNTOUCHED),
    "minified manifest": (
        only(MANIFEST, lambda r: r.editing(b", ", b",")), True,
        "bytes: /manifest.webmanifest was changed", UNTOUCHED),
    "no policy": (
        stripped("content_security_policy"), False,
        "Content-Security-Policy: / has none", PASS_ON),
    "loose policy": (
        policy(lambda text: text.replace("default-src 'none'", "default-src 'self'")), False,
        "lacks default-src 'none'", PASS_ON),
    "framed": (
        policy(lambda text: text.replace("frame-ancestors 'none'", "frame-ancestors *")), False,
        "Content-Security-Policy: / lacks frame-ancestors 'none'", PASS_ON),
    "opened": (
        pages_only(stripped("cross_origin_opener_policy")), False,
        "Cross-Origin-Opener-Policy: / says nothing", PASS_ON),
    "unsafe policy": (
        policy(lambda text: text.replace("script-src", "script-src 'unsafe-inline'")), False,
        "Content-Security-Policy: / allows what is unsafe", PASS_ON),
    "second policy": (
        policy(lambda text: f"{text}, default-src 'self'"), False,
        "Content-Security-Policy: / has a second one", PASS_ON),
    "policy of the lost page": (
        only("/no-page-is-here", stripped("content_security_policy")), False,
        "Content-Security-Policy: /no-page-is-here has none", PASS_ON),
    "sniffing": (
        stripped("x_content_type_options"), False,
        "X-Content-Type-Options: / does not say it", PASS_ON),
    "referrer": (
        lambda r: r.saying(referrer_policy="unsafe-url"), False,
        "Referrer-Policy: / says unsafe-url", PASS_ON),
    "no referrer policy": (
        stripped("referrer_policy"), False, "Referrer-Policy: / says nothing", PASS_ON),
    "permissions": (
        lambda r: r.saying(permissions_policy="camera=(self)"), False,
        "Permissions-Policy: / does not refuse camera", PASS_ON),
    "may transform": (
        pages_only(lambda r: r.saying(cache_control="public, no-cache")), False,
        "Cache-Control: / says public, no-cache", PASS_ON),
    "page gone": (
        only("/about", answering(502)), False,
        "pages: /about answers 502 in place of 200", "Look at the log of the web process"),
    "page elsewhere": (
        only("/", answering(301, location="https://www.pocket.org/")), False,
        "pages: / answers 301 and points elsewhere", "Look at the log"),
    "no lost page": (
        only("/no-page-is-here", lambda r: replace(r, status=200)), False,
        "/no-page-is-here answers 200 in place of 404", "Look at the log"),
    "manifest is a page": (
        only(MANIFEST, answering(200)), False,
        "/manifest.webmanifest: it is no JSON object", "pass /manifest.webmanifest through"),
    "nameless manifest": (
        only(MANIFEST, lambda r: r.editing(b'"name": "Pocket Affirmations"', b'"name": ""')), True,
        "/manifest.webmanifest: it has no name", "pass /manifest.webmanifest through"),
    "manifest starts elsewhere": (
        only(MANIFEST, lambda r: r.editing(b'"start_url": "/"', b'"start_url": "//x.org/"')), True,
        "it has no start_url on this origin", "pass /manifest.webmanifest through"),
    "manifest of a mere page": (
        only(MANIFEST, lambda r: r.editing(b'"display": "standalone"', b'"display": "browser"')),
        True, "it has no display that lets it be installed", "pass /manifest.webmanifest through"),
    "no large icon": (
        only(MANIFEST, lambda r: r.editing(b"512x512", b"500x500")), True,
        "icons: there is none of 512 pixels", "make images"),
    "icon gone": (
        only("/static/icons/icon-512.png", answering(404)), False,
        "icons: /static/icons/icon-512.png answers 404", "make images"),
    "icon made WebP": (
        only("/static/icons/icon-192.png", lambda r: r.saying(content_type="image/webp")), False,
        "icons: /static/icons/icon-192.png is no PNG of 192 pixels", "make images"),
    "icon of another size": (
        only("/static/icons/icon-192.png", lambda r: r.editing(b"\0\0\0\xc0", b"\0\0\0`")), False,
        "icons: /static/icons/icon-192.png is no PNG of 192 pixels", "make images"),
    "redirected worker": (
        only("/sw.js", answering(302, location="/static/sw.js")), False,
        "/sw.js: /sw.js answers 302 and points elsewhere", SW_AS_IS),
    "worker is a page": (
        only("/sw.js", lambda r: r.saying(content_type="text/html")), False,
        "/sw.js: it comes as text/html", SW_AS_IS),
    "worker is cached": (
        only("/sw.js", lambda r: r.saying(cache_control="max-age=86400, no-transform")), False,
        "/sw.js: it may be cached (max-age=86400, no-transform)", SW_AS_IS),
    "minified worker": (
        only("/sw.js", lambda r: r.editing(b"const POCKET = ", b"const POCKET=")), True,
        "/sw.js, first line: it is not what the app writes", "POCKET_KILL_WORKER"),
    "worker without its pack": (
        only("/sw.js", lambda r: r.editing(b'"pack":"/pack.txt"', b'"pack":"/other"')), True,
        "/sw.js, first line: it is not what the app writes", "POCKET_KILL_WORKER"),
    "worker without the rest": (
        only("/sw.js", lambda r: r.editing(b'"rest":"/rest.txt"', b'"rest":"/other"')), True,
        "/sw.js, first line: it is not what the app writes", "POCKET_KILL_WORKER"),
    "worker keeps a foreign file": (
        only("/sw.js", lambda r: r.editing(b'"url":"/pack.txt"', b'"url":"//x.org/p"')), True,
        "/sw.js, first line: it is not what the app writes", "POCKET_KILL_WORKER"),
    "one byte of a hashed file": (
        only(STYLES, lambda r: r.holding(r.body[:-1] + b"!")), True,
        "precache: /static/gen/pocket.", f"than /sw.js promises. {UNTOUCHED} or minifies"),
    "minified pack": (
        only("/pack.txt", lambda r: r.editing(b"\n", b" ")), True,
        "precache: /pack.txt has other bytes than /sw.js promises", UNTOUCHED),
    "another release": (
        only(STYLES, answering(404)), False,
        "precache: /static/gen/pocket.", "run the same release in every web process"),
    "broken encoding": (
        only(STYLES, lambda r: r.saying(content_encoding="gzip")), True,
        "cannot be read (its bytes are not what Content-Encoding says)", "Let the proxy pass it"),
    "forgotten files": (
        only("/static/gen/.*", lambda r: r.saying(cache_control="max-age=600")), False,
        "hashed files: /static/gen/pocket.", "keep the app's Cache-Control"),
    "uncompressed": (
        untouched, True,
        "comes plain", "keep the app's Cache-Control and Content-Encoding"),
    "API breaks": (
        only("/api/.*", answering(500)), False,
        "/api/openapi.json: /api/openapi.json answers 500", API_AS_IS),
    "API is a page": (
        only("/api/openapi.json", answering(200)), False,
        "/api/openapi.json: it comes as text/html; it is no OpenAPI document", API_AS_IS),
    "foreign site breaks it": (
        foreign_only(answering(500)), False,
        "API, asked by a foreign site: /api/subscriptions answers 500", API_AS_IS),
    "foreign site is let in": (
        foreign_only(lambda r: replace(r, status=201)), False,
        "API, asked by a foreign site: /api/subscriptions answers 201", API_AS_IS),
    "foreign site gets a page": (
        foreign_only(answering(405)), False,
        "answers 405 without a problem's details", API_AS_IS),
    "own pages are foreign": (
        own_only(answering(403, PROBLEM)), False,
        "API, asked by the app's own pages: they are taken for another site's", "POCKET_BASE_URL"),
    "no key": (
        only("/reminders", lambda r: r.editing(b"data-key", b"data-none")), True,
        "application server key: /reminders holds none", "POCKET_VAPID_KEY"),
    "short key": (
        only("/reminders", lambda r: r.editing(b'data-key="B', b'data-key="')), True,
        "application server key: /reminders holds none", "POCKET_VAPID_KEY"),
    "key on no curve": (
        only("/reminders", lambda r: r.holding(
            re.sub(rb'(data-key=")[^"]+', rb"\1" + POINT_OF_ZEROS.encode(), r.body))), True,
        "application server key: /reminders holds none", "POCKET_VAPID_KEY"),
    "open numbers": (
        only("/metrics", lambda r: replace(r, status=200)), False,
        "/metrics: a stranger gets the operator's numbers", "Authorization"),
    "not ready": (
        only("/readyz", answering(503)), False,
        "/readyz: /readyz answers 503 in place of 200; it says <h1>Sorry</h1>", "the database"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_spoiled_is_named_with_its_remedy(app_server: Server, fault: str) -> None:
    spoil, is_plain, words, remedy = FAULTS[fault]
    result = look_through(app_server, spoil, is_plain=is_plain)
    assert result.exit_code == 1, result.output
    assert [line for line in lines(result, "FAIL") if words in line and remedy in line], (
        result.output
    )


WARNINGS: dict[str, tuple[Spoil, str, str]] = {
    "late queue": (
        only("/readyz", lambda r: r.editing(b'"queue":"ok"', b'"queue":"late"')),
        "queue: the oldest due reminder has waited for 0 s", "Start the worker"),
    "no contact": (
        only("/readyz", lambda r: r.editing(b'"contact":"ok"', b'"contact":"missing"')),
        "contact address: there is none", "Set POCKET_CONTACT"),
    "no tag": (
        pages_only(stripped("etag")), "bytes: /, /help,", UNTOUCHED),
    "site unseen": (
        foreign_only(lambda r: replace(r, status=415)), "does not see the site", "Origin"),
    "too many": (
        foreign_only(lambda r: replace(r, status=429)), "only for too many", "Ask again"),
    "too many of our own": (
        own_only(lambda r: replace(r, status=429)), "too many requests hide", "Ask again"),
}  # fmt: skip


@pytest.mark.parametrize("doubt", WARNINGS)
def test_what_is_doubtful_is_a_warning_and_no_failure(app_server: Server, doubt: str) -> None:
    spoil, words, remedy = WARNINGS[doubt]
    result = look_through(app_server, spoil)
    assert result.exit_code == 0, result.output
    assert [line for line in lines(result, "warn") if words in line and remedy in line]


def test_a_release_without_a_readiness_address_is_not_asked_for_one(app_server: Server) -> None:
    result = look_through(
        app_server, only("/readyz", answering(404, x_content_type_options="nosniff"))
    )
    assert "/readyz" not in result.output


def test_only_the_file_that_was_changed_is_named(app_server: Server) -> None:
    spoil = only("/static/icons/icon.svg", lambda reply: reply.editing(b"<svg", b"<svg "))
    result = look_through(app_server, spoil, is_plain=False)
    named = [line for line in lines(result, "FAIL") if "precache" in line]
    assert len(named) == 1
    assert "/static/icons/icon.svg" in named[0]


def test_an_answer_without_end_is_cut_off(app_server: Server) -> None:
    flood = only("/about", lambda reply: reply.holding(b"a" * 6_000_000))
    result = look_through(app_server, flood, is_plain=True)
    assert "/about cannot be read (it is over 5000000 octets)" in result.output


def test_an_answer_that_never_comes_is_not_waited_for(
    app_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetcher, "SECONDS", 0.5)
    end = threading.Event()

    def hang(reply: Reply) -> Reply:
        end.wait(20)
        return reply

    began = time.monotonic()
    with spoiling(app_server.port, only("/about", hang)) as proxy:
        result = look_at(proxy.url)
        end.set()
    assert "/about cannot be read (no answer within 0.5 s)" in result.output
    assert time.monotonic() - began < 15


def test_foreign_text_cannot_steer_the_terminal(app_server: Server) -> None:
    result = look_through(app_server, lambda reply: reply.saying(referrer_policy="\x9b2Junsafe"))
    assert "?2Junsafe" in result.output
    assert "\x9b" not in result.output


# The address itself


def look_at_https(
    server: Server,
    certificates: Certificates,
    spoil: Spoil = untouched,
    plain: Spoil | None = None,
    **environment: str,
) -> Result:
    """Look at https://localhost; `plain` is what answers at its http, by way of a forward proxy."""
    ca = {"REQUESTS_CA_BUNDLE": str(certificates.authority)}
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
    to_https = answering(308, location="https://localhost/")
    with (
        spoiling(server.port, spoil, certificates=certificates, **forwarded) as proxy,
        spoiling(0, plain or to_https) as http,
    ):
        url = f"https://localhost:{proxy.server_port}"
        return look_at(url, **(ca | {"http_proxy": http.url} | environment))


@pytest.mark.parametrize(
    ("spoil", "plain", "words", "remedy"),
    [
        (untouched, answering(200), "http: http://localhost/ answers 200 and no redirect", "308"),
        (
            untouched,
            answering(308, location="https://x.org/"),
            "redirects to https://x.org/",
            "308",
        ),
        (
            untouched,
            answering(308, location="http://localhost/a"),
            "not to https on its host",
            "308",
        ),
        (
            stripped("strict_transport_security"),
            None,
            "Strict-Transport-Security: / does not say it",
            "Set POCKET_BASE_URL to the https address",
        ),
    ],
    ids=["no-redirect", "elsewhere", "still-http", "no-hsts"],
)
def test_a_way_around_https_is_named(
    https_server: Server,
    certificates: Certificates,
    spoil: Spoil,
    plain: Spoil | None,
    words: str,
    remedy: str,
) -> None:
    result = look_at_https(https_server, certificates, spoil, plain)
    assert result.exit_code == 1, result.output
    assert [line for line in lines(result, "FAIL") if words in line and remedy in line]


def test_short_hsts_and_a_closed_http_are_warnings(
    https_server: Server, certificates: Certificates
) -> None:
    def short(reply: Reply) -> Reply:
        return reply.saying(strict_transport_security="max-age=60")

    closed = f"http://127.0.0.1:{free_port()}"
    result = look_at_https(https_server, certificates, short, http_proxy=closed)
    assert result.exit_code == 0, result.output
    assert [line.split(":")[0] for line in lines(result, "warn")] == [
        "warn  http",
        "warn  Strict-Transport-Security",
    ]


def test_a_certificate_that_browsers_refuse_ends_the_look(
    https_server: Server, certificates: Certificates
) -> None:
    result = look_at_https(https_server, certificates, REQUESTS_CA_BUNDLE="")
    assert result.exit_code == 1
    (line,) = lines(result, "FAIL")
    assert "certificate: browsers refuse it (" in line
    assert "Renew the certificate" in line
    assert "2 checks, 1 failed" in result.output


def test_http_beyond_this_machine_fails(app_server: Server) -> None:
    with spoiling(app_server.port, untouched) as proxy:
        result = look_at("http://pocket.invalid", http_proxy=proxy.url)
    assert result.exit_code == 1
    assert [line for line in lines(result, "FAIL") if line.startswith("FAIL  https: ")]
