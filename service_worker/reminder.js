// Keeps the push subscription, and what the server knows of it, in step with what the pages keep as
// `reminder` (static/js/reminder-record.js), with no page open. Without that document it does nothing.

/**
 * @typedef {{endpoint: string, auth: string}} Proof
 * @typedef {{wanted: {topics: string[]}, zone: {home?: string}, isOn: boolean, isPending: boolean, told: Proof | null}} Kept
 */

const RECORD = "reminder";
const SUBSCRIPTIONS = "/api/subscriptions";
const PAUSES_MILLISECONDS = [0, 1000, 4000];
const ANSWER_MILLISECONDS = 10_000;
const TOO_MANY = 429;
const APPLICATION_SERVER_KEY = /data-key="([^"]+)"/;

/** The browser has ended the subscription, or put another in its place. */
async function renew() {
  if (!(await recall(RECORD))?.isOn) return;
  await keep(RECORD, (now) => now?.isOn ? { ...now, isPending: true } : now);
  await deliver();
}

/** Tells the server what is pending, in a few tries; later the browser wakes us when there is a network, or the next launch does. */
async function deliver() {
  for (const pause of PAUSES_MILLISECONDS) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (await tellServer().then(() => true, () => false)) return;
  }
  const { sync } = /** @type {{sync?: {register: (tag: string) => Promise<void>}}} */ (/** @type {unknown} */ (self.registration));
  await sync?.register(RECORD).catch(() => {});
}

/** Tells the server what is pending, if anything is; rejects when that may go better later. */
function tellServer() {
  return navigator.locks.request(RECORD, async () => {
    const kept = await recall(RECORD);
    if (kept?.isPending) await (kept.isOn ? register(kept) : withdraw(kept.told));
  });
}

/** A new subscription that the server refuses is undone: nobody would send to it. A change that it refuses is given up. */
async function register(/** @type {Kept} */ kept) {
  const subscription = await subscribe();
  const { endpoint, keys } = subscription.toJSON();
  const isKnown = kept.told?.endpoint === endpoint;
  const response = await send("PUT", {
    subscription,
    reminder: await reminderOf(kept),
    application_server_key: base64url(subscription.options.applicationServerKey),
    ...(kept.told && !isKnown && { replaces: kept.told }),
  });
  if (response.ok || isKnown) {
    const news = response.ok && { told: { endpoint, auth: keys?.auth }, next: (await response.json()).next };
    return keep(RECORD, (now) => now && { ...now, ...news, isPending: wish(now) !== wish(kept) });
  }
  await subscription.unsubscribe();
  await keep(RECORD, (now) => now && { ...now, isOn: false, isPending: true, why: "refused" });
  await withdraw(kept.told);
}

/** It is off: what the server still knows is deleted. */
async function withdraw(/** @type {Proof | null} */ told) {
  if (told) await send("DELETE", told);
  await keep(RECORD, (now) => now && (now.isOn ? now : { ...now, told: null, isPending: false }));
}

/** The browser's subscription, made anew under our key if it has none. */
async function subscribe() {
  const { pushManager } = self.registration;
  const applicationServerKey = async () => {
    const { parts } = await readPack();
    return APPLICATION_SERVER_KEY.exec(parts["/reminders"][1])?.[1];
  };
  return (await pushManager.getSubscription()) ??
    pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: await applicationServerKey() });
}

/** As the API has it; a topic that has left the deck would be refused. */
async function reminderOf(/** @type {Kept} */ { wanted, zone }) {
  const { topics } = await readDeck();
  return {
    ...wanted,
    topics: wanted.topics.filter((topic) => topic in topics),
    zone: zone.home ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}

/** What a reader may change while the server is told. */
function wish(/** @type {Kept} */ { isOn, wanted, zone }) {
  return JSON.stringify([isOn, wanted, zone]);
}

/** The server's answer, be it a refusal; rejects when there is none, or one that is not its last word, or not its own. */
async function send(/** @type {string} */ method, /** @type {object} */ body) {
  const response = await fetch(SUBSCRIPTIONS, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER_MILLISECONDS),
  });
  const { status, headers } = response;
  const isOurs = status === 204 || /^application\/(problem\+)?json/.test(headers.get("Content-Type") ?? "");
  if (!isOurs || status >= 500 || status === TOO_MANY) throw new Error(`answered ${status}`);
  return response;
}

/** Octets in base64url without padding (RFC 4648 section 5). */
function base64url(/** @type {ArrayBuffer | null} */ octets) {
  const text = String.fromCharCode(...new Uint8Array(octets ?? []));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
