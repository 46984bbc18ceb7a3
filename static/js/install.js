/** Adding to the home screen: the browser's own prompt where there is one, else the right steps first. */

/** @typedef {Event & {prompt: () => Promise<unknown>}} InstallPrompt */

/** @type {InstallPrompt | undefined} */
let offer;

/** Keeps the browser's prompt for the button on /install, and opens the steps for this device. */
export function offerInstall(/** @type {Promise<Event>} */ prompted) {
  prompted.then((event) => {
    offer = /** @type {InstallPrompt} */ (event);
    showOffer(true);
  });
  window.addEventListener("appinstalled", () => showOffer(false));
  document.querySelector("#install-now")?.addEventListener("click", install);
  document.querySelector(`#${stepsFor(navigator.userAgent, navigator.maxTouchPoints)}`)?.setAttribute("open", "");
}

async function install() {
  await offer?.prompt();
  offer = undefined;
  showOffer(false);
}

function showOffer(/** @type {boolean} */ isOffered) {
  const place = document.querySelector("#install-offer");
  if (place instanceof HTMLElement) place.hidden = !isOffered;
}

/** The id of the steps for a user agent; an iPad says it is a Mac, but has a touch screen. */
function stepsFor(/** @type {string} */ agent, /** @type {number} */ touchPoints) {
  const isIos = /iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && touchPoints > 1);
  if (isIos) return /CriOS|FxiOS|EdgiOS|OPiOS/.test(agent) ? "how-ios-other" : "how-ios";
  return /Android/.test(agent) ? "how-android" : "how-desktop";
}
