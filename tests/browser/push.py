"""A browser whose push service is ours: what it subscribes to is handed in, for pages and worker.

Chromium's own `pushManager.subscribe` needs its maker's service. What is held stands in a cache of
its own, so that every page and the worker see the same, through reloads. The rest is real.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from typing import Any

import requests
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page

from tests.browser.device import READ
from tests.browser.modules import import_module
from tests.browser.proxy import Proxy
from tests.browser.worker import ask
from tests.browser.worker import read_on
from tests.browser.worker import wait_for_worker
from tests.user_agent import UserAgent

PUSH_ORIGIN = "http://127.0.0.1:9"  # nobody is there: a web process asks no push service
PATIENCE_SECONDS = 15
WANTED: dict[str, Any] = {
    "times": ["07:30", "21:00"],
    "days": [1, 3],
    "pause_until": None,
    "level": "neutral",
    "source": "device",
    "sound": True,
    "topics": ["asking-is-brave"],
    "language": "en",
}

DOUBLE = """(agents) => {
  const shelf = () => caches.open('test-push');
  const read = async (name) => (await (await shelf()).match(name))?.json();
  const write = async (name, value) => (await shelf()).put(name, Response.json(value));
  const octetsOf = (key) => {
    const text = atob(key.replaceAll('-', '+').replaceAll('_', '/'));
    return Array.from(text, (character) => character.charCodeAt(0));
  };
  const make = ({ agent, key }) => ({
    endpoint: agent.endpoint,
    options: { applicationServerKey: new Uint8Array(key).buffer },
    toJSON: () => agent,
    unsubscribe: async () => (await shelf()).delete('/held'),
  });
  PushManager.prototype.getSubscription = async () => {
    const held = await read('/held');
    return held ? make(held) : null;
  };
  PushManager.prototype.subscribe = async ({ applicationServerKey, userVisibleOnly }) => {
    if (!userVisibleOnly || Notification.permission !== 'granted') throw new Error('not allowed');
    if (await read('/held')) throw new DOMException('one is there', 'InvalidStateError');
    const count = (await read('/made')) ?? 0;
    const held = { agent: agents[count], key: octetsOf(applicationServerKey) };
    await write('/made', count + 1);
    await write('/held', held);
    return make(held);
  };
}"""
ELSEWHERE = """(timeZone) => {
  Intl.DateTimeFormat.prototype.resolvedOptions = () => ({ timeZone });
}"""
HELD = "async () => (await (await (await caches.open('test-push')).match('/held'))?.json())?.agent"
DROP = "async () => (await caches.open('test-push')).delete('/held')"
HOLD = """async () => {
  const cache = await caches.open('test-push');
  const held = await (await cache.match('/held')).json();
  await cache.put('/held', Response.json({ ...held, ...%s }));
}"""
TURN_ON = """async ([wanted, zone]) => {
  const record = globalThis['reminder-record'];
  const page = await (await fetch('/reminders')).text();
  await record.remember(wanted, zone);
  const subscription = await subscriptions.subscribe(/data-key="([^"]+)"/.exec(page)[1]);
  const reminder = record.reminderOf(await record.readRecord());
  const known = await subscriptions.save(subscription, reminder);
  await record.confirm(reminder, known, subscriptions.proofOf(subscription));
}"""
UNTIL = f"""async () => {{
  const read = {READ};
  let it;
  while (!((it = (await read()).reminder) && (%s)))
    await new Promise((resolve) => setTimeout(resolve, 20));
  return it;
}}"""
A_MOMENT = "() => new Promise((resolve) => setTimeout(resolve, 50))"
NO_WINDOW = """async () => {
  while ((await clients.matchAll({ type: 'window' })).length)
    await new Promise((resolve) => setTimeout(resolve, 10));
}"""


@dataclass
class Device:
    """A reader's device on a network of its own; its subscriptions are `agents`, one by one."""

    page: Page
    context: BrowserContext
    network: Proxy
    agents: list[UserAgent] = field(default_factory=lambda: [new_agent() for _ in range(4)])

    def begin(self) -> None:
        """Allow notifications, and come to a page that does little, and stay."""
        self.page.set_default_timeout(15_000)
        self.context.grant_permissions(["notifications"], origin=self.network.url)
        self.context.add_init_script(script=self._double)
        self.page.goto(self.network.url + "/about")
        wait_for_worker(self.page)
        read_on(self.page)
        self.prepare_worker()

    def prepare_worker(self) -> None:
        self.in_worker(f"async () => {{ {self._double} }}")

    def turn_on(self, zone: object = None, **wanted: object) -> None:
        """A reminder is on, the server knows, and nothing is pending."""
        for module in ("reminder-record", "subscriptions"):
            import_module(self.page, module)
        self.page.evaluate(TURN_ON, [WANTED | wanted, zone or {"follow": True}])
        self.network.exchanges.clear()

    def leave(self) -> None:
        """Leave for another site; back once the worker knows of no open window."""
        self.page.goto("about:blank")
        self.in_worker(NO_WINDOW)

    def launch(self) -> None:
        self.page.goto(self.network.url + "/about")

    def drop_subscription(self) -> None:
        """The browser ends the subscription, as browsers do."""
        self.in_worker(DROP)

    def hold(self, agent: UserAgent, **more: object) -> None:
        """The browser has put another subscription in the place of the one before."""
        self.in_worker(HOLD % json.dumps({"agent": agent.as_json(), **more}))

    def in_worker(self, question: str) -> Any:
        return ask(self.context.service_workers[0], question)

    @property
    def record(self) -> Any:
        """The document that the device keeps of its reminder."""
        return self.in_worker(READ).get("reminder")

    @property
    def held(self) -> str | None:
        """The endpoint of the subscription that the browser holds."""
        found = self.in_worker(HELD)
        return found and str(found["endpoint"])

    def forget_on_server(self) -> None:
        """The server loses what it knew of the first subscription."""
        answer = requests.delete(self._api, json=proof_of(self.agents[0]), timeout=10)
        assert answer.status_code == 204

    def travel(self, zone: str) -> None:
        """Be in another time zone from the next page on.

        Chromium's own override reaches a page late, or not, when the page is a new one.
        """
        script = f"({ELSEWHERE})({json.dumps(zone)});"
        self.context.add_init_script(script=script)
        self.in_worker(f"async () => {{ {script} }}")

    def wait_for_record(self, condition: str) -> Any:
        """The record as soon as it fulfils the condition in JavaScript, where it is called `it`."""
        return self.in_worker(UNTIL % condition)

    def wait_for_server(
        self,
        agent: UserAgent,
        is_so: Callable[[dict[str, Any] | None], bool] = bool,
    ) -> Any:
        """What the server tells of a subscription, as soon as that is as asked."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_so(known := self.known(agent)):
            assert time.monotonic() < deadline, known
            self.in_worker(A_MOMENT)
        return known

    def known(self, agent: UserAgent) -> dict[str, Any] | None:
        """What the server tells of a subscription."""
        answer = requests.post(f"{self._api}/lookup", json=proof_of(agent), timeout=10)
        found: dict[str, Any] = answer.json()
        return found if answer.ok else None

    @property
    def _api(self) -> str:
        return f"http://127.0.0.1:{self.network.server_port}/api/subscriptions"

    @property
    def _double(self) -> str:
        return f"({DOUBLE})({json.dumps([agent.as_json() for agent in self.agents])});"


def new_agent() -> UserAgent:
    return UserAgent(f"{PUSH_ORIGIN}/push/{secrets.token_urlsafe(24)}")


def proof_of(agent: UserAgent) -> dict[str, str]:
    return {"endpoint": agent.endpoint, "auth": agent.as_json()["keys"]["auth"]}
