"""Text from the environment to typed values. Each function refuses nonsense with one SettingError.

It reads no environment itself: it is given a setting's name and its text, which may be a path.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from webapp.errors import SettingError

# RFC 2606 and RFC 6761: names that never belong to a real contact.
RESERVED_SUFFIXES = ("example", "example.com", "example.net", "example.org", "invalid", "test")
LOCAL_SUFFIXES = ("localhost", "local", "internal", "lan", "home.arpa")
STORAGES = ("memory://", "redis://", "rediss://", "redis+unix://")
_SECRET = "Give a file that holds the secret and nothing else"


def parse_text(name: str, text: str) -> str:
    return text


def parse_path(name: str, text: str) -> Path:
    return Path(text).expanduser()


def read_secret(name: str, text: str) -> str:
    """What the file `text` holds, without the space around it; no message ever shows it."""
    path = parse_path(name, text)
    try:
        secret = path.read_text("utf-8").strip()
    except UnicodeDecodeError:
        raise SettingError(name, f"names a file that is not UTF-8 ({path})", _SECRET) from None
    except OSError as error:
        raise SettingError(name, f"cannot be read ({error.strerror}: {path})", _SECRET) from error
    if not secret:
        raise SettingError(name, f"names an empty file ({path})", _SECRET)
    return secret


def parse_folder(name: str, text: str) -> Path:
    folder = parse_path(name, text)
    if not folder.is_dir():
        raise SettingError(name, f"names no folder ({text})", "Give a folder of your own words")
    return folder


def parse_whole(low: int, high: int) -> Callable[[str, str], int]:
    def parse(name: str, text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise SettingError(name, f"is {text!r}", f"Give a whole number from {low} to {high}")
        return int(text)

    return parse


def parse_flag(name: str, text: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in known:
        raise SettingError(name, f"is {text!r}", "Give 1 or 0")
    return known[text.lower()]


def parse_origin(name: str, text: str) -> str:
    """An http(s) origin: no path, no query, no user."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in {"http", "https"} or parts.username is not None:
        raise SettingError(name, f"is {text!r}", "Give an address such as https://pocket.org")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise SettingError(name, f"is {text!r}", "Leave out the path: the app lives at the root")
    literal = f"[{host}]" if ":" in host else host
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{literal}" + (f":{port}" if port and port != default else "")


def parse_hosts(name: str, text: str) -> tuple[str, ...]:
    hosts = tuple(h.strip().lower() for h in text.split(",") if h.strip())
    for host in hosts:
        if not is_public_name(host):
            raise SettingError(name, f"holds {host!r}", "Give public host names, comma separated")
    return hosts


def parse_urgency(name: str, text: str) -> str:
    if text not in {"very-low", "low", "normal", "high"}:
        raise SettingError(name, f"is {text!r}", "Give very-low, low, normal or high")
    return text


def parse_log_format(name: str, text: str) -> str:
    if text not in {"plain", "json"}:
        raise SettingError(name, f"is {text!r}", "Give plain or json")
    return text


def parse_storage(name: str, text: str) -> str:
    """It may hold a password, so no message shows it."""
    if not text.startswith(STORAGES):
        raise SettingError(name, "names no store that we know", "Give redis://host:6379/0")
    return text


def parse_contact(name: str, text: str) -> str:
    """RFC 8292 section 2.1; Apple refuses tokens whose contact has no public host."""
    scheme, _, rest = text.partition(":")
    try:
        host = rest.rpartition("@")[2] if scheme == "mailto" else urlsplit(text).hostname or ""
    except ValueError:
        host = ""
    if scheme not in {"mailto", "https"} or (scheme == "mailto" and "@" not in rest):
        raise SettingError(name, f"is {text!r}", "Give mailto:you@your.org or https://your.org")
    if not is_public_name(host.lower()):
        raise SettingError(
            name,
            f"has no public host ({host or 'none'})",
            "Push services refuse it: give a real one",
        )
    return text


def is_public_name(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        refused = RESERVED_SUFFIXES + LOCAL_SUFFIXES
        is_refused = any(host == suffix or host.endswith("." + suffix) for suffix in refused)
        is_shaped = "." in host and all(_is_label(label) for label in host.split("."))
        return is_shaped and not is_refused
    return False


def _is_label(label: str) -> bool:
    return label.isascii() and label.replace("-", "").isalnum() and label.strip("-") == label
