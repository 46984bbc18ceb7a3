/**
 * A reader's walk through the cards: what is next, what was before, what counts as seen. Keeps in
 * step with the device's memory, whichever tab changes it; knows no page and no address.
 *
 * @import { Card, Deck } from "./deck.js"
 * @import { Kept } from "./kept.js"
 * @import { Reading } from "./reading.js"
 */

import { findCard, loadDeck, neighbour, ofTheDay } from "./deck.js";
import * as documents from "./documents.js";
import { ownCards, shownCards } from "./kept.js";
import { pick, poolOf, show, Trail } from "./reading.js";

/** @type {Deck} */
export let deck;
/** @type {Kept} */
export let kept;
/** @type {Trail} */
export let trail;
/** @type {Reading} */
let reading;
/** What Another chooses from. @type {Card[]} */
let pool;
/** @type {Card | undefined} */
let upcoming;
/** What was seen and is not on the disk yet. @type {Set<string>} */
const unwritten = new Set();

/** Rejects when there is no deck. */
export async function begin() {
  [deck] = await Promise.all([loadDeck(), catchUp()]);
  pool = poolOf(deck, kept);
  trail = new Trail(reading.history);
}

/** Reads again what another tab, or this one, may have changed. */
export async function catchUp() {
  [kept, reading] = await Promise.all([documents.kept.read(), documents.reading.read()]);
  if (!deck) return;
  pool = poolOf(deck, kept);
  for (const id of unwritten) reading = show(reading, id, pool);
  upcoming = undefined;
}

/** A card, or an own line, if there is one with this id. */
export function find(/** @type {string | undefined} */ id = "") {
  return findCard(deck, id) ?? ownCards(kept).find((card) => card.id === id);
}

/** The day's card, or the next that this reader has not hidden. */
export function cardOfDay() {
  const todays = ofTheDay(deck, new Date());
  const place = deck.cards.indexOf(todays);
  const fromHere = [...deck.cards.slice(place), ...deck.cards.slice(0, place)];
  return shownCards(fromHere, kept)[0] ?? todays;
}

/** Goes on from a card: along the way already gone, else to something new. */
export function goAhead(/** @type {Card} */ from) {
  while (trail.step(1)) {
    const card = findOpen(trail.at(0));
    if (card) return card;
  }
  const card = whatComes(from);
  trail.goOn(card.id);
  return card;
}

/** Goes back from a card: the way it came, and past its beginning through the deck. */
export function goBack(/** @type {Card} */ from) {
  while (trail.step(-1)) {
    const card = findOpen(trail.at(0));
    if (card) return card;
  }
  const card = neighbour(deck, from.id, -1);
  trail.goBefore(card.id);
  return card;
}

/** The cards behind and ahead of a card, as far as is known now. */
export function around(/** @type {Card} */ card) {
  return [findOpen(trail.at(-1)) ?? neighbour(deck, card.id, -1), findOpen(trail.at(1)) ?? whatComes(card)];
}

/** Counts a card as seen, since the next is chosen by it; `keepSeen` writes it down. */
export function see(/** @type {string} */ id) {
  reading = show(reading, id, pool);
  unwritten.add(id);
}

export async function keepSeen(/** @type {string} */ id) {
  await documents.reading.change((stored) => show(stored, id, pool));
  unwritten.delete(id);
}

/** What Another brings, the same until it came, was seen elsewhere or is not wanted any more. */
function whatComes(/** @type {Card} */ from) {
  if (!upcoming || upcoming.id === from.id) upcoming = pick(reading, pool, from.id, Math.random);
  return upcoming ?? neighbour(deck, from.id, 1);
}

/** Unless it was put away as "not for me". */
function findOpen(/** @type {string | undefined} */ id) {
  const card = find(id);
  return card && shownCards([card], kept)[0];
}
