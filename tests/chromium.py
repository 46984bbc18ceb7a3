"""How this machine's Chromium is launched: the named one, the system's, else Playwright's own."""

from __future__ import annotations

import os
import shutil
from typing import Any

SHELL = "chromium-headless-shell"

# Features of the browser's own that no page sees. The address bar's panels are two web pages in
# a process of their own for each window: half the cost of a test. The others would wait, or ask
# the network; Playwright's own list, which this one replaces, has them too.
UNUSED = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "HttpsUpgrades",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
)
# Without these Chromium looks up its maker's hosts at every start, in vain behind a closed network.
QUIET = (
    f"--disable-features={','.join(UNUSED)}",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)


def launch_options(*flags: str) -> dict[str, Any]:
    """Options for `chromium.launch`, with further command-line flags: a whole browser."""
    options: dict[str, Any] = {"args": [*QUIET, *flags], "channel": "chromium"}
    if path := os.environ.get("CHROMIUM_BIN") or shutil.which("chromium"):
        del options["channel"]
        options["executable_path"] = path
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options["args"].append("--no-sandbox")
    return options


def quick_options() -> dict[str, Any]:
    """The same for Chromium without its windows, where it is there: a third less work.

    It has all that pages are made of, and no push, no notifications and no installed apps.
    """
    options = launch_options()
    shell = shutil.which(SHELL)
    if "CHROMIUM_BIN" in os.environ or ("executable_path" in options and not shell):
        return options
    options.pop("channel", None)  # Playwright's own download has both, and takes the quick one
    return options | ({"executable_path": shell} if shell else {})
