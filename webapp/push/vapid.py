"""Voluntary application server identification: RFC 8292, its key and its tokens.

It never signs once per message, never overwrites a key (every subscription hangs on it), and
never takes part in encryption.
"""

from __future__ import annotations

import json
import os
import secrets
from base64 import urlsafe_b64decode
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization import NoEncryption
from cryptography.hazmat.primitives.serialization import PrivateFormat
from cryptography.hazmat.primitives.serialization import PublicFormat
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from webapp.errors import SettingError

LIFETIME_SECONDS = 12 * 3600
"""RFC 8292 section 2 allows 24 h; half of it leaves room for clocks that are wrong."""
RENEW_SECONDS = LIFETIME_SECONDS // 2
HALF_OCTETS = 32
"""Length of r and of s in an ES256 signature (RFC 7518 section 3.4)."""
REMEDY = "Restore the key: with another one every subscription is lost"


@dataclass(frozen=True)
class VapidKey:
    """The application server's P-256 key pair."""

    private: ec.EllipticCurvePrivateKey

    @cached_property
    def public_key(self) -> bytes:
        """65 octets, uncompressed."""
        point = self.private.public_key()
        return point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @cached_property
    def application_server_key(self) -> str:
        """The public key as `PushManager.subscribe` takes it: base64url, no padding."""
        return _base64url(self.public_key)

    def derive_secret(self, purpose: str) -> bytes:
        """32 octets that only who has the key can make, and that tell nothing of it (RFC 5869)."""
        number = self.private.private_numbers().private_value.to_bytes(HALF_OCTETS, "big")
        return HKDF(SHA256(), HALF_OCTETS, None, f"pocket: {purpose}".encode()).derive(number)

    def pem(self) -> bytes:
        """The private key as PKCS#8 PEM: a secret."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def save(self, path: Path) -> None:
        """Write the key to a new file of mode 0600; the file is there whole or not at all.

        Raises FileExistsError when there is one already: it stays untouched.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft_file(path, self.pem()) as draft:
            os.link(draft, path)


@contextmanager
def draft_file(path: Path, octets: bytes) -> Iterator[Path]:
    """A file of mode 0600 beside `path` that holds these octets on the disk; gone at the end."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "wb") as file:
            file.write(octets)
            os.fsync(file.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def generate_key() -> VapidKey:
    """A new key; browsers that subscribed with another one must subscribe anew."""
    return VapidKey(ec.generate_private_key(ec.SECP256R1()))


def parse_key(text: str, setting: str = "POCKET_VAPID_KEY") -> VapidKey:
    """A key from PEM, or from its 32 private octets in base64url (web-push's format).

    Raises SettingError, which names `setting` and never shows the text.
    """
    try:
        if "-----BEGIN" in text:
            private = load_pem_private_key(text.replace("\\n", "\n").encode(), password=None)
        else:
            private = ec.derive_private_key(_private_number(text.strip()), ec.SECP256R1())
    except (ValueError, TypeError) as error:
        raise SettingError(setting, "holds no private key that can be read", REMEDY) from error
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.curve.name != "secp256r1":
        raise SettingError(setting, "is not a key on the curve P-256", REMEDY)
    return VapidKey(private)


def load_key(text: str, path: Path) -> VapidKey:
    """The key in `text`, else the one in the file, which is made when it is missing.

    Of processes that start together, one makes the file and all read the same key.
    """
    if text:
        return parse_key(text)
    if not path.exists():
        try:
            generate_key().save(path)
        except OSError as error:
            if not path.exists():  # else another process was quicker
                reason = f"cannot be written ({error.strerror}: {path})"
                raise SettingError("POCKET_VAPID_KEY_FILE", reason, "Name another file") from error
    return read_key(path)


def read_key(path: Path) -> VapidKey:
    """The key in the file. Raises SettingError."""
    try:
        return parse_key(path.read_text("ascii"), "POCKET_VAPID_KEY_FILE")
    except (OSError, UnicodeDecodeError) as error:
        reason = f"cannot be read ({path})"
        raise SettingError("POCKET_VAPID_KEY_FILE", reason, REMEDY) from error


class Vapid:
    """Signs for push services: one token for an audience, kept until half of its life is over."""

    def __init__(self, key: VapidKey, contact: str | None = None) -> None:
        self.key = key
        self._contact = contact
        self._kept: dict[str, tuple[int, str]] = {}
        self._lock = Lock()

    def authorization(self, origin: str, now: int) -> str:
        """The `Authorization` header for `origin` (scheme://host[:port]); safe from any thread.

        `now` is in UTC seconds. The token is renewed 6 h after it was made, and when the clock
        went back behind its making.
        """
        with self._lock:
            made_at, header = self._kept.get(origin, (now + 1, ""))
            if not made_at <= now < made_at + RENEW_SECONDS:
                token = sign_token(self.key, origin, now + LIFETIME_SECONDS, self._contact)
                header = f"vapid t={token}, k={self.key.application_server_key}"
                self._kept[origin] = (now, header)
            return header


def sign_token(key: VapidKey, audience: str, expires_at: int, contact: str | None) -> str:
    """A JWT signed with ES256; without a contact it has no `sub` (RFC 8292 section 2.1)."""
    claims: dict[str, str | int] = {"aud": audience, "exp": expires_at}
    if contact:
        claims["sub"] = contact
    signed = ".".join(_base64url(_json(part)) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    signature = key.private.sign(signed.encode(), ec.ECDSA(SHA256()))
    return f"{signed}.{_base64url(raw_signature(signature))}"


def raw_signature(der: bytes) -> bytes:
    """r and s as 64 octets, each half padded on the left with zeros (RFC 7518 section 3.4)."""
    r, s = decode_dss_signature(der)
    return r.to_bytes(HALF_OCTETS, "big") + s.to_bytes(HALF_OCTETS, "big")


def _private_number(text: str) -> int:
    octets = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(octets) != HALF_OCTETS:
        raise ValueError("not 32 octets")
    return int.from_bytes(octets, "big")


def _base64url(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def _json(value: dict[str, str] | dict[str, str | int]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
