/** The quick way out of a page: by its link, or by Escape pressed twice. It leaves no way back to it. */

import { _ } from "./words.js";

const LONGEST_PAUSE_MILLISECONDS = 5000;

/** Follows the link, which works by itself too, in place of this page. */
export function leaveBy(/** @type {HTMLAnchorElement} */ link) {
  let last = -Infinity;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave(link.href);
  });
  addEventListener("keydown", ({ key, repeat, isComposing, timeStamp }) => {
    if (repeat || isComposing) return;
    if (key === "Escape" && timeStamp - last < LONGEST_PAUSE_MILLISECONDS) leave(link.href);
    last = key === "Escape" ? timeStamp : -Infinity;
  });
}

/** The page is gone from the screen at once, however long the next one takes. */
function leave(/** @type {string} */ address) {
  document.body.hidden = true;
  document.title = _("Clock");
  location.replace(address);
}
