/**
 * The push subscription of this device, and the API that keeps it. It shows nothing.
 *
 * @typedef {{time: string, zone: string, level: string, topics: string[]}} Reminder
 * @typedef {{reminder: Reminder, next: {date: string, at: string}}} Known
 */

const READY_MILLISECONDS = 10_000;

/** The server or the browser said no; the message is for the reader. */
export class Refusal extends Error {}

/** @returns {Promise<PushSubscription | null>} what the browser holds now */
export async function currentSubscription() {
  const registration = await navigator.serviceWorker.getRegistration();
  return (await registration?.pushManager.getSubscription()) ?? null;
}

/** A subscription under this application server key; one made under another key is replaced. */
export async function subscribe(/** @type {string} */ key) {
  const { pushManager } = await readyRegistration();
  const existing = await pushManager.getSubscription();
  if (existing && encode(existing.options.applicationServerKey) === key) return existing;
  await existing?.unsubscribe();
  try {
    return await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  } catch {
    throw new Refusal("Your browser could not reach its push service. Please try again in a while.");
  }
}

/** @returns {Promise<Known>} what the server now keeps */
export async function save(/** @type {PushSubscription} */ subscription, /** @type {Reminder} */ reminder) {
  const response = await send("PUT", "", { subscription: subscription.toJSON(), reminder });
  return response.json();
}

/** @returns {Promise<Known | null>} what the server knows of this device, null when nothing */
export async function lookUp(/** @type {PushSubscription} */ subscription) {
  const response = await send("POST", "/lookup", proof(subscription), [404]);
  return response.ok ? response.json() : null;
}

/** Makes a test message due now. */
export async function askForTest(/** @type {PushSubscription} */ subscription) {
  await send("POST", "/test", proof(subscription));
}

/** Deletes what the server keeps of this device. */
export async function forget(/** @type {PushSubscription} */ subscription) {
  await send("DELETE", "", proof(subscription), [404]);
}

async function send(/** @type {string} */ method, /** @type {string} */ path, /** @type {object} */ body, /** @type {number[]} */ expected = []) {
  const response = await fetch(`/api/subscriptions${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (response.ok || expected.includes(response.status)) return response;
  const problem = await response.json().catch(() => ({}));
  throw new Refusal(problem.detail ?? "The server had a problem. Please try again in a while.");
}

/** Only who holds the subscription knows its `auth` secret. */
function proof(/** @type {PushSubscription} */ subscription) {
  return { endpoint: subscription.endpoint, auth: subscription.toJSON().keys?.auth };
}

/** The registration once its worker is active; on a broken network that may never come. */
function readyRegistration() {
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Refusal("The app is not ready on this device yet. Please load the page again.")), READY_MILLISECONDS);
  });
  return /** @type {Promise<ServiceWorkerRegistration>} */ (Promise.race([navigator.serviceWorker.ready, late]));
}

/** Octets in base64url without padding (RFC 4648 section 5). */
function encode(/** @type {ArrayBuffer | null} */ octets) {
  const text = String.fromCharCode(...new Uint8Array(octets ?? new ArrayBuffer(0)));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
