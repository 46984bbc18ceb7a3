"""Settings: what is taken, what is refused, and that each refusal names its setting."""

from __future__ import annotations

from pathlib import Path

import pytest

from webapp.config import Settings
from webapp.config import load_settings
from webapp.errors import SettingError

SECRETS = ["POCKET_DATABASE_URL", "POCKET_METRICS_TOKEN", "POCKET_RUN_TOKEN"]
STORAGE = "POCKET_RATE_LIMIT_STORAGE"


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = load_settings({})
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.database_url == f"sqlite:///{Path('instance').resolve() / 'pocket.db'}"
    assert settings.vapid_key_file == Path("instance").resolve() / "vapid.pem"
    assert settings.contact == ""


def test_an_empty_value_counts_as_unset() -> None:
    assert load_settings({"POCKET_PUSH_TTL_SECONDS": " "}).push_ttl_seconds == 14_400


def test_other_programs_variables_are_left_alone() -> None:
    assert load_settings({"PORT": "80", "HOME": "/"}) == load_settings({})


def test_a_public_https_address_is_the_contact_when_none_is_given() -> None:
    assert load_settings({"POCKET_BASE_URL": "https://pocket.org/"}).contact == "https://pocket.org"


def test_a_local_https_address_is_no_contact() -> None:
    assert load_settings({"POCKET_BASE_URL": "https://localhost:8443"}).contact == ""


def test_a_default_port_is_left_out_of_the_address() -> None:
    assert (
        load_settings({"POCKET_BASE_URL": "https://Pocket.org:443"}).base_url
        == "https://pocket.org"
    )


def test_hosts_are_read_from_a_list() -> None:
    settings = load_settings({"POCKET_PUSH_HOSTS": "push.pocket.org, ntfy.sh"})
    assert settings.push_hosts == ("push.pocket.org", "ntfy.sh")


def test_secrets_are_not_in_the_settings_text() -> None:
    url = "postgresql://pocket:5ecret@database/pocket"
    secrets = dict.fromkeys([*SECRETS, "POCKET_VAPID_KEY"], "5ecret")
    secrets |= {"POCKET_DATABASE_URL": url, STORAGE: "redis://:5ecret@redis"}
    assert "5ecret" not in repr(load_settings(secrets))


def test_the_store_of_limits_may_stand_in_a_file_and_is_not_shown_when_refused(
    tmp_path: Path,
) -> None:
    path = tmp_path / "secret"
    path.write_text("redis://:5ecret@redis:6379/0\n")
    settings = load_settings({f"{STORAGE}_FILE": str(path)})
    assert settings.rate_limit_storage == "redis://:5ecret@redis:6379/0"
    with pytest.raises(SettingError) as refused:
        load_settings({STORAGE: "memcached://:5ecret@redis"})
    assert refused.value.name == STORAGE
    assert "5ecret" not in str(refused.value)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_may_stand_in_a_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / "secret"
    path.write_text(" hush \n")
    settings = load_settings({f"{name}_FILE": str(path)})
    assert settings == load_settings({name: "hush"})
    assert settings != load_settings({})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read (No such file or directory"),
        (b" \n", "names an empty file"),
        (b"5ecret \xff", "names a file that is not UTF-8"),
    ],
)
def test_a_file_without_a_secret_is_refused_by_name(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingError) as refused:
        load_settings({"POCKET_RUN_TOKEN_FILE": str(path)})
    assert refused.value.name == "POCKET_RUN_TOKEN_FILE"
    assert reason in str(refused.value) and str(path) in str(refused.value)
    assert "5ecret" not in str(refused.value)


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("5ecret")
    with pytest.raises(SettingError, match="Give one of the two") as refused:
        load_settings({"POCKET_RUN_TOKEN": "hush", "POCKET_RUN_TOKEN_FILE": str(path)})
    assert "5ecret" not in str(refused.value)


def test_an_empty_name_of_a_file_counts_as_unset() -> None:
    settings = load_settings({"POCKET_RUN_TOKEN": "hush", "POCKET_RUN_TOKEN_FILE": ""})
    assert settings.run_token == "hush"


def test_what_is_no_secret_cannot_stand_in_a_file() -> None:
    with pytest.raises(SettingError, match="POCKET_BASE_URL_FILE is not a setting"):
        load_settings({"POCKET_BASE_URL_FILE": "/dev/null"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("POCKET_COLOUR", "blue"),
        ("POCKET_BASE_URL", "pocket.org"),
        ("POCKET_BASE_URL", "ftp://pocket.org"),
        ("POCKET_BASE_URL", "https://pocket.org/app"),
        ("POCKET_BASE_URL", "https://me:secret@pocket.org"),
        ("POCKET_BASE_URL", "https://pocket.org:seven"),
        ("POCKET_CONTENT", "/no/such/folder"),
        ("POCKET_CONTACT", "me@pocket.org"),
        ("POCKET_CONTACT", "mailto:me"),
        ("POCKET_CONTACT", "mailto:me@localhost"),
        ("POCKET_CONTACT", "mailto:me@example.com"),
        ("POCKET_CONTACT", "https://intranet"),
        ("POCKET_CONTACT", "https://127.0.0.1"),
        ("POCKET_CONTACT", "http://pocket.org"),
        ("POCKET_CONTACT", "https://[pocket.org"),
        ("POCKET_PUSH_HOSTS", "push.pocket.org, localhost"),
        ("POCKET_PUSH_HOSTS", "10.0.0.1"),
        ("POCKET_PUSH_TEST_ORIGIN", "127.0.0.1"),
        ("POCKET_PUSH_TTL_SECONDS", "0"),
        ("POCKET_PUSH_TTL_SECONDS", "4h"),
        ("POCKET_PUSH_TTL_SECONDS", "-5"),
        ("POCKET_PUSH_URGENCY", "urgent"),
        ("POCKET_PUSH_PADDING_OCTETS", "5000"),
        ("POCKET_RATE_LIMIT_PER_MINUTE", "many"),
        ("POCKET_TRUSTED_PROXIES", "99"),
        ("POCKET_KILL_WORKER", "maybe"),
    ],
)
def test_nonsense_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingError) as refused:
        load_settings({name: value})
    assert refused.value.name == name
    assert refused.value.remedy
    assert str(refused.value).count("\n") == 0


def test_every_setting_says_what_it_means() -> None:
    source = Path("webapp/config.py").read_text()
    for name in Settings.__dataclass_fields__:
        declaration = source.split(f"\n    {name}: ")[1].split("\n")[1]
        assert declaration.strip().startswith('"""'), name
