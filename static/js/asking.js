/**
 * What a reader keeps about asking: people they might ask, days on which they might, drafts. Plain
 * data and the rules for changing it. Touches no storage, no page and no clock.
 *
 * @typedef {{id: string, name: string, kind: string, reach: string, at: string}} Person `kind` of help or empty; `reach`: phone or mail
 * @typedef {{id: string, who: string, day: string, at: string}} Intention `day` in ISO form
 * @typedef {{id: string, kind: string, text: string, at: string}} Draft
 * @typedef {{version: 1, people: Person[], intentions: Intention[], drafts: Draft[]}} Asking
 * @typedef {"people" | "intentions" | "drafts"} List
 */

import { records } from "./kept.js";

export const LONGEST_NAME = 80;
export const LONGEST_DRAFT = 2000;
export const MOST = 100;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** Sound data out of anything. @returns {Asking} */
export function parseAsking(/** @type {unknown} */ value) {
  const { people, intentions, drafts } = /** @type {Record<string, unknown>} */ (Object(value));
  return {
    version: 1,
    people: records(people, ["id", "name", "kind", "reach", "at"], MOST).filter(({ name, reach }) => fits(name) && reach.length <= LONGEST_NAME),
    intentions: records(intentions, ["id", "who", "day", "at"], MOST).filter(({ who, day }) => who.length <= LONGEST_NAME && isDay(day)),
    drafts: records(drafts, ["id", "kind", "text", "at"], MOST).filter(({ text }) => text && text.length <= LONGEST_DRAFT),
  };
}

/** Whether a name has its room: it is there, and not too long. */
export function fits(/** @type {string} */ name) {
  return name.length > 0 && name.length <= LONGEST_NAME;
}

/** Whether it is a day of the calendar: the 30th of February is none. */
function isDay(/** @type {string} */ day) {
  return DAY.test(day) && new Date(day).toJSON()?.startsWith(day);
}

/** Whether a record is there, just as it is. */
export function has(/** @type {Asking} */ asking, /** @type {List} */ list, /** @type {Person | Intention | Draft} */ record) {
  const known = Object(/** @type {{id: string}[]} */ (asking[list]).find(({ id }) => id === record.id));
  return Object.entries(record).every(([name, value]) => known[name] === value);
}

/**
 * Keeps a record, the newest first, or keeps it anew where its id is known; an unsound one, and one past the
 * last room, changes nothing.
 * @param {Asking} asking
 * @param {List} list
 * @param {Person | Intention | Draft} record
 * @returns {Asking}
 */
export function put(asking, list, record) {
  const before = /** @type {{id: string}[]} */ (asking[list]);
  const isKnown = before.some(({ id }) => id === record.id);
  const after = isKnown ? before.map((each) => (each.id === record.id ? record : each)) : [record, ...before];
  const kept = parseAsking({ ...asking, [list]: after });
  return after.length <= MOST && has(kept, list, record) ? kept : asking;
}

/** @returns {Asking} */
export function drop(/** @type {Asking} */ asking, /** @type {List} */ list, /** @type {string} */ unwanted) {
  return { ...asking, [list]: /** @type {{id: string}[]} */ (asking[list]).filter(({ id }) => id !== unwanted) };
}

/** What was for a day that is over goes without a word. @returns {Asking} */
export function withoutPast(/** @type {Asking} */ asking, /** @type {string} */ today) {
  return { ...asking, intentions: asking.intentions.filter(({ day }) => day >= today) };
}

/** Both; of two records with one id the one in `mine`. @returns {Asking} */
export function mergeAsking(/** @type {Asking} */ mine, /** @type {Asking} */ theirs) {
  const both = (/** @type {List} */ list) => [...mine[list], ...theirs[list]];
  return parseAsking({ people: both("people"), intentions: both("intentions"), drafts: both("drafts") });
}
