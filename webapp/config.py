"""Every setting of the app: its name, default, unit and meaning. Nothing here is read later.

`load_settings` reads the environment once, at start, and refuses nonsense with one clear
error, so that nothing downstream has to doubt a setting.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import MISSING
from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
from pathlib import Path
from urllib.parse import urlsplit

from webapp.environment import is_public_name
from webapp.environment import parse_contact
from webapp.environment import parse_flag
from webapp.environment import parse_folder
from webapp.environment import parse_hosts
from webapp.environment import parse_log_format
from webapp.environment import parse_origin
from webapp.environment import parse_path
from webapp.environment import parse_storage
from webapp.environment import parse_text
from webapp.environment import parse_urgency
from webapp.environment import parse_whole
from webapp.environment import read_secret
from webapp.errors import SettingError
from webapp.shipped import SHIPPED

PREFIX = "POCKET_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings as the app uses them; `load_settings` makes one from the environment."""

    base_url: str = "http://127.0.0.1:8000"
    """Address readers use, without a slash at the end. Messages and link previews need it."""
    instance: Path = Path("instance")
    """Folder for what this installation makes: the key and the SQLite database."""
    content: Path = SHIPPED
    """Folder of own words and looks: a folder for each language, `site.toml`, `helplines.toml`.
    What it does not hold is shipped."""
    helplines: Path | None = None
    """File of helplines that adds to those of the content, corrects and hides them."""
    database_url: str = field(default="", repr=False)
    """SQLAlchemy address, password and all; SQLite in the instance folder when empty."""
    contact: str = ""
    """`mailto:` or `https:` address that push services can write to (RFC 8292 `sub`)."""
    vapid_key: str = field(default="", repr=False)
    """Application server private key: PEM, or 32 octets in base64url. Wins over the file."""
    vapid_key_file: Path = Path()
    """File of that key; `vapid.pem` in the instance folder when empty; made when missing."""
    vapid_old_keys: str = field(default="", repr=False)
    """Application server keys from before, the oldest first, for subscriptions made with them."""
    vapid_old_keys_file: Path = Path()
    """File of further ones, written by `push rotate-key`; `vapid-old.pem` in the instance folder
    when empty. It need not exist."""
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
    metrics_token: str = field(default="", repr=False)
    """Bearer token of `GET /metrics`; without one that address does not exist."""
    log_format: str = "plain"
    """How a line of the log looks: plain, or json for programs that collect logs."""
    rate_limit_per_minute: int = 30
    """Writing requests that one address may make in a minute; 0 means no limit."""
    rate_limit_new_per_day: int = 300
    """New subscriptions that one address may make in a day (UTC); 0 means no limit."""
    rate_limit_storage: str = field(default="memory://", repr=False)
    """Where limits are counted: in each web process, or together in a Redis."""
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

    An empty value counts as unset. A secret may stand in a file that a variable names.
    """
    given = {k: v.strip() for k, v in environ.items() if k.startswith(PREFIX) and v.strip()}
    names = {PREFIX + f.name.upper(): f.name for f in fields(Settings)}
    for variable, name in secret_files().items():
        if path := given.pop(variable, ""):
            if name in given:
                raise SettingError(variable, f"stands beside {name}", "Give one of the two")
            given[name] = read_secret(variable, path)
    for name in given.keys() - names.keys():
        raise SettingError(name, "is not a setting of this app", "Compare it with the README")
    values = {names[name]: _PARSERS[names[name]](name, text) for name, text in given.items()}
    return _complete(Settings(**values))  # type: ignore[arg-type]


def secret_files() -> dict[str, str]:
    """The variables that name a file for a secret, as Docker and Kubernetes mount them.

    Each with the variable it stands for. A key's file has a setting of its own.
    """
    own = {PREFIX + f.name.upper() for f in fields(Settings)}
    secrets = [PREFIX + f.name.upper() for f in fields(Settings) if not f.repr]
    return {f"{name}_FILE": name for name in secrets if f"{name}_FILE" not in own}


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
    for name, file in (("vapid_key_file", "vapid.pem"), ("vapid_old_keys_file", "vapid-old.pem")):
        if values[name] == Path():
            values[name] = instance / file
    host = urlsplit(given.base_url).hostname or ""
    if not given.contact and given.is_https and is_public_name(host):
        values["contact"] = given.base_url
    return Settings(**values)


_PARSERS: Mapping[str, Callable[[str, str], object]] = {
    "base_url": parse_origin,
    "instance": parse_path,
    "content": parse_folder,
    "helplines": parse_path,
    "database_url": parse_text,
    "contact": parse_contact,
    "vapid_key": parse_text,
    "vapid_key_file": parse_path,
    "vapid_old_keys": parse_text,
    "vapid_old_keys_file": parse_path,
    "push_hosts": parse_hosts,
    "push_test_origin": parse_origin,
    "push_ttl_seconds": parse_whole(1, 86_400),
    "push_late_seconds": parse_whole(60, 43_200),
    "push_urgency": parse_urgency,
    "push_padding_octets": parse_whole(0, 2_597),
    "push_lease_seconds": parse_whole(30, 3_600),
    "push_batch": parse_whole(1, 5_000),
    "run_token": parse_text,
    "metrics_token": parse_text,
    "log_format": parse_log_format,
    "rate_limit_per_minute": parse_whole(0, 100_000),
    "rate_limit_new_per_day": parse_whole(0, 1_000_000),
    "rate_limit_storage": parse_storage,
    "trusted_proxies": parse_whole(0, 10),
    "kill_worker": parse_flag,
}
