/**
 * The page's only contact with the service worker: registers it, and lets a new release in
 * without ever changing a page under the reader's hands. Knows nothing of what the worker keeps.
 *
 * @typedef {{createScriptURL: (address: string) => string}} Policy
 * @typedef {{createPolicy: (name: string, rules: Policy) => Policy}} PolicyFactory
 */

const WORKER = "/sw.js";

// Trusted Types are not in every browser yet.
const policies = /** @type {{trustedTypes?: PolicyFactory}} */ (globalThis).trustedTypes;
const policy = policies?.createPolicy("pocket", { createScriptURL: onlyTheWorker });

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
  const address = policy?.createScriptURL(WORKER) ?? WORKER;
  try {
    watch(await navigator.serviceWorker.register(address, { updateViaCache: "none" }));
  } catch {
    // No network, or no workers in this browser's private windows: the page works without.
  }
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

function onlyTheWorker(/** @type {string} */ address) {
  if (address !== WORKER) throw new TypeError(`${address} is not the worker`);
  return address;
}
