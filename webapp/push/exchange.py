"""One HTTP exchange over libcurl: what is asked, what is read, and which addresses may be dialled.

It follows no redirect, asks no proxy and no netrc, keeps no cookie, and sends no `Expect`.
libcurl hands over each address it resolved and the socket is made here, so what was checked is
what is connected to, once per connection: a name that changes its mind cannot get in between.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from ipaddress import IPv6Address
from ipaddress import IPv6Network
from ipaddress import ip_address
from typing import Any
from typing import NamedTuple

import certifi
import pycurl

MAX_BODY_OCTETS = 2_048
"""How much of an answer is read; what goes on longer is cut off."""
QUOTE_CHARACTERS = 200
SECRET = re.compile(r"[\w%:/?&=.~+-]{24,}")
"""Endpoints, keys and tokens are long runs without a space; sentences are not."""
FIRST_FINAL_STATUS = 200
FIRST_OTHER_STATUS = 300
NAT64 = IPv6Network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are an IPv4 address that a gateway connects to."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for a connection to stand, and for the whole exchange."""

    connect_seconds: float = 5
    total_seconds: float = 10


class Reply(NamedTuple):
    """What came back: `status` is None when nothing did, and then `error` says why.

    Header names are in lower case; after a success nobody asks for headers, so none are kept.
    `body` holds at most the first 2,048 octets.
    """

    status: int | None
    headers: Mapping[str, str]
    body: bytes = b""
    error: str = ""

    def quote(self) -> str:
        """The push service's own words in one line for a log: what may be a secret is masked.

        Windows gives its reason in `X-WNS-…` headers only; others echo the endpoint in the body.
        """
        texts = (self.body.decode("utf-8", "replace"), self.error)
        reasons = [f"{n}: {_mask(v)}" for n, v in self.headers.items() if n.startswith("x-wns-")]
        words = " ".join(filter(None, [*reasons, *map(_mask, texts)]))
        return f"{self.status or 'no answer'} {words[:QUOTE_CHARACTERS]}".strip()


class Exchange:
    """One of libcurl's easy handles, used again and again."""

    def __init__(self, limits: Limits, ca_file: str) -> None:
        self._headers = bytearray()
        self._body = bytearray()
        self._lines: tuple[str, ...] | None = None
        self._may_dial_any = False
        self._has_refused = False
        self.curl = pycurl.Curl()
        for option, value in _options(limits, ca_file):
            self.curl.setopt(option, value)
        self.curl.setopt(pycurl.HEADERFUNCTION, self._headers.extend)
        self.curl.setopt(pycurl.WRITEFUNCTION, self._read_body)
        self.curl.setopt(pycurl.OPENSOCKETFUNCTION, self._open_socket)

    def prepare(
        self, url: str, headers: tuple[str, ...], body: bytes, *, may_dial_any: bool
    ) -> None:
        """Set up a POST. Only with `may_dial_any` can it reach what is not public."""
        self._headers.clear()
        self._body.clear()
        self._may_dial_any = may_dial_any
        self._has_refused = False
        self.curl.setopt(pycurl.URL, url)
        if headers is not self._lines:
            # libcurl would add these two by itself; no value takes them away.
            self.curl.setopt(pycurl.HTTPHEADER, (*headers, "Accept:", "Expect:"))
            self._lines = headers
        self.curl.setopt(pycurl.POSTFIELDS, body)

    def reply(self, error: str = "") -> Reply:
        """What came back, and libcurl's word for what went wrong."""
        status = self.curl.getinfo(pycurl.RESPONSE_CODE)
        if self._has_refused:
            error = "its address is not public"
        # A status counts even when the rest was cut off: the push service has answered.
        final = status if status >= FIRST_FINAL_STATUS else None
        has_succeeded = FIRST_FINAL_STATUS <= status < FIRST_OTHER_STATUS
        headers = {} if has_succeeded else _parse_headers(self._headers)
        return Reply(final, headers, bytes(self._body), error)

    def _read_body(self, octets: bytes) -> int:
        self._body += octets[: MAX_BODY_OCTETS - len(self._body)]
        return len(octets) if len(self._body) < MAX_BODY_OCTETS else 0

    def _open_socket(self, _purpose: int, address: Any) -> socket.socket | int:
        family, kind, protocol, name = address
        if not self._may_dial_any and not is_public(name[0]):
            self._has_refused = True
            return int(pycurl.SOCKET_BAD)
        return _Socket(family, kind, protocol)


class _Socket(socket.socket):
    """Given to pycurl, which keeps a duplicate and drops this one."""

    def __del__(self) -> None:
        self.close()


def find_authorities() -> str:
    """The file of certificate authorities: the system's (or SSL_CERT_FILE), else certifi's.

    libcurl as pycurl's wheels bring it looks only where Fedora keeps them.
    """
    return ssl.get_default_verify_paths().cafile or certifi.where()


def is_public(address: str) -> bool:
    """Whether an address literal belongs to the public internet, seen through its wrappings."""
    ip = ip_address(address)
    inner = _inner_address(ip) if isinstance(ip, IPv6Address) else None
    return is_public(str(inner)) if inner else ip.is_global and not ip.is_multicast


def _inner_address(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that traffic to this IPv6 address ends at, where it holds one."""
    if ip in NAT64:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour


def _options(limits: Limits, ca_file: str) -> list[tuple[int, Any]]:
    return [
        (pycurl.CAINFO, ca_file),
        (pycurl.CONNECTTIMEOUT_MS, int(limits.connect_seconds * 1000)),
        (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS),
        (pycurl.NETRC, pycurl.NETRC_IGNORED),
        (pycurl.NOSIGNAL, 1),
        (pycurl.POST, 1),
        (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
        (pycurl.PROXY, ""),
        (pycurl.TIMEOUT_MS, int(limits.total_seconds * 1000)),
        (pycurl.USERAGENT, "pocket-affirmations"),
    ]


def _mask(text: str) -> str:
    printable = "".join(c if c.isprintable() else " " for c in text)
    return SECRET.sub("…", " ".join(printable.split()))


def _parse_headers(block: bytes | bytearray) -> dict[str, str]:
    fields = (line.partition(":") for line in block.decode("latin-1").split("\r\n"))
    return {name.strip().lower(): value.strip() for name, colon, value in fields if colon}
