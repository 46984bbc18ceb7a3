"""Brings a module of the page into the reach of `page.evaluate`, to try its rules by themselves."""

from __future__ import annotations

from playwright.sync_api import Page

IMPORT = """async (name) => {
  const { src } = document.querySelector('script[type=module]');
  const front = await import(new URL('front.js', src));
  globalThis[name] = front[`$${name}`] ?? await import(new URL(`${name}.js`, src));
}"""


def import_module(page: Page, name: str) -> None:
    """Import `static/js/<name>.js` into an open page of the app, as `globalThis.<name>`.

    The front modules are joined in one, which has an object for each.
    """
    page.evaluate(IMPORT, name)
