/**
 * A message starter as text: pieces in square brackets hold gaps such as `{name}`, and a piece whose
 * gaps stay empty goes as a whole. Text in, text out; `webapp/starters.py` has the same rules.
 */

const PIECE = /\[([^[\]]*)\]/g;
const GAP = /\{(\w+)\}/g;

/** The names of the gaps, in order. */
export function gapsOf(/** @type {string} */ text) {
  return [...new Set([...text.matchAll(GAP)].map(([, name]) => name))];
}

/** The message with what is known. */
export function fill(/** @type {string} */ text, /** @type {Record<string, string>} */ values) {
  return text.replace(PIECE, (_whole, piece) =>
    gapsOf(piece).every((name) => values[name]) ? piece.replace(GAP, (/** @type {string} */ _gap, /** @type {string} */ name) => values[name]) : "");
}

/** The coming seven days by name: what a reader may want to write. */
export function weekdays(/** @type {string} */ language, /** @type {Date} */ today) {
  const format = new Intl.DateTimeFormat(language, { weekday: "long" });
  return [1, 2, 3, 4, 5, 6, 7].map((ahead) => format.format(new Date(today.getFullYear(), today.getMonth(), today.getDate() + ahead)));
}
