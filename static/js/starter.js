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
