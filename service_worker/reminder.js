// Keeps the push subscription, and what the server knows of it, in step with what the pages keep as
// `reminder` (static/js/reminder-record.js), with no page open. Without that document it does nothing.

/**
 * @typedef {{endpoint: string, auth: string}} Proof
 * @typedef {{wanted: {topics: string[], pause_until: string | null}, zone: {follow: boolean, home: string}, isOn: boolean, isPending: boolean, told: Proof | null}} Kept
 */

const RECORD = "reminder";
const SUBSCRIPTIONS = "/api/subscriptions";
const PAUSES_MILLISECONDS = [0, 1000, 4000];
const ANSWER_MILLISECONDS = 10_000;
const PUSH_SERVICE_MILLISECONDS = 20_000;
const GONE = 404;
const TOO_MANY = 429;
const APPLICATION_SERVER_KEY = /data-key="([^"]+)"/;

/** The browser has ended the subscription, or put another in its place. */
async function renew() {
  const kept = await recall(RECORD).catch(() => undefined);
  if (!kept?.isOn) return;
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

/** Tells the server what is pending, also what becomes so meanwhile; rejects when that may go better later. */
function tellServer() {
  return navigator.locks.request(RECORD, async () => {
    for (let kept; (kept = await recall(RECORD))?.isPending; ) await (kept.isOn ? register(kept) : withdraw(kept.told));
  });
}

async function register(/** @type {Kept} */ kept) {
  const subscription = await subscribe();
  const reminder = await reminderOf(kept);
  const response = await send("PUT", {
    subscription,
    reminder,
    application_server_key: base64url(subscription.options.applicationServerKey) || undefined,
    ...(kept.told && kept.told.endpoint !== subscription.endpoint && { replaces: kept.told }),
  });
  const answer = await response.json();
  if (!response.ok) return undo(subscription, String(answer.field), kept);
  const news = { told: proofOf(subscription), next: answer.next };
  const { zone: _, ...wanted } = reminder;
  await keep(RECORD, (now) => now && (wish(now) === wish(kept) ? { ...now, ...news, wanted, isPending: false } : { ...now, ...news, isPending: true }));
}

/**
 * A subscription that the server refuses is undone, since nobody would send to it: one under a key that the
 * server has no more for another, any other for good. Choices that it refuses stay on the device and are not
 * told again. The rest may be a server of another release: later.
 */
async function undo(/** @type {PushSubscription} */ subscription, /** @type {string} */ field, /** @type {Kept} */ kept) {
  if (field.startsWith("reminder")) return keep(RECORD, (now) => now && { ...now, isPending: wish(now) !== wish(kept) });
  const isFinal = field.startsWith("subscription");
  if (isFinal || field === "application_server_key") await subscription.unsubscribe();
  if (!isFinal) throw new Error(`${field} is refused`);
  await keep(RECORD, (now) => now && { ...now, isOn: false, isPending: true, why: "refused" });
  await withdraw(kept.told);
}

/** It is off: what the server still knows is deleted, and the browser ends what it holds, told or not. */
async function withdraw(/** @type {Proof | null} */ told) {
  const held = await self.registration.pushManager.getSubscription();
  const isOther = held && held.endpoint !== told?.endpoint;
  for (const proof of [told, isOther && proofOf(held)]) if (proof) await remove(proof);
  await held?.unsubscribe();
  await keep(RECORD, (now) => now && (now.isOn ? now : { ...now, told: null, isPending: false }));
}

async function remove(/** @type {Proof} */ proof) {
  const { ok, status } = await send("DELETE", proof);
  if (!ok && status !== GONE) throw new Error(`answered ${status}`);
}

function proofOf(/** @type {PushSubscription} */ subscription) {
  return { endpoint: subscription.endpoint, auth: subscription.toJSON().keys?.auth ?? "" };
}

/** The browser's subscription, made anew under our key if it has none; a push service that stays silent is not waited for. */
async function subscribe() {
  const { pushManager } = self.registration;
  const existing = await pushManager.getSubscription();
  if (existing) return existing;
  return inTime(pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: await ourKey() }), PUSH_SERVICE_MILLISECONDS);
}

/** The application server key of this release, as the page of the reminder has it. */
async function ourKey() {
  const { parts } = await inTime(keepRest(), PUSH_SERVICE_MILLISECONDS).then(readRest);
  return APPLICATION_SERVER_KEY.exec(parts["/reminders"][1])?.[1];
}

/** As the API has it: without a pause that is over, or a topic that has left the deck, which would be refused. */
async function reminderOf(/** @type {Kept} */ { wanted, zone }) {
  const { topics } = await readDeck();
  return {
    ...wanted,
    topics: wanted.topics.filter((topic) => topic in topics),
    pause_until: (wanted.pause_until ?? "") > isoDate(new Date()) ? wanted.pause_until : null,
    zone: zone.follow ? Intl.DateTimeFormat().resolvedOptions().timeZone : zone.home,
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
