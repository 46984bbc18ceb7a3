"""What identification promises: tokens that push services take, kept; a key that stays."""

from __future__ import annotations

import json
import stat
from base64 import urlsafe_b64decode
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization import NoEncryption
from cryptography.hazmat.primitives.serialization import PrivateFormat
from hypothesis import example
from hypothesis import given
from hypothesis import strategies as st

from tests.push_service import Refusal
from tests.push_service import check_token
from webapp.errors import SettingError
from webapp.push.encryption import encrypt
from webapp.push.vapid import Vapid
from webapp.push.vapid import VapidKey
from webapp.push.vapid import generate_key
from webapp.push.vapid import load_key
from webapp.push.vapid import parse_key
from webapp.push.vapid import raw_signature
from webapp.push.vapid import sign_token

NOW = 1_800_000_000
HOUR = 3_600
KEY = generate_key()
FCM = "https://fcm.googleapis.com"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
HALVES = st.integers(1, ORDER - 1)


def token_of(header: str) -> str:
    return header.removeprefix("vapid t=").partition(",")[0]


def claims_of(header: str) -> dict[str, object]:
    return check_token(token_of(header), KEY.public_key)


def raw_private(key: VapidKey) -> str:
    number = key.private.private_numbers().private_value
    return urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


def test_the_header_has_a_token_and_the_public_key() -> None:
    header = Vapid(KEY, "mailto:me@pocket.org").authorization(FCM, NOW)
    token, _, key = header.removeprefix("vapid t=").partition(", k=")
    assert header.startswith("vapid t=")
    assert key == KEY.application_server_key
    assert urlsafe_b64decode(key + "=") == KEY.public_key
    assert check_token(token, KEY.public_key)


def test_the_token_names_audience_expiry_and_contact() -> None:
    header = Vapid(KEY, "mailto:me@pocket.org").authorization(FCM, NOW)
    assert claims_of(header) == {
        "aud": FCM,
        "exp": NOW + 12 * HOUR,
        "sub": "mailto:me@pocket.org",
    }


@pytest.mark.parametrize("contact", [None, ""])
def test_without_a_contact_the_token_has_no_sub(contact: str | None) -> None:
    assert "sub" not in claims_of(Vapid(KEY, contact).authorization(FCM, NOW))


def test_one_token_is_kept_for_an_audience() -> None:
    vapid = Vapid(KEY)
    assert vapid.authorization(FCM, NOW) is vapid.authorization(FCM, NOW + 6 * HOUR - 1)


def test_a_token_is_renewed_at_half_of_its_life() -> None:
    vapid = Vapid(KEY)
    vapid.authorization(FCM, NOW)
    assert claims_of(vapid.authorization(FCM, NOW + 6 * HOUR))["exp"] == NOW + 18 * HOUR


def test_a_clock_that_went_back_gets_a_token_that_expires_within_a_day() -> None:
    vapid = Vapid(KEY)
    vapid.authorization(FCM, NOW)
    earlier = NOW - 48 * HOUR
    assert claims_of(vapid.authorization(FCM, earlier))["exp"] == earlier + 12 * HOUR


def test_each_audience_has_a_token_of_its_own() -> None:
    vapid = Vapid(KEY, "mailto:me@pocket.org")
    origins = [FCM, "https://web.push.apple.com", "https://push.pocket.org:8443"]
    audiences = [claims_of(vapid.authorization(origin, NOW))["aud"] for origin in origins]
    assert audiences == origins


def test_threads_that_ask_at_once_share_one_token() -> None:
    vapid = Vapid(KEY)
    with ThreadPoolExecutor(8) as pool:
        headers = set(pool.map(lambda _: vapid.authorization(FCM, NOW), range(200)))
    assert len(headers) == 1


@given(r=HALVES, s=HALVES)
@example(r=1, s=ORDER - 1)
@example(r=ORDER - 1, s=255)
@example(r=2**248 - 1, s=2**240 - 1)
def test_both_halves_of_a_signature_are_padded_to_32_octets(r: int, s: int) -> None:
    raw = raw_signature(encode_dss_signature(r, s))
    assert len(raw) == 64
    assert (int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")) == (r, s)


def test_signatures_with_a_leading_zero_verify() -> None:
    has_led_with_zero = False
    for expires_at in range(NOW, NOW + 5_000):
        token = sign_token(KEY, FCM, expires_at, None)
        signature = urlsafe_b64decode(token.rpartition(".")[2] + "==")
        if 0 in (signature[0], signature[32]):
            has_led_with_zero = True
            check_token(token, KEY.public_key)
            break
    assert has_led_with_zero


def test_a_token_of_another_key_does_not_verify() -> None:
    token = sign_token(generate_key(), FCM, NOW, None)
    with pytest.raises(Refusal, match="signature"):
        check_token(token, KEY.public_key)


def test_the_vapid_key_never_encrypts() -> None:
    body = encrypt(b"note", KEY.public_key, bytes(16))
    assert body[21:86] != KEY.public_key


def test_a_saved_key_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "instance" / "vapid.pem"
    KEY.save(path)
    assert load_key("", path).public_key == KEY.public_key


def test_a_saved_key_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "vapid.pem"
    KEY.save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "vapid.pem"
    KEY.save(path)
    with pytest.raises(FileExistsError):
        generate_key().save(path)
    assert load_key("", path).public_key == KEY.public_key


def test_saving_leaves_no_other_file(tmp_path: Path) -> None:
    path = tmp_path / "vapid.pem"
    KEY.save(path)
    with pytest.raises(FileExistsError):
        KEY.save(path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_key_is_made_once_even_by_many_at_once(tmp_path: Path) -> None:
    path = tmp_path / "instance" / "vapid.pem"
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: load_key("", path).public_key, range(16)))
    assert len(set(keys)) == 1


def test_a_key_given_as_text_wins_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "vapid.pem"
    generate_key().save(path)
    assert load_key(KEY.pem().decode(), path).public_key == KEY.public_key


def test_a_key_given_as_text_makes_no_file(tmp_path: Path) -> None:
    load_key(raw_private(KEY), tmp_path / "vapid.pem")
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_read_from_32_octets_in_base64url() -> None:
    assert parse_key(raw_private(KEY)).public_key == KEY.public_key


def test_a_key_is_read_from_pem_on_one_line() -> None:
    # Platforms that keep settings on one line show the line ends as \n.
    assert parse_key(KEY.pem().decode().replace("\n", "\\n")).public_key == KEY.public_key


@pytest.mark.parametrize(
    "text",
    [
        "secret",
        "AAAA",
        urlsafe_b64encode(bytes(32)).decode(),
        urlsafe_b64encode(b"\xff" * 32).decode(),
        "schlüssel",
        "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n",
    ],
)
def test_what_is_no_key_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(SettingError) as caught:
        parse_key(text)
    assert caught.value.name == "POCKET_VAPID_KEY"
    assert text not in str(caught.value)


@pytest.mark.parametrize("kind", ["another curve", "RSA"])
def test_a_key_that_is_not_on_p256_is_refused(kind: str) -> None:
    private = (
        rsa.generate_private_key(65537, 2048)
        if kind == "RSA"
        else ec.generate_private_key(ec.SECP384R1())
    )
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(SettingError, match="P-256"):
        parse_key(pem.decode())


def test_an_unreadable_key_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "vapid.pem"
    path.write_text("nothing")
    with pytest.raises(SettingError, match="POCKET_VAPID_KEY_FILE"):
        load_key("", path)


def test_a_key_file_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="POCKET_VAPID_KEY_FILE cannot be read"):
        load_key("", tmp_path)


def test_a_key_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingError, match="cannot be written"):
        load_key("", tmp_path / "file" / "vapid.pem")


def test_the_token_is_compact_json() -> None:
    head = sign_token(KEY, FCM, NOW, None).partition(".")[0]
    assert json.loads(urlsafe_b64decode(head + "==")) == {"typ": "JWT", "alg": "ES256"}
