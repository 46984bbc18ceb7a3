"""The other end: a browser's subscription, and what it makes of the messages it gets.

It decrypts with http-ece, so it shares no code with the sender, and shows what a screen would.
"""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from dataclasses import field
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization import PublicFormat


@dataclass(frozen=True)
class Message:
    """One push message as it arrived, opened."""

    headers: dict[str, str]
    body: bytes
    plaintext: bytes
    claims: dict[str, Any]
    token: str
    at: float = 0
    """When it arrived, by the push service's clock."""

    @property
    def payload(self) -> Any:
        """The JSON it carries."""
        return json.loads(self.plaintext)


@dataclass
class UserAgent:
    """One subscription with its private key; `application_server_key` restricts it when given."""

    endpoint: str
    application_server_key: bytes | None = None
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1()), repr=False
    )
    auth: bytes = field(default_factory=lambda: os.urandom(16), repr=False)
    messages: list[Message] = field(default_factory=list, repr=False)

    @property
    def p256dh(self) -> bytes:
        point = self.private.public_key()
        return point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def screen(self) -> dict[str, Any]:
        """The notifications that stand on the screen: the newest of each tag."""
        notes = (message.payload["notification"] for message in self.messages)
        return {note["tag"]: note for note in notes}

    def as_json(self) -> dict[str, Any]:
        """What `PushSubscription.toJSON()` gives."""
        keys = {"p256dh": _base64url(self.p256dh), "auth": _base64url(self.auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def open(self, body: bytes) -> bytes:
        """The plaintext of a message; raises http_ece.ECEException for one not for us."""
        opened: bytes = http_ece.decrypt(
            body, private_key=self.private, auth_secret=self.auth, version="aes128gcm"
        )
        return opened


def _base64url(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
