/** Another language: the device keeps it whole before the reader goes there, and the reminder comes along. */

import { keepLanguage } from "./offline.js";
import { changeLanguage } from "./reminder-record.js";
import { deliver } from "./subscriptions.js";
import { _ } from "./words.js";

/** Each link that leads to this screen in another language; that of the page too, as the device may keep another one. */
export function start() {
  for (const link of document.querySelectorAll("#languages a")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const said = /** @type {HTMLElement} */ (document.querySelector("#language-said"));
      goTo(/** @type {HTMLAnchorElement} */ (link), (words) => (said.textContent = words));
    });
  }
}

/**
 * Goes where a link leads, in its language from now on.
 * @param {HTMLAnchorElement | HTMLLinkElement} link
 * @param {(words: string) => void} say
 */
export async function goTo({ href, hreflang }, say) {
  const path = new URL(href).pathname;
  say(_("One moment…"));
  try {
    await keepLanguage(hreflang === "en" ? "" : `/${path.split("/")[1]}`);
  } catch {
    return say(_("That language is not on this device yet, and fetching it needs a network. Please try again later."));
  }
  await changeLanguage(hreflang);
  deliver();
  location.assign(path);
}
