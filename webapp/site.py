"""An installation's own name, colours and icon, with ours where it has none. It reads no file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

from webapp.colours import as_hex
from webapp.colours import srgb

NAME, SHORT_NAME, HUE = "Pocket Affirmations", "Pocket", 55
DAY, NIGHT = "#fdf5ee", "#0b0e19"

_OUR_NAME = re.compile(rf"{SHORT_NAME}( Affirmations)?")


@dataclass(frozen=True, slots=True)
class Site:
    """What an operator may change about the looks; `languages` are tags.

    `hue` is in OKLCH degrees, `day` and `night` are the sky's upper colours as `#rrggbb`, which
    browsers' bars wear; empty means ours. `icon` is a PNG, `icon_svg` the same for tabs.
    """

    name: str = NAME
    short_name: str = SHORT_NAME
    hue: int = HUE
    day: str = ""
    night: str = ""
    icon: Path | None = None
    icon_svg: Path | None = None
    languages: tuple[str, ...] = ()

    @property
    def is_renamed(self) -> bool:
        """Whether its name is another than ours."""
        return (self.name, self.short_name) != (NAME, SHORT_NAME)

    @property
    def looks_like_ours(self) -> bool:
        """Whether pictures of the app as it is shipped show this site too."""
        return replace(self, languages=()) == OURS

    @property
    def day_colour(self) -> str:
        """The theme colour by day: the sky's own, or the one that its hue makes."""
        made = DAY if self.hue == HUE else as_hex(srgb(0.975, 0.018, self.hue + 20))
        return self.day or made

    @property
    def night_colour(self) -> str:
        """The theme colour by night."""
        return self.night or NIGHT

    @property
    def rules(self) -> str:
        """What the stylesheet has to say about it."""
        said = ""
        if self.hue != HUE:
            said += f":root,:root:has([data-page]){{--hue:{self.hue}}}"
        if self.day or self.night:
            colours = f"light-dark({self.day_colour},{self.night_colour})"
            said += f":root{{--sky-high:{colours}}}"
        return said

    @property
    def favicon(self) -> str:
        """The file of the icon that a tab shows."""
        return "icon-192.png" if self.icon and not self.icon_svg else "icon.svg"

    def rename(self, text: str) -> str:
        """A text of ours with its own name."""
        return _OUR_NAME.sub(lambda found: self.name if found[1] else self.short_name, text)


OURS = Site()
