/**
 * The push subscription of this device, and the API that keeps it. It shows nothing.
 *
 * @import { Proof } from "./reminder-record.js"
 * @typedef {import("./reminder-record.js").Reminder & {time: string}} Reminder as the API has it; `time` is the first of `times`
 * @typedef {{reminder: Reminder, next: {date: string, at: string}, application_server_key: string}} Known
 *   `application_server_key`: the one that the server has now
 * @typedef {{at: string, outcome: string, status: number}} Test what became of the last one; `status` as in HTTP, 0 for no answer
 * @typedef {{subscription: {endpoint: string, keys: {p256dh: string, auth: string}, application_server_key: string | null},
 *   utc_offset_minutes: number, created_at: string, accepted_at: string | null, last_accepted_at: string | null,
 *   failing_since: string | null, test: Test | null}} Health
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
  if (existing && keyOf(existing) === key) return existing;
  await existing?.unsubscribe();
  try {
    return await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  } catch {
    throw new Refusal("Your browser could not reach its push service. Please try again in a while.");
  }
}

/**
 * @param {PushSubscription} subscription
 * @param {Partial<Reminder>} reminder
 * @param {Proof | null} told which subscription the server knows until now; if another, this one takes its place
 * @returns {Promise<Known>} what the server now keeps
 */
export async function save(subscription, reminder, told = null) {
  const replaces = told && told.endpoint !== subscription.endpoint ? { replaces: told } : {};
  const response = await send("PUT", "", { subscription, reminder, application_server_key: keyOf(subscription) || undefined, ...replaces });
  return response.json();
}

/** @returns {Promise<Known & Health | null>} what the server knows of this device, null when nothing */
export async function lookUp(/** @type {PushSubscription} */ subscription) {
  const response = await send("POST", "/lookup", proofOf(subscription), [404]);
  if (response.ok) return response.json();
  // A proxy or a captive portal may say 404 as well, but not in our words.
  if (!response.headers.get("Content-Type")?.startsWith(PROBLEM)) throw new Error("not our 404");
  return null;
}

/** Makes a test message due now. @returns {Promise<{due_at: string}>} */
export async function askForTest(/** @type {PushSubscription} */ subscription) {
  return (await send("POST", "/test", proofOf(subscription))).json();
}

/** Lets the worker tell the server what is pending in the record: now if it can, else when the network is back. */
export function deliver() {
  navigator.serviceWorker.controller?.postMessage("deliver");
}

/**
 * Ends the subscription in the browser, then deletes what the server keeps of it.
 * @returns {Promise<boolean>} whether the server has done so
 */
export async function forget(/** @type {PushSubscription} */ subscription) {
  const told = proofOf(subscription);
  await subscription.unsubscribe();
  return send("DELETE", "", told, [404]).then(() => true, () => false);
}

/** Only who holds the subscription knows its `auth` secret. @returns {Proof} */
export function proofOf(/** @type {PushSubscription} */ subscription) {
  return { endpoint: subscription.endpoint, auth: subscription.toJSON().keys?.auth ?? "" };
}

/** The public key that the subscription was made with, in base64url (RFC 4648 section 5); "" where the browser does not tell. */
export function keyOf(/** @type {PushSubscription} */ { options }) {
  const text = String.fromCharCode(...new Uint8Array(options.applicationServerKey ?? []));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function send(/** @type {string} */ method, /** @type {string} */ path, /** @type {object} */ body, /** @type {number[]} */ expected = []) {
  const response = await fetch(`/api/subscriptions${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    keepalive: true, // the page may be left
    signal: AbortSignal.timeout?.(PATIENCE_MILLISECONDS),
  });
  if (response.ok || expected.includes(response.status)) return response;
  const problem = await response.json().catch(() => ({}));
  throw new Refusal(problem.detail ?? "The server had a problem. Please try again in a while.");
}

/** The registration once its worker is active; on a broken network that may never come. */
function readyRegistration() {
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Refusal("The app is not ready on this device yet. Please load the page again.")), PATIENCE_MILLISECONDS);
  });
  return /** @type {Promise<ServiceWorkerRegistration>} */ (Promise.race([navigator.serviceWorker.ready, late]));
}
