/**
 * The page's only contact with the service worker: registers it, and lets a new release in
 * without ever changing a page under the reader's hands. Knows nothing of what the worker keeps.
 *
 * @typedef {{createScriptURL: (address: string) => string}} Policy
 * @typedef {{createPolicy: (name: string, rules: Policy) => Policy}} PolicyFactory
 */

import { at } from "./addresses.js";

/** Each language has a worker of its own; the one that is registered tells which language the reader has chosen. */
const WORKER = /^(\/[a-z0-9-]+)?\/sw\.js$/;
const SWITCH_MILLISECONDS = 20_000;

// Trusted Types are not in every browser yet.
const policies = /** @type {{trustedTypes?: PolicyFactory}} */ (globalThis).trustedTypes;
const policy = policies?.createPolicy("pocket", { createScriptURL: onlyAWorker });

/** @type {() => boolean} */
let isTouched = () => false;
let isWanted = false;
/** @type {ServiceWorkerRegistration | undefined} */
let entering;

/** Registers the worker once the page has loaded, so that what it downloads does not hold the page up. */
export async function keepOffline(/** @type {() => boolean} */ hasBeenTouched) {
  if (!navigator.serviceWorker) return;
  isTouched = hasBeenTouched;
  navigator.serviceWorker.addEventListener("controllerchange", reloadIfAsked);
  await pageLoaded();
  try {
    watch(await register(await workerNow()));
  } catch {
    // No network, or no workers in this browser's private windows: the page works without.
  }
}

/**
 * Keeps another language in place of this one, whole, before the reader goes there; rejects when that fails, and then
 * all is as it was. Where nothing is kept yet, the page that is gone to does so.
 * @param {string} prefix what the addresses of the language begin with
 */
export async function keepLanguage(prefix) {
  if (!navigator.serviceWorker) return;
  if (!(await navigator.serviceWorker.getRegistration())) return void (await register(`${prefix}/sw.js`).catch(() => {}));
  navigator.serviceWorker.removeEventListener("controllerchange", reloadIfAsked);
  const [before, address] = [await workerNow(), `${prefix}/sw.js`];
  const { installing, waiting, active } = await register(address);
  const worker = [installing, waiting, active].find((each) => each && pathOf(each) === address);
  const patience = AbortSignal.timeout(SWITCH_MILLISECONDS);
  const taken = new Promise((resolve, reject) => {
    const look = () => {
      if (worker?.state === "installed") worker.postMessage("activate");
      else if (worker?.state === "activated") resolve(undefined);
      else if (!worker || worker.state === "redundant") reject(new Error("not kept"));
    };
    worker?.addEventListener("statechange", look, { signal: patience });
    patience.addEventListener("abort", reject);
    look();
  });
  await taken.catch(async (error) => {
    await register(before).catch(() => {});
    throw error;
  });
}

/** The address of the worker that the reader has, or of the one in the language of this page. */
async function workerNow() {
  const registration = await navigator.serviceWorker.getRegistration();
  const worker = registration?.active ?? registration?.waiting ?? registration?.installing;
  return worker ? pathOf(worker) : at("/sw.js");
}

function pathOf(/** @type {ServiceWorker} */ worker) {
  return new URL(worker.scriptURL).pathname;
}

function register(/** @type {string} */ address) {
  const trusted = policy?.createScriptURL(address) ?? address;
  return navigator.serviceWorker.register(trusted, { scope: "/", updateViaCache: "none" });
}

function watch(/** @type {ServiceWorkerRegistration} */ registration) {
  if (registration.waiting) return offer(registration);
  follow(registration);
  registration.addEventListener("updatefound", () => follow(registration));
}

/** Offers the release that is being installed as soon as it waits; a first one does not wait. */
function follow(/** @type {ServiceWorkerRegistration} */ registration) {
  registration.installing?.addEventListener("statechange", () => {
    if (registration.waiting && navigator.serviceWorker.controller) offer(registration);
  });
}

/** Lets the new release in at once on an untouched page, else asks in the bar `#update`. */
function offer(/** @type {ServiceWorkerRegistration} */ registration) {
  const { waiting, active } = registration;
  if (waiting && active && pathOf(waiting) !== pathOf(active)) return; // a language that another tab is going to
  if (!isTouched()) return takeOver(registration);
  const bar = /** @type {HTMLElement} */ (document.getElementById("update"));
  const button = /** @type {HTMLButtonElement} */ (document.getElementById("update-now"));
  button.onclick = () => {
    isWanted = true;
    takeOver(registration);
  };
  bar.hidden = false;
}

/** Another page may have let the release in already; then a reload is all that is left to do. */
function takeOver(/** @type {ServiceWorkerRegistration} */ registration) {
  if (!registration.waiting) return location.reload();
  entering = registration;
  registration.waiting.postMessage("activate");
}

/** A first worker takes control as well, and changes nothing on the page. */
function reloadIfAsked() {
  if (!entering) return;
  if (isWanted || !isTouched()) location.reload();
  else offer(entering);
}

/** @returns {Promise<void>} */
function pageLoaded() {
  return new Promise((resolve) => {
    if (document.readyState === "complete") resolve();
    else addEventListener("load", () => resolve(), { once: true });
  });
}

function onlyAWorker(/** @type {string} */ address) {
  if (!WORKER.test(address)) throw new TypeError(`${address} is not the worker`);
  return address;
}
