/**
 * The page's only contact with the service worker: registers it, and lets a new release in
 * without ever changing a page under the reader's hands. Knows nothing of what the worker keeps.
 */

const WORKER = '/sw.js';
// Signs that somebody is in the middle of something; a reload would take it away.
const TOUCHES = ['pointerdown', 'keydown', 'input', 'wheel'];

const policy = globalThis.trustedTypes?.createPolicy('pocket', { createScriptURL: onlyTheWorker });

let isTouched = false;
let isAsked = false;

/**
 * Registers the worker once the page has loaded, so that its downloads do not compete with it.
 * @returns {Promise<void>}
 */
export async function keepOffline() {
  if (!navigator.serviceWorker) return;
  for (const type of TOUCHES) addEventListener(type, noteTouch, { capture: true, passive: true });
  navigator.serviceWorker.addEventListener('controllerchange', reloadIfAsked);
  await pageLoaded();
  const address = policy?.createScriptURL(WORKER) ?? WORKER;
  try {
    watch(await navigator.serviceWorker.register(address, { updateViaCache: 'none' }));
  } catch {
    // No network, or no workers in this browser's private windows: the page works without.
  }
}

/** @param {ServiceWorkerRegistration} registration */
function watch(registration) {
  if (registration.waiting) return offer(registration);
  follow(registration);
  registration.addEventListener('updatefound', () => follow(registration));
}

/** Offers the release that is being installed once it waits; a first one does not wait. */
function follow(registration) {
  registration.installing?.addEventListener('statechange', () => {
    if (registration.waiting && navigator.serviceWorker.controller) offer(registration);
  });
}

/** Takes the new release at once on an untouched page, else asks in the bar `#update`. */
function offer(registration) {
  if (!isTouched) return takeOver(registration);
  document.getElementById('update-now').onclick = () => takeOver(registration);
  document.getElementById('update').hidden = false;
}

/** Another page may have let the release in already; then a reload is all that is left to do. */
function takeOver(registration) {
  if (!registration.waiting) return location.reload();
  isAsked = true;
  registration.waiting.postMessage('activate');
}

function reloadIfAsked() {
  if (isAsked) location.reload();
}

function noteTouch() {
  isTouched = true;
}

function pageLoaded() {
  return new Promise((resolve) => {
    if (document.readyState === 'complete') resolve();
    else addEventListener('load', () => resolve(), { once: true });
  });
}

function onlyTheWorker(address) {
  if (address !== WORKER) throw new TypeError(`${address} is not the worker`);
  return address;
}
