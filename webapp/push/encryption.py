"""Message encryption for Web Push: RFC 8291 over one RFC 8188 `aes128gcm` record.

It never keeps a plaintext, never uses a salt or a sender key twice, and never touches the VAPID
key (RFC 8292 section 3.2 forbids sharing one). Every primitive is `cryptography`'s.
"""

from __future__ import annotations

import os
from collections import deque

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization import PublicFormat

from webapp.errors import MessageTooLarge

CURVE = ec.SECP256R1()
RECORD_OCTETS = 4096
"""RFC 8291 section 4: what every push service must take, header included."""
HEADER_OCTETS = 16 + 4 + 1 + 65
"""RFC 8188 section 2.1: salt, record size, length of the key id, the key id."""
MAX_PLAINTEXT = RECORD_OCTETS - HEADER_OCTETS - 1 - 16
"""3993 octets: one goes to the delimiter, sixteen to the authentication tag."""
MAX_PADDED = 2_597
"""Padding never takes a body over 2,700 octets, the most that reaches every user agent."""
LAST_RECORD = b"\x02"
"""RFC 8188 section 2: the delimiter of the last record, and ours is always the last."""


class SenderKey:
    """One P-256 key pair for one message: `private`, and `public` as 65 octets uncompressed."""

    __slots__ = ("private", "public")

    def __init__(self, private: ec.EllipticCurvePrivateKey | None = None) -> None:
        self.private = private or ec.generate_private_key(CURVE)
        point = self.private.public_key()
        self.public = point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


class SenderKeys:
    """Fresh sender keys, made ahead while there is time; each is handed out once.

    One pool belongs to one thread of one process: a pool copied by fork would hand out twins.
    """

    def __init__(self, size: int = 2_000) -> None:
        self._size = size
        self._ready: deque[SenderKey] = deque()

    def __len__(self) -> int:
        return len(self._ready)

    def refill(self) -> None:
        """Make keys until the pool is full; about 25 microseconds each."""
        while len(self._ready) < self._size:
            self._ready.append(SenderKey())

    def take(self) -> SenderKey:
        """A key that was never handed out before, made now when none lies ready."""
        return self._ready.popleft() if self._ready else SenderKey()


def encrypt(
    plaintext: bytes,
    p256dh: bytes,
    auth: bytes,
    *,
    salt: bytes | None = None,
    sender_key: SenderKey | None = None,
    padding: int = 0,
) -> bytes:
    """The body of a push message for the subscription's `p256dh` (65 octets) and `auth` (16).

    With `padding` the plaintext is filled up to a multiple of so many octets, as far as the
    record allows, so that the length does not tell which text it was. `salt` (16 octets) and
    `sender_key` are fresh unless given; give them in tests only, or a key that is used once.
    Raises MessageTooLarge over 3993 octets, ValueError for a point off the curve.
    """
    check_size(plaintext)
    salt = salt or os.urandom(16)
    sender = sender_key or SenderKey()
    secret = sender.private.exchange(ec.ECDH(), _point(p256dh))
    key_info = b"WebPush: info\x00" + p256dh + sender.public
    keying_material = _derive(auth, secret, key_info, 32)
    key = _derive(salt, keying_material, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derive(salt, keying_material, b"Content-Encoding: nonce\x00", 12)
    padded = plaintext + LAST_RECORD + bytes(_padding_octets(len(plaintext), padding))
    header = salt + RECORD_OCTETS.to_bytes(4, "big") + bytes([len(sender.public)]) + sender.public
    return header + AESGCM(key).encrypt(nonce, padded, None)


def check_size(plaintext: bytes) -> None:
    """Raise MessageTooLarge when `plaintext` does not fit in one record."""
    if len(plaintext) > MAX_PLAINTEXT:
        raise MessageTooLarge(len(plaintext), MAX_PLAINTEXT)


def _point(p256dh: bytes) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, p256dh)


def _derive(salt: bytes, secret: bytes, info: bytes, octets: int) -> bytes:
    """HKDF with SHA-256 (RFC 5869), as RFC 8291 section 3.4 and RFC 8188 section 2.2 use it."""
    return HKDF(SHA256(), octets, salt, info).derive(secret)


def _padding_octets(size: int, bucket: int) -> int:
    wanted = -size % bucket if bucket else 0
    return max(0, min(wanted, MAX_PADDED - size))
