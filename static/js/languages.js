/** Another language: the device keeps it whole before the reader goes there, and the reminder comes along. */

import { keepLanguage } from "./offline.js";
import { changeLanguage } from "./reminder-record.js";
import { deliver } from "./subscriptions.js";
import { _ } from "./words.js";

/** Each link that leads to the same page in another language. */
export function start() {
  for (const link of document.querySelectorAll("#languages a")) link.addEventListener("click", follow);
}

/** Without a worker there is nothing to keep, and the link is a link. */
async function follow(/** @type {Event} */ event) {
  const link = /** @type {HTMLAnchorElement} */ (event.currentTarget);
  if (link.ariaCurrent || !navigator.serviceWorker?.controller) return;
  event.preventDefault();
  const said = /** @type {HTMLElement} */ (document.querySelector("#language-said"));
  said.textContent = _("One moment…");
  try {
    await keepLanguage(String(link.dataset.prefix));
  } catch {
    said.textContent = _("That language is not on this device yet, and fetching it needs a network. Please try again later.");
    return;
  }
  await changeLanguage(link.hreflang);
  deliver();
  location.assign(link.href);
}
