"""Keys that come and go: each subscription keeps its own, and no key is lost on the way."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.processes import environment_of
from tests.processes import run_to_end
from webapp.cli.columns import show_keys
from webapp.config import Settings
from webapp.config import load_settings
from webapp.errors import SettingError
from webapp.push import keyring
from webapp.push.keyring import Keyring
from webapp.push.keyring import Signer
from webapp.push.keyring import load_keyring
from webapp.push.keyring import parse_keys
from webapp.push.keyring import read_old_keys
from webapp.push.keyring import rotate_key
from webapp.push.vapid import VapidKey
from webapp.push.vapid import generate_key
from webapp.push.vapid import read_key
from webapp.schedule import Reminder
from webapp.store import Store
from webapp.subscription import PushSubscription

FIRST, SECOND, THIRD, STRANGE = (generate_key() for _ in range(4))


def name(key: VapidKey) -> str:
    return key.application_server_key


def names(keys: Keyring | tuple[VapidKey, ...]) -> list[str]:
    return [name(key) for key in keys]


def raw(key: VapidKey) -> str:
    number = key.private.private_numbers().private_value
    return urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an instance whose current key is FIRST."""
    FIRST.save(tmp_path / "instance" / "vapid.pem")
    return load_settings({"POCKET_INSTANCE": str(tmp_path / "instance")})


def test_a_subscription_is_signed_for_with_the_key_it_was_made_with() -> None:
    ring = Keyring(THIRD, (FIRST, SECOND))
    assert [ring.name(name(key)) for key in (FIRST, SECOND, THIRD)] == names(ring)


def test_one_from_before_keys_were_written_down_has_the_oldest() -> None:
    assert Keyring(THIRD, (FIRST, SECOND)).name(None) == name(FIRST)
    assert Keyring(FIRST).name(None) == name(FIRST)


def test_one_of_a_key_that_is_gone_is_signed_for_with_no_other() -> None:
    ring = Keyring(SECOND, (FIRST,))
    assert name(STRANGE) not in ring
    signer = Signer(ring)
    assert [signer.has(key) for key in (None, name(FIRST), name(STRANGE))] == [True, True, False]
    with pytest.raises(KeyError):
        signer.authorization("https://fcm.googleapis.com", 0, name(STRANGE))


def test_a_key_that_is_old_and_current_counts_once_and_keeps_its_place() -> None:
    # So a key can be made known to every machine before it becomes the current one.
    ring = Keyring(FIRST, (FIRST, SECOND))
    assert names(ring) == [name(FIRST), name(SECOND)]
    assert ring.current is FIRST and ring.name(None) == name(FIRST)


def test_old_keys_come_from_the_environment_and_then_from_the_file(settings: Settings) -> None:
    settings.vapid_old_keys_file.write_bytes(SECOND.pem())
    given = {"POCKET_INSTANCE": str(settings.instance), "POCKET_VAPID_OLD_KEYS": raw(THIRD)}
    ring = load_keyring(load_settings(given))
    assert names(ring) == names((THIRD, SECOND, FIRST))
    assert ring.current.public_key == FIRST.public_key


def test_without_old_keys_there_is_one(settings: Settings) -> None:
    assert names(load_keyring(settings)) == [name(FIRST)]


def test_keys_are_read_in_every_form_and_in_order() -> None:
    pem = FIRST.pem().decode()
    one_line = pem.replace("\n", "\\n")
    parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    expected = names((FIRST, SECOND))
    for text in (
        f"{pem}{SECOND.pem().decode()}",
        f"{one_line},{raw(SECOND)}",
        f"{raw(FIRST)} {SECOND.pem().decode()}",
        f"# made in spring\n{raw(FIRST)}\n\n# {raw(THIRD)}\n{raw(SECOND)}\n",
        f"{parameters}{pem}{raw(SECOND)}",
    ):
        assert names(parse_keys(text, "POCKET_VAPID_OLD_KEYS")) == expected


@pytest.mark.parametrize("broken", ["5ecret", "-----BEGIN PRIVATE KEY-----\n5ecret\n"])
def test_old_keys_that_cannot_be_read_are_refused_and_not_shown(
    settings: Settings, broken: str
) -> None:
    given = {"POCKET_INSTANCE": str(settings.instance), "POCKET_VAPID_OLD_KEYS": broken}
    with pytest.raises(SettingError, match="POCKET_VAPID_OLD_KEYS holds no") as refused:
        load_keyring(load_settings(given))
    assert "5ecret" not in str(refused.value)
    settings.vapid_old_keys_file.write_text(broken)
    with pytest.raises(SettingError, match="POCKET_VAPID_OLD_KEYS_FILE holds no") as refused:
        load_keyring(settings)
    assert "5ecret" not in str(refused.value)


def test_an_old_file_that_is_a_folder_is_refused(settings: Settings) -> None:
    settings.vapid_old_keys_file.mkdir()
    with pytest.raises(SettingError, match="POCKET_VAPID_OLD_KEYS_FILE cannot be read"):
        load_keyring(settings)


def test_a_rotation_makes_a_new_key_and_keeps_the_one_before(settings: Settings) -> None:
    before, after = rotate_key(settings.vapid_key_file, settings.vapid_old_keys_file)
    assert before.public_key == FIRST.public_key
    assert names(load_keyring(settings)) == names((FIRST, after))
    assert read_key(settings.vapid_key_file).public_key == after.public_key
    _, newest = rotate_key(settings.vapid_key_file, settings.vapid_old_keys_file)
    assert names(load_keyring(settings)) == names((FIRST, after, newest))


def test_both_files_are_for_the_owner_of_the_key_and_nothing_else_is_left(
    settings: Settings,
) -> None:
    settings.vapid_key_file.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(settings.vapid_key_file, 12345, 23456)
    wanted = settings.vapid_key_file.stat()
    rotate_key(settings.vapid_key_file, settings.vapid_old_keys_file)
    for path in (settings.vapid_key_file, settings.vapid_old_keys_file):
        found = path.stat()
        assert stat.S_IMODE(found.st_mode) == 0o640
        assert (found.st_uid, found.st_gid) == (wanted.st_uid, wanted.st_gid)
    assert sorted(path.name for path in settings.instance.iterdir()) == [
        "vapid-old.pem",
        "vapid.pem",
    ]


def test_the_old_file_says_which_key_is_which(settings: Settings) -> None:
    rotate_key(settings.vapid_key_file, settings.vapid_old_keys_file)
    assert f"# Application server key {name(FIRST)}\n" in settings.vapid_old_keys_file.read_text()


def test_a_link_to_the_key_stays_a_link(settings: Settings, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.pem"
    shutil.move(settings.vapid_key_file, target)
    settings.vapid_key_file.symlink_to(target)
    _, after = rotate_key(settings.vapid_key_file, settings.vapid_old_keys_file)
    assert settings.vapid_key_file.is_symlink()
    assert read_key(target).public_key == after.public_key


class PowerCut(BaseException):
    """What no code of ours catches."""


@pytest.mark.parametrize("strokes", range(12))
def test_a_rotation_that_is_cut_off_anywhere_loses_no_key(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, strokes: int
) -> None:
    """Each exchange of a file is four strokes: draft, its octets, the move, and the folder."""
    left = iter(range(strokes))

    def cut(wrapped: Callable[..., object]) -> Callable[..., object]:
        def maybe(*arguments: object, **options: object) -> object:
            if next(left, None) is None:
                raise PowerCut
            return wrapped(*arguments, **options)

        return maybe

    with monkeypatch.context() as patched, pytest.raises(PowerCut):
        patched.setattr(keyring, "draft_file", cut(keyring.draft_file))
        patched.setattr(Path, "replace", cut(Path.replace))
        patched.setattr(os, "fsync", cut(os.fsync))
        rotate_key(settings.vapid_key_file, settings.vapid_old_keys_file)
        rotate_key(settings.vapid_key_file, settings.vapid_old_keys_file)
    found = load_keyring(settings)
    assert name(FIRST) in found and found.name(None) == name(FIRST)
    rotate_key(settings.vapid_key_file, settings.vapid_old_keys_file)
    assert names(load_keyring(settings))[: len(list(found))] == names(found)
    assert len(read_old_keys(settings.vapid_old_keys_file)) == len(list(found))


def test_rotations_at_once_lose_no_key_either(settings: Settings) -> None:
    def rotate(_: int) -> tuple[VapidKey, VapidKey]:
        return rotate_key(settings.vapid_key_file, settings.vapid_old_keys_file)

    with ThreadPoolExecutor(4) as pool:
        made = [after for _, after in pool.map(rotate, range(8))]
    assert set(names(load_keyring(settings))) == {name(FIRST), *map(name, made)}


def test_subscriptions_are_counted_by_their_key(store: Store) -> None:
    made = [None, name(FIRST), name(SECOND), name(THIRD), name(THIRD), name(STRANGE)]
    for number, key in enumerate(made):
        endpoint = f"https://fcm.googleapis.com/fcm/send/{number}"
        subscription = PushSubscription(endpoint, b"\x04" + bytes(64), bytes(16))
        store.save(subscription, Reminder((480,), "UTC", 0), 1_800_000_000, key)
    counts = store.count_keys()
    assert counts == {None: 1, **dict.fromkeys(made[1:], 1), name(THIRD): 2}
    told = show_keys(counts, Keyring(THIRD, (FIRST, SECOND)))
    assert [line.rsplit(maxsplit=1) for line in told.splitlines()] == [
        ["application server key", "subscriptions"],
        [f"{name(FIRST)[:12]}… (old)", "2"],
        [f"{name(SECOND)[:12]}… (old)", "1"],
        [f"{name(THIRD)[:12]}… (current)", "2"],
        ["a key that is gone", "1"],
    ]


def test_of_a_key_without_a_subscription_the_count_is_none() -> None:
    told = show_keys({name(SECOND): 3}, Keyring(SECOND, (FIRST,))).splitlines()
    assert [line.split()[-1] for line in told[1:]] == ["0", "3"]


# What an operator types


def flask(folder: Path, *command: str, **given: str) -> subprocess.CompletedProcess[str]:
    return run_to_end(["flask", "--app", "webapp", *command], environment_of(folder, **given))


def test_rotate_key_says_what_happens_next_and_shows_no_secret(
    tmp_path: Path, settings: Settings
) -> None:
    done = flask(tmp_path, "push", "rotate-key")
    assert (done.returncode, done.stderr) == (0, "")
    ring = load_keyring(settings)
    assert names(ring)[0] == name(FIRST)
    assert done.stdout.splitlines()[0] == f"The new application server key is {names(ring)[1]}."
    assert str(settings.vapid_old_keys_file) in done.stdout
    assert "Restart the worker first" in done.stdout and "when it is next opened" in done.stdout
    for path in (settings.vapid_key_file, settings.vapid_old_keys_file):
        for line in path.read_text().splitlines():
            assert line.startswith(("#", "-")) or line not in done.stdout
    assert flask(tmp_path, "push", "keys").stdout.strip() == names(ring)[1]
    flask(tmp_path, "db", "upgrade")
    status = flask(tmp_path, "push", "status").stdout
    assert f"{names(ring)[0][:12]}… (old)" in status and f"{names(ring)[1][:12]}… (curr" in status


def test_rotate_key_leaves_a_key_of_the_environment_alone_and_says_what_to_do(
    tmp_path: Path, settings: Settings
) -> None:
    refused = flask(tmp_path, "push", "rotate-key", POCKET_VAPID_KEY=raw(SECOND))
    assert refused.returncode == 1
    assert "POCKET_VAPID_KEY comes from the environment" in refused.stderr
    assert "POCKET_VAPID_OLD_KEYS" in refused.stderr and "Traceback" not in refused.stderr
    assert raw(SECOND) not in refused.stderr + refused.stdout
    assert names(load_keyring(settings)) == [name(FIRST)]
    assert not settings.vapid_old_keys_file.exists()


def test_the_steps_that_rotate_key_tells_work(tmp_path: Path, settings: Settings) -> None:
    new = str(tmp_path / "new-key")
    made = flask(tmp_path, "push", "keys", POCKET_VAPID_KEY="", POCKET_INSTANCE=new)
    given = {
        "POCKET_VAPID_KEY": (tmp_path / "new-key" / "vapid.pem").read_text(),
        "POCKET_VAPID_OLD_KEYS": FIRST.pem().decode(),
    }
    assert names(load_keyring(load_settings(given))) == [name(FIRST), made.stdout.strip()]


def test_rotate_key_of_a_folder_that_cannot_be_written_changes_nothing(
    tmp_path: Path, settings: Settings
) -> None:
    elsewhere = str(tmp_path / "nowhere" / "old.pem")
    refused = flask(tmp_path, "push", "rotate-key", POCKET_VAPID_OLD_KEYS_FILE=elsewhere)
    assert refused.returncode == 1
    assert "cannot be written" in refused.stderr and "Traceback" not in refused.stderr
    assert names(load_keyring(settings)) == [name(FIRST)]
