/**
 * The document in which the device keeps what a reader keeps about asking.
 *
 * @import { Asking, Draft, Intention, List, Person } from "./asking.js"
 */

import { has, MOST, parseAsking } from "./asking.js";
import { document } from "./store.js";
import { _ } from "./words.js";

export const asking = document("asking", parseAsking);

export function newId() {
  return crypto.getRandomValues(new Uint32Array(2)).join("-");
}

/** Why a record is not among what is kept now, in words for the reader; "" when it is. */
export function whyNotKept(/** @type {Asking} */ now, /** @type {List} */ list, /** @type {Person | Intention | Draft} */ record) {
  if (has(now, list, record)) return "";
  const isFull = now[list].length >= MOST && !now[list].some(({ id }) => id === record.id);
  return isFull ? _("There is no room for more. Remove something first.") : _("That did not work, and nothing was changed. Please try again.");
}
