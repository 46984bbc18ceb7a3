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

import { _ } from "./words.js";

const PATIENCE_MILLISECONDS = 10_000;
const PUSH_SERVICE_MILLISECONDS = 20_000;
const PROBLEM = "application/problem+json";
const TOO_MANY = 429;
/** For the reader, about choices that the server refused. */
export const NOT_THESE = _("The server did not take these choices, so it goes on as before. They are kept on this device.");
const NOT_THIS_DEVICE = _("The server did not take this device. Please load the page and try again.");

/** The server or the browser said no; the message is for the reader. `field` is what the server did not take. */
export class Refusal extends Error {
  constructor(/** @type {string} */ message, field = "") {
    super(message);
    this.field = field;
  }
}

/** @returns {Promise<PushSubscription | null>} what the browser holds now */
export async function currentSubscription() {
  const registration = await navigator.serviceWorker.getRegistration();
  return (await registration?.pushManager.getSubscription()) ?? null;
}

/** A subscription under this application server key; one made under another key is replaced. */
export async function subscribe(/** @type {string} */ key) {
  const { pushManager } = await inTime(navigator.serviceWorker.ready, PATIENCE_MILLISECONDS, _("The app is not ready on this device yet. Please load the page again."));
  const existing = await pushManager.getSubscription();
  if (existing && keyOf(existing) === key) return existing;
  await existing?.unsubscribe();
  const made = pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  return inTime(made, PUSH_SERVICE_MILLISECONDS, _("Your browser could not reach its push service. Please try again in a while."));
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
  return response.ok ? response.json() : null;
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
  return remove(told);
}

/** Deletes what the server keeps of a subscription. @returns {Promise<boolean>} whether it keeps nothing now */
export function remove(/** @type {Proof} */ told) {
  return send("DELETE", "", told, [404]).then(({ status }) => status === 204 || status === 404, () => false);
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
  const { ok, status, headers } = response;
  if (ok) return response;
  // A busy server has not said no, and a proxy or a captive portal does so in other words than ours.
  if (status >= 500 || status === TOO_MANY || !headers.get("Content-Type")?.startsWith(PROBLEM)) throw new Error(`answered ${status}`);
  if (expected.includes(status)) return response;
  const field = String((await response.json()).field ?? "");
  throw new Refusal(field.startsWith("reminder") ? NOT_THESE : NOT_THIS_DEVICE, field);
}

/**
 * What comes of it, or a Refusal: a broken network may never answer.
 * @template T
 * @param {Promise<T>} work
 * @param {number} milliseconds
 * @param {string} words
 * @returns {Promise<T>}
 */
function inTime(work, milliseconds, words) {
  return Promise.race([work, new Promise((_resolve, reject) => setTimeout(reject, milliseconds))]).catch(() => {
    throw new Refusal(words);
  });
}
