"""The web app manifest in each language (W3C; screenshots and categories: its app-info supplement).

It is one app in all languages, which begins where the reader's language is.
"""

from __future__ import annotations

from webapp.editions import Edition
from webapp.languages import Language
from webapp.site import Site

ICON_SIZES = (192, 512)


def describe_app(edition: Edition) -> dict[str, object]:
    """The manifest's JSON in a language."""
    language, site = edition.language, edition.site
    say = language.say
    return {
        "id": "/",
        "name": say("Pocket Affirmations"),
        "short_name": say("Pocket"),
        "description": say(
            "One kind line about asking for help. Works offline, asks nothing, follows nobody."
        ),
        "lang": language.tag,
        "dir": language.direction,
        "scope": "/",
        "start_url": language.at("/"),
        "display": "standalone",
        "display_override": ["standalone", "minimal-ui"],
        "orientation": "any",
        "theme_color": site.day_colour,
        "background_color": site.day_colour,
        "categories": ["health", "lifestyle"],
        "launch_handler": {"client_mode": ["navigate-existing", "auto"]},
        # GET, since the worker answers it without the network and the page takes the words out of
        # the address at once.
        "share_target": {
            "action": language.at("/saved"),
            "method": "GET",
            "enctype": "application/x-www-form-urlencoded",
            "params": {"title": "title", "text": "text", "url": "url"},
        },
        "prefer_related_applications": False,
        "icons": _icons(site),
        "screenshots": _screenshots(language) if site.looks_like_ours else [],
        "shortcuts": _shortcuts(language),
    }


def _shortcuts(language: Language) -> list[dict[str, object]]:
    say = language.say
    chosen = (
        (say("Today"), "/", "today"),
        (say("Ask someone"), "/ask", "ask"),
        (say("Saved"), "/saved", "saved"),
        (say("Daily reminder"), "/reminders", "daily"),
        (say("Help now"), "/help", "help"),
    )
    return [
        {"name": name, "url": language.at(path), "icons": [_image(f"shortcut-{icon}.png", 96)]}
        for name, path, icon in chosen
    ]


def _icons(site: Site) -> list[dict[str, str]]:
    plain = [_image(f"icon-{size}.png", size) | {"purpose": "any"} for size in ICON_SIZES]
    maskable = [
        _image(f"maskable-{size}.png", size) | {"purpose": "maskable"} for size in ICON_SIZES
    ]
    flat = _image("monochrome-512.png", 512) | {"purpose": "monochrome"}
    return [*plain, *maskable] if site.icon else [*plain, *maskable, flat]


def _screenshots(language: Language) -> list[dict[str, str]]:
    say = language.say
    shots = (
        ("narrow-card.png", "narrow", say("One affirmation: You don’t have to earn help.")),
        ("narrow-night.png", "narrow", say("An affirmation at night")),
        ("narrow-daily.png", "narrow", say("A daily reminder at the minute you choose")),
        ("wide-card.png", "wide", say("One affirmation on a wide screen")),
    )
    return [
        {
            "src": f"/static/screenshots/{name}",
            "sizes": "1080x1920" if form == "narrow" else "1920x1080",
            "type": "image/png",
            "form_factor": form,
            "label": label,
        }
        for name, form, label in shots
    ]


def _image(name: str, size: int) -> dict[str, str]:
    return {"src": f"/static/icons/{name}", "sizes": f"{size}x{size}", "type": "image/png"}
