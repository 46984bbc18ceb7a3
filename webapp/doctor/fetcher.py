"""Asks the deployment, a request at a time, with limits on time and size. It judges no answer.

No redirect is followed, no cookie kept or sent, no password taken from .netrc. What goes wrong on
the way is part of the answer. The system's proxy and authorities apply (REQUESTS_CA_BUNDLE too).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Self

import requests

SECONDS = 10
MOST_OCTETS = 5_000_000
CHUNK_OCTETS = 1024
USER_AGENT = "Pocket-Affirmations-doctor"
ENCODINGS = ("br", "gzip")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `status` 0 when nothing did, `failure` says why; `body` is decoded."""

    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    failure: str = ""
    is_untrusted: bool = False

    def header(self, name: str) -> str:
        """A header's value, several joined by commas; empty when it is not there."""
        return self.headers.get(name, "")

    @property
    def media_type(self) -> str:
        return self.header("Content-Type").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    def fault(self, status: int = 200) -> str:
        """What is wrong with the answer as such; empty when it came whole with that status."""
        if self.failure:
            return f"{self.path} cannot be read ({self.failure})"
        if self.status == status:
            return ""
        if 300 <= self.status < 400:
            return f"{self.path} answers {self.status} and points elsewhere"
        return f"{self.path} answers {self.status} in place of {status}"


class Fetcher:
    """Asks one origin; `answers` holds everything that came, in order."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.answers: list[Answer] = []
        self._session = requests.Session()
        self._session.auth = lambda request: request  # else requests looks into .netrc
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self._session.headers.update(
            {"User-Agent": USER_AGENT, "Accept-Encoding": ", ".join(ENCODINGS)}
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def get(self, path: str) -> Answer:
        """Ask for a path of the origin, or for a whole address."""
        return self._ask("GET", path)

    def put(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a body; a refusal may leave it unread, so the connection is not used again."""
        answer = self._ask("PUT", path, body, headers)
        self._session.close()  # its connections only: the next request makes a new one
        return answer

    def _ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        url = self.origin + path if path.startswith("/") else path
        try:
            with self._session.request(
                method,
                url,
                data=body,
                headers=headers,
                timeout=SECONDS,
                allow_redirects=False,
                stream=True,
            ) as response:
                answer = _read(path, response)
        except (OSError, ValueError) as error:  # those of requests are OSErrors
            is_untrusted = isinstance(error, requests.exceptions.SSLError)
            answer = Answer(path, 0, {}, failure=_reason(error), is_untrusted=is_untrusted)
        self.answers.append(answer)
        return answer


def _read(path: str, response: requests.Response) -> Answer:
    body = bytearray()
    failure = ""
    deadline = time.monotonic() + SECONDS
    try:
        for chunk in response.iter_content(CHUNK_OCTETS):
            body += chunk
            if len(body) > MOST_OCTETS:
                failure = f"it is over {MOST_OCTETS} octets"
            elif time.monotonic() > deadline:
                failure = f"it takes longer than {SECONDS} s"
            if failure:
                break
    except (OSError, ValueError) as error:
        failure = _reason(error)
    return Answer(path, response.status_code, response.headers, bytes(body), failure)


def _reason(error: BaseException) -> str:
    """The innermost reason in the system's own words; requests wraps it several times."""
    if isinstance(error, requests.Timeout):
        return f"no answer within {SECONDS} s"
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return "its bytes are not what Content-Encoding says"
    found = type(error).__name__
    inner: BaseException | None = error
    while inner is not None:
        told = getattr(inner, "verify_message", "") or getattr(inner, "strerror", "")
        if not told and isinstance(inner, ConnectionError):
            told = str(inner)
        found = told or found
        reason = getattr(inner, "reason", None)
        inner = (
            reason if isinstance(reason, BaseException) else inner.__cause__ or inner.__context__
        )
    return found
