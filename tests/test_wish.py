"""What a reader may wish for: a reminder's JSON, and every way of refusing it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC
from datetime import date
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.errors import ReminderError
from webapp.schedule import Level
from webapp.schedule import Reminder
from webapp.schedule import Source
from webapp.timezones import known_zones
from webapp.wish import parse_reminder

TOPICS = ("asking", "worth", "rest")
NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)


def wish(**changes: object) -> Reminder:
    return parse_reminder({"times": ["08:00"], "zone": "Europe/Lisbon"} | changes, TOPICS, NOW)


def test_a_reminder_is_parsed_with_its_offset_at_registration() -> None:
    data = {
        "times": ["23:05", "00:00", "13:30"],
        "zone": "Asia/Kathmandu",
        "days": [7, 1],
        "pause_until": "2027-02-01",
        "level": "neutral",
        "source": "device",
        "sound": True,
        "topics": ["rest"],
    }
    assert parse_reminder(data, TOPICS, NOW) == Reminder(
        minutes=(0, 13 * 60 + 30, 23 * 60 + 5),
        zone="Asia/Kathmandu",
        utc_offset_minutes=345,
        level=Level.NEUTRAL,
        topics=("rest",),
        days=(1, 7),
        pause_until=date(2027, 2, 1),
        source=Source.DEVICE,
        sound=True,
    )


def test_all_but_times_and_zone_may_be_left_out() -> None:
    reminder = parse_reminder({"times": ["00:00"], "zone": "America/St_Johns"}, TOPICS, NOW)
    assert reminder == Reminder((0,), "America/St_Johns", -210, Level.WORDS, ())
    assert (reminder.days, reminder.pause_until) == ((), None)
    assert (reminder.source, reminder.sound) == (Source.DECK, False)


def test_one_time_may_come_as_pages_of_the_release_before_send_it() -> None:
    assert parse_reminder({"time": "08:00", "zone": "Europe/Lisbon"}, TOPICS, NOW) == wish()


def test_all_seven_days_are_every_day() -> None:
    assert wish(days=[7, 1, 2, 3, 4, 5, 6]) == wish(days=[]) == wish()


def test_a_pause_ends_at_most_366_days_ahead_by_the_readers_calendar() -> None:
    assert wish(pause_until="2028-01-16").pause_until == date(2028, 1, 16)
    assert refusal(pause_until="2028-01-17").endswith("is more than 366 days ahead")
    ahead = wish(zone="Pacific/Kiritimati", pause_until="2028-01-17")
    assert ahead.pause_until == date(2028, 1, 17)


def test_a_pause_that_is_over_is_no_fault() -> None:
    """A phone that was off for long sends what it was told then."""
    assert wish(pause_until="2026-01-01").pause_until == date(2026, 1, 1)


def refusal(**changes: object) -> str:
    with pytest.raises(ReminderError) as caught:
        wish(**changes)
    assert caught.value.remedy
    return f"{caught.value.field}: {caught.value.reason}"


IMPOSSIBLE_TIMES = [
    None,
    "",
    "8:00",
    "24:00",
    "08:60",
    "08:00:00",
    " 08:00",
    "08:00\n",
    "-1:00",
    "0800",
    "\u0660\u0668:\u0660\u0660",
    480,
    8.0,
    True,
    [],
    {},
    ["08:00"],
]


@pytest.mark.parametrize("time", IMPOSSIBLE_TIMES)
def test_an_impossible_time_is_refused(time: object) -> None:
    reason = "has what is not a time from 00:00 to 23:59"
    assert refusal(times=["08:00", time]) == f"reminder.times: {reason}"
    with pytest.raises(ReminderError, match=r"reminder\.time is not a time"):
        parse_reminder({"time": time, "zone": "UTC"}, TOPICS, NOW)


@pytest.mark.parametrize("times", [None, [], "08:00", 480, {}, {"0": "08:00"}, ["08:00"] * 4])
def test_times_that_are_no_list_of_one_to_three_are_refused(times: object) -> None:
    assert refusal(times=times) == "reminder.times: is not a list of 1 to 3 times"


def test_no_time_at_all_is_refused() -> None:
    with pytest.raises(ReminderError, match=r"reminder\.times is not a list"):
        parse_reminder({"zone": "UTC"}, TOPICS, NOW)


def test_a_time_named_twice_is_refused() -> None:
    assert refusal(times=["08:00", "09:00", "08:00"]) == "reminder.times: names a time twice"


def test_times_and_the_old_time_together_are_refused() -> None:
    assert refusal(time="08:00") == "reminder: has both times and time"


NO_WEEKDAYS = [None, 1, "1", {}, [0], [8], ["1"], [1.0], [True], [None], [[]], [1, -1], [10**400]]


@pytest.mark.parametrize("days", NO_WEEKDAYS)
def test_what_is_no_list_of_weekdays_is_refused(days: object) -> None:
    assert refusal(days=days) == "reminder.days: is not a list of weekdays from 1 to 7"


@pytest.mark.parametrize("days", [[1, 1], [1, 2, 3, 4, 5, 6, 7, 7], [3] * 2_000])
def test_a_weekday_named_twice_is_refused(days: object) -> None:
    assert refusal(days=days) == "reminder.days: names a weekday twice"


NO_DATES = ["", "tomorrow", "2027-02-30", "20270201", "2027-W05-1", "2027-2-1", 0, True, [], {}]


@pytest.mark.parametrize("until", NO_DATES)
def test_a_pause_until_what_is_no_date_is_refused(until: object) -> None:
    assert refusal(pause_until=until) == "reminder.pause_until: is not a date"


@pytest.mark.parametrize("source", [None, "", "DECK", "phone", 0, True, [], {}])
def test_an_unknown_source_is_refused(source: object) -> None:
    assert refusal(source=source) == "reminder.source: is neither deck nor device"


@pytest.mark.parametrize("sound", [None, 0, 1, "true", "", [], {}])
def test_a_sound_that_is_neither_true_nor_false_is_refused(sound: object) -> None:
    assert refusal(sound=sound) == "reminder.sound: is neither true nor false"


@pytest.mark.parametrize(
    "zone",
    [
        None,
        "",
        "Mars/Olympus",
        "europe/lisbon",
        "Europe",
        "+01:00",
        "localtime",
        "posixrules",
        "../zoneinfo/UTC",
        "/usr/share/zoneinfo/UTC",
        "Europe/../UTC",
        "UTC\x00",
        "U" * 65,
        1,
        True,
        [],
        {},
        ["UTC"],
        "\ud800",
    ],
)
def test_an_unknown_zone_is_refused(zone: object) -> None:
    assert refusal(zone=zone) == "reminder.zone: is not a known IANA time zone"


def test_old_and_new_names_of_a_zone_are_known() -> None:
    assert {"Europe/Kyiv", "Europe/Kiev", "Asia/Calcutta", "UTC", "Etc/GMT+12"} <= known_zones()
    assert max(map(len, known_zones())) <= 64


@pytest.mark.parametrize("level", [None, "", "WORDS", "silent", 0, True, [], {}])
def test_an_unknown_level_is_refused(level: object) -> None:
    assert refusal(level=level) == "reminder.level: is neither words nor neutral"


@pytest.mark.parametrize("topics", [None, "asking", 1, True, {}, {"asking": 1}, ["asking"] * 13])
def test_topics_that_are_no_list_of_at_most_twelve_are_refused(topics: object) -> None:
    assert refusal(topics=topics) == "reminder.topics: is not a list of at most 12"


@pytest.mark.parametrize("topics", [["unknown"], [""], [None], [1], [True], [[]], [{}], ["Rest"]])
def test_an_unknown_topic_is_refused(topics: object) -> None:
    assert refusal(topics=topics) == "reminder.topics: has a topic that this deck has not"


def test_a_topic_named_twice_is_refused() -> None:
    assert refusal(topics=["rest", "rest"]) == "reminder.topics: names a topic twice"


@pytest.mark.parametrize("field", ["day", "Time", "", "\ud800"])
def test_an_unknown_field_is_refused(field: str) -> None:
    assert refusal(**{field: 1}).startswith("reminder: has a field other than times, time")


@pytest.mark.parametrize("data", [None, [], "x", 1, True])
def test_what_is_no_object_is_refused(data: object) -> None:
    with pytest.raises(ReminderError, match="is not an object"):
        parse_reminder(data, TOPICS, NOW)


JSON_VALUES: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


FIELDS = (
    "times", "zone", "days", "pause_until", "level", "source", "sound", "topics", "language"
)  # fmt: skip


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JSON_VALUES)))
def test_no_json_value_raises_anything_else(data: dict[str, object]) -> None:
    with pytest.raises(ReminderError):
        parse_reminder(data, TOPICS, NOW)
    with suppress(ReminderError):
        wish(**{name: value for name, value in data.items() if name not in ("times", "zone")})
