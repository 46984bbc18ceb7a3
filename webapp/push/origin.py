"""What is known of one push service's origin in this process: whether to send there now.

It never waits and never looks at the clock; nothing of it is stored, since after a restart one
message finds out again.
"""

from __future__ import annotations

from webapp.push.outcome import Outcome

FAILURES_IN_A_ROW = 10
PROBE_SECONDS = 60
"""While an origin is out, one message a minute asks whether it is back."""


class Origin:
    """A circuit breaker: out after ten failures in a row, back with the first other answer."""

    def __init__(self) -> None:
        self._failures = 0
        self._has_accepted = False
        self._probe_at = 0

    @property
    def has_accepted(self) -> bool:
        """Whether it has taken anything from us: then our token and our messages are right."""
        return self._has_accepted

    @property
    def is_out(self) -> bool:
        """Whether messages are held back, but for a probe."""
        return self._failures >= FAILURES_IN_A_ROW

    def held_until(self, now: int) -> int | None:
        """None lets one message through; else the instant (UTC seconds) to ask again."""
        if not self.is_out:
            return None
        if now < self._probe_at:
            return self._probe_at
        self._probe_at = now + PROBE_SECONDS
        return None

    def record(self, outcome: Outcome, now: int) -> bool:
        """Take an outcome into account; tell whether the origin has just gone out.

        Refused credentials put it out at once as long as it has accepted nothing from us. Later
        they count as one failure, for then it may be one subscription made with another key.
        """
        was_out = self.is_out
        if outcome is Outcome.CREDENTIALS and not self._has_accepted:
            self._failures = FAILURES_IN_A_ROW
        elif outcome is Outcome.CREDENTIALS or outcome is Outcome.TRANSIENT:
            self._failures += 1
        else:
            self._failures = 0
            self._has_accepted = self._has_accepted or outcome is Outcome.ACCEPTED
        if self.is_out:
            self._probe_at = now + PROBE_SECONDS
        return self.is_out and not was_out
