"""What a browser's push subscription must be before anything is ever sent to it.

Parses and judges, nothing else: names are resolved, and addresses checked, where we send.
It never opens a connection, and never shows an endpoint or a key in a message or a `repr`.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import SplitResult
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from webapp.errors import SubscriptionError

DEFAULT_PUSH_HOSTS = (
    "fcm.googleapis.com",
    "jmt17.google.com",
    "updates.push.services.mozilla.com",
    "web.push.apple.com",
    "notify.windows.com",
)
MAX_ENDPOINT_OCTETS = 2048
P256DH_OCTETS = 65
AUTH_OCTETS = 16

_ENDPOINT = "subscription.endpoint"
_REMEDY = "Send the subscription just as the browser gave it"
_UNKNOWN_HOST = "Ask the server's operator to allow its host with POCKET_PUSH_HOSTS"
_DEFAULT_PORTS = {"https": 443, "http": 80}
# Stricter than any URL parser, so that urlsplit here and libcurl there cannot read two hosts.
_URI_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_AUTHORITY = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[1-9][0-9]{0,4})?")
# The WHATWG URL standard reads a host whose last label is a number as an IPv4 address.
_NUMBER_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")


@dataclass(frozen=True, slots=True, repr=False)
class PushSubscription:
    """Where and for whom to encrypt: `p256dh` is 65 bytes (X9.62, uncompressed), `auth` 16.

    Every field is the reader's secret, so its `repr` holds the host and a short hash only.
    """

    endpoint: str
    p256dh: bytes
    auth: bytes

    @property
    def origin(self) -> str:
        """The endpoint's origin, `https://host` with the port only when it is not the default."""
        return _origin(urlsplit(self.endpoint))

    @property
    def short_hash(self) -> str:
        """The first 12 hexadecimal digits of the endpoint's SHA-256: the only name for logs."""
        return hash_endpoint(self.endpoint)[:12]

    def __repr__(self) -> str:
        return f"<PushSubscription {self.origin} {self.short_hash}>"


@dataclass(frozen=True, slots=True, repr=False)
class Proof:
    """Whoever has the auth secret of an endpoint owns it; both are secrets."""

    endpoint: str
    auth: bytes


@dataclass(frozen=True, slots=True)
class HostPolicy:
    """Where we may send: to `hosts`, their dotted children, and the one `test_origin`, which need
    not be https, port 443 or a name.
    """

    hosts: tuple[str, ...] = DEFAULT_PUSH_HOSTS
    test_origin: str = ""

    def allows(self, endpoint: str) -> bool:
        """Tell whether `check` would accept this endpoint."""
        try:
            self.check(endpoint)
            return True
        except SubscriptionError:
            return False

    def check(self, endpoint: str) -> None:
        """Raise SubscriptionError unless this is a URL we may send to; resolves nothing."""
        parts = _split_endpoint(endpoint)
        if self.test_origin and _origin(parts) == _origin(urlsplit(self.test_origin)):
            return
        host = parts.hostname or ""
        if parts.scheme != "https":
            _refuse(_ENDPOINT, "is not an https address")
        if parts.port not in (None, 443):
            _refuse(_ENDPOINT, "names a port other than 443")
        if ":" in host or _NUMBER_LABEL.fullmatch(host.rstrip(".").rpartition(".")[2]):
            _refuse(_ENDPOINT, "names an IP address instead of a host")
        if host.endswith("."):
            _refuse(_ENDPOINT, "has a host that ends in a dot")
        # With a dot in front of both, a child ends like its parent, and a namesake does not.
        is_known = any(f".{host}".endswith(f".{name.lower()}") for name in self.hosts)
        if "" in host.split(".") or not is_known:
            _refuse(_ENDPOINT, "is not at a push service this server knows", _UNKNOWN_HOST)


def parse_subscription(data: object, policy: HostPolicy) -> PushSubscription:
    """Parse the JSON of `PushSubscription.toJSON()` (Push API). Raises SubscriptionError."""
    if not isinstance(data, dict):
        _refuse("subscription", "is not an object")
    keys = data.get("keys")
    if not isinstance(keys, dict):
        _refuse("subscription.keys", "is missing or not an object")
    endpoint = parse_endpoint(data.get("endpoint"))
    policy.check(endpoint)
    p256dh = _parse_public_key(keys.get("p256dh"), "subscription.keys.p256dh")
    auth = parse_auth(keys.get("auth"), "subscription.keys.auth")
    return PushSubscription(endpoint, p256dh, auth)


def parse_proof(data: object, field: str = "") -> Proof:
    """Parse `{"endpoint": "…", "auth": "…"}`, which is the whole body or this field of it."""
    if not isinstance(data, dict) or not data.keys() <= {"endpoint", "auth"}:
        _refuse(field, "is not an object of endpoint and auth", "Send both, or leave it out")
    inside = f"{field}." if field else ""
    endpoint = parse_endpoint(data.get("endpoint"), f"{inside}endpoint")
    return Proof(endpoint, parse_auth(data.get("auth"), f"{inside}auth"))


def parse_endpoint(data: object, field: str = _ENDPOINT) -> str:
    """Return the text when it is a string of at most 2048 ASCII octets; no host is judged."""
    if not isinstance(data, str) or not data:
        _refuse(field, "is missing or not a string")
    if not data.isascii():
        _refuse(field, "is not ASCII")
    if len(data) > MAX_ENDPOINT_OCTETS:
        _refuse(field, f"is longer than {MAX_ENDPOINT_OCTETS} octets")
    return data


def parse_auth(text: object, field: str = "auth") -> bytes:
    """Decode the 16-byte authentication secret (RFC 8291 section 3.2). Raises SubscriptionError."""
    secret = _decode_key(text, field)
    if len(secret) != AUTH_OCTETS:
        _refuse(field, f"is not {AUTH_OCTETS} bytes long")
    return secret


def decode_base64url(text: str) -> bytes:
    """Decode either base64 alphabet, padded or not. Raises ValueError."""
    bare = text.rstrip("=").replace("+", "-").replace("/", "_")
    is_whole = len(bare) % 4 != 1 and ("=" not in text or len(text) % 4 == 0)
    if not _BASE64.fullmatch(text) or not is_whole:
        raise ValueError("not base64url")
    return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))


def hash_endpoint(endpoint: str) -> str:
    """SHA-256 of the endpoint in hexadecimal: what stands for it in keys and, cut, in logs."""
    return hashlib.sha256(endpoint.encode()).hexdigest()


def _split_endpoint(endpoint: str) -> SplitResult:
    parse_endpoint(endpoint)
    if not _URI_CHARACTERS.fullmatch(endpoint):
        _refuse(_ENDPOINT, "has characters that no URL has")
    try:
        parts = urlsplit(endpoint)
        _ = parts.port
    except ValueError:
        _refuse(_ENDPOINT, "is not a URL")
    if "#" in endpoint:
        _refuse(_ENDPOINT, "has a fragment")
    if "@" in parts.netloc:
        _refuse(_ENDPOINT, "has a user name or password")
    if not _AUTHORITY.fullmatch(parts.netloc):
        _refuse(_ENDPOINT, "has no plain host name")
    return parts


def _origin(parts: SplitResult) -> str:
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    is_default = parts.port in (None, _DEFAULT_PORTS.get(parts.scheme))
    return f"{parts.scheme}://{host}" + ("" if is_default else f":{parts.port}")


def _parse_public_key(text: object, field: str) -> bytes:
    point = _decode_key(text, field)
    if len(point) != P256DH_OCTETS or point[:1] != b"\x04":
        _refuse(field, "is not a 65-byte uncompressed point")
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except ValueError:
        _refuse(field, "is not a point on the curve P-256")
    return point


def _decode_key(text: object, field: str) -> bytes:
    if not isinstance(text, str) or not text:
        _refuse(field, "is missing or not a string")
    try:
        return decode_base64url(text)
    except ValueError:
        _refuse(field, "is not base64url")


def _refuse(field: str, reason: str, remedy: str = _REMEDY) -> NoReturn:
    raise SubscriptionError(field, reason, remedy)
