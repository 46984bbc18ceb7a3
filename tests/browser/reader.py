"""A reader with a phone: pushes arrive, notifications stand on the screen, a finger taps them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext
from playwright.sync_api import Page

from tests.browser.worker import ask
from tests.browser.worker import push

# Counts in the worker the notifications that it has shown. Asking `getNotifications` while one is
# on its way makes Chromium forget that one, so nobody asks before.
COUNT = """() => {
  if ('shown' in globalThis) return;
  globalThis.shown = 0;
  const show = ServiceWorkerRegistration.prototype.showNotification;
  ServiceWorkerRegistration.prototype.showNotification = async function (...said) {
    await show.apply(this, said);
    shown += 1;
  };
}"""
ONE_MORE = """async () => {
  const before = globalThis.seen ?? 0;
  while (shown === before) await new Promise((resolve) => setTimeout(resolve, 10));
  globalThis.seen = shown;
}"""
SHOWN = """async () => {
  const registration = await navigator.serviceWorker.ready;
  return (await registration.getNotifications()).map((each) => {
    const { title, body, tag, icon, badge, lang, dir, silent, data } = each;
    return { title, body, tag, icon, badge, lang, dir, silent, data };
  });
}"""

# A page that is being left is a client for a while, and `navigate` on it may never settle.
GONE = """async () => {
  while ((await clients.matchAll({ type: 'window' })).length)
    await new Promise((resolve) => setTimeout(resolve, 10));
}"""

# What the system does on a tap, but for the reader's finger: `focus` and `openWindow` ask for a
# real one, so they tell what they were asked for instead. `navigate` is the browser's own.
TAP = """async () => {
  globalThis.asked = { opened: [], focused: 0 };
  Clients.prototype.openWindow = async (address) => { asked.opened.push(address); };
  WindowClient.prototype.focus = async function () { asked.focused += 1; return this; };
  const [notification] = await registration.getNotifications();
  const event = new NotificationEvent('notificationclick', { notification });
  const work = [];
  event.waitUntil = (promise) => work.push(promise);
  dispatchEvent(event);
  await Promise.all(work);
  return { ...asked, left: (await registration.getNotifications()).length };
}"""


@dataclass
class Reader:
    """A page that may show notifications, and whoever pushes to it."""

    page: Page
    context: BrowserContext
    origin: str

    def push(self, text: str) -> None:
        """Push, and return once the worker has shown something."""
        worker = self.context.service_workers[0]
        ask(worker, COUNT)
        push(self.context, self.page, text)
        ask(worker, ONE_MORE)

    def push_message(self, **notification: object) -> None:
        self.push(json.dumps({"web_push": 8030, "notification": notification}))

    def shown(self) -> list[dict[str, Any]]:
        return list(ask(self.page, SHOWN))

    def leave(self) -> None:
        """Leave for another site; back once the worker knows of no open window."""
        self.page.goto("about:blank")
        ask(self.context.service_workers[0], GONE)

    def tap(self) -> Any:
        return ask(self.context.service_workers[0], TAP)
