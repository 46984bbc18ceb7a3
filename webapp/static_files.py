"""Static files in front of the app, each looked for when it is first asked for.

A folder of built files holds those of many releases, thousands of them, and most are never asked
for again: to look at each of them made a start half as long again.
"""

from __future__ import annotations

from whitenoise import WhiteNoise
from whitenoise.responders import Redirect
from whitenoise.responders import StaticFile


class StaticFiles(WhiteNoise):  # type: ignore[misc]  # it has no types
    """WhiteNoise that looks for files as they are asked for, and remembers those that are there."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, autorefresh=True, **options)

    def find_file(self, url: str) -> StaticFile | Redirect | None:
        """What answers that path; none when the app has to."""
        if url not in self.files:
            found = super().find_file(url)
            if found is None:
                return None
            self.files[url] = found
        return self.files[url]
