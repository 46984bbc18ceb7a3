"""Every way of being wrong, in one tree. It names errors; it never handles them.

    PocketError
    ├── SettingError         a setting is unusable; the app does not start
    ├── ContentError         a content file breaks a rule; the app does not start
    │   ├── DeckError
    │   ├── HelplineError
    │   ├── StarterError
    │   ├── LanguageError
    │   └── SiteError
    ├── BackupError          a backup cannot be made or put back; the database is as it was
    ├── InputError           a field of a request is refused; nothing was stored
    │   ├── SubscriptionError
    │   │   └── OwnerError   the endpoint is known, with another auth secret
    │   └── ReminderError
    └── MessageTooLarge      a push message would not fit in one record

Each message says what (a field, a setting, a line), the reason, and the remedy.
"""

from __future__ import annotations


class PocketError(Exception):
    """The root: what this app raises on purpose."""


class SettingError(PocketError):
    """A setting from the environment is unusable."""

    def __init__(self, name: str, reason: str, remedy: str) -> None:
        super().__init__(f"{name} {reason}. {remedy}.")
        self.name = name
        self.reason = reason
        self.remedy = remedy


class ContentError(PocketError):
    """A content file breaks a rule, at a line (counted from 1) of a file."""

    def __init__(self, file: str, line: int, rule: str, reason: str, remedy: str) -> None:
        super().__init__(f"{file}:{line}: {rule}: {reason}. {remedy}.")
        self.file = file
        self.line = line
        self.rule = rule
        self.reason = reason
        self.remedy = remedy


class DeckError(ContentError):
    """The deck or its topics cannot be used."""


class HelplineError(ContentError):
    """The helplines file cannot be used."""


class StarterError(ContentError):
    """The message starters cannot be used."""


class LanguageError(ContentError):
    """A language's folder or its catalogue of words cannot be used."""


class SiteError(ContentError):
    """The name, colours or icon of an installation cannot be used."""


class BackupError(PocketError):
    """A database cannot be copied or replaced; `subject` is a file or a setting."""

    def __init__(self, subject: object, reason: str, remedy: str) -> None:
        super().__init__(f"{subject} {reason}. {remedy}.")


class InputError(PocketError):
    """A request's field is refused; `field` is its path, such as `subscription.keys.auth`."""

    def __init__(self, field: str, reason: str, remedy: str) -> None:
        super().__init__(f"{field} {reason}. {remedy}.")
        self.field = field
        self.reason = reason
        self.remedy = remedy


class SubscriptionError(InputError):
    """A push subscription is malformed or not one we may send to."""


class OwnerError(SubscriptionError):
    """The endpoint is registered already, by somebody who has another auth secret."""


class ReminderError(InputError):
    """A reminder's time, zone, level or topics are refused."""


class MessageTooLarge(PocketError):
    """A push message is over what one record holds (RFC 8291 section 4)."""

    def __init__(self, size_octets: int, limit_octets: int) -> None:
        super().__init__(f"message is {size_octets} octets, over the limit of {limit_octets}")
        self.size_octets = size_octets
        self.limit_octets = limit_octets
