"""Every setting of the app: its name, default, unit and meaning. Nothing here is read later.

`load_settings` reads the environment once, at start, and refuses nonsense with one clear
error, so that nothing downstream has to doubt a setting.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import MISSING
from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
from pathlib import Path
from urllib.parse import urlsplit

from webapp.errors import SettingError

PREFIX = "POCKET_"
SHIPPED_CONTENT = Path(__file__).parent / "content"

# RFC 2606 and RFC 6761: names that never belong to a real contact.
RESERVED_SUFFIXES = ("example", "example.com", "example.net", "example.org", "invalid", "test")
LOCAL_SUFFIXES = ("localhost", "local", "internal", "lan", "home.arpa")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings as the app uses them; `load_settings` makes one from the environment."""

    base_url: str = "http://127.0.0.1:8000"
    """Address readers use, without a slash at the end. Messages and link previews need it."""
    instance: Path = Path("instance")
    """Folder for what this installation makes: the key and the SQLite database."""
    content: Path = SHIPPED_CONTENT
    """Folder with the deck (`en/`) and `helplines.toml`."""
    database_url: str = ""
    """SQLAlchemy address; SQLite in the instance folder when empty."""
    contact: str = ""
    """`mailto:` or `https:` address that push services can write to (RFC 8292 `sub`)."""
    vapid_key: str = field(default="", repr=False)
    """Application server private key: PEM, or 32 octets in base64url. Wins over the file."""
    vapid_key_file: Path = Path()
    """File of that key; `vapid.pem` in the instance folder when empty; made when missing."""
    push_hosts: tuple[str, ...] = ()
    """Further push service hosts, comma separated, beside the well-known ones."""
    push_test_origin: str = ""
    """One origin that may be plain http or loopback, for tests with a local push service."""
    push_ttl_seconds: int = 14_400
    """How long a push service may keep a message, at most."""
    push_late_seconds: int = 10_800
    """How late a reminder is still sent after downtime; later ones wait for the next day."""
    push_urgency: str = "normal"
    """RFC 8030 urgency: very-low, low, normal or high."""
    push_padding_octets: int = 512
    """Messages are padded to a multiple of this, to hide which card was sent; 0 pads nothing."""
    push_lease_seconds: int = 120
    """How long a worker owns the rows it claimed."""
    push_batch: int = 500
    """Most rows that a worker claims at once."""
    run_token: str = field(default="", repr=False)
    """Bearer token of `POST /api/reminders/run`; without one that endpoint does not exist."""
    rate_limit_per_minute: int = 30
    """Writing requests that one address may make in a minute; 0 means no limit."""
    trusted_proxies: int = 0
    """How many reverse proxies in front set `X-Forwarded-For` and `X-Forwarded-Proto`."""
    kill_worker: bool = False
    """Serve a service worker that removes itself and its caches (the emergency exit)."""

    @property
    def is_https(self) -> bool:
        """Whether readers reach the app over https."""
        return self.base_url.startswith("https:")


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read every `POCKET_…` variable; raise SettingError for an unknown or unusable one.

    An empty value counts as unset.
    """
    given = {k: v.strip() for k, v in environ.items() if k.startswith(PREFIX) and v.strip()}
    names = {PREFIX + f.name.upper(): f.name for f in fields(Settings)}
    for name in given.keys() - names.keys():
        raise SettingError(name, "is not a setting of this app", "Compare it with the README")
    values = {names[name]: _PARSERS[names[name]](name, text) for name, text in given.items()}
    return _complete(Settings(**values))  # type: ignore[arg-type]


def default_of(name: str) -> object:
    """The default of a setting by its field name, for the documentation's test."""
    chosen = {f.name: f for f in fields(Settings)}[name].default
    return None if chosen is MISSING else chosen


def _complete(given: Settings) -> Settings:
    """Fill the defaults that depend on other settings."""
    instance = given.instance.resolve()
    values = {f.name: getattr(given, f.name) for f in fields(Settings)}
    values["instance"] = instance
    values["database_url"] = given.database_url or f"sqlite:///{instance / 'pocket.db'}"
    if given.vapid_key_file == Path():
        values["vapid_key_file"] = instance / "vapid.pem"
    host = urlsplit(given.base_url).hostname or ""
    if not given.contact and given.is_https and _is_public_name(host):
        values["contact"] = given.base_url
    return Settings(**values)


def _text(name: str, text: str) -> str:
    return text


def _path(name: str, text: str) -> Path:
    return Path(text).expanduser()


def _content(name: str, text: str) -> Path:
    folder = _path(name, text)
    if not folder.is_dir():
        raise SettingError(name, f"names no folder ({text})", "Give the folder that holds en/")
    return folder


def _whole(low: int, high: int) -> Callable[[str, str], int]:
    def parse(name: str, text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise SettingError(name, f"is {text!r}", f"Give a whole number from {low} to {high}")
        return int(text)

    return parse


def _flag(name: str, text: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in known:
        raise SettingError(name, f"is {text!r}", "Give 1 or 0")
    return known[text.lower()]


def _origin(name: str, text: str) -> str:
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


def _hosts(name: str, text: str) -> tuple[str, ...]:
    hosts = tuple(h.strip().lower() for h in text.split(",") if h.strip())
    for host in hosts:
        if not _is_public_name(host):
            raise SettingError(name, f"holds {host!r}", "Give public host names, comma separated")
    return hosts


def _urgency(name: str, text: str) -> str:
    if text not in {"very-low", "low", "normal", "high"}:
        raise SettingError(name, f"is {text!r}", "Give very-low, low, normal or high")
    return text


def _contact(name: str, text: str) -> str:
    """RFC 8292 section 2.1; Apple refuses tokens whose contact has no public host."""
    scheme, _, rest = text.partition(":")
    host = rest.rpartition("@")[2] if scheme == "mailto" else urlsplit(text).hostname or ""
    if scheme not in {"mailto", "https"} or (scheme == "mailto" and "@" not in rest):
        raise SettingError(name, f"is {text!r}", "Give mailto:you@your.org or https://your.org")
    if not _is_public_name(host.lower()):
        raise SettingError(
            name,
            f"has no public host ({host or 'none'})",
            "Push services refuse it: give a real one",
        )
    return text


def _is_public_name(host: str) -> bool:
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


_PARSERS: Mapping[str, Callable[[str, str], object]] = {
    "base_url": _origin,
    "instance": _path,
    "content": _content,
    "database_url": _text,
    "contact": _contact,
    "vapid_key": _text,
    "vapid_key_file": _path,
    "push_hosts": _hosts,
    "push_test_origin": _origin,
    "push_ttl_seconds": _whole(1, 86_400),
    "push_late_seconds": _whole(60, 43_200),
    "push_urgency": _urgency,
    "push_padding_octets": _whole(0, 2_700),
    "push_lease_seconds": _whole(30, 3_600),
    "push_batch": _whole(1, 5_000),
    "run_token": _text,
    "rate_limit_per_minute": _whole(0, 100_000),
    "trusted_proxies": _whole(0, 10),
    "kill_worker": _flag,
}
