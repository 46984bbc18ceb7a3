/**
 * The push subscription of this device, and the API that keeps it. It shows nothing.
 *
 * @typedef {{time: string, zone: string, level: string, topics: string[]}} Reminder
 * @typedef {{reminder: Reminder, next: {date: string, at: string}}} Known
 */

const PATIENCE_MILLISECONDS = 10_000;
const PROBLEM = "application/problem+json";

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
  if (response.ok) return response.json();
  // A proxy or a captive portal may say 404 as well, but not in our words.
  if (!response.headers.get("Content-Type")?.startsWith(PROBLEM)) throw new Error("not our 404");
  return null;
}

/** Makes a test message due now. */
export async function askForTest(/** @type {PushSubscription} */ subscription) {
  await send("POST", "/test", proof(subscription));
}

/**
 * Ends the subscription in the browser, then deletes what the server keeps of it.
 * @returns {Promise<boolean>} whether the server has done so
 */
export async function forget(/** @type {PushSubscription} */ subscription) {
  const told = proof(subscription);
  await subscription.unsubscribe();
  return send("DELETE", "", told, [404]).then(() => true, () => false);
}

async function send(/** @type {string} */ method, /** @type {string} */ path, /** @type {object} */ body, /** @type {number[]} */ expected = []) {
  const response = await fetch(`/api/subscriptions${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout?.(PATIENCE_MILLISECONDS),
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
    setTimeout(() => reject(new Refusal("The app is not ready on this device yet. Please load the page again.")), PATIENCE_MILLISECONDS);
  });
  return /** @type {Promise<ServiceWorkerRegistration>} */ (Promise.race([navigator.serviceWorker.ready, late]));
}

/** Octets in base64url without padding (RFC 4648 section 5). */
function encode(/** @type {ArrayBuffer | null} */ octets) {
  const text = String.fromCharCode(...new Uint8Array(octets ?? new ArrayBuffer(0)));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
