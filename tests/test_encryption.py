"""What encryption promises: RFC 8291's example to the octet, and http-ece can read the rest."""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64decode
from pathlib import Path

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from tests.user_agent import UserAgent
from webapp.errors import MessageTooLarge
from webapp.push.encryption import CURVE
from webapp.push.encryption import MAX_PLAINTEXT
from webapp.push.encryption import SenderKey
from webapp.push.encryption import SenderKeys
from webapp.push.encryption import encrypt

VECTOR = json.loads((Path(__file__).parent / "vectors" / "rfc8291.json").read_text())
READER = UserAgent("https://fcm.googleapis.com/fcm/send/x")
TAG_OCTETS = 16


def octets(name: str) -> bytes:
    return urlsafe_b64decode(VECTOR[name] + "==")


def private_key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(octets(name), "big"), CURVE)


def seal(plaintext: bytes = b"note", padding: int = 0) -> bytes:
    return encrypt(plaintext, READER.p256dh, READER.auth, padding=padding)


def test_the_example_of_rfc_8291_comes_out_to_the_octet() -> None:
    sender = SenderKey(private_key("sender_private"))
    body = encrypt(
        VECTOR["plaintext"].encode(),
        octets("p256dh"),
        octets("auth"),
        salt=octets("salt"),
        sender_key=sender,
    )
    assert sender.public == octets("sender_public")
    assert body == octets("body")


def test_http_ece_reads_the_example_with_the_receivers_key() -> None:
    opened = http_ece.decrypt(
        octets("body"),
        private_key=private_key("receiver_private"),
        auth_secret=octets("auth"),
        version="aes128gcm",
    )
    assert opened == VECTOR["plaintext"].encode()


@settings(deadline=None)
@given(plaintext=st.binary(max_size=MAX_PLAINTEXT), padding=st.integers(0, 2_700))
def test_http_ece_reads_whatever_was_written(plaintext: bytes, padding: int) -> None:
    assert READER.open(seal(plaintext, padding)) == plaintext


def test_the_body_is_one_record_with_the_header_of_rfc_8188() -> None:
    body = seal(b"note")
    record_size = int.from_bytes(body[16:20], "big")
    assert body[20] == len(body[21:86]) == 65
    assert body[21] == 0x04
    assert len(body) == 16 + 4 + 1 + 65 + len(b"note") + 1 + TAG_OCTETS
    assert record_size == 4096
    assert record_size >= MAX_PLAINTEXT + 18


def test_the_record_ends_with_the_delimiter_of_a_last_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # http-ece takes both delimiters of RFC 8188; browsers take only 0x02 here.
    padded: list[bytes] = []

    class Recorder:
        def __init__(self, key: bytes) -> None:
            self.key = key

        def encrypt(self, nonce: bytes, data: bytes, extra: None) -> bytes:
            padded.append(data)
            return data

    monkeypatch.setattr("webapp.push.encryption.AESGCM", Recorder)
    seal(b"note", padding=8)
    assert padded == [b"note\x02\x00\x00\x00\x00"]


def test_the_largest_message_fills_a_body_of_4096_octets() -> None:
    assert len(seal(bytes(MAX_PLAINTEXT))) == 4096


def test_a_message_of_3994_octets_is_refused_when_it_is_made() -> None:
    with pytest.raises(MessageTooLarge) as caught:
        seal(bytes(MAX_PLAINTEXT + 1))
    assert (caught.value.size_octets, caught.value.limit_octets) == (3994, 3993)


@pytest.mark.parametrize("padding", [512, 1_000, 2_597])
def test_padding_never_makes_a_message_too_large_for_any_user_agent(padding: int) -> None:
    assert max(len(seal(bytes(size), padding=padding)) for size in range(1, 2_598, 118)) <= 2_700


def test_a_message_that_is_larger_than_that_is_not_padded() -> None:
    assert len(seal(bytes(3_900), padding=512)) == 86 + 3_900 + 1 + TAG_OCTETS


def test_padded_messages_of_different_lengths_look_alike() -> None:
    sizes = {len(seal(os.urandom(size), padding=512)) for size in (1, 100, 300, 511, 512)}
    assert sizes == {86 + 512 + 1 + TAG_OCTETS}


def test_without_padding_nothing_is_added() -> None:
    assert len(seal(bytes(100), padding=0)) == 86 + 100 + 1 + TAG_OCTETS


def test_salt_and_sender_key_are_fresh_for_every_message() -> None:
    bodies = [seal() for _ in range(50)]
    assert len({body[:16] for body in bodies}) == 50
    assert len({body[21:86] for body in bodies}) == 50


def test_the_pool_hands_out_each_key_once_and_makes_more_when_it_is_empty() -> None:
    keys = SenderKeys(size=3)
    keys.refill()
    assert len(keys) == 3
    taken = [keys.take().public for _ in range(5)]
    assert len(keys) == 0
    assert len(set(taken)) == 5


def test_refilling_a_pool_brings_it_back_to_its_size() -> None:
    keys = SenderKeys(size=3)
    keys.refill()
    keys.take()
    keys.refill()
    assert len(keys) == 3


def test_a_point_off_the_curve_is_refused() -> None:
    with pytest.raises(ValueError, match="key"):
        encrypt(b"note", b"\x04" + bytes(64), READER.auth)


def test_only_the_receivers_key_and_secret_open_a_message() -> None:
    stranger = UserAgent("https://fcm.googleapis.com/fcm/send/y")
    with pytest.raises(http_ece.ECEException):
        stranger.open(seal())
