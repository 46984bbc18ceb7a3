/**
 * What a reader keeps: saved cards, hidden ones, own lines and choices, as plain data and the rules
 * for changing it. Touches no storage, no page and no clock; nothing here changes its arguments.
 *
 * @typedef {{id: string, text: string, topic: string, at: string}} Saved a card as it was then; `at` in ISO time
 * @typedef {{id: string, at: string}} Hidden
 * @typedef {{id: string, text: string, at: string}} OwnLine
 * @typedef {{topics: string[], ownLines: boolean, voice: string, speed: number}} Choices
 * @typedef {{version: 1, saved: Saved[], hidden: Hidden[], own: OwnLine[], choices: Choices}} Kept
 */

import { _ } from "./words.js";

export const LONGEST_OWN_LINE = 280;
export const MOST_OWN_LINES = 500;
const MOST_MARKS = 5000;
const SLOWEST = 0.5;
const FASTEST = 2;

/** Sound data out of anything: what is malformed is left out, what is missing is empty. @returns {Kept} */
export function parseKept(/** @type {unknown} */ value) {
  const { saved, hidden, own, choices } = fields(value);
  return {
    version: 1,
    saved: records(saved, ["id", "text", "topic", "at"], MOST_MARKS),
    hidden: records(hidden, ["id", "at"], MOST_MARKS),
    own: records(own, ["id", "text", "at"], MOST_OWN_LINES).filter(({ text }) => text && !isTooLong(text)),
    choices: parseChoices(fields(choices)),
  };
}

/** The newest first. */
export function save(/** @type {Kept} */ kept, /** @type {{id: string, text: string, topic: string}} */ card, /** @type {string} */ at) {
  const { id, text, topic } = card;
  return { ...kept, saved: [{ id, text, topic, at }, ...without(kept.saved, id)].slice(0, MOST_MARKS) };
}

export function unsave(/** @type {Kept} */ kept, /** @type {string} */ id) {
  return { ...kept, saved: without(kept.saved, id) };
}

/** Not for this reader: gone from the shuffle until shown again. */
export function hide(/** @type {Kept} */ kept, /** @type {string} */ id, /** @type {string} */ at) {
  return { ...kept, hidden: [{ id, at }, ...without(kept.hidden, id)].slice(0, MOST_MARKS) };
}

export function unhide(/** @type {Kept} */ kept, /** @type {string} */ id) {
  return { ...kept, hidden: without(kept.hidden, id) };
}

/** Writes a line, or writes it anew when its id is known; one with a problem changes nothing. */
export function writeLine(/** @type {Kept} */ kept, /** @type {OwnLine} */ line) {
  if (lineProblem(line, kept)) return kept;
  const isKnown = kept.own.some(({ id }) => id === line.id);
  const own = isKnown ? kept.own.map((each) => (each.id === line.id ? line : each)) : [line, ...kept.own];
  return { ...kept, own };
}

export function removeLine(/** @type {Kept} */ kept, /** @type {string} */ id) {
  return { ...unhide(unsave(kept, id), id), own: without(kept.own, id) };
}

export function choose(/** @type {Kept} */ kept, /** @type {Partial<Choices>} */ choices) {
  return { ...kept, choices: parseChoices({ ...kept.choices, ...choices }) };
}

/** A line as it will be kept: one paragraph, without odd spaces or control characters. */
export function tidyLine(/** @type {string} */ text) {
  return text.normalize("NFC").replace(/[\p{Cc}\s]+/gu, " ").trim();
}

/** What is wrong with a tidied line, in words for its writer; "" when nothing is. One that is kept has its room. */
export function lineProblem(/** @type {{id: string, text: string}} */ { id, text }, /** @type {Kept} */ { own }) {
  if (!text) return _("There are no words here yet.");
  if (isTooLong(text)) return _("A line can have up to %(most)s characters. This one has %(n)s.", { most: LONGEST_OWN_LINE, n: length(text) });
  if (without(own, id).length >= MOST_OWN_LINES) return _("There is room for %(most)s own lines. Delete one first.", { most: MOST_OWN_LINES });
  return "";
}

/** Own lines as cards of the shuffle and the card page. */
export function ownCards(/** @type {Kept} */ { own }) {
  return own.map(({ id, text }) => ({ id, text, topic: "", step: "", gentle: "" }));
}

/**
 * Those that the reader has not put away as "not for me".
 * @template {{id: string}} T
 * @param {T[]} cards
 * @param {Kept} kept
 */
export function shownCards(cards, { hidden }) {
  const away = new Set(hidden.map(({ id }) => id));
  return cards.filter(({ id }) => !away.has(id));
}

/** Both, the newest first; of two records with one id the one in `mine`, and its choices. @returns {Kept} */
export function merge(/** @type {Kept} */ mine, /** @type {Kept} */ theirs) {
  const both = (/** @type {"saved" | "hidden" | "own"} */ list) =>
    [...mine[list], ...theirs[list].filter(({ id }) => !mine[list].some((each) => each.id === id))].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
  return parseKept({ ...mine, saved: both("saved"), hidden: both("hidden"), own: both("own") });
}

/** Characters as people count them, near enough: an emoji is one or a few, not four bytes. */
function length(/** @type {string} */ text) {
  return [...text].length;
}

function isTooLong(/** @type {string} */ text) {
  return length(text) > LONGEST_OWN_LINE;
}

/**
 * @template {{id: string}} T
 * @param {T[]} list
 * @param {string} unwanted
 */
function without(list, unwanted) {
  return list.filter(({ id }) => id !== unwanted);
}

/** @returns {Choices} */
function parseChoices(/** @type {Record<string, unknown>} */ { topics, ownLines, voice, speed }) {
  return {
    topics: Array.isArray(topics) ? [...new Set(topics.filter((topic) => typeof topic === "string"))] : [],
    ownLines: ownLines !== false,
    voice: typeof voice === "string" ? voice : "",
    speed: typeof speed === "number" && speed >= SLOWEST && speed <= FASTEST ? speed : 1,
  };
}

/**
 * The records of a list that have these texts, each id once.
 * @returns {any[]}
 */
export function records(/** @type {unknown} */ list, /** @type {string[]} */ names, /** @type {number} */ most) {
  const found = new Map();
  for (const each of Array.isArray(list) ? list : []) {
    const record = fields(each);
    if (!record.id || !names.every((name) => typeof record[name] === "string") || found.has(record.id)) continue;
    found.set(record.id, Object.fromEntries(names.map((name) => [name, record[name]])));
  }
  return [...found.values()].slice(0, most);
}

/** @returns {Record<string, unknown>} */
function fields(/** @type {unknown} */ value) {
  return value !== null && typeof value === "object" ? /** @type {Record<string, unknown>} */ (value) : {};
}
