"""Questions to a page about its service worker, each with a time limit of its own.

`page.evaluate` has none, and `page.wait_for_function` needs an `eval` that our Content
Security Policy forbids.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext
from playwright.sync_api import Page
from playwright.sync_api import Worker

LIMIT_MILLISECONDS = 30_000

CONTROLLED = """() => new Promise((resolve) => {
  navigator.serviceWorker.addEventListener('controllerchange', () => resolve(true));
  if (navigator.serviceWorker.controller) resolve(true);
})"""

WHOLE = """async () => {
  const isWhole = async (name) => {
    const requests = await (await caches.open(name)).keys();
    return requests.some(({ url }) => url.endsWith('/rest.txt'));
  };
  while (!(await Promise.all((await caches.keys()).map(isWhole))).includes(true)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}"""

NOT_REGISTERED = """async () => {
  while (await navigator.serviceWorker.getRegistration()) await new Promise(requestAnimationFrame);
}"""

# Asks the server for a newer worker; tells how its installation ended.
UPDATED = """async () => {
  const registration = await navigator.serviceWorker.ready;
  await registration.update().catch(() => {});
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  return new Promise((resolve) => {
    const tell = () => worker.state === 'installing' || resolve(worker.state);
    worker.addEventListener('statechange', tell);
    tell();
  });
}"""

# Every entry of our caches as {path: integrity of the kept bytes}, by cache name.
KEPT = """async () => {
  const kept = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    kept[name] = {};
    for (const request of await cache.keys()) {
      const body = await (await cache.match(request)).arrayBuffer();
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
      const { pathname, search } = new URL(request.url);
      kept[name][pathname + search] = 'sha256-' + btoa(String.fromCharCode(...digest));
    }
  }
  return kept;
}"""


def ask(target: Page | Worker, question: str) -> Any:
    """Run a JavaScript function in a page or a worker; an error when it takes too long."""
    return target.evaluate(
        f"""() => Promise.race([({question})(), new Promise((_, refuse) =>
              setTimeout(refuse, {LIMIT_MILLISECONDS}, new Error('no answer in time')))])"""
    )


def wait_for_worker(page: Page) -> None:
    """Return once a worker controls the page."""
    ask(page, CONTROLLED)


def read_on(page: Page) -> None:
    """Touch the page, as who stays; return once the device keeps every screen."""
    ask(page, "() => navigator.serviceWorker.controller.postMessage('keep')")
    ask(page, WHOLE)


def wait_for_no_worker(page: Page) -> None:
    """Return once no worker is registered, running or not."""
    ask(page, NOT_REGISTERED)


def update(page: Page) -> str:
    """Let the page's worker look for a newer one; the state in which that one ended up."""
    return str(ask(page, UPDATED))


def look_for_update(page: Page) -> None:
    """Begin an update without waiting for it, since the page may reload meanwhile."""
    page.evaluate("navigator.serviceWorker.ready.then((it) => void it.update())")


def kept(page: Page) -> dict[str, dict[str, str]]:
    """What the caches hold: for each cache its paths, with the integrity of their bytes."""
    found: dict[str, dict[str, str]] = ask(page, KEPT)
    return found


def stop_workers(context: BrowserContext, page: Page) -> None:
    """Stop every running worker, as the browser does by itself after half a minute."""
    session = context.new_cdp_session(page)
    session.send("ServiceWorker.enable")
    session.send("ServiceWorker.stopAllWorkers")
    session.detach()


def push(context: BrowserContext, page: Page, text: str) -> None:
    """Deliver a push message to the page's worker, as a push service would; "" is no payload.

    The session stays open: ending it at once may take the message along.
    """
    found: dict[str, str] = {}
    session = context.new_cdp_session(page)
    session.on("ServiceWorker.workerRegistrationUpdated", lambda event: _note(event, found))
    session.send("ServiceWorker.enable")
    origin = ask(page, "() => location.origin")
    while f"{origin}/" not in found:
        ask(page, "() => new Promise(requestAnimationFrame)")
    session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": origin, "registrationId": found[f"{origin}/"], "data": text},
    )


def _note(event: dict[str, Any], found: dict[str, str]) -> None:
    found.update({each["scopeURL"]: each["registrationId"] for each in event["registrations"]})
