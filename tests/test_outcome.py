"""What an answer means, line by line, and what follows from it: only *gone* removes anybody."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.push.counts import Counts
from webapp.push.exchange import Reply
from webapp.push.origin import FAILURES_IN_A_ROW
from webapp.push.origin import PROBE_SECONDS
from webapp.push.origin import Origin
from webapp.push.outcome import Outcome
from webapp.push.outcome import Verdict
from webapp.push.outcome import judge
from webapp.push.outcome import parse_retry_after
from webapp.push.outcome import retry_seconds
from webapp.push.settlement import UNPROVEN_SECONDS
from webapp.push.settlement import Window
from webapp.push.settlement import hold
from webapp.push.settlement import is_lone_refusal
from webapp.push.settlement import settle
from webapp.push.settlement import skip
from webapp.schedule import Occurrence
from webapp.schedule import Reminder
from webapp.store import Advance
from webapp.store import Due
from webapp.store import LastTest
from webapp.store import Remove
from webapp.store import Retry
from webapp.subscription import PushSubscription

NOW = 1_800_000_000  # 2027-01-15 08:00 UTC
MINUTE = 60
HOUR = 3_600
DAY = 24 * HOUR
WINDOW = Window(late_seconds=3 * HOUR, ttl_seconds=4 * HOUR)
DUE = Due(
    subscription_id=1,
    kind="daily",
    lease=NOW + 120,
    occurrence="2027-01-15",
    first_due_at=NOW,
    attempts=0,
    subscription=PushSubscription("https://fcm.googleapis.com/x", bytes(65), bytes(16)),
    reminder=Reminder((480,), "UTC", 0),
    has_been_accepted=True,
    failing_since=None,
)
TEST = DUE._replace(kind="test", occurrence=f"test-{NOW}")
OURS = (Outcome.CREDENTIALS, Outcome.MESSAGE, Outcome.THROTTLED)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.ACCEPTED),
        (201, Outcome.ACCEPTED),
        (202, Outcome.ACCEPTED),
        (204, Outcome.ACCEPTED),
        (301, Outcome.TRANSIENT),
        (302, Outcome.TRANSIENT),
        (307, Outcome.TRANSIENT),
        (400, Outcome.MESSAGE),
        (401, Outcome.CREDENTIALS),
        (403, Outcome.CREDENTIALS),
        (404, Outcome.GONE),
        (405, Outcome.MESSAGE),
        (406, Outcome.THROTTLED),
        (408, Outcome.TRANSIENT),
        (410, Outcome.GONE),
        (413, Outcome.MESSAGE),
        (415, Outcome.MESSAGE),
        (425, Outcome.TRANSIENT),
        (429, Outcome.THROTTLED),
        (500, Outcome.TRANSIENT),
        (502, Outcome.TRANSIENT),
        (503, Outcome.TRANSIENT),
        (504, Outcome.TRANSIENT),
        (599, Outcome.TRANSIENT),
        (None, Outcome.TRANSIENT),
    ],
)
def test_an_answer_means(status: int | None, outcome: Outcome) -> None:
    assert judge(status, {}, NOW) == Verdict(outcome)


@given(status=st.integers(200, 599))
def test_only_404_and_410_say_gone(status: int) -> None:
    is_gone = judge(status, {"retry-after": "5"}, NOW).outcome is Outcome.GONE
    assert is_gone == (status in {404, 410})


@pytest.mark.parametrize("status", [406, 429, 503])
@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("Fri, 15 Jan 2027 08:10:00 GMT", 600),
        ("Friday, 15-Jan-27 08:10:00 GMT", 600),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 0),
        ("999999999", DAY),
        ("Sat, 15 Jan 2028 08:00:00 GMT", DAY),
    ],
)
def test_a_push_service_may_say_how_long_to_wait(status: int, text: str, seconds: int) -> None:
    verdict = judge(status, {"retry-after": text}, NOW)
    assert verdict == Verdict(Outcome.THROTTLED, seconds)


YEAR_WITHOUT_END = f"Mon, 01 Jan {'9' * 20} 00:00:00 GMT"


@pytest.mark.parametrize(
    "text", ["", "soon", "-5", "1.5", "٣", "9" * 5_000, "15 Jan", YEAR_WITHOUT_END]
)
def test_a_retry_after_that_cannot_be_read_counts_as_none(text: str) -> None:
    assert parse_retry_after(text, NOW) is None


@given(text=st.text())
def test_no_retry_after_breaks_the_sender(text: str) -> None:
    seconds = parse_retry_after(text, NOW)
    assert seconds is None or 0 <= seconds <= DAY


def test_a_success_waits_for_nothing() -> None:
    assert judge(201, {"retry-after": "120"}, NOW) == Verdict(Outcome.ACCEPTED)


@pytest.mark.parametrize(("attempts", "minutes"), [(0, 1), (1, 4), (2, 15), (3, 15), (50, 15)])
def test_retries_come_after_1_4_and_15_minutes(attempts: int, minutes: int) -> None:
    assert retry_seconds(attempts, None, chance=0) == minutes * MINUTE


@given(attempts=st.integers(0, 9), chance=st.floats(0, 1))
def test_chance_adds_at_most_a_quarter(attempts: int, chance: float) -> None:
    least = retry_seconds(attempts, None, 0)
    assert least <= retry_seconds(attempts, None, chance) <= least * 1.25


def test_a_retry_after_is_never_undercut() -> None:
    assert retry_seconds(0, 600, chance=0) == 600


def test_a_retry_after_of_nothing_still_means_a_minute() -> None:
    assert retry_seconds(0, 0, chance=0) == MINUTE


def verdict(outcome: Outcome, wait: int | None = None) -> Verdict:
    return Verdict(outcome, wait)


def test_accepted_moves_on_to_tomorrow() -> None:
    settlement = settle(DUE, verdict(Outcome.ACCEPTED), WINDOW, NOW, 0)
    assert isinstance(settlement, Advance)
    assert settlement.accepted and settlement.next
    assert settlement.next.due_at == NOW + DAY


def test_gone_removes() -> None:
    assert settle(DUE, verdict(Outcome.GONE), WINDOW, NOW, 0) == Remove(DUE)


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.GONE])
@pytest.mark.parametrize("due", [DUE, TEST])
def test_nothing_but_gone_removes_a_working_subscription(outcome: Outcome, due: Due) -> None:
    assert not isinstance(settle(due, verdict(outcome), WINDOW, NOW, 0), Remove)


def test_a_refused_message_is_not_tried_again() -> None:
    settlement = settle(DUE, verdict(Outcome.MESSAGE), WINDOW, NOW, 0)
    assert isinstance(settlement, Advance)
    assert not settlement.accepted
    assert settlement.failing_since is None


def test_a_transient_failure_is_tried_again_and_remembered() -> None:
    settlement = settle(DUE, verdict(Outcome.TRANSIENT), WINDOW, NOW + 5, 0)
    assert settlement == Retry(DUE, NOW + 5 + MINUTE, failing_since=NOW + 5)


def test_a_run_of_failures_keeps_its_beginning() -> None:
    due = DUE._replace(failing_since=NOW - 9 * DAY)
    settlement = settle(due, verdict(Outcome.TRANSIENT), WINDOW, NOW, 0)
    assert settlement == Retry(due, NOW + MINUTE, failing_since=NOW - 9 * DAY)


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.GONE])
@pytest.mark.parametrize("status", [201, None])
def test_what_the_push_service_said_to_a_test_is_kept_and_of_a_daily_message_it_is_not(
    outcome: Outcome, status: int | None
) -> None:
    tested = settle(TEST, verdict(outcome), WINDOW, NOW + 5, 0, status)
    daily = settle(DUE, verdict(outcome), WINDOW, NOW + 5, 0, status)
    assert isinstance(tested, Advance | Retry) and isinstance(daily, Advance | Retry)
    assert tested.test == LastTest(NOW + 5, outcome.value, status or 0)
    assert daily.test is None


@pytest.mark.parametrize("outcome", [Outcome.CREDENTIALS, Outcome.THROTTLED])
def test_what_is_not_the_subscriptions_fault_is_not_held_against_it(outcome: Outcome) -> None:
    settlement = settle(DUE, verdict(outcome), WINDOW, NOW, 0)
    assert isinstance(settlement, Retry)
    assert settlement.failing_since is None


def test_refused_credentials_wait_a_quarter_of_an_hour() -> None:
    settlement = settle(DUE, verdict(Outcome.CREDENTIALS), WINDOW, NOW, 0)
    assert isinstance(settlement, Retry) and settlement.at == NOW + 15 * MINUTE


def test_throttled_waits_as_long_as_it_was_told() -> None:
    settlement = settle(DUE, verdict(Outcome.THROTTLED, 600), WINDOW, NOW, 0)
    assert isinstance(settlement, Retry) and settlement.at == NOW + 600


@pytest.mark.parametrize("outcome", [Outcome.TRANSIENT, Outcome.THROTTLED, Outcome.CREDENTIALS])
def test_retries_end_with_the_window(outcome: Outcome) -> None:
    late = NOW + 3 * HOUR - 30
    settlement = settle(DUE, verdict(outcome), WINDOW, late, 0)
    assert isinstance(settlement, Advance)
    assert not settlement.accepted
    assert settlement.next and settlement.next.due_at == NOW + DAY


def test_a_throttle_beyond_the_window_is_for_tomorrow() -> None:
    settlement = settle(DUE, verdict(Outcome.THROTTLED, DAY), WINDOW, NOW, 0)
    assert isinstance(settlement, Advance)


@pytest.mark.parametrize("outcome", [*OURS, Outcome.TRANSIENT, Outcome.ACCEPTED])
def test_a_test_message_is_over_after_five_minutes(outcome: Outcome) -> None:
    settlement = settle(TEST, verdict(outcome, None), WINDOW, NOW + 5 * MINUTE, 0)
    assert isinstance(settlement, Advance)
    assert settlement.next is None


def test_a_test_message_is_tried_again_within_five_minutes() -> None:
    settlement = settle(TEST, verdict(Outcome.TRANSIENT), WINDOW, NOW, 0)
    assert isinstance(settlement, Retry)


@pytest.mark.parametrize(("days", "is_removed"), [(59, False), (60, True), (400, True)])
def test_60_days_of_nothing_but_failures_end_a_subscription(days: int, is_removed: bool) -> None:
    due = DUE._replace(failing_since=NOW - days * DAY)
    settlement = settle(due, verdict(Outcome.TRANSIENT), WINDOW, NOW, 0)
    assert isinstance(settlement, Remove) == is_removed


@pytest.mark.parametrize("outcome", OURS)
def test_our_own_faults_never_end_a_subscription(outcome: Outcome) -> None:
    due = DUE._replace(failing_since=NOW - 400 * DAY)
    assert not isinstance(settle(due, verdict(outcome), WINDOW, NOW, 0), Remove)


@pytest.mark.parametrize(("late", "is_late"), [(0, False), (3 * HOUR, False), (3 * HOUR + 1, True)])
def test_three_hours_is_as_late_as_it_gets(late: int, is_late: bool) -> None:
    assert WINDOW.is_late(DUE, NOW + late) == is_late


@pytest.mark.parametrize(("late", "ttl"), [(0, 4 * HOUR), (HOUR, 3 * HOUR), (3 * HOUR, HOUR)])
def test_a_push_service_keeps_a_message_until_its_window_ends(late: int, ttl: int) -> None:
    assert WINDOW.ttl(DUE, NOW + late) == ttl


def test_a_short_ttl_stays_short_and_over_zero() -> None:
    window = Window(late_seconds=3 * HOUR, ttl_seconds=60)
    assert window.ttl(DUE, NOW) == window.ttl(DUE, NOW + HOUR) == 60
    assert window.ttl(DUE, NOW + 3 * HOUR) == 1


def test_a_test_message_is_not_kept_for_long() -> None:
    assert WINDOW.ttl(TEST, NOW) == 5 * MINUTE


@pytest.mark.parametrize(("hours", "day"), [(0, 9), (1, 9), (3, 9), (4, 10), (23, 10)])
def test_after_missed_days_the_next_is_the_first_that_is_not_too_late(hours: int, day: int) -> None:
    settlement = skip(DUE, WINDOW, NOW + 9 * DAY + hours * HOUR)
    assert isinstance(settlement, Advance)
    assert settlement.next and settlement.next.due_at == NOW + day * DAY


def test_what_is_held_waits_for_the_probe_and_backs_off_too() -> None:
    settlement = hold(DUE._replace(attempts=1), WINDOW, NOW + 30, NOW, 0)
    assert isinstance(settlement, Retry)
    assert (settlement.at, settlement.failing_since) == (NOW + 4 * MINUTE, None)


def out_of_order(origin: Origin) -> Origin:
    for _ in range(FAILURES_IN_A_ROW):
        origin.record(Outcome.TRANSIENT, NOW)
    return origin


def test_an_origin_is_sent_to_until_ten_failures_in_a_row() -> None:
    origin = Origin()
    told = [origin.record(Outcome.TRANSIENT, NOW) for _ in range(11)]
    assert told == [False] * 9 + [True, False]
    assert origin.held_until(NOW) == NOW + PROBE_SECONDS


def test_nine_failures_and_a_success_start_the_count_anew() -> None:
    origin = Origin()
    for outcome in [*[Outcome.TRANSIENT] * 9, Outcome.ACCEPTED, *[Outcome.TRANSIENT] * 9]:
        origin.record(outcome, NOW)
    assert origin.held_until(NOW) is None


def test_an_outage_costs_one_probe_a_minute() -> None:
    origin = out_of_order(Origin())
    probes = [now for now in range(NOW, NOW + 180) if origin.held_until(now) is None]
    assert probes == [NOW + 60, NOW + 120]


def test_one_answer_brings_an_origin_back() -> None:
    origin = out_of_order(Origin())
    origin.record(Outcome.THROTTLED, NOW)
    assert origin.held_until(NOW) is None


def test_refused_credentials_put_an_origin_out_at_once() -> None:
    origin = Origin()
    assert origin.record(Outcome.CREDENTIALS, NOW)
    assert origin.held_until(NOW) == NOW + PROBE_SECONDS


def test_one_subscription_of_another_key_does_not_stop_the_others() -> None:
    origin = Origin()
    origin.record(Outcome.ACCEPTED, NOW)
    assert not origin.record(Outcome.CREDENTIALS, NOW)
    assert origin.held_until(NOW) is None


def test_credentials_that_are_refused_ten_times_in_a_row_put_an_origin_out() -> None:
    origin = Origin()
    origin.record(Outcome.ACCEPTED, NOW)
    assert [origin.record(Outcome.CREDENTIALS, NOW) for _ in range(10)][-1]


FRESH = DUE._replace(has_been_accepted=False)


def accepting_origin() -> Origin:
    origin = Origin()
    origin.record(Outcome.ACCEPTED, NOW)
    return origin


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_refusal_is_of_one_subscription_when_it_was_never_accepted_and_others_are(
    outcome: Outcome,
) -> None:
    verdict, is_refusal = Verdict(outcome), outcome in (Outcome.CREDENTIALS, Outcome.MESSAGE)
    assert is_lone_refusal(FRESH, verdict, accepting_origin()) is is_refusal
    assert not is_lone_refusal(DUE, verdict, accepting_origin())
    assert not is_lone_refusal(FRESH, verdict, Origin())


@pytest.mark.parametrize("outcome", [Outcome.CREDENTIALS, Outcome.MESSAGE])
def test_a_subscription_that_alone_is_refused_is_tried_once_a_day_and_goes_after_a_week(
    outcome: Outcome,
) -> None:
    def follow(due: Due) -> object:
        return settle(due, Verdict(outcome), WINDOW, NOW, 0.0, 403, is_lone=True)

    tomorrow = Occurrence(date(2027, 1, 16), NOW + DAY)
    since = NOW - UNPROVEN_SECONDS
    week, young = (FRESH._replace(failing_since=at) for at in (since, since + 1))
    assert follow(young) == Advance(young, tomorrow, accepted=False, failing_since=since + 1)
    assert follow(week) == Remove(week)


def test_the_week_of_refusals_begins_with_the_first() -> None:
    settlement = settle(FRESH, Verdict(Outcome.MESSAGE), WINDOW, NOW, 0.0, 400, is_lone=True)
    tomorrow = Occurrence(date(2027, 1, 16), NOW + DAY)
    assert settlement == Advance(FRESH, tomorrow, accepted=False, failing_since=NOW)


def test_a_test_that_alone_is_refused_says_so_at_once() -> None:
    due = TEST._replace(has_been_accepted=False)
    verdict = Verdict(Outcome.CREDENTIALS)
    settlement = settle(due, verdict, WINDOW, NOW, 0.0, 403, is_lone=True)
    assert isinstance(settlement, Advance)
    assert (settlement.next, settlement.test) == (None, LastTest(NOW, "credentials", 403))


def test_the_reason_of_a_push_service_is_quoted() -> None:
    reply = Reply(403, {}, b'{"reason":"BadJwtToken"}')
    assert reply.quote() == '403 {"reason":"BadJwtToken"}'


def test_the_reason_that_windows_gives_in_headers_is_quoted() -> None:
    reply = Reply(400, {"x-wns-error-description": "Ttl conflicts", "date": "today"})
    assert reply.quote() == "400 x-wns-error-description: Ttl conflicts"


def test_silence_is_quoted_as_no_answer() -> None:
    assert Reply(None, {}, error="Timeout was reached").quote() == "no answer Timeout was reached"


@pytest.mark.parametrize(
    "echo",
    [
        "https://fcm.googleapis.com/fcm/send/cGxhaW4:APA91bFzZ-_x",
        "/wpush/v2/gAAAAABlYxkq1vZ-_x0000000000",
        "https%3A%2F%2Fweb.push.apple.com%2FQGuQyavXutnMH",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6",
    ],
)
def test_an_echoed_endpoint_or_key_is_masked(echo: str) -> None:
    reply = Reply(400, {"x-wns-msg": echo}, f"The URL <{echo}> was not found".encode())
    assert reply.quote() == "400 x-wns-msg: … The URL <…> was not found"


def test_a_quote_is_one_short_line() -> None:
    quote = Reply(400, {}, b"bad\r\nlevel=ERROR forged\x1b[31m " + b"word " * 400).quote()
    assert quote.startswith("400 bad level=ERROR forged [31m word")
    assert quote.isprintable()
    assert len(quote) <= 210


def test_counts_are_told_in_words() -> None:
    counts = Counts()
    assert (str(counts), bool(counts)) == ("nothing was due", False)
    for outcome in (Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.GONE):
        counts.add(outcome)
    assert (str(counts), bool(counts)) == ("accepted 2, gone 1", True)
