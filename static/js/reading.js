/**
 * Which card came before, and which comes next of those that the reader wants: every card of that pool once before any
 * comes twice, through restarts and new decks. Plain data and rules; touches no storage, no page
 * and no clock.
 *
 * `counts` holds for each card the round in which it was last shown. Two tabs, or a device and its
 * backup, are merged by the higher count, so that nothing seen is forgotten.
 *
 * @import { Card, Deck } from "./deck.js"
 * @import { Kept } from "./kept.js"
 * @typedef {{version: 1, counts: Record<string, number>, history: string[]}} Reading
 */

import { ownCards, shownCards } from "./kept.js";

const LONGEST_HISTORY = 300;
const MOST_COUNTS = 10_000;

/** Sound data out of anything. @returns {Reading} */
export function parseReading(/** @type {unknown} */ value) {
  const { counts, history } = /** @type {Partial<Record<keyof Reading, unknown>>} */ (value ?? {});
  const isCount = (/** @type {unknown} */ count) => Number.isSafeInteger(count) && Number(count) > 0;
  const sound = Object.entries(counts ?? {}).filter(([, count]) => isCount(count)).slice(0, MOST_COUNTS);
  const ids = Array.isArray(history) ? history.filter((id) => typeof id === "string") : [];
  return { version: 1, counts: Object.fromEntries(sound), history: ids.slice(-LONGEST_HISTORY) };
}

/** Cards of the chosen topics and own lines if wanted, none of them hidden; where that leaves no card, more. @returns {Card[]} */
export function poolOf(/** @type {Deck} */ deck, /** @type {Kept} */ kept) {
  const { topics, ownLines } = kept.choices;
  const open = shownCards([...deck.cards, ...(ownLines ? ownCards(kept) : [])], kept);
  const chosen = open.filter(({ topic }) => topic === "" || topics.includes(topic));
  if (chosen.some(({ topic }) => topic)) return chosen;
  return open.length ? open : deck.cards;
}

/** The card with this id is on the screen: seen in the pool's present round, and last in the history. @returns {Reading} */
export function show(/** @type {Reading} */ reading, /** @type {string} */ id, /** @type {Card[]} */ pool) {
  const { counts, history } = reading;
  if (history.at(-1) === id && counts[id]) return reading;
  const round = isThrough(reading, pool) ? lastRound(reading, pool) + 1 : lastRound(reading, pool);
  const count = Math.max(counts[id] ?? 0, round);
  const seen = history.at(-1) === id ? history : [...history, id].slice(-LONGEST_HISTORY);
  return { version: 1, counts: { ...counts, [id]: count }, history: seen };
}

/**
 * The card to follow the one with id `current`, which is never itself unless there is no other:
 * one not yet shown in this round, of another topic when there is one.
 * @param {() => number} random from 0 up to but not 1
 * @returns {Card | undefined} nothing only for an empty pool
 */
export function pick(/** @type {Reading} */ reading, /** @type {Card[]} */ pool, /** @type {string} */ current, random) {
  const round = lastRound(reading, pool);
  const others = pool.filter(({ id }) => id !== current);
  const unseen = others.filter(({ id }) => (reading.counts[id] ?? 0) < round);
  const open = unseen.length ? unseen : others.length ? restful(reading, others) : pool;
  const topic = pool.find(({ id }) => id === current)?.topic;
  const fresh = open.filter((card) => card.topic !== topic);
  const from = fresh.length ? fresh : open;
  return from[Math.floor(random() * from.length)];
}

/** The way a reader has come: the ids of its cards, oldest first, and the place in it. */
export class Trail {
  #ids;
  #place;

  constructor(/** @type {string[]} */ ids) {
    this.#ids = [...ids];
    this.#place = ids.length - 1;
  }

  /** The id `steps` away from here, if the way goes there. */
  at(/** @type {number} */ steps) {
    return this.#ids[this.#place + steps];
  }

  /** One step along the way; false at its ends. */
  step(/** @type {number} */ steps) {
    if (this.at(steps) === undefined) return false;
    this.#place += steps;
    return true;
  }

  /** Something new from here; what lay ahead is given up. */
  goOn(/** @type {string} */ id) {
    this.#ids.splice(++this.#place, Infinity, id);
  }

  /** Something before the beginning. */
  goBefore(/** @type {string} */ id) {
    this.#ids.unshift(id);
    this.#place = 0;
  }

  /** Come to by address: last on the way. */
  arrive(/** @type {string} */ id) {
    if (this.#ids.at(-1) !== id) this.#ids.push(id);
    this.#place = this.#ids.length - 1;
  }

  /** The browser's back and forward: a step if it is one, else put in here. */
  follow(/** @type {string} */ id) {
    if (this.at(-1) === id) this.step(-1);
    else if (this.at(1) === id) this.step(1);
    else this.#ids.splice(++this.#place, 0, id);
  }
}

/** How many of these cards were ever shown. */
export function countSeen(/** @type {Reading} */ { counts }, /** @type {Card[]} */ cards) {
  return cards.filter(({ id }) => counts[id]).length;
}

/** What two tabs, or a device and its backup, know together; the history of `mine`. @returns {Reading} */
export function mergeReading(/** @type {Reading} */ mine, /** @type {Reading} */ theirs) {
  const all = [...Object.entries(theirs.counts), ...Object.entries(mine.counts)].sort(([, a], [, b]) => a - b);
  const counts = Object.fromEntries(all); // of two with one id the last, which is the higher
  return { version: 1, counts, history: mine.history.length ? mine.history : theirs.history };
}

/** Whether every card of the pool was shown in its last round, so that the next begins a new one. */
function isThrough(/** @type {Reading} */ reading, /** @type {Card[]} */ pool) {
  const round = lastRound(reading, pool);
  return pool.every(({ id }) => (reading.counts[id] ?? 0) >= round);
}

function lastRound(/** @type {Reading} */ { counts }, /** @type {Card[]} */ pool) {
  return Math.max(0, ...pool.map(({ id }) => counts[id] ?? 0));
}

/** A new round does not begin with what was shown a moment ago. */
function restful(/** @type {Reading} */ { history }, /** @type {Card[]} */ cards) {
  const recent = new Set(history.slice(-Math.floor(cards.length / 2)));
  const rested = cards.filter(({ id }) => !recent.has(id));
  return rested.length ? rested : cards;
}
