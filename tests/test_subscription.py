"""Which push subscriptions are taken, and why others are refused. Each refusal has one test."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization import PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from webapp.errors import SubscriptionError
from webapp.subscription import DEFAULT_PUSH_HOSTS
from webapp.subscription import HostPolicy
from webapp.subscription import PushSubscription
from webapp.subscription import decode_base64url
from webapp.subscription import parse_auth
from webapp.subscription import parse_subscription

POINT = (
    ec.derive_private_key(8030, ec.SECP256R1())
    .public_key()
    .public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
)
AUTH = bytes(range(0xF0, 0x100))
ENDPOINT = "https://updates.push.services.mozilla.com/wpush/v2/gAAAA-_~=?x=1"


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def subscription_json(endpoint: object = ENDPOINT, **keys: object) -> dict[str, Any]:
    given = {"p256dh": base64url(POINT), "auth": base64url(AUTH)} | keys
    return {"endpoint": endpoint, "expirationTime": None, "keys": given}


def refusal(data: object, policy: HostPolicy | None = None) -> str:
    with pytest.raises(SubscriptionError) as caught:
        parse_subscription(data, policy or HostPolicy())
    assert caught.value.remedy
    return f"{caught.value.field}: {caught.value.reason}"


# What is taken


def test_a_subscription_as_a_browser_sends_it_is_taken() -> None:
    assert parse_subscription(subscription_json(), HostPolicy()) == PushSubscription(
        ENDPOINT, POINT, AUTH
    )


@pytest.mark.parametrize("host", DEFAULT_PUSH_HOSTS)
def test_every_known_push_service_and_its_children_are_taken(host: str) -> None:
    for endpoint in (f"https://{host}/a", f"https://eu-1.a.{host}/a", f"https://{host}:443/a"):
        assert parse_subscription(subscription_json(endpoint), HostPolicy()).endpoint == endpoint


def test_a_host_that_the_operator_adds_is_taken() -> None:
    policy = HostPolicy((*DEFAULT_PUSH_HOSTS, "Push.Pocket.Org"))
    assert policy.allows("https://up.push.pocket.org/x")
    assert not HostPolicy().allows("https://up.push.pocket.org/x")


def test_members_that_the_push_api_may_add_are_ignored() -> None:
    data = subscription_json(extra="x") | {"contentEncodings": ["aes128gcm"]}
    assert parse_subscription(data, HostPolicy()).auth == AUTH


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("padding", ["", "="])
def test_keys_in_either_base64_alphabet_are_taken(encode: Any, padding: str) -> None:
    p256dh, auth = (encode(key).decode().rstrip("=") for key in (POINT, AUTH))
    keys = {"p256dh": p256dh + padding, "auth": auth + padding * 2}
    assert parse_subscription(subscription_json(**keys), HostPolicy()).p256dh == POINT


def test_an_endpoint_of_2048_octets_is_taken() -> None:
    endpoint = ENDPOINT + "x" * (2048 - len(ENDPOINT))
    assert parse_subscription(subscription_json(endpoint), HostPolicy()).endpoint == endpoint


# Refused hosts


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://evil.org/x",
        "https://127.0.0.1.evil.org/fcm.googleapis.com",
        "https://fcm.googleapis.com.evil.org/x",
        "https://evilfcm.googleapis.com/x",
        "https://googleapis.com/x",
        "https://localhost/x",
        "https://.fcm.googleapis.com/x",
        "https://a..fcm.googleapis.com/x",
    ],
)
def test_a_host_off_the_list_is_refused(endpoint: str) -> None:
    assert "push service this server knows" in refusal(subscription_json(endpoint))


@pytest.mark.parametrize("scheme", ["http", "ftp", "file", "ws", "javascript"])
def test_another_scheme_than_https_is_refused(scheme: str) -> None:
    assert "not an https" in refusal(subscription_json(f"{scheme}://fcm.googleapis.com/x"))


@pytest.mark.parametrize("port", [80, 1, 444, 8443, 65535])
def test_another_port_than_443_is_refused(port: int) -> None:
    assert "port other" in refusal(subscription_json(f"https://fcm.googleapis.com:{port}/x"))


@pytest.mark.parametrize("user", ["a@", "a:b@", "@", ":@", "127.0.0.1:9200@"])
def test_user_names_and_passwords_are_refused(user: str) -> None:
    assert "user name" in refusal(subscription_json(f"https://{user}fcm.googleapis.com/x"))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "8.8.8.8",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "2130706433",
        "0x7f000001",
        "127.1",
        "0177.0.0.1",
        "0x7f.1",
        "127.0.0.1.",
        "a.127",
        "0x",
    ],
)
def test_ip_addresses_are_refused_in_every_form(address: str) -> None:
    policy = HostPolicy((*DEFAULT_PUSH_HOSTS, address.strip("[]")))
    assert "IP address" in refusal(subscription_json(f"https://{address}/x"), policy)


def test_a_host_that_ends_in_a_dot_is_refused() -> None:
    assert "ends in a dot" in refusal(subscription_json("https://fcm.googleapis.com./x"))


@pytest.mark.parametrize("fragment", ["#", "#a", "/#@fcm.googleapis.com"])
def test_fragments_are_refused(fragment: str) -> None:
    assert "fragment" in refusal(subscription_json("https://fcm.googleapis.com/x" + fragment))


@pytest.mark.parametrize(
    "authority",
    [
        "",
        "fcm.googleapis.com:",
        "fcm.googleapis.com:0443",
        "%66cm.googleapis.com",
        "a;b",
        "[::1",
        "fcm.googleapis.com:443:443",
        "fcm.googleapis.com:99999",
        "fcm.googleapis.com:x",
    ],
)
def test_an_authority_that_parsers_could_read_differently_is_refused(authority: str) -> None:
    reason = refusal(subscription_json(f"https://{authority}/x"))
    assert "no plain host name" in reason or "not a URL" in reason


@pytest.mark.parametrize(
    "text", ["\\", " ", "\t", "\n", "\r\n", "\x00", "\x7f", '"', "<", "|", "^"]
)
def test_characters_that_no_url_has_are_refused(text: str) -> None:
    for endpoint in (f"https://fcm.googleapis.com{text}/x", ENDPOINT + text, text + ENDPOINT):
        assert "no URL has" in refusal(subscription_json(endpoint))


@pytest.mark.parametrize("endpoint", ["https://fcm.googleapis.com/ü", "https://ⓕcm.googleapis.com"])
def test_an_endpoint_that_is_not_ascii_is_refused(endpoint: str) -> None:
    assert "not ASCII" in refusal(subscription_json(endpoint))


def test_a_lone_surrogate_is_refused() -> None:
    assert "not ASCII" in refusal(subscription_json(ENDPOINT + "\ud800"))


def test_an_endpoint_over_2048_octets_is_refused() -> None:
    endpoint = ENDPOINT + "x" * (2049 - len(ENDPOINT))
    assert "longer than 2048" in refusal(subscription_json(endpoint))


@pytest.mark.parametrize("endpoint", [None, "", 1, True, [], {}, ["https://x"], b"https://x"])
def test_an_endpoint_that_is_no_text_is_refused(endpoint: object) -> None:
    assert refusal(subscription_json(endpoint)).startswith("subscription.endpoint: is missing")


# The test origin


@pytest.mark.parametrize(
    "origin", ["http://127.0.0.1:9999", "http://[::1]:9999", "http://localhost"]
)
def test_the_test_origin_may_be_plain_http_and_loopback(origin: str) -> None:
    policy = HostPolicy(test_origin=origin)
    assert policy.allows(origin + "/push/1")
    assert not HostPolicy().allows(origin + "/push/1")


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:998/x",
        "http://127.0.0.1/x",
        "https://127.0.0.1:999/x",
        "http://127.0.0.2:999/x",
        "http://localhost:999/x",
        "http://127.0.0.1:999@fcm.googleapis.com/x",
        "http://127.0.0.1:9990/x",
        "http://x.127.0.0.1:999/x",
    ],
)
def test_the_test_origin_allows_exactly_one_origin(endpoint: str) -> None:
    assert not HostPolicy(test_origin="http://127.0.0.1:999").allows(endpoint)


def test_the_test_origin_leaves_the_push_services_allowed() -> None:
    assert HostPolicy(test_origin="http://127.0.0.1:9999").allows(ENDPOINT)


# Refused keys and shapes


@pytest.mark.parametrize("data", [None, [], "x", 1, True])
def test_what_is_no_object_is_refused(data: object) -> None:
    assert refusal(data) == "subscription: is not an object"


@pytest.mark.parametrize("keys", [None, [], "x", 1])
def test_missing_keys_are_refused(keys: object) -> None:
    assert refusal(subscription_json() | {"keys": keys}).startswith("subscription.keys: is missing")


@pytest.mark.parametrize("key", ["p256dh", "auth"])
@pytest.mark.parametrize("value", [None, "", 1, True, [], {}])
def test_a_key_that_is_no_text_is_refused(key: str, value: object) -> None:
    reason = refusal(subscription_json(**{key: value}))
    assert reason == f"subscription.keys.{key}: is missing or not a string"


@pytest.mark.parametrize("key", ["p256dh", "auth"])
@pytest.mark.parametrize("value", ["a", "ab c", "äö", "abc===", "=", "ab=c", "abcd=", "\ud800"])
def test_a_key_that_is_not_base64_is_refused(key: str, value: str) -> None:
    assert refusal(subscription_json(**{key: value})).endswith("is not base64url")


@pytest.mark.parametrize("length", [1, 15, 17, 32])
def test_an_auth_secret_of_another_length_is_refused(length: int) -> None:
    reason = refusal(subscription_json(auth=base64url(bytes(length))))
    assert reason == "subscription.keys.auth: is not 16 bytes long"


@pytest.mark.parametrize(
    "point",
    [
        POINT[:64],
        POINT + b"\0",
        b"\x02" + POINT[1:33],
        b"\x05" + POINT[1:],
        b"\0",
        b"\x06" + POINT[1:],
    ],
)
def test_a_public_key_of_another_shape_is_refused(point: bytes) -> None:
    assert "65-byte" in refusal(subscription_json(p256dh=base64url(point)))


@pytest.mark.parametrize("point", [b"\x04" + bytes(64), POINT[:64] + bytes([POINT[64] ^ 1])])
def test_a_public_key_off_the_curve_is_refused(point: bytes) -> None:
    assert "not a point on the curve" in refusal(subscription_json(p256dh=base64url(point)))


JSON_VALUES: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(endpoint=JSON_VALUES, p256dh=JSON_VALUES, auth=JSON_VALUES)
def test_no_json_value_raises_anything_else(endpoint: object, p256dh: object, auth: object) -> None:
    with pytest.raises(SubscriptionError):
        parse_subscription(
            {"endpoint": endpoint, "keys": {"p256dh": p256dh, "auth": auth}}, HostPolicy()
        )


@given(st.text(alphabet="htps:/@#?.[]\\%fcmgoleai1270", max_size=40))
def test_whatever_is_allowed_has_a_known_host_as_every_parser_reads_it(tail: str) -> None:
    endpoint = "https://" + tail
    if HostPolicy().allows(endpoint):
        authority = endpoint.split("/")[2].split("?")[0]
        assert authority.removesuffix(":443").endswith(DEFAULT_PUSH_HOSTS)


# Values


def test_base64_decodes_the_same_in_both_alphabets() -> None:
    assert decode_base64url("-_-_") == decode_base64url("+/+/") == bytes.fromhex("fbffbf")


def test_an_auth_secret_is_parsed_alone() -> None:
    assert parse_auth(base64url(AUTH)) == AUTH


@pytest.mark.parametrize(
    ("endpoint", "origin"),
    [
        ("https://fcm.googleapis.com/fcm/send/x", "https://fcm.googleapis.com"),
        ("https://FCM.googleapis.com:443/x", "https://fcm.googleapis.com"),
        ("http://127.0.0.1:9999/x", "http://127.0.0.1:9999"),
        ("http://127.0.0.1:80/x", "http://127.0.0.1"),
        ("http://[::1]:9999/x", "http://[::1]:9999"),
    ],
)
def test_the_origin_has_its_port_only_when_not_the_default(endpoint: str, origin: str) -> None:
    assert PushSubscription(endpoint, POINT, AUTH).origin == origin


def test_a_subscription_shows_no_secret_of_its_own() -> None:
    shown = repr(PushSubscription(ENDPOINT, POINT, AUTH))
    assert shown == "<PushSubscription https://updates.push.services.mozilla.com fe17f11f27ef>"


def test_a_refusal_shows_no_secret() -> None:
    secret = "5ecret"
    with pytest.raises(SubscriptionError) as caught:
        parse_subscription(subscription_json(f"https://evil.org/{secret}"), HostPolicy())
    assert secret not in str(caught.value)
